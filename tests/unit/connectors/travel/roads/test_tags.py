"""What tags mean for a car."""

import pytest

from doorstep.connectors.travel.roads.tags import (
    KMH_PER_MPH,
    LIMITS,
    RoadClass,
    is_blocked,
    read_speed,
    read_way,
)

STREET = {"highway": "residential"}


@pytest.mark.parametrize(
    "tags",
    [
        {},
        {"highway": "footway"},
        {"highway": "construction"},
        {"highway": "residential", "area": "yes"},
        {"highway": "service", "service": "parking_aisle"},
        STREET | {"access": "private"},
        STREET | {"motor_vehicle": "no"},
        STREET | {"access": "yes", "motor_vehicle": "private"},
        STREET | {"oneway": "reversible"},
    ],
)
def test_where_nobody_drives(tags: dict[str, str]) -> None:
    assert read_way(tags) is None


@pytest.mark.parametrize(
    "tags",
    [
        STREET,
        STREET | {"access": "no", "motor_vehicle": "yes"},
        STREET | {"access": "private", "motorcar": "destination"},
        STREET | {"access": "customers"},
        {"highway": "living_street"},
        {"highway": "service"},
    ],
)
def test_where_a_visitor_may_drive(tags: dict[str, str]) -> None:
    assert read_way(tags) is not None


@pytest.mark.parametrize(
    ("tags", "onward", "back"),
    [
        (STREET, True, True),
        (STREET | {"oneway": "yes"}, True, False),
        (STREET | {"oneway": "1"}, True, False),
        (STREET | {"oneway": "-1"}, False, True),
        (STREET | {"oneway": "yes", "oneway:motor_vehicle": "no"}, True, True),
        (STREET | {"junction": "roundabout"}, True, False),
        (STREET | {"junction": "roundabout", "oneway": "no"}, True, True),
        ({"highway": "motorway"}, True, False),
        ({"highway": "motorway_link"}, True, True),
    ],
)
def test_which_way_a_street_runs(tags: dict[str, str], onward: bool, back: bool) -> None:
    drive = read_way(tags)

    assert drive is not None
    assert (drive.forward_kmh > 0, drive.backward_kmh > 0) == (onward, back)


@pytest.mark.parametrize(
    ("text", "kmh"),
    [
        ("50", 50),
        ("50 km/h", 50),
        ("30 mph", 30 * KMH_PER_MPH),
        ("30mph", 30 * KMH_PER_MPH),
        ("10 knots", 18.52),
        ("none", 130),
        ("walk", 7),
        ("50;30", 50),
        ("GB:nsl_single", 60 * KMH_PER_MPH),
        ("DE:urban", 50),
        ("FR:rural", 80),
        ("urban", None),
        ("signals", None),
        ("0", None),
        ("-5", None),
        ("fast", None),
        ("", None),
    ],
)
def test_reads_a_speed_limit(text: str, kmh: float | None) -> None:
    assert read_speed(text, LIMITS[""]) == (None if kmh is None else pytest.approx(kmh))


def test_a_signed_road_is_driven_somewhat_below_its_limit() -> None:
    drive = read_way(STREET | {"maxspeed": "50"})

    assert drive is not None
    assert 25 < drive.forward_kmh < 50


def test_a_limit_may_differ_by_direction() -> None:
    drive = read_way(STREET | {"maxspeed": "50", "maxspeed:backward": "30"})

    assert drive is not None
    assert drive.forward_kmh == pytest.approx(drive.backward_kmh * 5 / 3)


def test_without_a_sign_the_country_decides() -> None:
    german, british = (read_way({"highway": "motorway"}, country) for country in ("DE", "GB"))

    assert german is not None
    assert british is not None
    assert german.forward_kmh > british.forward_kmh


def test_nothing_is_driven_faster_than_the_bound_of_the_search() -> None:
    drive = read_way({"highway": "motorway", "maxspeed": "250"})

    assert drive is not None
    assert drive.forward_kmh == 130


def test_nobody_lives_on_a_motorway() -> None:
    motorway, street = read_way({"highway": "motorway"}), read_way(STREET)

    assert motorway is not None
    assert street is not None
    assert (motorway.has_doors, street.has_doors) == (False, True)
    assert (motorway.road_class, street.road_class) == (RoadClass.FAST, RoadClass.LOCAL)


@pytest.mark.parametrize(
    ("tags", "blocked"),
    [
        ({}, False),
        ({"barrier": "bollard"}, True),
        ({"barrier": "bollard", "motor_vehicle": "yes"}, False),
        ({"barrier": "gate"}, False),
        ({"barrier": "gate", "access": "private"}, True),
        ({"barrier": "kerb"}, False),
    ],
)
def test_what_stands_in_the_way(tags: dict[str, str], blocked: bool) -> None:
    assert is_blocked(tags) is blocked
