"""Forms of the organization."""

from typing import Any

from django import forms

from doorstep.domain.organization.models import Company, OrganizationalUnit
from doorstep.domain.places.road_files import road_file_problem

from .pin import PinFormMixin


class CompanyForm(forms.ModelForm[Company]):
    class Meta:
        model = Company
        fields = ("road_file",)  # the admin's fieldsets choose

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        chosen = Company(
            travel_provider=values.get("travel_provider", ""),
            road_file=values.get("road_file", ""),
        )
        if "road_file" in values and (problem := road_file_problem(chosen)):
            self.add_error("road_file", problem)
        return values


class UnitForm(PinFormMixin, forms.ModelForm[OrganizationalUnit]):
    class Meta:
        model = OrganizationalUnit
        fields = "__all__"  # noqa: DJ007  # the admin's fieldsets choose
