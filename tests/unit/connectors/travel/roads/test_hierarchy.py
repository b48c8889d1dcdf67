"""Sweeps give what a plain Dijkstra gives: on a large grid, from and to, with one-way streets."""

import heapq
import random

import numpy as np
import pytest

from doorstep.connectors.travel.roads.extract import read_extract
from doorstep.connectors.travel.roads.hierarchy import Hierarchy, build_hierarchy
from doorstep.connectors.travel.roads.packed import FAR, Array
from doorstep.connectors.travel.roads.profiles import PROFILES
from doorstep.connectors.travel.roads.streets import Streets, cut
from doorstep.connectors.travel.roads.sweep import Sweeper, compiled_loops
from tests.doubles.town import street_grid

SIZE = 104


def dijkstra(count: int, tail: Array, head: Array, times: Array, start: int) -> Array:
    """Packed time from `start` to every node, without any shortcut."""
    onward: list[list[tuple[int, int]]] = [[] for _node in range(count)]
    for here, there, time in zip(tail.tolist(), head.tolist(), times.tolist(), strict=True):
        onward[here].append((there, time))
    best = [FAR] * count
    best[start] = 0
    waiting = [(0, start)]
    while waiting:
        time, node = heapq.heappop(waiting)
        if time > best[node]:
            continue
        for there, more in onward[node]:
            if time + more < best[there]:
                best[there] = time + more
                heapq.heappush(waiting, (time + more, there))
    return np.array(best)


@pytest.fixture(scope="module")
def streets(tmp_path_factory: pytest.TempPathFactory) -> Streets:
    folder = tmp_path_factory.mktemp("grid")
    return cut(read_extract(street_grid(SIZE).write(folder / "grid.osm.pbf")))


@pytest.fixture(scope="module")
def hierarchy(streets: Streets) -> Hierarchy:
    return build_hierarchy(streets.latitude / 1e7, streets.longitude / 1e7, *streets.arcs())


def sweeper_of(hierarchy: Hierarchy, *, is_compiled: bool) -> Sweeper:
    if is_compiled and compiled_loops() is None:
        pytest.skip("numba is not installed")
    return Sweeper(
        hierarchy.levels,
        hierarchy.parent,
        hierarchy.first,
        hierarchy.head,
        is_compiled=is_compiled,
    )


def row(
    hierarchy: Hierarchy, start: int, profile: int, *, is_return: bool, is_compiled: bool
) -> Array:
    """As Dijkstra's, by the old numbers."""
    sweeper = sweeper_of(hierarchy, is_compiled=is_compiled)
    up, down = hierarchy.up[profile], hierarchy.down[profile]
    found = sweeper.sweep(
        {int(hierarchy.number[start]): 0}, *((down, up) if is_return else (up, down))
    )
    return found[hierarchy.number]


def test_the_grid_is_large_and_has_one_way_streets(streets: Streets) -> None:
    assert len(streets.latitude) >= 10_000
    assert (streets.backward[0] >= FAR).mean() > 0.1


@pytest.mark.parametrize("is_compiled", [True, False], ids=["compiled", "numpy"])
@pytest.mark.parametrize("is_return", [False, True], ids=["from", "to"])
@pytest.mark.parametrize("profile", range(len(PROFILES)), ids=[each.name for each in PROFILES])
def test_every_crossing_is_as_far_as_dijkstra_says(
    streets: Streets, hierarchy: Hierarchy, profile: int, is_return: bool, is_compiled: bool
) -> None:
    count = len(streets.latitude)
    tail, head, times = streets.arcs()
    if is_return:
        tail, head = head, tail
    chance = random.Random(profile)
    for start in chance.sample(range(count), 3):
        expected = dijkstra(count, tail, head, times[profile], start)

        found = row(hierarchy, start, profile, is_return=is_return, is_compiled=is_compiled)
        assert np.array_equal(found, expected)


@pytest.mark.parametrize("is_compiled", [True, False], ids=["compiled", "numpy"])
def test_a_sweep_from_two_places_takes_the_nearer(
    streets: Streets, hierarchy: Hierarchy, is_compiled: bool
) -> None:
    sweeper = sweeper_of(hierarchy, is_compiled=is_compiled)
    arcs = hierarchy.up[0], hierarchy.down[0]

    both = sweeper.sweep({5: 1000, 77: 0}, *arcs)

    alone = np.minimum(sweeper.sweep({5: 1000}, *arcs), sweeper.sweep({77: 0}, *arcs))
    assert np.array_equal(both, alone)


def test_two_networks_do_not_reach_each_other() -> None:
    tail, head = np.array([0, 1, 2, 3]), np.array([1, 0, 3, 2])

    hierarchy = build_hierarchy(
        np.array([53.0, 53.1, 54.0, 54.1]), np.zeros(4), tail, head, np.full((1, 4), 7 << 32)
    )

    found = row(hierarchy, 0, 0, is_return=False, is_compiled=False)
    assert found.tolist() == [0, 7 << 32, FAR, FAR]


def test_the_same_streets_are_ordered_the_same(streets: Streets) -> None:
    once, again = (
        build_hierarchy(streets.latitude / 1e7, streets.longitude / 1e7, *streets.arcs())
        for _time in range(2)
    )

    assert np.array_equal(once.number, again.number)
