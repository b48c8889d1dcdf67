"""Which positions are believed (fault F88)."""

from datetime import UTC, datetime, timedelta
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.domain.tracking.reports import Fix, Refusal, Report, check, read
from doorstep.platform.values.geo import Coordinates, distance_m

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
BEGAN = NOW - timedelta(minutes=10)
HERE = Coordinates(53.48, -2.24)
SECOND = timedelta(seconds=1)


def fix(seconds: float, north_m: float = 0.0, accuracy: float = 10.0) -> Fix:
    """So long after the trip began, so far north of its beginning."""
    place = Coordinates(HERE.latitude + north_m / 111_195, HERE.longitude)
    return Fix(BEGAN + timedelta(seconds=seconds), place, accuracy)


def judged(new: Fix, last: Fix | None = None, doubted: Fix | None = None) -> Refusal | None:
    return check(new, began_at=BEGAN, now=NOW, last=last, doubted=doubted)


@pytest.mark.parametrize(
    ("latitude", "longitude", "accuracy"),
    [
        (nan, 0.5, 5.0), (53.0, inf, 5.0), (91.0, 2.0, 5.0), (53.0, 181.0, 5.0), (0.0, 0.0, 5.0),
        (0.0004, -0.0004, 5.0), (53.0, -2.0, -1.0), (53.0, -2.0, nan), (-inf, -inf, None),
    ],
)  # fmt: skip
def test_f88_what_is_no_place_on_earth_is_refused(
    latitude: float, longitude: float, accuracy: float | None
) -> None:
    assert read(Report(NOW, latitude, longitude, accuracy)) is Refusal.NOT_A_PLACE


def test_a_report_without_accuracy_is_read_as_exact() -> None:
    assert read(Report(NOW, 53.48, -2.24)) == Fix(NOW, HERE, 0.0)


def test_f88_a_position_of_the_future_is_refused() -> None:
    assert judged(Fix(NOW + 121 * SECOND, HERE)) is Refusal.IN_THE_FUTURE
    assert judged(Fix(NOW + 119 * SECOND, HERE)) is None


def test_a_position_from_before_the_trip_is_refused() -> None:
    assert judged(fix(-61)) is Refusal.BEFORE_THE_TRIP
    assert judged(fix(-59)) is None


def test_a_position_that_names_a_district_is_refused() -> None:
    assert judged(fix(60, accuracy=1_001)) is Refusal.TOO_VAGUE


def test_f88_ten_a_second_are_too_many() -> None:
    assert judged(fix(60.1), last=fix(60)) is Refusal.TOO_OFTEN
    assert judged(fix(62), last=fix(60)) is None


def test_f88_a_jump_is_refused() -> None:
    assert judged(fix(75, 500_000), last=fix(60)) is Refusal.JUMP


def test_a_van_on_the_motorway_does_not_jump() -> None:
    assert judged(fix(75, 500), last=fix(60)) is None


def test_the_second_report_from_the_new_place_is_believed() -> None:
    """The first fix of the trip was the wrong one."""
    assert judged(fix(90, 500_300), last=fix(60), doubted=fix(75, 500_000)) is None


def test_two_jumps_to_different_places_are_not_believed() -> None:
    far = judged(fix(90, 900_000), last=fix(60), doubted=fix(75, 500_000))
    assert far is Refusal.JUMP


def test_the_same_doubted_report_sent_twice_does_not_confirm_itself() -> None:
    assert judged(fix(75, 500_000), last=fix(60), doubted=fix(75, 500_000)) is Refusal.JUMP


@given(st.floats(), st.floats(), st.one_of(st.none(), st.floats()))
def test_f88_whatever_a_device_sends_is_a_place_or_refused(
    latitude: float, longitude: float, accuracy: float | None
) -> None:
    found = read(Report(NOW, latitude, longitude, accuracy))
    if isinstance(found, Fix):
        assert distance_m(found.place, HERE) >= 0
        assert found.accuracy_metres >= 0
