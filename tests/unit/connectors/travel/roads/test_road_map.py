"""Drives in the small town: along one-way streets, over the motorway, from door to door."""

from pathlib import Path

import numpy as np
import pytest

from doorstep.connectors.travel.roads.packed import FAR, metres, milliseconds
from doorstep.connectors.travel.roads.profiles import NAMES
from doorstep.connectors.travel.roads.road_map import ACCESS_KMH, RoadMap
from doorstep.platform.values.geo import Coordinates, distance_m
from tests.doubles.town import at

FREE, RUSH = NAMES.index("free"), NAMES.index("rush")
BLOCK_M = distance_m(at(0, 0), at(0, 1))


def drive(
    town: RoadMap, start: Coordinates, end: Coordinates, profile: int = FREE
) -> tuple[float, float]:
    """Milliseconds and metres."""
    found = town.times(town.place([start]), town.place([end]), profile, is_return=False)
    return float(milliseconds(found)[0]), float(metres(found)[0])


def test_a_drive_along_one_street_is_as_long_as_the_street(town: RoadMap) -> None:
    _time, length = drive(town, at(1, 0), at(1, 3))

    assert length == pytest.approx(3 * BLOCK_M, rel=0.01)


def test_a_place_between_crossings_is_a_part_of_the_way(town: RoadMap) -> None:
    whole, _length = drive(town, at(1, 0), at(1, 1))

    half, _length = drive(town, at(1, 0), at(1, 0.5))

    assert half == pytest.approx(whole / 2, rel=0.02)


def test_two_places_on_one_street_are_joined_without_a_crossing(town: RoadMap) -> None:
    _time, length = drive(town, at(1, 0.2), at(1, 0.7))

    assert length == pytest.approx(BLOCK_M / 2, rel=0.02)


def test_against_a_one_way_street_it_is_the_way_around(town: RoadMap) -> None:
    _time, onward = drive(town, at(2, 1.2), at(2, 1.7))
    _time, back = drive(town, at(2, 1.7), at(2, 1.2))

    assert onward == pytest.approx(BLOCK_M / 2, rel=0.02)
    assert back > 3 * BLOCK_M


def test_the_fastest_way_may_be_the_longer_one(town: RoadMap) -> None:
    """Over the motorway rather than along the southern street."""
    slowly, _length = drive(town, at(1, 0), at(1, 4))

    time, length = drive(town, at(0, 0), at(0, 4))

    assert time < slowly * 0.8
    assert length > 5 * BLOCK_M


def test_the_last_steps_to_the_door_are_slow(town: RoadMap) -> None:
    on_the_road, _length = drive(town, at(4, 0), at(4, 1.5))
    door = at(4.5, 1.5)
    away_m = distance_m(door, at(4, 1.5))

    time, _length = drive(town, at(4, 0), door)

    assert time - on_the_road == pytest.approx(away_m * 3600 / ACCESS_KMH, rel=0.02)


def test_the_private_road_is_reached_from_its_gate(town: RoadMap) -> None:
    spot = town.place([at(6, 4)])

    nearest_street = town.position(spot)
    assert nearest_street is not None
    assert distance_m(nearest_street, at(4, 4)) < 50


def test_back_is_the_drive_from_there(town: RoadMap) -> None:
    random = np.random.default_rng(3)
    places = [at(*random.uniform(-1, 5, 2)) for _each in range(30)]
    here = at(2, 1.4)

    back = town.times(town.place([here]), town.place(places), RUSH, is_return=True)

    onward = [drive(town, place, here, RUSH)[0] for place in places]
    assert np.abs(milliseconds(back) - onward).max() <= 2


def test_a_longer_hour_takes_longer_on_the_same_way(town: RoadMap) -> None:
    free, _length = drive(town, at(1, 0), at(1, 3))

    rush, _length = drive(town, at(1, 0), at(1, 3), RUSH)

    assert rush == pytest.approx(free * 1.2, rel=0.01)


def test_no_road_leads_to_the_island_nor_away(town: RoadMap) -> None:
    island, home = at(3, 40), at(1, 1)
    for here, there in ((island, home), (home, island)):
        found = town.times(town.place([here]), town.place([there]), FREE, is_return=False)

        assert found[0] == FAR


def test_places_are_remembered(town: RoadMap) -> None:
    first = town.place([at(1, 1), at(1, 2)])

    again = town.place([at(1, 2), at(1, 1), at(3, 3)])

    assert again.road[:2].tolist() == first.road[::-1].tolist()
    assert again.share[:2].tolist() == first.share[::-1].tolist()


def test_places_are_forgotten_when_they_are_too_many(town_file: Path) -> None:
    town = RoadMap(town_file, most_places=3)
    town.place([at(1, 1), at(1, 2), at(1, 3)])

    town.place([at(2, 2)])

    assert len(town._places) == 1
    assert (town.place([at(1, 1), at(2, 2)]).road >= 0).all()


def test_nothing_to_ask_is_no_error(town: RoadMap) -> None:
    assert len(town.times(town.place([at(1, 1)]), town.place([]), FREE, is_return=False)) == 0


@pytest.mark.parametrize("is_return", [False, True], ids=["there", "back"])
def test_one_pair_is_reckoned_as_all_are(town: RoadMap, is_return: bool) -> None:
    random = np.random.default_rng(9)
    others = town.place([at(*random.uniform(-1, 5, 2)) for _each in range(60)])
    here = town.place([at(3, 0.3)])

    together = town.times(here, others, RUSH, is_return=is_return)

    alone = [
        town.times(here, others[[index]], RUSH, is_return=is_return)[0]
        for index in range(len(others))
    ]
    assert together.tolist() == alone
