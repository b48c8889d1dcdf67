"""A technician's day: visits in order with the ways between them, breaks and time off."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from doorstep.domain.bookings.models import ParentStatus
from doorstep.domain.bookings.technicians import OVER, DayVisit, Pause, TechnicianDay
from doorstep.platform.lib.site_time import (
    format_day,
    format_short_day,
    format_time,
    format_window,
    get_zone,
)

from .words import TONES, status_words

DAYS_SHOWN = 7
_WAY_BACK, _WAY_AHEAD = timedelta(days=60), timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the day: a visit, or a break or absence (then without `url`)."""

    time: str
    travel: str
    title: str
    who: str = ""
    where: str = ""
    window: str = ""
    status: str = ""
    tone: str = ""
    url: str = ""
    code: str = ""
    parent: str = ""
    is_over: bool = False
    is_canceled: bool = False
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class DayLink:
    label: str
    number: int
    full: str
    url: str
    is_shown: bool
    is_today: bool
    count: int


@dataclass(frozen=True, slots=True)
class DayView:
    title: str
    is_today: bool
    works: str
    rows: tuple[Row, ...]
    visit_count: str
    before_url: str
    after_url: str
    days: tuple[DayLink, ...]


def day_view(
    found: TechnicianDay, *, today: date, counts: Mapping[date, int], current: DayVisit | None
) -> DayView:
    """`counts` are the visits of the days in the row of days, by day."""
    timed: list[tuple[datetime, Row]] = [
        (each.part.starts_at, _visit_row(each, is_current=each == current)) for each in found.visits
    ]
    timed += [(pause.starts_at, _pause_row(pause, found.zone)) for pause in found.pauses]
    timed.sort(key=lambda pair: pair[0])
    number = sum(each.booking.parent_status is not ParentStatus.CANCELED for each in found.visits)
    works = ""
    if found.works_from and found.works_to:
        works = format_window(found.works_from, found.works_to, found.zone)
    one = timedelta(days=1)
    return DayView(
        title=day_title(found.day, today),
        is_today=found.day == today,
        works=works,
        rows=tuple(row for _at, row in timed),
        visit_count=ngettext("%(count)d visit", "%(count)d visits", number) % {"count": number},
        before_url=_url(found.day - one, today) if found.day > today - _WAY_BACK else "",
        after_url=_url(found.day + one, today) if found.day < today + _WAY_AHEAD else "",
        days=tuple(
            DayLink(
                label=format_short_day(day).split(",")[0].split("،")[0],
                number=day.day,
                full=day_title(day, today),
                url=_url(day, today),
                is_shown=day == found.day,
                is_today=day == today,
                count=counts.get(day, 0),
            )
            for day in (today + timedelta(days=index) for index in range(DAYS_SHOWN))
        ),
    )


def day_title(day: date, today: date) -> str:
    """ "Today, Thursday, 26 November 2026"; without "today" for other days than these three."""
    near = {0: _("Today"), 1: _("Tomorrow"), -1: _("Yesterday")}.get((day - today).days)
    if near is None:
        return format_day(day)
    return _("%(near)s, %(day)s") % {"near": near, "day": format_short_day(day)}


def travel_words(minutes: int) -> str:
    if minutes <= 0:
        return ""
    return ngettext("%(count)d min travel", "%(count)d min travel", minutes) % {"count": minutes}


def _url(day: date, today: date) -> str:
    address = reverse("technician:day")
    return address if day == today else f"{address}?day={day.isoformat()}"


def _visit_row(each: DayVisit, *, is_current: bool) -> Row:
    booking, part = each.booking, each.part
    order, zone = booking.work_order, get_zone(booking.time_zone)
    parent = booking.parent_status
    arrived = booking.arrived_at if parent is not ParentStatus.SCHEDULED else None
    return Row(
        time=format_time(arrived or part.arrives_at, zone),
        travel="" if arrived or parent in OVER else travel_words(part.travel_minutes),
        title=order.incident_type.name,
        who=str(order.account),
        where=", ".join(text for text in (order.street, order.city) if text),
        window=format_window(booking.promised_from, booking.promised_to, zone),
        status=status_words(booking.status),
        tone=TONES.get(parent, ""),
        url=reverse("technician:visit", args=[booking.code]),
        code=booking.code,
        parent=parent.value,
        is_over=parent in OVER,
        is_canceled=parent is ParentStatus.CANCELED,
        is_current=is_current,
    )


def _pause_row(pause: Pause, zone: ZoneInfo) -> Row:
    window = format_window(pause.starts_at, pause.ends_at, zone)
    if pause.is_time_off:
        return Row(time="", travel="", title=_("Time off"), window=window)
    if pause.minutes:
        title = _("Break of %(minutes)d minutes") % {"minutes": pause.minutes}
        return Row(time="", travel="", title=title, window=window)
    return Row(time=format_time(pause.starts_at, zone), travel="", title=_("Break"), window=window)
