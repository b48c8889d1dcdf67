"""A visit that is expected late: when, and what its customer can do about it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse

from doorstep.domain.bookings.models import Booking
from doorstep.domain.tracking.models import DelayAnswer
from doorstep.domain.tracking.services.outlook import last_delay
from doorstep.platform.lib.site_time import format_window, get_zone, local_day

from .visits import expected_late, visit_urls


@dataclass(frozen=True, slots=True)
class LateView:
    """`keeps`: the customer has said that she will wait. The links lead to times of today, and to
    those from tomorrow on."""

    expected: str
    promised: str
    keeps: bool
    keep_url: str
    today_url: str
    other_day_url: str


def late_view(booking: Booking, *, by_link: bool, now: datetime) -> LateView | None:
    """None for a visit that is not expected late, or whose technician has set out."""
    expected = expected_late(booking)
    if not expected:
        return None
    zone = get_zone(booking.time_zone)
    delay = last_delay(booking)
    move = visit_urls(booking.code, by_link=by_link).move
    today = local_day(now, zone)
    return LateView(
        expected=expected,
        promised=format_window(booking.promised_from, booking.promised_to, zone),
        keeps=delay is not None and delay.answer == DelayAnswer.KEEP,
        keep_url=reverse(f"portal:{'link_' if by_link else ''}keep", args=[booking.code]),
        today_url=f"{move}?day={today.isoformat()}",
        other_day_url=f"{move}?day={(today + timedelta(days=1)).isoformat()}",
    )
