"""Local days, clock changes and parsing; the words are in test_site_time_words.py."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.platform.lib.site_time import (
    NotADay,
    NotATime,
    UnknownZone,
    combine,
    day_bounds,
    get_zone,
    local_day,
    parse_day,
    parse_time,
)

ZONES = [
    ZoneInfo(name)
    for name in (
        "UTC",
        "Europe/London",
        "Europe/Berlin",
        "America/New_York",
        "America/St_Johns",
        "America/Santiago",
        "America/Havana",
        "Asia/Kathmandu",
        "Asia/Tokyo",
        "Asia/Beirut",
        "Africa/Cairo",
        "Africa/Casablanca",
        "Atlantic/Azores",
        "Antarctica/Troll",
        "Australia/Lord_Howe",
        "Pacific/Chatham",
        "Pacific/Kiritimati",
    )
]
LONDON = ZoneInfo("Europe/London")

zones = st.sampled_from(ZONES)
days = st.dates(date(2024, 1, 1), date(2037, 12, 31))
minutes = st.integers(0, 14 * 365 * 24 * 60)
instants = minutes.map(lambda n: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=n))


@given(instants, zones)
def test_every_instant_lies_in_the_bounds_of_its_local_day(
    instant: datetime, zone: ZoneInfo
) -> None:
    start, end = day_bounds(local_day(instant, zone), zone)

    assert start <= instant < end


@given(days, zones)
def test_days_follow_each_other_without_gap_or_overlap(day: date, zone: ZoneInfo) -> None:
    assert day_bounds(day, zone)[1] == day_bounds(day + timedelta(days=1), zone)[0]


@given(days, zones)
def test_the_bounds_are_the_first_instants_of_their_days(day: date, zone: ZoneInfo) -> None:
    for bound, first_day in zip(day_bounds(day, zone), (day, day + timedelta(days=1)), strict=True):
        assert local_day(bound, zone) == first_day
        assert local_day(bound - timedelta(seconds=1), zone) < first_day


@given(instants, zones)
def test_every_instant_is_among_the_readings_of_its_wall_time(
    instant: datetime, zone: ZoneInfo
) -> None:
    local = instant.astimezone(zone)

    assert instant in combine(local.date(), local.time(), zone)


@given(days, st.times(), zones)
def test_combined_instants_show_the_time_that_was_asked_for(
    day: date, at: time, zone: ZoneInfo
) -> None:
    for instant in combine(day, at, zone):
        local = instant.astimezone(zone)
        assert (local.date(), local.time()) == (day, at)
        assert instant.tzinfo is UTC


@pytest.mark.parametrize(
    ("zone", "day", "at"),
    [
        ("Europe/London", date(2026, 3, 29), time(1, 30)),
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15)),
        ("Atlantic/Azores", date(2026, 3, 29), time(0, 30)),
        ("Antarctica/Troll", date(2026, 3, 29), time(2, 30)),
        ("Pacific/Chatham", date(2026, 9, 27), time(3, 0)),
        ("Africa/Casablanca", date(2026, 3, 22), time(2, 30)),
    ],
)
def test_a_skipped_time_has_no_instant(zone: str, day: date, at: time) -> None:
    assert combine(day, at, ZoneInfo(zone)) == []


@pytest.mark.parametrize(
    ("zone", "day", "at", "apart"),
    [
        ("Europe/London", date(2026, 10, 25), time(1, 30), timedelta(hours=1)),
        ("Australia/Lord_Howe", date(2026, 4, 5), time(1, 45), timedelta(minutes=30)),
        ("Atlantic/Azores", date(2026, 10, 25), time(0, 30), timedelta(hours=1)),
        ("Antarctica/Troll", date(2026, 10, 25), time(1, 30), timedelta(hours=2)),
        ("Pacific/Chatham", date(2026, 4, 5), time(3, 0), timedelta(hours=1)),
        ("Africa/Casablanca", date(2026, 2, 15), time(2, 30), timedelta(hours=1)),
    ],
)
def test_a_doubled_time_has_two_instants_in_order(
    zone: str, day: date, at: time, apart: timedelta
) -> None:
    first, second = combine(day, at, ZoneInfo(zone))

    assert second - first == apart


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/London", date(2026, 3, 29), 23),
        ("Europe/London", date(2026, 10, 25), 25),
        ("Australia/Lord_Howe", date(2026, 10, 4), 23.5),
        ("Antarctica/Troll", date(2026, 10, 25), 26),
        ("America/Santiago", date(2026, 9, 6), 23),
    ],
)
def test_a_day_is_as_long_as_the_place_makes_it(zone: str, day: date, hours: float) -> None:
    start, end = day_bounds(day, ZoneInfo(zone))

    assert end - start == timedelta(hours=hours)


def test_a_day_without_midnight_starts_when_the_clocks_went_forward() -> None:
    start, _end = day_bounds(date(2026, 9, 6), ZoneInfo("America/Santiago"))

    assert start == datetime(2026, 9, 6, 4, 0, tzinfo=UTC)
    assert start.astimezone(ZoneInfo("America/Santiago")).time() == time(1, 0)


def test_a_midnight_inside_a_gap_is_found_to_the_second() -> None:
    # Toronto went from 23:30 on 30 March 1919 straight to 00:30.
    start, _end = day_bounds(date(1919, 3, 31), ZoneInfo("America/Toronto"))

    assert start == datetime(1919, 3, 31, 4, 30, tzinfo=UTC)


def test_a_day_the_zone_skipped_is_empty() -> None:
    start, end = day_bounds(date(2011, 12, 30), ZoneInfo("Pacific/Apia"))

    assert start == end == datetime(2011, 12, 30, 10, tzinfo=UTC)


def test_refuses_a_naive_datetime() -> None:
    with pytest.raises(ValueError, match="naive"):
        local_day(datetime(2026, 11, 26, 10), LONDON)  # noqa: DTZ001 - the point


def test_reads_a_day() -> None:
    assert parse_day("2026-11-26") == date(2026, 11, 26)


@pytest.mark.parametrize(
    "text",
    ["", "2026-02-30", "26.11.2026", "20261126", "2026-W48-4", "٢٠٢٦-١١-٢٦", "0001-01-01",
     "9999-12-31", "2026-11-26\n", "2026-11-26\x00"],
)  # fmt: skip
def test_refuses_what_is_not_a_day(text: str) -> None:
    with pytest.raises(NotADay):
        parse_day(text)


def test_reads_a_time() -> None:
    assert parse_time("14:05") == time(14, 5)


@pytest.mark.parametrize("text", ["", "24:00", "2 pm", "14", "14:5", "14:05Z"])
def test_refuses_what_is_not_a_time(text: str) -> None:
    with pytest.raises(NotATime):
        parse_time(text)


@pytest.mark.parametrize("name", ["", "Nowhere/City", "../etc/passwd", "Europe", "a\x00b"])
def test_refuses_what_is_not_a_zone(name: str) -> None:
    with pytest.raises(UnknownZone):
        get_zone(name)
