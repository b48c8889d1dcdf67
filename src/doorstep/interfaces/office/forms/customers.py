"""Forms of accounts, their people and their places."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from doorstep.domain.customers.models import Account, Contact, CustomerAsset, FunctionalLocation
from doorstep.domain.customers.services.contacts import normalize_email

from .phone import PhoneFormMixin
from .pin import PinFormMixin


class AccountForm(PinFormMixin, forms.ModelForm[Account]):
    """The primary contact is one of the account's own."""

    class Meta:
        model = Account
        fields = "__all__"  # noqa: DJ007  # the admin's fieldsets choose

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if field := self.fields.get("primary_contact"):
            own = Contact.objects.filter(account=self.instance.pk)
            field.queryset = own if self.instance.pk else own.none()  # type: ignore[attr-defined]


class ContactForm(PhoneFormMixin, forms.ModelForm[Contact]):
    class Meta:
        model = Contact
        fields = "__all__"  # noqa: DJ007

    def clean_email(self) -> str:
        return normalize_email(self.cleaned_data.get("email") or "")


class LocationForm(PinFormMixin, forms.ModelForm[FunctionalLocation]):
    class Meta:
        model = FunctionalLocation
        fields = "__all__"  # noqa: DJ007


class AssetForm(forms.ModelForm[CustomerAsset]):
    """Checks the location against the account, also when the account is being made."""

    class Meta:
        model = CustomerAsset
        fields = "__all__"  # noqa: DJ007

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        location = self.cleaned_data.get("location")
        account = self.cleaned_data.get("account") or getattr(self.instance, "account", None)
        if location and account and location.account_id != account.pk:
            self.add_error("location", _("That location belongs to another account."))
        return cleaned
