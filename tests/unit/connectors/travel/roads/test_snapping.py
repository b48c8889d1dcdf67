"""The nearest road, against looking at every road."""

import numpy as np
import pytest

from doorstep.connectors.travel.roads.road_map import RoadMap
from doorstep.connectors.travel.roads.snapping import MAX_SNAP_M, nearest
from doorstep.platform.values.geo import Coordinates, distance_m
from tests.doubles.town import at


def by_hand(town: RoadMap, point: Coordinates) -> float:
    """Metres to the nearest of many places along each segment."""
    ends = town.file.columns["segment_ends"] / 1e7
    return min(
        distance_m(
            point,
            Coordinates(lat + share * (to_lat - lat) / 40, lon + share * (to_lon - lon) / 40),
        )
        for lat, lon, to_lat, to_lon in ends.T
        for share in range(41)
    )


@pytest.mark.parametrize("seed", range(8))
def test_finds_the_nearest_road(town: RoadMap, seed: int) -> None:
    random = np.random.default_rng(seed)
    point = at(*random.uniform(-4, 8, 2))

    found = nearest(town._cells, np.array([point.latitude]), np.array([point.longitude]))

    expected = by_hand(town, point)
    if expected > MAX_SNAP_M + 5:
        assert found.segment[0] == -1
    else:
        assert found.away_m[0] == pytest.approx(expected, abs=5)


def test_looks_as_far_as_it_may_and_no_farther(town: RoadMap) -> None:
    degrees = MAX_SNAP_M / 111_195
    north = at(4, 2)
    points = [
        Coordinates(north.latitude + degrees * share, north.longitude) for share in (0.99, 1.01)
    ]

    spots = town.place(points)

    assert spots.road.tolist()[0] >= 0
    assert spots.road.tolist()[1] == -1


def test_far_outside_the_map_there_is_no_road(town: RoadMap) -> None:
    spots = town.place([Coordinates(-33.9, 151.2), Coordinates(90, 0), Coordinates(0, -180)])

    assert spots.road.tolist() == [-1, -1, -1]


def test_nobody_is_taken_to_the_motorway(town: RoadMap) -> None:
    spot = town.place([at(-1, 2)])

    street = town.position(spot)
    assert street is not None
    assert distance_m(street, at(0, 2)) < 5


def test_an_island_is_not_taken_over_the_water(town: RoadMap) -> None:
    assert town.place([at(3, 40)]).road[0] == -1
