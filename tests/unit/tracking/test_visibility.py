"""What a customer may see of a technician on the way."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from doorstep.domain.tracking.models import SharingSession, TrackingSettings
from doorstep.domain.tracking.visibility import Seen, Sight, middle_of_cell, seen_of, shown_way
from doorstep.platform.values.geo import Coordinates, distance_m

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
GOAL = Coordinates(53.48, -2.24)
places = st.builds(Coordinates, st.floats(-85, 85), st.floats(-179.9, 179.9))


def north(metres: float) -> Coordinates:
    return Coordinates(GOAL.latitude + metres / 111_195, GOAL.longitude)


def seen(place: Coordinates | None = None, **values: Any) -> Seen:
    place = place or north(5_000)
    wanted: dict[str, Any] = {
        "latitude": place.latitude, "longitude": place.longitude, "has_left": True,
        "position_at": NOW - timedelta(seconds=10),
    } | values  # fmt: skip
    session = SharingSession(began_at=NOW - timedelta(hours=1), **wanted)
    return seen_of(session, goal=GOAL, settings=TrackingSettings(), now=NOW)


def test_far_away_only_an_area_is_shown() -> None:
    found = seen(north(5_000))

    assert found.sight is Sight.COARSE
    assert found.place != north(5_000)


def test_near_the_customer_the_point_is_shown() -> None:
    assert seen(north(1_900)) == Seen(Sight.EXACT, north(1_900), 0.0, NOW - timedelta(seconds=10))


def test_the_start_of_the_trip_is_not_shown() -> None:
    found = seen(north(1_000), has_left=False)

    assert (found.sight, found.place) == (Sight.LEAVING, None)


def test_nothing_is_shown_while_sharing_is_paused() -> None:
    assert seen(paused_at=NOW).place is None


def test_an_old_position_is_taken_off_the_map() -> None:
    found = seen(position_at=NOW - timedelta(minutes=16))

    assert (found.sight, found.place) == (Sight.OLD, None)


def test_without_a_trip_there_is_no_position() -> None:
    found = seen_of(None, goal=GOAL, settings=TrackingSettings(), now=NOW)

    assert found == Seen(Sight.NO_POSITION)


def test_a_company_that_shares_nothing_shows_nothing() -> None:
    session = SharingSession(
        began_at=NOW, latitude=53.49, longitude=-2.24, position_at=NOW, has_left=True
    )
    settings = TrackingSettings(is_sharing_enabled=False)

    assert seen_of(session, goal=GOAL, settings=settings, now=NOW).place is None


def test_a_place_that_is_not_known_is_never_near() -> None:
    session = SharingSession(
        began_at=NOW, latitude=53.49, longitude=-2.24, position_at=NOW, has_left=True
    )
    found = seen_of(session, goal=None, settings=TrackingSettings(), now=NOW)

    assert found.sight is Sight.COARSE


@given(places, st.floats(100, 10_000))
def test_the_technician_is_inside_the_area_that_is_drawn(place: Coordinates, size: float) -> None:
    middle = middle_of_cell(place, size)

    # A square's corner is √½ = 0.71 of its side away from the middle.
    assert distance_m(place, middle) <= size * 0.75


@given(places, st.floats(-1, 1), st.floats(-1, 1))
def test_many_looks_at_one_cell_tell_no_more_than_one(
    place: Coordinates, right: float, up: float
) -> None:
    middle = middle_of_cell(place, 600)
    moved = Coordinates(middle.latitude + up * 200 / 111_320, middle.longitude + right * 0.000_1)

    again = middle_of_cell(moved, 600)
    assert distance_m(again, middle) < 1


WAY = tuple(north(metres) for metres in range(8_000, -1, -500))


def test_the_way_begins_at_the_point_that_is_shown() -> None:
    found = Seen(Sight.EXACT, north(1_900), 0.0, NOW)

    assert shown_way(WAY, found) == (
        north(1_900), north(1_500), north(1_000), north(500), north(0)
    )  # fmt: skip


def test_the_way_leads_to_the_door_until_the_end() -> None:
    """Also where the source knows no roads: then the way has two points."""
    found = Seen(Sight.EXACT, north(300), 0.0, NOW)

    assert shown_way((north(8_000), north(0)), found) == (north(300), north(0))


def test_the_way_does_not_tell_where_in_the_area_the_technician_is() -> None:
    found = Seen(Sight.COARSE, north(5_000), 450.0, NOW)

    assert min(distance_m(point, north(5_000)) for point in shown_way(WAY, found)) > 450
    assert max(distance_m(point, GOAL) for point in shown_way(WAY, found)) < 5_000


def test_no_way_is_shown_without_a_position() -> None:
    assert shown_way(WAY, Seen(Sight.LEAVING)) == ()
