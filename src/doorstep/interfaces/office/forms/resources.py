"""Forms of bookable resources, their hours and their time off."""

from collections import defaultdict
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from doorstep.domain.resources.errors import MembershipOverlaps, NotACrew
from doorstep.domain.resources.models import (
    BookableResource,
    CrewMember,
    ResourceKind,
    WorkHours,
)

from .fields import WeekdaysField
from .phone import PhoneFormMixin
from .pictures import PictureField
from .pin import PinFormMixin


class ResourceForm(PhoneFormMixin, PinFormMixin, forms.ModelForm[BookableResource]):
    photo = PictureField(label=_("Photo"), max_side=800)

    class Meta:
        model = BookableResource
        fields = "__all__"  # noqa: DJ007  # the admin's fieldsets choose


class WorkHoursForm(forms.ModelForm[WorkHours]):
    weekdays = WeekdaysField()

    class Meta:
        model = WorkHours
        fields = "__all__"  # noqa: DJ007


class CrewMemberFormSet(forms.BaseInlineFormSet[CrewMember, BookableResource, Any]):
    """Only a crew has members, and each of them once at a time."""

    def clean(self) -> None:
        super().clean()
        if any(self.errors):
            return
        kept = [
            form for form in self.forms if form.has_changed() and form not in self.deleted_forms
        ]
        if kept and self.instance.kind != ResourceKind.CREW:
            raise forms.ValidationError(str(NotACrew()))
        days: dict[Any, list[tuple[date, date]]] = defaultdict(list)
        for form in self.forms:
            if form in self.deleted_forms or not form.cleaned_data.get("member"):
                continue
            data = form.cleaned_data
            first, last = data["from_on"] or date.min, data["to_on"] or date.max
            if any(first <= other[1] and other[0] <= last for other in days[data["member"]]):
                raise forms.ValidationError(str(MembershipOverlaps(member=data["member"])))
            days[data["member"]].append((first, last))
