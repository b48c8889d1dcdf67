# ruff: noqa: ARG002  # the signatures are those of Django's admin
"""Tracking: what the company allows, trips under way, delays, and GPS platforms."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from doorstep.domain.tracking.models import (
    Delay,
    PositionKey,
    SharingSession,
    Tracker,
    TrackingSettings,
)
from doorstep.domain.tracking.services.keys import new_secret, revoke_key
from doorstep.interfaces.office.base import (
    OfficeModelAdmin,
    ReadOnlyMixin,
    SingleRowAdmin,
    actor_of,
)
from doorstep.interfaces.office.columns import column, link_to
from doorstep.interfaces.office.dialogs import DialogForm, dialog_action
from doorstep.interfaces.office.filters import RunningTripFilter, StillLateFilter
from doorstep.interfaces.office.message_words import visit_link
from doorstep.interfaces.office.site import office
from doorstep.interfaces.office.times import in_lists, short_promise


@admin.register(TrackingSettings, site=office)
class TrackingSettingsAdmin(SingleRowAdmin):
    fieldsets: Any = (
        (
            None,
            {
                "description": _(
                    "Positions are taken only while a technician travels to a visit. What "
                    "customers see of them is switched on each portal."
                ),
                "fields": (
                    "is_sharing_enabled",
                    ("report_seconds", "keep_hours"),
                    ("hide_start_metres", "shown_minutes"),
                    ("exact_within_metres", "coarse_metres"),
                    ("estimate_seconds", "late_minutes"),
                ),
            },
        ),
    )


@admin.register(SharingSession, site=office)
class SharingSessionAdmin(ReadOnlyMixin, OfficeModelAdmin):
    list_display = ("began", "technician", "visit", "state_badge", "last_position")
    list_display_links = ("began",)
    list_filter = (RunningTripFilter, "resource")
    search_fields = ("resource__name", "booking__number", "booking__work_order__number")
    fieldsets: Any = (
        (
            None,
            {
                "description": _(
                    "Where technicians have been is forgotten after the hours of the tracking "
                    "settings; that they traveled stays."
                ),
                "fields": (
                    ("technician", "visit"),
                    ("began", "ended"),
                    ("state_badge", "pause_reason"),
                    ("latitude", "longitude"),
                    ("last_position", "accuracy_metres"),
                    "has_left",
                ),
            },
        ),
    )
    readonly_fields = ("technician", "visit", "began", "ended", "state_badge", "last_position")

    def get_queryset(self, request: HttpRequest) -> QuerySet[SharingSession]:
        rows: QuerySet[SharingSession] = super().get_queryset(request)
        return rows.select_related("resource", "booking__work_order")

    @column(_("began"), ordering="began_at")
    def began(self, session: SharingSession) -> str:
        return in_lists(session.began_at)

    @column(_("ended"), ordering="ended_at")
    def ended(self, session: SharingSession) -> str:
        return in_lists(session.ended_at)

    @column(_("technician"), ordering="resource__name")
    def technician(self, session: SharingSession) -> str | SafeString:
        return link_to(session.resource)

    @column(_("visit"))
    def visit(self, session: SharingSession) -> str | SafeString:
        return visit_link(session.booking)

    @column(_("state"), ordering="ended_at", badge=True)
    def state_badge(self, session: SharingSession) -> tuple[str, Any]:
        if session.ended_at is not None:
            return "closed", _("Over")
        if session.paused_at is not None:
            return "on_break", _("Sharing paused")
        return "traveling", _("On the way")

    @column(_("last position"), ordering="position_at")
    def last_position(self, session: SharingSession) -> str:
        return in_lists(session.position_at)


@admin.register(Delay, site=office)
class DelayAdmin(ReadOnlyMixin, OfficeModelAdmin):
    list_display = ("noticed", "visit", "promised", "expected", "state_badge", "answer")
    list_display_links = ("noticed",)
    list_filter = (StillLateFilter, "answer")
    search_fields = ("booking__number", "booking__work_order__number")
    fieldsets: Any = (
        (
            None,
            {
                "fields": (
                    ("visit", "state_badge"),
                    ("promised", "expected"),
                    "noticed",
                    ("answer", "answered"),
                )
            },
        ),
    )
    readonly_fields = ("noticed", "visit", "promised", "expected", "state_badge", "answered")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delay]:
        rows: QuerySet[Delay] = super().get_queryset(request)
        return rows.select_related("booking__work_order", "booking__status")

    @column(_("noticed"), ordering="noticed_at")
    def noticed(self, delay: Delay) -> str:
        return in_lists(delay.noticed_at)

    @column(_("visit"))
    def visit(self, delay: Delay) -> str | SafeString:
        return visit_link(delay.booking)

    @column(_("promised"), ordering="promised_from")
    def promised(self, delay: Delay) -> str:
        return short_promise(delay.promised_from, delay.promised_to, delay.booking.time_zone)

    @column(_("expected"), ordering="expected_at")
    def expected(self, delay: Delay) -> str:
        return in_lists(delay.expected_at)

    @column(_("answered"))
    def answered(self, delay: Delay) -> str:
        return in_lists(delay.answered_at)

    @column(_("state"), badge=True)
    def state_badge(self, delay: Delay) -> tuple[str, Any]:
        """Of the visit now, whichever of its delays the row is."""
        booking = delay.booking
        if booking.expected_late_at is not None and booking.expected_late_at == delay.expected_at:
            return "failed", _("Late")
        return "closed", _("Past") if delay.is_late else _("On time after all")


@admin.register(PositionKey, site=office)
class PositionKeyAdmin(OfficeModelAdmin):
    list_display = ("name", "created", "last_used", "state_badge")
    search_fields = ("name",)
    fields: Any = ("name", "created", "last_used", "state_badge")
    readonly_fields = ("created", "last_used", "state_badge")
    actions_detail = ("revoke",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Revoked keys stay: history names them.
        return False

    def save_model(
        self, request: HttpRequest, obj: PositionKey, form: ModelForm[PositionKey], change: bool
    ) -> None:
        secret = "" if change else new_secret(obj)
        super().save_model(request, obj, form, change)
        if secret:
            text = _("The key, shown this once: %(key)s") % {"key": secret}
            messages.success(request, text)

    @column(_("created"), ordering="created_at")
    def created(self, key: PositionKey) -> str:
        return in_lists(key.created_at)

    @column(_("last used"), ordering="last_used_at")
    def last_used(self, key: PositionKey) -> str:
        return in_lists(key.last_used_at)

    @column(_("state"), badge=True)
    def state_badge(self, key: PositionKey) -> tuple[str, Any]:
        return ("open", _("Good")) if key.revoked_at is None else ("revoked", _("Revoked"))

    @dialog_action(
        _("Revoke"),
        description=_("Nothing can be reported with it any more, from now on and for good."),
        icon="block",
    )
    def revoke(self, request: HttpRequest, form: DialogForm, row: Any) -> StrOrPromise:
        revoke_key(key=row, actor=actor_of(request), now=timezone.now())
        return _("The key is revoked.")


@admin.register(Tracker, site=office)
class TrackerAdmin(OfficeModelAdmin):
    list_display = ("device", "resource")
    list_filter = ("resource",)
    search_fields = ("device", "resource__name")
    autocomplete_fields = ("resource",)
