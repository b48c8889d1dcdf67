"""Forms of work orders: a short one to make them, and what may be corrected later."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from doorstep.domain.work.models import WorkOrder
from doorstep.platform.lib.address import AddressFields

from .pin import PinFormMixin


class WorkOrderForm(PinFormMixin, forms.ModelForm[WorkOrder]):
    """Contact, asset and location belong to the account."""

    class Meta:
        model = WorkOrder
        fields = "__all__"  # noqa: DJ007  # the admin's fieldsets choose

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        account = self.cleaned_data.get("account") or getattr(self.instance, "account", None)
        for name in ("reported_by", "asset", "location"):
            part = self.cleaned_data.get(name)
            if part is not None and account is not None and part.account_id != account.pk:
                self.add_error(name, _("This belongs to another account."))
        return cleaned


class NewWorkOrderForm(WorkOrderForm):
    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        incident_type = self.cleaned_data.get("incident_type")
        if incident_type is not None and not incident_type.duration_minutes:
            self.add_error("incident_type", _("Without a duration nothing can be scheduled."))
        return cleaned

    def place(self) -> AddressFields:
        """Where the work takes place: the location's address, the asset's, else the account's."""
        data = self.cleaned_data
        location, asset = data.get("location"), data.get("asset")
        if location is not None and (addressed := location.addressed):
            return addressed  # type: ignore[no-any-return]
        place: AddressFields = asset.place if asset is not None else data["account"]
        return place
