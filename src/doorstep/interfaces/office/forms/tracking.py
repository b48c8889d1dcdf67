"""Dialogs of tracking."""

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminDecimalFieldWidget

from doorstep.interfaces.office.dialogs import DialogForm


class PositionForm(DialogForm):
    """Where somebody on the way is, as she said on the phone."""

    latitude = forms.FloatField(
        label=_("Latitude"), min_value=-90, max_value=90, widget=UnfoldAdminDecimalFieldWidget
    )
    longitude = forms.FloatField(
        label=_("Longitude"), min_value=-180, max_value=180, widget=UnfoldAdminDecimalFieldWidget
    )
