"""Forms of surveys: what a portal asks with, and the time averages are about."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

from doorstep.domain.surveys.models import SurveySettings

from .why import DayField


class SurveySettingsForm(forms.ModelForm[SurveySettings]):
    class Meta:
        model = SurveySettings
        fields = ("kind", "url_template", "allowed_hosts")
        widgets = {"allowed_hosts": UnfoldAdminTextareaWidget(attrs={"rows": 3})}


class SpanForm(forms.Form):
    """From the first day to the last, both included. Sent by GET."""

    first = DayField(label=_("From"), max_length=10)
    last = DayField(label=_("Until"), max_length=10)

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        first: dt.date | None = self.cleaned_data.get("first")
        last: dt.date | None = self.cleaned_data.get("last")
        if first and last and last < first:
            self.add_error("last", _("The last day lies before the first."))
        return cleaned
