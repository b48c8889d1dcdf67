"""The question "Why no time?": which service, on which portal, from which day."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from doorstep.domain.organization.models import Portal
from doorstep.domain.work.models import IncidentType
from doorstep.platform.lib.site_time import NotADay, parse_day

_HOW_MANY = [(1, _("One day")), (3, _("Three days")), (7, _("A week"))]


class DayInput(UnfoldAdminTextInputWidget):  # type: ignore[misc]
    """The browser's own calendar."""

    input_type = "date"


class DayField(forms.CharField):
    """A day in the form 2026-11-26."""

    widget = DayInput

    def clean(self, value: Any) -> date:
        try:
            return parse_day(super().clean(value))
        except NotADay as error:
            raise forms.ValidationError(_("That is not a day. Write it as 2026-11-26.")) from error


class WhyForm(forms.Form):
    """Sent by GET, so that the answer has an address."""

    service = forms.ModelChoiceField(
        label=_("Service"),
        queryset=IncidentType.objects.filter(is_active=True),
        widget=UnfoldAdminSelectWidget(),
    )
    portal = forms.ModelChoiceField(
        label=_("Portal"), queryset=Portal.objects.all(), widget=UnfoldAdminSelectWidget()
    )
    day = DayField(label=_("From"), max_length=10)
    days = forms.TypedChoiceField(
        label=_("How long"), choices=_HOW_MANY, coerce=int, widget=UnfoldAdminSelectWidget()
    )
