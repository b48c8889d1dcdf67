"""A visit as an event in its technician's calendar: one pure function, and what counts as changed.

The event lies on the planned work; when to leave and what was promised stand in its text.
"""

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from doorstep.connectors.calendar.base import CalendarEvent, Importance, Place
from doorstep.domain.bookings.models import Assignment, Booking, ParentStatus
from doorstep.domain.work.models import Priority, WorkOrder
from doorstep.platform.lib.site_time import format_date_and_window, format_time, get_zone
from doorstep.platform.lib.urls import absolute_url

from .models import CalendarSettings

# Levels go from 1, most important, to 9.
_HIGH_UP_TO, _LOW_FROM = 3, 7
LONGEST_TITLE = 250

# What the functions below read of an assignment, to be fetched with it.
RELATED = (
    "booking__status",
    "booking__work_order__account__primary_contact",
    "booking__work_order__reported_by",
    "booking__work_order__asset",
    "booking__work_order__incident_type",
    "booking__work_order__work_order_type",
    "booking__work_order__priority",
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """An event as it should stand in the calendar.

    `core` is the digest of what has it written anew: time, place, canceled or not; `full` is the
    digest of all it says.
    """

    event: CalendarEvent
    core: str
    full: str


def reference_of(booking: Booking) -> str:
    """Names the visit in calendars, for ever; one calendar holds at most one event of a visit."""
    return booking.code


def wanted_event(
    assignment: Assignment, settings: CalendarSettings, *, language: str, now: datetime
) -> Wanted:
    """The event of one technician's part in a visit; generation and sequence are the caller's.

    `language` is the technician's. Fetch the assignment with `RELATED`.
    """
    booking = assignment.booking
    assert booking is not None
    is_canceled = booking.parent_status is ParentStatus.CANCELED
    with translation.override(language):
        title = _title(booking.work_order)
        event = CalendarEvent(
            reference=reference_of(booking),
            generation=0,
            sequence=0,
            title=_("Canceled: %(title)s") % {"title": title} if is_canceled else title,
            text="\n".join(_lines(booking, assignment)),
            # What really happened has fractions, which not every calendar keeps.
            starts_at=assignment.arrives_at.astimezone(UTC).replace(microsecond=0),
            ends_at=assignment.ends_at.astimezone(UTC).replace(microsecond=0),
            changed_at=now,
            place=_place(assignment, booking.work_order),
            importance=_importance(booking.work_order.priority),
            url=_visit_url(booking),
            is_busy=not is_canceled,
            is_canceled=is_canceled,
            is_private=settings.is_private,
            reminder_minutes=None if is_canceled else settings.reminder_minutes,
        )
    return Wanted(event, core=_core(event), full=_full(event))


def named(wanted: Wanted, *, generation: int, sequence: int) -> CalendarEvent:
    return replace(wanted.event, generation=generation, sequence=sequence)


def _core(event: CalendarEvent) -> str:
    place = event.place
    return _digest(
        event.starts_at.isoformat(),
        event.ends_at.isoformat(),
        place and [place.name, place.latitude, place.longitude],
        event.is_canceled,
    )


def _full(event: CalendarEvent) -> str:
    return _digest(
        _core(event),
        event.title,
        event.text,
        event.importance,
        event.url,
        event.is_private,
        event.reminder_minutes,
    )


def _digest(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _title(order: WorkOrder) -> str:
    parts = (order.number, order.incident_type.name, order.account.name)
    return " · ".join(part for part in parts if part)[:LONGEST_TITLE]


def _lines(booking: Booking, assignment: Assignment) -> list[str]:
    order, zone = booking.work_order, get_zone(booking.time_zone)
    promised = format_date_and_window(
        booking.promised_from, booking.promised_to, zone, with_zone=True
    )
    lines = [_("Promised: %(when)s") % {"when": promised}]
    if assignment.travel_minutes:
        lines.append(
            _("Leave at %(time)s (%(minutes)s min of travel)")
            % {
                "time": format_time(assignment.starts_at, zone),
                "minutes": assignment.travel_minutes,
            }
        )
    kind = f" ({order.work_order_type})" if order.work_order_type else ""
    lines += [
        _("Work order: %(number)s") % {"number": f"{order.number}{kind}"},
        _("Job: %(what)s") % {"what": order.incident_type.name},
    ]
    if order.summary:
        lines.append(_("Summary: %(text)s") % {"text": order.summary})
    if order.priority:
        lines.append(_("Priority: %(name)s") % {"name": order.priority.name})
    lines.append(_("Customer: %(name)s") % {"name": order.account.name})
    contact = order.account.primary_contact or order.reported_by
    if contact is not None:
        reach = ", ".join(part for part in (str(contact), contact.phone) if part)
        lines.append(_("Contact: %(reach)s") % {"reach": reach})
    if order.asset is not None:
        lines.append(_("Asset: %(name)s") % {"name": str(order.asset)})
    if order.instructions:
        lines += ["", order.instructions]
    return [*lines, "", _visit_url(booking)]


def _place(assignment: Assignment, order: WorkOrder) -> Place | None:
    """Where this technician works: nowhere for a visit by phone, or at her own facility."""
    if not order.has_address or assignment.latitude is None:
        return None
    return Place(
        name=order.one_line_address,
        street=order.street,
        postal_code=order.postal_code,
        city=order.city,
        country=order.country,
        latitude=assignment.latitude,
        longitude=assignment.longitude,
    )


def _importance(priority: Priority | None) -> Importance:
    if priority is not None and priority.level <= _HIGH_UP_TO:
        return Importance.HIGH
    if priority is not None and priority.level >= _LOW_FROM:
        return Importance.LOW
    return Importance.NORMAL


def _visit_url(booking: Booking) -> str:
    return absolute_url(reverse("technician:visit", args=[booking.code]))
