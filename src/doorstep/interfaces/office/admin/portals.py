# ruff: noqa: ARG002  # the signatures are those of Django's admin
"""Portals: brand, booking policy, texts, arrival windows."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from doorstep.domain.customers.services.invitations import invite_all_existing
from doorstep.domain.notifications.models import MessageSettings
from doorstep.domain.organization.models import ArrivalWindow, Portal, Snippet
from doorstep.domain.surveys.models import SurveySettings
from doorstep.interfaces.office.base import (
    OfficeModelAdmin,
    OfficeStackedInline,
    OfficeTabularInline,
    actor_of,
)
from doorstep.interfaces.office.dialogs import DialogForm, dialog_action
from doorstep.interfaces.office.forms.message_settings import MessageSettingsForm
from doorstep.interfaces.office.forms.portal import PortalForm
from doorstep.interfaces.office.forms.snippets import SnippetForm, SnippetFormSet
from doorstep.interfaces.office.forms.surveys import SurveySettingsForm
from doorstep.interfaces.office.site import office


class ArrivalWindowInline(OfficeTabularInline):
    model = ArrivalWindow
    fields = ("from_time", "to_time", "name")
    verbose_name_plural = _("Arrival windows")


class SnippetInline(OfficeTabularInline):
    model = Snippet
    form = SnippetForm
    formset = SnippetFormSet
    fields = ("name", "language", "text")
    verbose_name_plural = _("Own snippets")


class MessageSettingsInline(OfficeStackedInline):
    """One form, there from the start: without a row the defaults hold."""

    model = MessageSettings
    form = MessageSettingsForm
    min_num = max_num = 1
    can_delete = False
    verbose_name = verbose_name_plural = _("Messages")
    fieldsets = (
        (None, {"fields": ("sent_types", ("channel", "send_to"), "staff_addresses")}),
        (
            _("Reminders"),
            {"fields": (("reminder_days", "reminder_time"), "reminder_zone")},
        ),
        (
            _("Moves"),
            {"fields": (("reschedule_minutes", "settle_seconds"),)},
        ),
        (
            _("Quiet hours"),
            {"fields": (("quiet_from", "quiet_to"),)},
        ),
    )


class SurveySettingsInline(OfficeStackedInline):
    """As for messages: without a row nothing is asked."""

    model = SurveySettings
    form = SurveySettingsForm
    min_num = max_num = 1
    can_delete = False
    verbose_name = verbose_name_plural = _("After a visit")
    fields = ("kind", "url_template", "allowed_hosts")


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
    inlines = (ArrivalWindowInline, SnippetInline, MessageSettingsInline, SurveySettingsInline)
    actions_detail = ("invite_all",)
    fieldsets: Any = (
        (
            None,
            {
                "fields": (
                    ("name", "host_name"),
                    ("default_language", "is_default"),
                    ("is_self_scheduling_enabled", "is_tracking_enabled"),
                    ("shows_map", "shows_technician_name"),
                    ("shows_technician_photo", "shows_technician_phone"),
                    ("invites_new_contacts", "code_days_after_visit"),
                )
            },
        ),
        (
            _("Brand"),
            {
                "classes": ("tab",),
                "fields": (
                    "font",
                    "font_color",
                    "foreground_color",
                    "background_color",
                    "header_image_desktop",
                    "header_image_phone",
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
                    "shows_labels",
                    ("first_windows", "first_windows_from_percent"),
                ),
            },
        ),
    )

    @dialog_action(
        _("Invite existing contacts"),
        description=_(
            "Everybody of an active, not excluded account who has an e-mail address, no sign-in "
            "and no automatic invitation so far gets one by e-mail."
        ),
        submit=_("Send the invitations"),
        icon="forward_to_inbox",
    )
    def invite_all(self, request: HttpRequest, form: DialogForm, row: Any) -> StrOrPromise:
        count = invite_all_existing(portal=row, actor=actor_of(request))
        return _("%(count)s contacts are invited.") % {"count": count}
