"""Forms of the catalog; what customers could not book is refused (product reference 4.1)."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from doorstep.domain.bookings.models import BookingStatus
from doorstep.domain.organization.models.brand import validate_color
from doorstep.domain.work.errors import NeedsAndRoles
from doorstep.domain.work.models import IncidentType, RoleTemplate
from doorstep.domain.work.services.incident_types import check_needs_or_roles

from .fields import ColorInput


class IncidentTypeForm(forms.ModelForm[IncidentType]):
    class Meta:
        model = IncidentType
        fields = "__all__"  # noqa: DJ007  # the admin's fieldsets choose


class RoleFormSet(forms.BaseInlineFormSet[RoleTemplate, IncidentType, Any]):
    """Roles and needs of the incident type itself exclude each other."""

    def clean(self) -> None:
        super().clean()
        try:
            check_needs_or_roles(needs=self._own_needs(), roles=self._kept())
        except NeedsAndRoles as refusal:
            raise forms.ValidationError(str(refusal)) from refusal

    def _kept(self) -> int:
        return sum(
            1
            for form in self.forms
            if form not in self.deleted_forms and (form.instance.pk or form.has_changed())
        )

    def _own_needs(self) -> int:
        """Reads the needs sent with the same form: they are a formset beside this one."""
        total = self.data.get("needs-TOTAL_FORMS", "0")
        count = int(total) if total.isdecimal() else 0
        return sum(
            bool(self.data.get(f"needs-{row}-characteristic"))
            and not self.data.get(f"needs-{row}-DELETE")
            for row in range(min(count, 1000))
        )


class BookingStatusForm(forms.ModelForm[BookingStatus]):
    color = forms.CharField(
        label=_("Color"), max_length=7, validators=[validate_color], widget=ColorInput()
    )

    class Meta:
        model = BookingStatus
        fields = "__all__"  # noqa: DJ007
