"""The words; local days and clock changes are in test_site_time_days.py."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from doorstep.platform.lib.site_time import (
    format_date,
    format_date_and_window,
    format_day,
    format_relative_day,
    format_short_date,
    format_time,
    format_window,
    format_zone,
)

LONDON = ZoneInfo("Europe/London")
TEN, NOON = datetime(2026, 11, 26, 10, tzinfo=UTC), datetime(2026, 11, 26, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


def utc(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def test_a_date_in_english() -> None:
    assert format_date(TEN, LONDON) == "Thursday, 26 November 2026"


def test_a_date_in_german() -> None:
    with translation.override("de"):
        assert format_date(TEN, LONDON) == "Donnerstag, 26. November 2026"


def test_american_english_puts_the_day_first_as_well() -> None:
    with translation.override("en-us"):
        assert format_date(TEN, LONDON) == "Thursday, 26 November 2026"


def test_a_day_that_is_already_local() -> None:
    assert format_day(date(2026, 11, 26)) == "Thursday, 26 November 2026"


def test_the_date_is_that_of_the_place() -> None:
    assert format_date(utc(26, 23), ZoneInfo("Asia/Tokyo")) == "Friday, 27 November 2026"


def test_a_short_date() -> None:
    assert format_short_date(TEN, LONDON) == "Thu, 26 Nov"


def test_a_time() -> None:
    assert format_time(datetime(2026, 7, 1, 13, tzinfo=UTC), LONDON) == "14:00"


def test_an_early_time_keeps_its_zero() -> None:
    assert format_time(utc(26, 8, 5), LONDON) == "08:05"


def test_a_window() -> None:
    assert format_window(TEN, NOON, LONDON) == "10:00–12:00"


@pytest.mark.parametrize("end", [None, TEN])
def test_an_exact_time(end: datetime | None) -> None:
    assert format_window(TEN, end, LONDON) == "10:00"


def test_a_window_with_its_zone() -> None:
    assert format_window(TEN, NOON, LONDON, with_zone=True) == "10:00–12:00, London time"


def test_an_exact_time_with_its_zone() -> None:
    assert format_window(TEN, None, LONDON, with_zone=True) == "10:00, London time"


def test_a_date_and_window_with_the_zone() -> None:
    text = format_date_and_window(TEN, NOON, LONDON, with_zone=True)

    assert text == "Thursday, 26 November 2026, 10:00–12:00, London time"


def test_a_window_across_midnight_says_so() -> None:
    assert format_window(utc(26, 22), utc(27, 2), LONDON) == "22:00–02:00 the next day"


def test_a_window_until_midnight_is_still_the_same_day() -> None:
    assert format_window(utc(26, 22), utc(27, 0), LONDON) == "22:00–00:00"


def test_a_window_of_a_whole_day_is_not_empty() -> None:
    assert format_window(utc(26, 0), utc(27, 0), LONDON) == "00:00–00:00 the next day"


def test_a_window_of_days_carries_both_dates() -> None:
    text = format_window(utc(26, 22), utc(28, 2), LONDON)

    assert text == "Thu, 26 Nov, 22:00 to Sat, 28 Nov, 02:00"


def test_both_readings_of_a_doubled_time_can_be_told_apart() -> None:
    early, late = utc(25, 0, 30, month=10), utc(25, 1, 30, month=10)

    assert format_time(early, LONDON) == "01:30 (UTC+1)"
    assert format_time(late, LONDON) == "01:30 (UTC+0)"


def test_a_window_that_touches_the_doubled_hour_names_both_offsets() -> None:
    text = format_window(utc(25, 0, 30, month=10), utc(25, 3, 0, month=10), LONDON)

    assert text == "01:30 (UTC+1)–03:00 (UTC+0)"


def test_the_rest_of_a_day_with_a_doubled_hour_needs_no_offset() -> None:
    start, end = utc(25, 10, month=10), utc(25, 12, month=10)

    assert format_window(start, end, LONDON) == "10:00–12:00"


def test_an_offset_of_half_hours_names_its_minutes() -> None:
    text = format_time(datetime(2026, 4, 4, 15, 15, tzinfo=UTC), ZoneInfo("Australia/Lord_Howe"))

    assert text == "01:45 (UTC+10:30)"


@pytest.mark.parametrize(
    ("zone", "name"),
    [
        ("Europe/London", "London time"),
        ("America/Argentina/Buenos_Aires", "Buenos Aires time"),
        ("UTC", "UTC"),
        ("Etc/UTC", "UTC"),
    ],
)
def test_a_zone_is_named_by_its_city(zone: str, name: str) -> None:
    assert format_zone(ZoneInfo(zone)) == name


@pytest.mark.parametrize(
    ("instant", "text"),
    [
        (utc(26, 20), "today"),
        (utc(27, 1), "tomorrow"),
        (utc(25, 23), "yesterday"),
        (utc(28, 1), "Saturday, 28 November 2026"),
    ],
)
def test_a_relative_day(instant: datetime, text: str) -> None:
    assert format_relative_day(instant, LONDON, now=TEN) == text


def test_today_is_counted_at_the_place() -> None:
    kiritimati = ZoneInfo("Pacific/Kiritimati")

    assert format_relative_day(utc(26, 12), kiritimati, now=utc(26, 9)) == "tomorrow"


def test_a_window_keeps_its_order_in_right_to_left_text() -> None:
    with translation.override("ar"):
        assert format_window(TEN, NOON, LONDON) == "\u206610:00–12:00\u2069"


def test_only_the_range_is_isolated() -> None:
    with translation.override("he"):
        text = format_window(utc(26, 22), utc(27, 2), LONDON, with_zone=True)

    assert text.startswith("\u206622:00–02:00\u2069 ")
    assert text.count("\u2066") == text.count("\u2069") == 1


def test_left_to_right_text_needs_no_isolates() -> None:
    with translation.override("de"):
        assert format_window(TEN, NOON, LONDON) == "10:00–12:00"
