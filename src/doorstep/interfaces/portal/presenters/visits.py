"""Visits for the home page, the visit page and the pages that change one."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from doorstep.domain.bookings.errors import PastCancelCutoff, PastChangeCutoff
from doorstep.domain.bookings.models import Booking, ParentStatus
from doorstep.domain.bookings.rules import portal_of
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
from .live import round_to_five


@dataclass(frozen=True, slots=True)
class VisitUrls:
    """Where the pages of a visit are: for who signed in, or for who came by a link."""

    visit: str
    calendar: str
    move: str
    review: str
    extend: str
    release: str
    cancel: str
    photos: str


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
    is_ahead: bool
    is_traveling: bool
    follows: str
    late: str
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
    extend_url: str
    release_url: str
    photos_url: str
    by_link: bool
    is_least: bool
    feedback: str = ""
    feedback_url: str = ""


_TONES = {
    ParentStatus.SCHEDULED: "accent",
    ParentStatus.TRAVELING: "success",
    ParentStatus.IN_PROGRESS: "success",
    ParentStatus.CANCELED: "danger",
}
_AHEAD = {ParentStatus.SCHEDULED, ParentStatus.TRAVELING}
_CLOSED = {ParentStatus.COMPLETED, ParentStatus.CANCELED}


def visit_urls(code: str, *, by_link: bool = False) -> VisitUrls:
    """The pages of the visit that has this public code."""
    prefix = "portal:link_" if by_link else "portal:"
    names = ("visit", "visit_calendar", "move", "move_review", "move_hold_extend",
             "move_hold_release", "cancel", "photos")  # fmt: skip
    return VisitUrls(*(reverse(prefix + name, args=[code]) for name in names))


def visit_view(
    booking: Booking, *, rules: ChangeRules, by_link: bool = False, is_least: bool = False
) -> VisitView:
    """`booking` with work order, incident type, account, asset, status and notes preloaded.

    Links are forwarded: by one, only what it takes to be at home is shown, and of a visit that is
    over (`is_least`) no more than state and time.
    """
    zone = get_zone(booking.time_zone)
    order = booking.work_order
    service = order.incident_type
    parent = booking.parent_status
    notes = [note.text for note in booking.notes.all() if note.is_from_customer and not by_link]
    urls = visit_urls(booking.code, by_link=by_link)
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
        asset=order.asset.name if order.asset and not by_link else "",
        status=status_label(booking),
        tone=_TONES.get(parent, ""),
        details=notes[0] if notes and notes[0] != booking.cancel_reason else "",
        preparation=service.preparation,
        cancel_reason="" if by_link else booking.cancel_reason,
        is_open=parent not in _CLOSED,
        is_ahead=parent in _AHEAD,
        is_traveling=parent is ParentStatus.TRAVELING,
        follows=_follows(booking),
        late=expected_late(booking),
        is_canceled=parent is ParentStatus.CANCELED,
        version=booking.version,
        may_change=rules.may_change,
        may_cancel=rules.may_cancel,
        why_no_change=str(rules.change_error or ""),
        why_no_cancel=str(rules.cancel_error or ""),
        why_not=why_not(rules),
        change_until=_until(rules.change_until, booking),
        cancel_until=_until(rules.cancel_until, booking),
        url=urls.visit,
        move_url=urls.move,
        cancel_url=urls.cancel,
        calendar_url=urls.calendar,
        extend_url=urls.extend,
        release_url=urls.release,
        photos_url=urls.photos,
        by_link=by_link,
        is_least=is_least,
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


def expected_late(booking: Booking) -> str:
    """ "Expected around 13:40, London time"; empty for a visit that is not expected late, or whose
    technician has set out: then the live page knows better."""
    expected_at = booking.expected_late_at
    if expected_at is None or booking.parent_status is not ParentStatus.SCHEDULED:
        return ""
    zone = get_zone(booking.time_zone)
    return _("Expected around %(time)s") % {
        "time": format_window(round_to_five(expected_at), None, zone, with_zone=True)
    }


def _follows(booking: Booking) -> str:
    """What the home page calls the way to the live page; empty while there is nothing to follow."""
    if booking.parent_status is not ParentStatus.TRAVELING:
        return ""
    portal = portal_of(booking)
    if not portal.is_tracking_enabled:
        return ""
    return _("View live map") if portal.shows_map else _("See when we arrive")


def _until(instant: datetime, booking: Booking) -> str:
    return format_date_and_window(instant, None, get_zone(booking.time_zone), with_zone=True)
