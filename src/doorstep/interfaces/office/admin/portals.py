"""Portals: brand, booking policy, texts, arrival windows."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from doorstep.domain.organization.models import ArrivalWindow, Portal
from doorstep.interfaces.office.base import OfficeModelAdmin, OfficeTabularInline
from doorstep.interfaces.office.forms.portal import PortalForm
from doorstep.interfaces.office.site import office


class ArrivalWindowInline(OfficeTabularInline):
    model = ArrivalWindow
    fields = ("from_time", "to_time", "name")
    verbose_name_plural = _("Arrival windows")


@admin.register(Portal, site=office)
class PortalAdmin(OfficeModelAdmin):
    form = PortalForm
    list_display = (
        "name",
        "host_name",
        "company_name",
        "default_language",
        "is_default",
        "is_self_scheduling_enabled",
        "is_tracking_enabled",
    )
    search_fields = ("name", "host_name", "company_name")
    inlines = (ArrivalWindowInline,)
    fieldsets: Any = (
        (
            None,
            {
                "fields": (
                    ("name", "host_name"),
                    ("default_language", "is_default"),
                    ("is_self_scheduling_enabled", "is_tracking_enabled"),
                    "invites_new_contacts",
                )
            },
        ),
        (
            _("Brand"),
            {
                "classes": ("tab",),
                "fields": (
                    "font",
                    ("font_color", "foreground_color", "background_color"),
                    ("header_image_desktop", "header_image_phone"),
                    "header_text",
                    "footer_text",
                ),
            },
        ),
        (
            _("Texts"),
            {
                "classes": ("tab",),
                "description": _("One change shows on the portal, in e-mail and in SMS alike."),
                "fields": (
                    ("company_name", "page_title"),
                    ("contact_email", "contact_phone"),
                    "page_footer",
                ),
            },
        ),
        (
            _("Booking policy"),
            {
                "classes": ("tab",),
                "fields": (
                    ("min_lead_days", "max_lead_days"),
                    ("change_cutoff_hours", "cancel_cutoff_hours"),
                    ("max_radius", "radius_unit"),
                    "hold_minutes",
                    ("allows_asset_selection", "allows_additional_details"),
                ),
            },
        ),
        (
            _("Times on offer"),
            {
                "classes": ("tab",),
                "description": _("Windows are listed under “Arrival windows” above."),
                "fields": (
                    ("offer_mode", "grid_minutes"),
                    ("grid_from", "grid_to"),
                    "grid_restarts",
                ),
            },
        ),
    )
