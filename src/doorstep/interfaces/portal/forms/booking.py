"""What a customer fills in on the way to a booking."""

import unicodedata
from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

MAX_DETAILS = 2000
# What of an overlong text is kept, so that shortening it does not mean typing it again.
KEPT_DETAILS = 20_000
NO_ASSET = "none"


class DetailsField(forms.CharField):
    """Free text; a line break counts as one character whatever the browser sends."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, **options)
        self.validators.append(
            MaxLengthValidator(
                MAX_DETAILS,
                ngettext_lazy(
                    "Please shorten it to %(limit_value)d character (now %(show_value)d).",
                    "Please shorten it to %(limit_value)d characters (now %(show_value)d).",
                    "limit_value",
                ),
            )
        )

    def to_python(self, value: Any) -> str:
        text = str(value or "").replace("\r\n", "\n").replace("\r", "\n")
        return unicodedata.normalize("NFC", text).strip()


class DetailsForm(forms.Form):
    details = DetailsField(
        label=_("Is there anything we should know?"),
        help_text=_("For example what happens, a fault code, where to park, how to find the door."),
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto", "data-counter": MAX_DETAILS}),
    )


class ConfirmForm(forms.Form):
    """All a booking is made of comes with the form, so that a second submit is the same one."""

    hold = forms.CharField(max_length=32, widget=forms.HiddenInput)
    request_key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    details = DetailsField(widget=forms.HiddenInput, label=_("Details"))


class MoveForm(forms.Form):
    hold = forms.CharField(max_length=32, widget=forms.HiddenInput)
    request_key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)
