"""Phone numbers as people type them, kept as +44…"""

from typing import Any

from django import forms

from doorstep.domain.customers.errors import InvalidPhoneNumber
from doorstep.domain.customers.services.contacts import normalize_contact_phone


class PhoneFormMixin:
    """For model forms with a `phone` field."""

    def clean_phone(self) -> str:
        cleaned: dict[str, Any] = self.cleaned_data  # type: ignore[attr-defined]
        try:
            return normalize_contact_phone(cleaned.get("phone") or "")
        except InvalidPhoneNumber as error:
            raise forms.ValidationError(str(error)) from error
