"""Offers as a day strip, groups of windows and a month."""

import calendar
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.utils import formats
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from doorstep.domain.bookings.services.search import OfferDay, OfferList, Window
from doorstep.engine.labels import Label
from doorstep.platform.lib.site_time import (
    format_date,
    format_day,
    format_days,
    format_month,
    format_window,
    format_zone,
)

from .days import Leaf, leaf_of

STRIP_DAYS = 7
NOON, EVENING = 12, 17
# Beside each time while they are few; once above them where it would be noise.
MAX_ZONED_WINDOWS = 8


@dataclass(frozen=True, slots=True)
class DayCard:
    leaf: Leaf
    state: str
    is_open: bool
    is_bookable: bool
    is_selected: bool
    url: str
    label: str


@dataclass(frozen=True, slots=True)
class WindowChip:
    key: str
    hours: str
    name: str
    zone: str
    note: str
    label: str
    is_checked: bool


@dataclass(frozen=True, slots=True)
class WindowGroup:
    title: str
    chips: tuple[WindowChip, ...]


@dataclass(frozen=True, slots=True)
class NextAvailable:
    key: str
    leaf: Leaf
    day: str
    hours: str
    zone: str
    other_month: str


@dataclass(frozen=True, slots=True)
class TimesView:
    zone: str
    strip: tuple[DayCard, ...]
    period: str
    previous_url: str
    next_url: str
    selected: Leaf | None
    groups: tuple[WindowGroup, ...]
    more: tuple[WindowGroup, ...]
    more_is_open: bool
    count: int
    summary: str
    is_exact: bool
    zone_in_chips: bool
    month_url: str


@dataclass(frozen=True, slots=True)
class MonthView:
    title: str
    zone: str
    weekdays: tuple[str, ...]
    weeks: tuple[tuple[DayCard | None, ...], ...]
    previous_url: str
    next_url: str
    strip_url: str
    summary: str


def times_view(
    offers: OfferList, *, selected: dt.date, url: str, checked: str = "", current: str = ""
) -> TimesView:
    """A strip of days and the windows of one. `checked` and `current` are window keys: the one
    that is held or was wanted, and the one a visit to be moved has now."""
    first, last = offers.days[0].day, offers.days[-1].day
    chosen = next((day for day in offers.days if day.day == selected), offers.days[0])
    few = len(chosen.windows) <= MAX_ZONED_WINDOWS
    zone = format_zone(offers.zone)

    def groups(windows: Sequence[Window]) -> tuple[WindowGroup, ...]:
        chips = [
            (_part_of_day(window, offers.zone), _chip(window, offers.zone, checked, current))
            for window in windows
        ]
        if few:
            chips = [(part, replace(chip, zone=zone)) for part, chip in chips]
        return tuple(
            WindowGroup(title, tuple(chip for _part, chip in members))
            for title, members in groupby(chips, key=lambda pair: pair[0])
        )

    # A day with nothing but put-off times shows them: whoever opened it wants this day.
    at_once = [window for window in chosen.windows if not window.advice.is_put_off]
    at_once = at_once or list(chosen.windows)
    more = [window for window in chosen.windows if window not in at_once]
    return TimesView(
        zone=zone,
        strip=tuple(_card(day, offers, selected=chosen.day, url=url) for day in offers.days),
        period=format_days(first, last),
        previous_url=_from_url(url, first - dt.timedelta(days=STRIP_DAYS))
        if first > offers.first_day
        else "",
        next_url=_from_url(url, last + dt.timedelta(days=1)) if last < offers.last_day else "",
        selected=leaf_of(chosen.day),
        groups=groups(at_once),
        more=groups(more),
        more_is_open=any(window.key in (checked, current) for window in more),
        count=len(chosen.windows),
        summary=_summary(chosen),
        is_exact=all(window.promised_from == window.promised_to for window in chosen.windows),
        zone_in_chips=few,
        month_url=f"{url}?{urlencode({'view': 'month', 'month': f'{chosen.day:%Y-%m}'})}",
    )


