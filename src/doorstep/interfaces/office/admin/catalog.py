"""Incident types with their needs and roles, work order types, priorities, booking statuses."""

from typing import Any

from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from doorstep.domain.bookings.models import BookingStatus
from doorstep.domain.work.models import (
    ChecklistItem,
    IncidentType,
    IncidentTypeNeed,
    Priority,
    ResourcePreference,
    RoleNeed,
    RoleTemplate,
    WorkOrderType,
)
from doorstep.interfaces.office.base import (
    OfficeModelAdmin,
    OfficeStackedInline,
    OfficeTabularInline,
)
from doorstep.interfaces.office.columns import column
from doorstep.interfaces.office.forms.catalog import (
    BookingStatusForm,
    IncidentTypeForm,
    RoleFormSet,
)
from doorstep.interfaces.office.site import office


class NeedInline(OfficeTabularInline):
    model = IncidentTypeNeed
    fields = ("characteristic", "minimum_rating")
    autocomplete_fields = ("characteristic",)
    verbose_name_plural = _("Needed characteristics")


class RoleNeedInline(OfficeTabularInline):
    model = RoleNeed
    fields = ("characteristic", "minimum_rating")
    autocomplete_fields = ("characteristic",)
    tab = False


class RoleInline(OfficeStackedInline):
    """Each role carries its own needs."""

    model = RoleTemplate
    formset = RoleFormSet
    fields: Any = ("name", ("resource_kind", "crew_size"))
    inlines = (RoleNeedInline,)
    verbose_name_plural = _("Roles")


class ChecklistInline(OfficeTabularInline):
    model = ChecklistItem
    fields = ("text", "is_required", "position")
    verbose_name_plural = _("Checklist")


class IncidentTypePreferenceInline(OfficeTabularInline):
    model = ResourcePreference
    fk_name = "incident_type"
    fields = ("kind", "resource", "from_on", "to_on")
    autocomplete_fields = ("resource",)
    verbose_name_plural = _("Preferences")


@admin.register(IncidentType, site=office)
class IncidentTypeAdmin(OfficeModelAdmin):
    form = IncidentTypeForm
    list_display = (
        "name",
        "customer_name",
        "work_order_type",
        "duration_minutes",
        "is_customer_bookable",
        "is_active",
        "position",
    )
    list_select_related = ("work_order_type",)
    list_filter = ("is_active", "is_customer_bookable", "work_order_type", "work_location")
    search_fields = ("name", "customer_name", "description")
    inlines = (NeedInline, RoleInline, ChecklistInline, IncidentTypePreferenceInline)
    fieldsets: Any = (
        (
            None,
            {
                "fields": (
                    ("name", "work_order_type"),
                    ("duration_minutes", "work_location"),
                    "is_active",
                    "description",
                )
            },
        ),
        (
            _("For customers"),
            {
                "classes": ("tab",),
                "fields": (
                    "is_customer_bookable",
                    ("customer_name", "position"),
                    "customer_description",
                    "preparation",
                    "survey_question",
                ),
            },
        ),
        (
            _("Who comes"),
            {
                "classes": ("tab",),
                "description": _(
                    "For a job of one role. With roles (listed above) each role says it itself."
                ),
                "fields": (("resource_kind", "crew_size"),),
            },
        ),
    )


@admin.register(WorkOrderType, site=office)
class WorkOrderTypeAdmin(OfficeModelAdmin):
    list_display = ("name", "is_excluded")
    search_fields = ("name",)


@admin.register(Priority, site=office)
class PriorityAdmin(OfficeModelAdmin):
    list_display = ("name", "level")
    search_fields = ("name",)


@admin.register(BookingStatus, site=office)
class BookingStatusAdmin(OfficeModelAdmin):
    form = BookingStatusForm
    list_display = ("swatch", "name", "parent", "is_default", "completes_work_order")
    list_display_links = ("name",)
    list_filter = ("parent",)
    search_fields = ("name",)
    fields: Any = (("name", "parent"), ("is_default", "completes_work_order"), "color")

    @column("")
    def swatch(self, status: BookingStatus) -> SafeString:
        # A fill is a drawing's attribute and needs no style.
        return format_html(
            '<svg width="14" height="14" aria-hidden="true">'
            '<circle cx="7" cy="7" r="7" fill="{}"/></svg>',
            status.color,
        )
