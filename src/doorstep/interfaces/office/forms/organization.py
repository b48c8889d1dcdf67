"""Forms of the organization."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from doorstep.domain.notifications.models import Channel
from doorstep.domain.organization.models import Company, OrganizationalUnit
from doorstep.domain.places.road_files import road_file_problem

from .connectors import complete_address
from .pin import PinFormMixin


class CompanyForm(forms.ModelForm[Company]):
    class Meta:
        model = Company
        fields = ("road_file",)  # the admin's fieldsets choose

    def clean_allowed_recipients(self) -> str:
        """In the one form in which addresses are compared."""
        lines = self.cleaned_data["allowed_recipients"].splitlines()
        return "\n".join(_fence_line(line.strip()) for line in lines if line.strip())

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        chosen = Company(
            travel_provider=values.get("travel_provider", ""),
            road_file=values.get("road_file", ""),
        )
        if "road_file" in values and (problem := road_file_problem(chosen)):
            self.add_error("road_file", problem)
        return values


def _fence_line(typed: str) -> str:
    if typed.startswith("@") and "." in typed and " " not in typed:
        return typed.lower()
    channel = Channel.EMAIL if "@" in typed else Channel.SMS
    try:
        return complete_address(channel, typed)
    except forms.ValidationError as error:
        text = _("“%(line)s” is no e-mail address, no @ and domain, and no phone number.")
        raise forms.ValidationError(text % {"line": typed}) from error


class UnitForm(PinFormMixin, forms.ModelForm[OrganizationalUnit]):
    class Meta:
        model = OrganizationalUnit
        fields = "__all__"  # noqa: DJ007  # the admin's fieldsets choose
