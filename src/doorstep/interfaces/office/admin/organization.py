# ruff: noqa: ARG002  # the signatures are those of Django's admin
"""Company, territories and organizational units."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet, URLField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from doorstep.domain.organization.models import Company, OrganizationalUnit, Territory
from doorstep.domain.organization.selectors import get_company
from doorstep.interfaces.office.base import OfficeModelAdmin
from doorstep.interfaces.office.columns import column
from doorstep.interfaces.office.forms.organization import CompanyForm, UnitForm
from doorstep.interfaces.office.places import ADDRESS, AddressAdminMixin
from doorstep.interfaces.office.site import office

_OUTBOUND: Any = (
    _("Messages"),
    {
        "classes": ("tab",),
        "description": _("For emergencies, rehearsals and trying things out: for all portals."),
        "fields": (("is_outbound_held", "is_dry_run"), "allowed_recipients"),
    },
)


@admin.register(Company, site=office)
class CompanyAdmin(OfficeModelAdmin):
    """A single row: its list is its page."""

    form = CompanyForm
    fieldsets = (
        (None, {"fields": ("name", "country", "time_zone", "phone_region")}),
        (
            _("Travel times"),
            {
                "classes": ("tab",),
                "fields": (
                    ("travel_provider", "travel_provider_url"),
                    ("road_file", "road_hours", "road_traffic"),
                    ("detour_factor", "travel_speed_kmh"),
                    "travel_extra_seconds",
                    "minimum_gap_minutes",
                ),
            },
        ),
        (
            _("Planning"),
            {
                "classes": ("tab",),
                "fields": (
                    "is_replanning_enabled",
                    "replan_freeze_minutes",
                    ("replan_days", "replan_seconds"),
                ),
            },
        ),
        (
            _("Coordinates of addresses"),
            {"classes": ("tab",), "fields": (("geocoding_provider", "geocoding_domain"),)},
        ),
        (
            _("Territories"),
            {"classes": ("tab",), "fields": ("allows_resources_without_territory",)},
        ),
        _OUTBOUND,
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        sets = super().get_fieldsets(request, obj)
        if self.has_change_permission(request, obj):
            return sets
        return [each for each in sets if each is not _OUTBOUND]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if isinstance(db_field, URLField):
            kwargs["assume_scheme"] = "https"
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return redirect(reverse("office:organization_company_change", args=[get_company().pk]))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Company | None = None) -> bool:
        return False


@admin.register(Territory, site=office)
class TerritoryAdmin(OfficeModelAdmin):
    list_display = ("name", "resource_count", "account_count", "description")
    search_fields = ("name", "description")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Territory]:
        rows: QuerySet[Territory] = super().get_queryset(request)
        return rows.annotate(
            resource_total=Count("resources", distinct=True),
            account_total=Count("account", distinct=True),
        )

    @column(_("resources"), ordering="resource_total")
    def resource_count(self, territory: Any) -> int:
        count: int = territory.resource_total
        return count

    @column(_("accounts"), ordering="account_total")
    def account_count(self, territory: Any) -> int:
        count: int = territory.account_total
        return count


@admin.register(OrganizationalUnit, site=office)
class OrganizationalUnitAdmin(AddressAdminMixin, OfficeModelAdmin):
    form = UnitForm
    list_display = ("name", "address", "is_placed")
    search_fields = ("name", "street", "city", "postal_code")
    fieldsets = ((None, {"fields": ("name",)}), ADDRESS)
