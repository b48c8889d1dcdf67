"""Forms of the organization."""

from django import forms

from doorstep.domain.organization.models import OrganizationalUnit

from .pin import PinFormMixin


class UnitForm(PinFormMixin, forms.ModelForm[OrganizationalUnit]):
    class Meta:
        model = OrganizationalUnit
        fields = "__all__"  # noqa: DJ007  # the admin's fieldsets choose
