# ruff: noqa: ARG002  # the signatures are those of Django's admin
"""Links without sign-in: who got which, when it was opened; extended, expired and blocked here."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from doorstep.domain.bookings.codes import expiry_of, state_of, with_expiry
from doorstep.domain.bookings.models import BookingCode
from doorstep.domain.bookings.services.codes import (
    block_code,
    expire_code,
    set_expiry,
    unblock_code,
)
from doorstep.interfaces.office.base import OfficeModelAdmin, ReadOnlyMixin, actor_of
from doorstep.interfaces.office.code_words import STATE_LABELS, purpose_words
from doorstep.interfaces.office.columns import column, link_to
from doorstep.interfaces.office.dialogs import DialogForm, dialog_action
from doorstep.interfaces.office.filters import CodePurposeFilter, CodeStateFilter, OpenedFilter
from doorstep.interfaces.office.forms.booking_codes import ExtendCodeForm
from doorstep.interfaces.office.site import office
from doorstep.interfaces.office.times import in_lists, short_promise


@admin.register(BookingCode, site=office)
class BookingCodeAdmin(ReadOnlyMixin, OfficeModelAdmin):
    list_display = (
        "recipient", "sent_with", "booking_link", "created", "last_opened", "open_count",
        "expires", "state_badge",
    )  # fmt: skip
    list_display_links = ("recipient",)
    list_filter = (CodeStateFilter, CodePurposeFilter, OpenedFilter)
    search_fields = (
        "contact__last_name", "contact__first_name", "contact__email", "contact__phone",
        "booking__number", "booking__work_order__number", "booking__work_order__account__name",
    )  # fmt: skip
    date_hierarchy = "created_at"
    actions_detail = ("extend", "expire", "block", "unblock")
    fieldsets: Any = (
        (
            None,
            {
                "description": _(
                    "The link itself cannot be shown again: only its hash is kept. A new one is "
                    "made on the page of its booking. Openings by mail scanners count as well."
                ),
                "fields": (
                    ("recipient_link", "account"),
                    ("booking_link", "promised"),
                    ("sent_with", "message"),
                    ("created", "created_by"),
                    ("state_badge", "expires"),
                    ("first_opened", "last_opened"),
                    ("open_count", "blocked"),
                ),
            },
        ),
    )
    readonly_fields = (
        "recipient_link", "account", "booking_link", "promised", "sent_with", "message", "created",
        "state_badge", "expires", "first_opened", "last_opened", "blocked",
    )  # fmt: skip

    def has_action_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("bookings.change_bookingcode")

    def get_queryset(self, request: HttpRequest) -> QuerySet[BookingCode]:
        rows: QuerySet[BookingCode] = with_expiry(super().get_queryset(request)).select_related(
            "contact__account",
            "created_by",
            "booking__work_order__account",
            "booking__work_order__portal",
        )
        return rows

    @column(_("recipient"), ordering="contact__last_name")
    def recipient(self, code: BookingCode) -> str:
        return str(code.contact or _("Removed"))

    @column(_("recipient"))
    def recipient_link(self, code: BookingCode) -> str:
        return link_to(code.contact)

    @column(_("account"))
    def account(self, code: BookingCode) -> str:
        return link_to(code.booking.work_order.account)

    @column(_("booking"), ordering="booking__promised_from")
    def booking_link(self, code: BookingCode) -> str:
        return link_to(code.booking, code.booking.number or code.booking.work_order.number)

    @column(_("promised"))
    def promised(self, code: BookingCode) -> str:
        booking = code.booking
        return short_promise(booking.promised_from, booking.promised_to, booking.time_zone)

    @column(_("sent with"), ordering="purpose")
    def sent_with(self, code: BookingCode) -> str:
        return purpose_words(code)

    @column(_("message"))
    def message(self, code: BookingCode) -> str:
        return link_to(code.messages.order_by("pk").last())

    @column(_("created"), ordering="created_at")
    def created(self, code: BookingCode) -> str:
        return in_lists(code.created_at)

    @column(_("expires"), ordering="expiry")
    def expires(self, code: BookingCode) -> str:
        return in_lists(expiry_of(code))

    @column(_("first opened"))
    def first_opened(self, code: BookingCode) -> str:
        return in_lists(code.first_opened_at)

    @column(_("last opened"), ordering="last_opened_at")
    def last_opened(self, code: BookingCode) -> str:
        return in_lists(code.last_opened_at)

    @column(_("blocked"))
    def blocked(self, code: BookingCode) -> str:
        return in_lists(code.blocked_at)

    @column(_("state"), badge=True)
    def state_badge(self, code: BookingCode) -> tuple[str, Any]:
        state = state_of(code, now=timezone.now())
        return state.value, STATE_LABELS[state]

    @dialog_action(_("Extend"), form_class=ExtendCodeForm, permissions=("action",), icon="update")
    def extend(self, request: HttpRequest, form: DialogForm, row: Any) -> StrOrPromise:
        days = form.cleaned_data["days"]
        until = timezone.now() + timedelta(days=days) if days else None
        set_expiry(code=row, expires_at=until, actor=actor_of(request))
        return _("It opens the visit until %(until)s.") % {"until": in_lists(expiry_of(row))}

    @dialog_action(
        _("Expire"),
        description=_("The link opens nothing from now on. It can be extended again."),
        permissions=("action",),
        icon="timer_off",
    )
    def expire(self, request: HttpRequest, form: DialogForm, row: Any) -> StrOrPromise:
        expire_code(code=row, actor=actor_of(request), now=timezone.now())
        return _("The link has expired.")

    @dialog_action(
        _("Block"),
        description=_("The link opens nothing until it is unblocked; open pages close too."),
        permissions=("action",),
        icon="block",
    )
    def block(self, request: HttpRequest, form: DialogForm, row: Any) -> StrOrPromise:
        if block_code(code=row, actor=actor_of(request), now=timezone.now()):
            return _("The link is blocked.")
        return _("The link was blocked already.")

    @dialog_action(
        _("Unblock"),
        description=_("The link opens its visit again, if it has not expired."),
        permissions=("action",),
        icon="lock_open",
    )
    def unblock(self, request: HttpRequest, form: DialogForm, row: Any) -> StrOrPromise:
        if unblock_code(code=row, actor=actor_of(request)):
            return _("The link is no longer blocked.")
        return _("The link was not blocked.")
