"""Forms of bookable resources, their hours and their time off."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from doorstep.domain.resources.models import (
    BookableResource,
    CrewMember,
    ResourceKind,
    TimeOff,
    WorkHours,
)

from .fields import WeekdaysField
from .phone import PhoneFormMixin


class ResourceForm(PhoneFormMixin, forms.ModelForm[BookableResource]):
    class Meta:
        model = BookableResource
        fields = "__all__"  # noqa: DJ007  # the admin's fieldsets choose


class WorkHoursForm(forms.ModelForm[WorkHours]):
    weekdays = WeekdaysField()

    class Meta:
        model = WorkHours
        fields = "__all__"  # noqa: DJ007


class CrewMemberFormSet(forms.BaseInlineFormSet[CrewMember, BookableResource, Any]):
    """Only a crew has members."""

    def clean(self) -> None:
        super().clean()
        kept = [
            form
            for form in self.forms
            if form.has_changed() and form not in self.deleted_forms and form.is_valid()
        ]
        if kept and self.instance.kind != ResourceKind.CREW:
            raise forms.ValidationError(_("Only a resource of kind crew has members."))


class TimeOffForm(forms.ModelForm[TimeOff]):
    class Meta:
        model = TimeOff
        fields = "__all__"  # noqa: DJ007
