"""Why a visit is canceled."""

import unicodedata

from django import forms
from django.utils.translation import gettext_lazy as _

REASONS = [
    ("solved", _("It is no longer needed")),
    ("time", _("The time does not suit me")),
    ("mistake", _("I booked it by mistake")),
    ("other", _("Another reason")),
]
MAX_NOTE = 400


class CancelForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("Why do you cancel?"), choices=REASONS, required=False, widget=forms.RadioSelect
    )
    note = forms.CharField(
        label=_("Would you like to add something?"),
        required=False,
        max_length=MAX_NOTE,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto", "data-counter": MAX_NOTE}),
    )
    request_key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)

    def reason_text(self) -> str:
        """Choice and note as one line for the office; empty when she gave neither."""
        label = str(dict(REASONS).get(self.cleaned_data["reason"], ""))
        note = unicodedata.normalize("NFC", " ".join(self.cleaned_data["note"].split()))
        return ": ".join(part for part in (label, note) if part)
