"""Days with a missing or a double hour, over all kinds of zones."""

import datetime as dt
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.domain.resources.models import HoursKind
from doorstep.domain.resources.working_hours import (
    Calendar,
    HoursRule,
    WorkingDay,
    working_days,
)
from doorstep.platform.lib.site_time import day_bounds
from tests.factories.organization import make_company
from tests.factories.resources import EVERY_DAY, make_hours, make_technician

# Changes by an hour and by half an hour, at midnight, by a whole day, and none.
ZONES = [
    "Europe/London", "America/New_York", "Australia/Lord_Howe", "America/Havana", "Africa/Cairo",
    "Asia/Beirut", "America/Sao_Paulo", "Pacific/Apia", "Asia/Kathmandu", "UTC",
]  # fmt: skip
CHANGE_DAYS = [
    date(2026, 3, 29), date(2026, 10, 25), date(2026, 3, 8), date(2026, 11, 1), date(2026, 4, 5),
    date(2026, 10, 4), date(2026, 4, 24), date(2026, 10, 30), date(2018, 11, 4), date(2018, 2, 18),
    date(2011, 12, 30), date(2011, 12, 29), date(2026, 10, 24),
]  # fmt: skip

zones = st.sampled_from(ZONES)
days = st.sampled_from(CHANGE_DAYS) | st.dates(date(2025, 1, 1), date(2028, 1, 1))
minutes = st.integers(0, 24 * 60 - 1)


def clock(minute: int) -> dt.time:
    return dt.time(minute // 60 % 24, minute % 60)


def expand(
    spans: list[tuple[int, int]], zone: str, day: date, *, days: int = 1, capacity: int = 1
) -> list[WorkingDay]:
    """What weekly hours from one minute of the day to another come to, every day."""
    weekly = [
        HoursRule(HoursKind.WORK, clock(start), clock(end), weekdays=EVERY_DAY)
        for start, end in spans
    ]
    calendar = Calendar(ZoneInfo(zone), capacity, weekly=weekly)
    return calendar.days(day, day + timedelta(days=days - 1))


def length(found: list[WorkingDay]) -> timedelta:
    stretches = [each for day in found for lane in day.lanes for each in lane.stretches]
    return sum((end - start for start, end in stretches), timedelta())


@given(zones, days)
def test_a_whole_day_is_as_long_as_the_day_is(zone: str, day: date) -> None:
    start, end = day_bounds(day, ZoneInfo(zone))

    assert length(expand([(0, 0)], zone, day)) == end - start


@given(zones, days, st.lists(minutes, min_size=1, max_size=6, unique=True))
def test_shifts_that_touch_on_the_wall_cover_the_day_and_never_overlap(
    zone: str, day: date, cuts: list[int]
) -> None:
    bounds = [0, *sorted(set(cuts) - {0}), 24 * 60]
    start, end = day_bounds(day, ZoneInfo(zone))

    parts = [expand([(a, b)], zone, day) for a, b in pairwise(bounds)]

    assert sum(map(length, parts), timedelta()) == end - start


@given(zones, days, st.tuples(minutes, minutes))
def test_a_shift_of_the_day_lies_inside_the_day(
    zone: str, day: date, span: tuple[int, int]
) -> None:
    start, end = day_bounds(day, ZoneInfo(zone))
    begins, ends = sorted(span)
    if begins == ends:
        ends += 1

    for each in expand([(begins, ends)], zone, day):
        for lane in each.lanes:
            assert start <= lane.stretches[0][0]
            assert lane.stretches[-1][1] <= end


@given(zones, days, st.lists(st.tuples(minutes, minutes), min_size=1, max_size=4))
def test_no_instant_comes_twice_over_several_days(
    zone: str, day: date, spans: list[tuple[int, int]]
) -> None:
    found = expand(spans, zone, day, days=4, capacity=2)

    for number in (1, 2):
        stretches = sorted(
            each
            for working_day in found
            for lane in working_day.lanes
            if lane.number == number
            for each in lane.stretches
        )
        assert all(start < end for start, end in stretches)
        assert all(a[1] <= b[0] for a, b in pairwise(stretches))


@given(zones, st.dates(date(2025, 1, 1), date(2028, 1, 1)), st.tuples(minutes, minutes))
def test_without_a_change_a_shift_is_as_long_as_the_wall_says(
    zone: str, day: date, span: tuple[int, int]
) -> None:
    offsets = {
        datetime.combine(day, dt.time(), UTC).astimezone(ZoneInfo(zone)).utcoffset()
        for day in (day - timedelta(days=1), day, day + timedelta(days=1), day + timedelta(days=2))
    }
    if len(offsets) > 1:
        return
    start, end = span

    found = expand([span], zone, day)

    minutes_on_the_wall = end - start if start < end else end - start + 24 * 60
    assert length(found) == timedelta(minutes=minutes_on_the_wall)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 28), 7), (date(2026, 10, 24), 9), (date(2026, 11, 7), 8)]
)
def test_a_night_shift_over_the_change_lasts_as_long_as_it_lasts(day: date, hours: int) -> None:
    make_company()
    tom = make_technician(works=False)
    make_hours(tom, dt.time(22), dt.time(6), weekdays=[5])

    found = working_days([tom], from_day=day, to_day=day)[tom.pk]

    assert length(found) == timedelta(hours=hours)


def test_hours_within_the_missing_hour_are_not_there() -> None:
    assert expand([(75, 105)], "Europe/London", date(2026, 3, 29)) == []


def test_hours_within_the_double_hour_are_there_once() -> None:
    found = expand([(75, 105)], "Europe/London", date(2026, 10, 25))

    assert length(found) == timedelta(minutes=30)
