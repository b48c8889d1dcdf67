# ruff: noqa: ARG002  # the signatures are those of Django's admin
"""Bookings and holds: looked at here, changed only through the services that keep their locks."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from doorstep.domain.bookings.models import BY_HAND, Assignment, Booking, BookingNote, Hold
from doorstep.domain.bookings.rules import portal_of
from doorstep.domain.bookings.services.cancel import cancel_booking
from doorstep.domain.bookings.services.codes import create_booking_code
from doorstep.domain.bookings.services.hold import release_hold
from doorstep.domain.bookings.services.status import set_status
from doorstep.domain.notifications.links import code_url, visit_url
from doorstep.domain.notifications.selectors import messages_of_booking
from doorstep.domain.organization.selectors import find_portal
from doorstep.interfaces.office.base import OfficeModelAdmin, ReadOnlyMixin, actor_of
from doorstep.interfaces.office.booking_panels import (
    assignment_panel,
    checklist_panel,
    journal_panel,
    photo_panel,
    timestamp_panel,
)
from doorstep.interfaces.office.calendar_panels import in_calendars_panel
from doorstep.interfaces.office.code_words import code_panel
from doorstep.interfaces.office.columns import column, link_to
from doorstep.interfaces.office.dialogs import DialogForm, dialog_action
from doorstep.interfaces.office.feedback import answer_panel
from doorstep.interfaces.office.filters import PromisedFilter
from doorstep.interfaces.office.forms.booking_codes import NewCodeForm
from doorstep.interfaces.office.forms.bookings import CancelForm, StatusForm
from doorstep.interfaces.office.message_words import message_panel
from doorstep.interfaces.office.panels import Panel, history_panel, note_panel
from doorstep.interfaces.office.site import office
from doorstep.interfaces.office.times import in_lists, promise, short_promise
from doorstep.interfaces.office.why import WhyMixin
from doorstep.platform.audit.selectors import history_of
from doorstep.platform.audit.services import record


@admin.register(Booking, site=office)
class BookingAdmin(WhyMixin, ReadOnlyMixin, OfficeModelAdmin):
    change_form_outer_after_template = "office/panels.html"
    list_display = (
        "promised", "shown_number", "status_badge", "work_order_link", "account", "comes", "method",
    )  # fmt: skip
    list_display_links = ("promised",)
    list_filter = (PromisedFilter, "status", "method")
    search_fields = (
        "number", "work_order__number", "work_order__account__name", "booked_by__email",
    )  # fmt: skip
    date_hierarchy = "promised_from"
    actions_detail = ("set_new_status", "cancel_visit", "make_link", "why_no_time")
    why_parameter = "booking"
    fieldsets: Any = (
        (
            None,
            {
                "description": _(
                    "Times are not typed here: a visit's time is locked with its technicians' "
                    "time, so that nothing is booked twice. Move it on the portal or the board."
                ),
                "fields": (
                    ("promised_long", "status_badge"),
                    ("work_order_link", "account"),
                    ("shown_number", "method"),
                    ("booked_by", "created"),
                    ("planned", "duration_minutes"),
                    ("canceled", "completed"),
                    ("left", "arrived"),
                    ("actual_travel_minutes", "actual_work_minutes"),
                    ("is_pinned", "cancel_reason"),
                    "customer_page",
                ),
            },
        ),
    )
    readonly_fields = (
        "promised_long", "planned", "status_badge", "work_order_link", "account", "shown_number",
        "customer_page", "created", "canceled", "completed", "left", "arrived",
        "actual_travel_minutes", "actual_work_minutes",
    )  # fmt: skip

    def has_action_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("bookings.change_booking")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Booking]:
        rows: QuerySet[Booking] = super().get_queryset(request)
        return rows.select_related(
            "status", "work_order__account", "work_order__portal", "booked_by"
        ).prefetch_related(Prefetch("assignments", Assignment.objects.select_related("resource")))

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        obj = self.get_object(request, object_id)
        panels = _panels(obj) if isinstance(obj, Booking) else []
        answer: HttpResponse = super().change_view(
            request, object_id, form_url, {"panels": panels} | (extra_context or {})
        )
        return answer

    @column(_("promised"), ordering="promised_from")
    def promised(self, booking: Booking) -> str:
        return short_promise(booking.promised_from, booking.promised_to, booking.time_zone)

    @column(_("promised"))
    def promised_long(self, booking: Booking) -> str:
        return promise(booking.promised_from, booking.promised_to, booking.time_zone)

    @column(_("planned"))
    def planned(self, booking: Booking) -> str:
        return short_promise(booking.arrives_at, booking.ends_at, booking.time_zone)

    @column(_("created"))
    def created(self, booking: Booking) -> str:
        return in_lists(booking.created_at)

    @column(_("canceled"))
    def canceled(self, booking: Booking) -> str:
        return in_lists(booking.canceled_at)

    @column(_("completed"))
    def completed(self, booking: Booking) -> str:
        return in_lists(booking.completed_at)

    @column(_("left for it"))
    def left(self, booking: Booking) -> str:
        return in_lists(booking.traveling_at)

    @column(_("arrived"))
    def arrived(self, booking: Booking) -> str:
        return in_lists(booking.arrived_at)

    @column(_("number"), ordering="number")
    def shown_number(self, booking: Booking) -> str:
        return booking.number or "–"

    @column(_("status"), ordering="status", badge=True)
    def status_badge(self, booking: Booking) -> tuple[str, str]:
        return booking.status.parent, booking.status.name

    @column(_("work order"), ordering="work_order")
    def work_order_link(self, booking: Booking) -> str:
        return link_to(booking.work_order)

    @column(_("the customer's page"))
    def customer_page(self, booking: Booking) -> str:
        """The address the customer is sent to; only she, signed in, may open it."""
        portal = booking.work_order.portal or find_portal("")
        return visit_url(booking, portal) if portal else "–"

    @column(_("account"), ordering="work_order__account__name")
    def account(self, booking: Booking) -> str:
        return link_to(booking.work_order.account)

    @column(_("comes"))
    def comes(self, booking: Booking) -> str:
        return ", ".join(str(part.resource) for part in booking.assignments.all()) or "–"

    @dialog_action(_("Set status"), form_class=StatusForm, permissions=("action",), icon="flag")
    def set_new_status(self, request: HttpRequest, form: DialogForm, row: Any) -> StrOrPromise:
        status = form.cleaned_data["status"]
        set_status(booking=row, status=status, actor=actor_of(request), at=timezone.now())
        return _("The visit is %(status)s now.") % {"status": status}

    @dialog_action(
        _("Cancel visit"),
        description=_("Its time becomes free at once."),
        submit=_("Yes, cancel it"),
        form_class=CancelForm,
        permissions=("action",),
        icon="event_busy",
    )
    def cancel_visit(self, request: HttpRequest, form: DialogForm, row: Any) -> StrOrPromise:
        cancel_booking(
            booking=row,
            reason=form.cleaned_data["reason"],
            request_key=form.cleaned_data["key"],
            actor=actor_of(request),
            now=timezone.now(),
        )
        return _("The visit is canceled.")

    @dialog_action(
        _("Make a link"),
        description=_("It opens this visit without signing in, to look at, move or cancel it."),
        form_class=NewCodeForm,
        permissions=("action",),
        icon="add_link",
    )
    def make_link(self, request: HttpRequest, form: DialogForm, row: Any) -> StrOrPromise:
        now, days = timezone.now(), form.cleaned_data["days"]
        _row, code = create_booking_code(
            booking=row,
            contact=form.cleaned_data["contact"],
            purpose=BY_HAND,
            now=now,
            actor=actor_of(request),
            expires_at=now + timedelta(days=days) if days else None,
        )
        return _("The link, shown this once: %(link)s") % {"link": code_url(code, portal_of(row))}


def _panels(booking: Booking) -> list[Panel]:
    notes = BookingNote.objects.filter(booking=booking).select_related("author")
    codes = booking.codes.select_related(
        "contact__account", "booking__work_order__account", "booking__work_order__portal"
    )
    return [
        assignment_panel(booking, booking.assignments.all()),
        in_calendars_panel(booking),
        message_panel(messages_of_booking(booking.pk)),
        answer_panel(booking.answers.select_related("contact")),
        note_panel(notes),
        checklist_panel(
            booking.work_order.incident_type.checklist.all(),
            booking.checklist.select_related("done_by"),
        ),
        photo_panel(booking.photos.select_related("author"), getattr(booking, "signature", None)),
        journal_panel(booking, booking.journal.select_related("resource")),
        code_panel(codes, now=timezone.now()),
        timestamp_panel(booking.timestamps.select_related("status", "user")),
        history_panel(history_of(booking)[:200]),
    ]


@admin.register(Hold, site=office)
class HoldAdmin(ReadOnlyMixin, OfficeModelAdmin):
    list_display = ("promised", "contact", "incident_type", "is_live", "until", "comes")
    list_filter = ("portal",)
    search_fields = ("contact__email", "contact__last_name", "contact__account__name")
    actions_detail = ("release",)
    fieldsets: Any = (
        (
            None,
            {
                "description": _("A time kept for a customer while she fills the form."),
                "fields": (
                    ("promised", "until"),
                    ("contact", "incident_type"),
                    ("asset", "portal"),
                    ("comes", "is_live"),
                ),
            },
        ),
    )
    readonly_fields = ("promised", "until", "is_live", "comes")

    def has_action_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("bookings.change_hold")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Hold]:
        rows: QuerySet[Hold] = super().get_queryset(request)
        return rows.select_related("contact", "incident_type", "asset", "portal").prefetch_related(
            "assignments__resource"
        )

    @column(_("time"), ordering="promised_from")
    def promised(self, hold: Hold) -> str:
        return short_promise(hold.promised_from, hold.promised_to, hold.time_zone)

    @column(_("held until"), ordering="expires_at")
    def until(self, hold: Hold) -> str:
        return in_lists(hold.expires_at)

    @column(_("still held"), boolean=True)
    def is_live(self, hold: Hold) -> bool:
        return hold.expires_at > timezone.now()

    @column(_("comes"))
    def comes(self, hold: Hold) -> str:
        return ", ".join(str(part.resource) for part in hold.assignments.all()) or "–"

    @dialog_action(
        _("Release"),
        description=_("The time becomes free; the customer has to choose again."),
        permissions=("action",),
        icon="lock_open",
    )
    def release(self, request: HttpRequest, form: DialogForm, row: Any) -> StrOrPromise:
        record(actor=actor_of(request), action="released", obj=row)
        release_hold(code=row.code, contact=row.contact)
        return _("The time is free again.")
