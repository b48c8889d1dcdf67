"""Bookable resources with their skills, hours and crews; business closures."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from doorstep.domain.resources.events import WorkHoursChanged
from doorstep.domain.resources.models import (
    BookableResource,
    BusinessClosure,
    CrewMember,
    DayHours,
    ResourceCharacteristic,
    TimeOff,
    WorkHours,
)
from doorstep.domain.tracking.errors import REFUSALS, PositionRefused
from doorstep.domain.tracking.models import PositionSource
from doorstep.domain.tracking.reports import Report
from doorstep.domain.tracking.services.record import record_positions
from doorstep.interfaces.office.base import (
    OfficeModelAdmin,
    OfficeTabularInline,
    ReadOnlyTabularInline,
    actor_of,
)
from doorstep.interfaces.office.columns import column
from doorstep.interfaces.office.dialogs import DialogForm, dialog_action
from doorstep.interfaces.office.filters import HasCalendarFilter, HasCoordinatesFilter
from doorstep.interfaces.office.forms.resources import (
    CrewMemberFormSet,
    ResourceForm,
    WorkHoursForm,
)
from doorstep.interfaces.office.forms.tracking import PositionForm
from doorstep.interfaces.office.own_feeds import OwnFeedMixin
from doorstep.interfaces.office.places import ADDRESS, AddressAdminMixin
from doorstep.interfaces.office.site import office
from doorstep.platform.audit.services import record
from doorstep.platform.events.events import publish


class SkillInline(OfficeTabularInline):
    model = ResourceCharacteristic
    fields = ("characteristic", "rating", "number", "valid_from_on", "valid_to_on")
    autocomplete_fields = ("characteristic",)
    verbose_name_plural = _("Skills and certificates")


class WorkHoursInline(OfficeTabularInline):
    model = WorkHours
    form = WorkHoursForm
    fields = (
        "kind",
        "weekdays",
        "from_time",
        "to_time",
        "every_weeks",
        "valid_from_on",
        "valid_to_on",
        "capacity",
        "break_minutes",
    )
    verbose_name_plural = _("Work hours")


class DayHoursInline(OfficeTabularInline):
    model = DayHours
    fields = ("day", "kind", "from_time", "to_time", "capacity", "break_minutes")
    verbose_name_plural = _("Single days")


class TimeOffInline(ReadOnlyTabularInline):
    model = TimeOff
    fields = ("starts_at", "ends_at", "reason", "state")
    verbose_name_plural = _("Time off")
    show_change_link = True


class CrewMemberInline(OfficeTabularInline):
    model = CrewMember
    fk_name = "crew"
    formset = CrewMemberFormSet
    fields = ("member", "is_leader", "from_on", "to_on")
    autocomplete_fields = ("member",)
    verbose_name_plural = _("Crew")


@admin.register(BookableResource, site=office)
class BookableResourceAdmin(OwnFeedMixin, AddressAdminMixin, OfficeModelAdmin):
    form = ResourceForm
    list_display = (
        "name",
        "kind",
        "in_territories",
        "start_place",
        "capacity",
        "is_active",
        "is_searchable",
        "is_placed",
    )
    list_filter = (
        "kind",
        "is_active",
        "is_searchable",
        "territories",
        HasCoordinatesFilter,
        HasCalendarFilter,
    )
    search_fields = ("name", "email", "phone", "city", "postal_code")
    autocomplete_fields = ("user", "organizational_unit", "territories")
    actions_detail = ("type_position", "make_feed", "stop_feed")
    readonly_fields = ("own_feed",)
    inlines = (WorkHoursInline, SkillInline, DayHoursInline, TimeOffInline, CrewMemberInline)
    fieldsets: Any = (
        (
            None,
            {
                "fields": (
                    ("name", "kind"),
                    "territories",
                    ("is_active", "is_searchable"),
                )
            },
        ),
        (
            _("Person"),
            {"classes": ("tab",), "fields": (("email", "phone"), "user", "photo", "own_feed")},
        ),
        (
            _("Day"),
            {
                "classes": ("tab",),
                "fields": (
                    ("start_place", "end_place"),
                    "organizational_unit",
                    ("capacity", "speed_factor"),
                    "overtime_minutes",
                    ("observes_closures", "time_off_needs_approval"),
                ),
            },
        ),
        ADDRESS,
    )

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        super().save_formset(request, form, formset, change)
        if formset.model in {WorkHours, DayHours} and formset.has_changed():
            publish(WorkHoursChanged(resource_id=form.instance.pk))

    def get_queryset(self, request: HttpRequest) -> QuerySet[BookableResource]:
        rows: QuerySet[BookableResource] = super().get_queryset(request)
        return rows.select_related("organizational_unit").prefetch_related("territories")

    @column(_("territories"))
    def in_territories(self, resource: BookableResource) -> str:
        return ", ".join(str(territory) for territory in resource.territories.all()) or "–"

    @column(_("start known"), boolean=True)
    def is_placed(self, resource: Any) -> bool:
        """Of the place the day starts at, which may be a unit's."""
        return resource.start is not None

    @dialog_action(
        _("Type a position"),
        description=_(
            "For somebody who is on the way to a visit and whose phone does not tell where. "
            "The customer's map shows it like any other."
        ),
        form_class=PositionForm,
        icon="pin_drop",
    )
    def type_position(self, request: HttpRequest, form: DialogForm, row: Any) -> StrOrPromise:
        now = timezone.now()
        place = form.cleaned_data
        found = record_positions(
            resource=row,
            reports=[Report(now, place["latitude"], place["longitude"])],
            source=PositionSource.OFFICE,
            now=now,
        )
        refusal = found.refusals[0]
        if refusal is not None:
            raise PositionRefused(reason=REFUSALS[refusal])
        record(actor=actor_of(request), action="typed a position", obj=found.booking)
        return _("The position is taken, for the visit %(visit)s.") % {"visit": found.booking}


@admin.register(BusinessClosure, site=office)
class BusinessClosureAdmin(OfficeModelAdmin):
    list_display = ("name", "from_on", "to_on", "organizational_unit")
    list_select_related = ("organizational_unit",)
    list_filter = ("organizational_unit",)
    search_fields = ("name",)
    date_hierarchy = "from_on"
    fields: Any = ("name", ("from_on", "to_on"), "organizational_unit")
