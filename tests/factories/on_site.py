"""Technicians at work: what they report from their page, at the minute they did it."""

from datetime import UTC, datetime
from typing import Any

from doorstep.domain.bookings.models import Booking, BookingStatus, ParentStatus
from doorstep.domain.bookings.selectors import get_default_status
from doorstep.domain.bookings.services.on_site import Report, report_status
from doorstep.domain.resources.models import BookableResource
from doorstep.domain.work.models import ChecklistItem, IncidentType
from doorstep.platform.audit.models import Source
from doorstep.platform.audit.services import Actor

from .bookings import THURSDAY, new_key
from .resources import tom


def at(hour: int, minute: int = 0, second: int = 0) -> datetime:
    """On the Thursday of the visits, in winter, when London keeps UTC."""
    return datetime(THURSDAY.year, THURSDAY.month, THURSDAY.day, hour, minute, second, tzinfo=UTC)


def as_technician(resource: BookableResource | None = None) -> Actor:
    return Actor(Source.TECHNICIAN, (resource or tom()).user)


def make_report(booking: Booking, **overrides: Any) -> Report:
    """Tom's report of this moment, Thursday at ten, unless `now` and `at` say otherwise."""
    values: dict[str, Any] = {
        "booking": booking,
        "actor": as_technician(),
        "request_key": new_key(),
        "now": at(10),
    }
    return Report(**(values | overrides))


def go(
    booking: Booking,
    parent: ParentStatus,
    now: datetime,
    *,
    status: BookingStatus | None = None,
    **overrides: Any,
) -> Booking:
    """Tom sets the visit to this status at `now`; get it as it is then."""
    report = make_report(booking, now=now, **overrides)
    report_status(report, status=status or get_default_status(parent))
    return Booking.objects.select_related("status", "work_order").get(pk=booking.pk)


def make_item(incident_type: IncidentType, text: str, **overrides: Any) -> ChecklistItem:
    return ChecklistItem.objects.create(incident_type=incident_type, text=text, **overrides)
