"""Visits for the home page, the visit page and the pages that change one."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from doorstep.domain.bookings.errors import PastCancelCutoff, PastChangeCutoff
from doorstep.domain.bookings.models import Booking, ParentStatus
from doorstep.domain.bookings.selectors import ChangeRules
from doorstep.platform.lib.site_time import (
    format_date_and_window,
    format_window,
    format_zone,
    get_zone,
    local_day,
)

from .days import Leaf, leaf_of
from .durations import format_duration


@dataclass(frozen=True, slots=True)
class VisitView:
    code: str
    number: str
    service: str
    leaf: Leaf
    hours: str
    zone: str
    is_exact: bool
    duration: str
    address_lines: tuple[str, ...]
    asset: str
    status: str
    tone: str
    details: str
    preparation: str
    cancel_reason: str
    is_open: bool
    is_traveling: bool
    is_canceled: bool
    version: int
    may_change: bool
    may_cancel: bool
    why_no_change: str
    why_no_cancel: str
    why_not: str
    change_until: str
    cancel_until: str
    url: str
    move_url: str
    cancel_url: str
    calendar_url: str


_TONES = {
    ParentStatus.SCHEDULED: "accent",
    ParentStatus.TRAVELING: "success",
    ParentStatus.IN_PROGRESS: "success",
    ParentStatus.CANCELED: "danger",
}
_CLOSED = {ParentStatus.COMPLETED, ParentStatus.CANCELED}


def visit_view(booking: Booking, *, rules: ChangeRules) -> VisitView:
    """`booking` with work order, incident type, account, asset, status and notes preloaded."""
    zone = get_zone(booking.time_zone)
    order = booking.work_order
    service = order.incident_type
    parent = booking.parent_status
    notes = [note.text for note in booking.notes.all() if note.is_from_customer]
    return VisitView(
        code=booking.code,
        number=booking.number or order.number,
        service=service.customer_name or service.name,
        leaf=leaf_of(local_day(booking.promised_from, zone)),
        hours=format_window(booking.promised_from, booking.promised_to, zone),
        zone=format_zone(zone),
        is_exact=booking.promised_from == booking.promised_to,
        duration=format_duration(booking.duration_minutes),
        address_lines=tuple(order.address_lines),
        asset=order.asset.name if order.asset else "",
        status=status_label(booking),
        tone=_TONES.get(parent, ""),
        details=notes[0] if notes and notes[0] != booking.cancel_reason else "",
        preparation=service.preparation,
        cancel_reason=booking.cancel_reason,
        is_open=parent not in _CLOSED,
        is_traveling=parent is ParentStatus.TRAVELING,
        is_canceled=parent is ParentStatus.CANCELED,
        version=booking.version,
        may_change=rules.may_change,
        may_cancel=rules.may_cancel,
        why_no_change=str(rules.change_error or ""),
        why_no_cancel=str(rules.cancel_error or ""),
        why_not=why_not(rules),
        change_until=_until(rules.change_until, booking),
        cancel_until=_until(rules.cancel_until, booking),
        url=reverse("portal:visit", args=[booking.code]),
        move_url=reverse("portal:move", args=[booking.code]),
        cancel_url=reverse("portal:cancel", args=[booking.code]),
        calendar_url=reverse("portal:visit_calendar", args=[booking.code]),
    )


def why_not(rules: ChangeRules) -> str:
    """Why moving, canceling or both are closed, in as few words as it takes."""
    change, cancel = rules.change_error, rules.cancel_error
    if (
        isinstance(change, PastChangeCutoff)
        and isinstance(cancel, PastCancelCutoff)
        and change.values == cancel.values
    ):
        return (
            _(
                "It is too late to move or cancel this visit online: that was possible until "
                "%(hours)s hours before."
            )
            % change.values
        )
    reasons = dict.fromkeys(str(error) for error in (change, cancel) if error is not None)
    return " ".join(reasons)


def status_label(booking: Booking) -> str:
    """The customer's word for where a visit stands; a company's own status names are for staff."""
    match booking.parent_status:
        case ParentStatus.TRAVELING:
            return _("On the way to you")
        case ParentStatus.ON_BREAK:
            return _("Paused")
        case ParentStatus.IN_PROGRESS:
            return _("In progress")
        case ParentStatus.COMPLETED:
            return _("Completed")
        case ParentStatus.CANCELED:
            return _("Canceled")
        case _other:
            return _("Booked")


def _until(instant: datetime, booking: Booking) -> str:
    return format_date_and_window(instant, None, get_zone(booking.time_zone), with_zone=True)