def month_view(offers: OfferList, *, month: dt.date, url: str) -> MonthView:
    """`month` is its first day; `offers` hold at least its days inside the lead time."""
    by_day = {day.day: day for day in offers.days}
    first_weekday = _first_weekday()
    weeks = calendar.Calendar(first_weekday).monthdatescalendar(month.year, month.month)
    following = (month + dt.timedelta(days=32)).replace(day=1)
    before = (month - dt.timedelta(days=1)).replace(day=1)
    open_days = sum(bool(day.windows) for day in offers.days if day.day.month == month.month)
    return MonthView(
        title=format_month(month),
        zone=format_zone(offers.zone),
        weekdays=tuple(str(WEEKDAYS_ABBR[(first_weekday + index) % 7]) for index in range(7)),
        weeks=tuple(
            tuple(
                _card(by_day.get(day, OfferDay(day, False, ())), offers, selected=None, url=url)
                if day.month == month.month
                else None
                for day in week
            )
            for week in weeks
        ),
        previous_url=_month_url(url, before) if month > offers.first_day else "",
        next_url=_month_url(url, following) if following <= offers.last_day else "",
        strip_url=url,
        summary=ngettext(
            "%(count)d day with free times", "%(count)d days with free times", open_days
        )
        % {"count": open_days},
    )


def next_available(window: Window, *, zone: ZoneInfo, today: dt.date) -> NextAvailable:
    day = window.promised_from.astimezone(zone).date()
    is_this_month = (day.year, day.month) == (today.year, today.month)
    return NextAvailable(
        key=window.key,
        leaf=leaf_of(day),
        day=format_date(window.promised_from, zone),
        hours=format_window(window.promised_from, window.promised_to, zone),
        zone=format_zone(zone),
        other_month="" if is_this_month else format_month(day),
    )


def _card(day: OfferDay, offers: OfferList, *, selected: dt.date | None, url: str) -> DayCard:
    state = _state(day, offers)
    leaf = leaf_of(day.day)
    return DayCard(
        leaf=leaf,
        state=state,
        is_open=bool(day.windows),
        is_bookable=day.is_bookable,
        is_selected=day.day == selected,
        url=f"{url}?{urlencode({'day': leaf.iso})}",
        label=f"{leaf.full}: {state}",
    )


def _state(day: OfferDay, offers: OfferList) -> str:
    if day.day < offers.first_day:
        return pgettext("a day nearer than the lead time allows", "Too soon")
    if day.day > offers.last_day:
        return pgettext("a day further off than the lead time allows", "Too far")
    if not day.windows:
        return pgettext("no free times on a day", "None")
    count = len(day.windows)
    return ngettext("%(count)d time", "%(count)d times", count) % {"count": count}


def _summary(day: OfferDay) -> str:
    count = len(day.windows)
    if not count:
        return _("No free times on %(day)s.") % {"day": format_day(day.day)}
    return ngettext(
        "%(count)d free time on %(day)s.", "%(count)d free times on %(day)s.", count
    ) % {"count": count, "day": format_day(day.day)}


def _chip(window: Window, zone: ZoneInfo, checked: str, current: str) -> WindowChip:
    note = ""
    if window.key == current:
        note = _("Your time now")
    elif window.key == checked:
        note = _("Your choice so far")
    return WindowChip(
        key=window.key,
        hours=format_window(window.promised_from, window.promised_to, zone),
        name=window.name,
        zone="",
        note=note,
        label=_label(window.label),
        is_checked=window.key == checked,
    )


def _label(label: Label | None) -> str:
    if label is None:
        return ""
    return {
        Label.FIRST_AVAILABLE: _("First available"),
        Label.NEARBY: _("Technician nearby"),
        Label.SAVES_DRIVING: _("Saves driving"),
    }[label]


def _part_of_day(window: Window, zone: ZoneInfo) -> str:
    hour = window.promised_from.astimezone(zone).hour
    if hour < NOON:
        return _("Morning")
    return _("Afternoon") if hour < EVENING else _("Evening")


def _first_weekday() -> int:
    """0 is Monday. English pages write the day before the month, and so begin on Mondays too."""
    if (get_language() or "en").startswith("en"):
        return 0
    return (int(formats.get_format("FIRST_DAY_OF_WEEK")) - 1) % 7


def _from_url(url: str, day: dt.date) -> str:
    return f"{url}?{urlencode({'from': day.isoformat()})}"


def _month_url(url: str, month: dt.date) -> str:
    return f"{url}?{urlencode({'view': 'month', 'month': f'{month:%Y-%m}'})}"
