"""The built-in road engine on two towns: building, one to many, many to one, one pair.

Each question is about a place not asked about before. What the engine answers is held against
Dijkstra first; Dijkstra's time, and RoutingKit's on the same streets, stand beside.
"""

import heapq
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from pyroutingkit import CCHMetric, CCHTopology

from benchmarks.measure import Row, measure
from benchmarks.street_grid import PER_DEGREE, street_grid
from doorstep.connectors.travel.roads.build import write_streets
from doorstep.connectors.travel.roads.packed import FAR, Array, milliseconds
from doorstep.connectors.travel.roads.provider import OpenRoads
from doorstep.connectors.travel.roads.road_map import RoadMap, Spots
from doorstep.connectors.travel.roads.streets import Streets, cut
from doorstep.connectors.travel.roads.sweep import Sweeper, compiled_loops
from doorstep.platform.values.geo import Coordinates

SIZES = (180, 360)
TARGETS, SOURCES, RUNS, SAMPLE = 8000, 40, 15, 3

Places = tuple[Coordinates, ...]


def run() -> list[Row]:
    return [row for size in SIZES for row in _town(size)]


def _town(size: int) -> list[Row]:
    streets = cut(street_grid(size))
    name = f"{len(streets.latitude):,} crossings"
    random = np.random.default_rng(size)
    targets, sources = (tuple(_places(streets, random, count)) for count in (TARGETS, SOURCES))
    with TemporaryDirectory(prefix="doorstep-roads-") as folder:
        file = Path(folder) / "town.roads"
        rows = [_once(f"{name}: build", lambda: write_streets(streets, file, source="grid"))]
        # Compiled code is ready before anything is measured, as in a process that serves.
        RoadMap(file)
        rows.append(_once(f"{name}: open, checksum included", lambda: RoadMap(file)))
        _check(streets, RoadMap(file))
        rows += _answers(name, file, sources, targets)
    return rows + _beside(name, streets, random)


def _places(streets: Streets, random: np.random.Generator, count: int) -> list[Coordinates]:
    """Anywhere in the town."""
    south, north = streets.latitude.min() / PER_DEGREE, streets.latitude.max() / PER_DEGREE
    west, east = streets.longitude.min() / PER_DEGREE, streets.longitude.max() / PER_DEGREE
    return [
        Coordinates(float(latitude), float(longitude))
        for latitude, longitude in zip(
            random.uniform(south, north, count), random.uniform(west, east, count), strict=True
        )
    ]


def _answers(name: str, file: Path, sources: Places, targets: Places) -> list[Row]:
    rows = []
    kinds = (
        [("numpy", False)] if compiled_loops() is None else [("compiled", True), ("numpy", False)]
    )
    for label, is_compiled in kinds:
        town = RoadMap(file, is_compiled=is_compiled)
        rows.append(_once(f"{name}: find the road of {TARGETS:,}", partial(town.place, targets)))
        starts, spots = town.place(sources), town.place(targets)
        for what, is_return in (("one to", False), ("back from", True)):
            call = partial(_times, town, starts, spots, is_return=is_return)
            rows.append(measure(f"{name}: {what} {TARGETS:,}, {label}", call, runs=RUNS))
    roads = OpenRoads(RoadMap(file), profile=0, traffic=1.0)
    roads.reach(sources[-1], targets, is_return=False)
    roads.reach(targets[0], sources, is_return=False)
    rows += [
        measure(
            f"{name}: one to {TARGETS:,}, from coordinates to seconds",
            lambda number: roads.reach(sources[number], list(targets), is_return=False),
            runs=RUNS,
        ),
        measure(
            f"{name}: the same place again",
            lambda _number: roads.reach(sources[0], targets, is_return=False),
            runs=RUNS,
        ),
        measure(
            f"{name}: one pair",
            lambda number: roads.reach(sources[number], [targets[number]], is_return=False),
            runs=SOURCES,
        ),
    ]
    return rows


def _times(town: RoadMap, starts: Spots, spots: Spots, number: int, *, is_return: bool) -> object:
    return town.times(starts[[number]], spots, 0, is_return=is_return)


def _once(what: str, call: Callable[[], object]) -> Row:
    """For what is done once and takes long."""
    began = time.perf_counter()
    call()
    needed = time.perf_counter() - began
    return Row(what, needed, needed, 1)


def _beside(name: str, streets: Streets, random: np.random.Generator) -> list[Row]:
    """RoutingKit and Dijkstra from crossing to crossing, on the same free roads."""
    count = len(streets.latitude)
    tail, head, times = streets.arcs()
    free_ms = milliseconds(times[0])
    topology = CCHTopology()
    topology.build(
        tail.astype(np.uint32),
        head.astype(np.uint32),
        (streets.latitude / PER_DEGREE).astype(np.float32),
        (streets.longitude / PER_DEGREE).astype(np.float32),
        count,
    )
    metric = CCHMetric(topology)
    customized = _once(
        f"{name}: RoutingKit, one profile of one process",
        lambda: metric.customize(free_ms.astype(np.uint32), 1),
    )
    targets = random.choice(count, TARGETS, replace=False).astype(np.uint32)
    starts = random.choice(count, RUNS, replace=False).astype(np.uint32)
    onward = _onward(count, tail, head, free_ms)
    return [
        customized,
        measure(
            f"{name}: RoutingKit, one to {TARGETS:,}",
            lambda number: metric.distances_many_to_many(starts[[number]], targets),
            runs=RUNS,
        ),
        _once(
            f"{name}: RoutingKit, back from {TARGETS:,}",
            lambda: metric.distances_many_to_many(targets, starts[:1]),
        ),
        measure(
            f"{name}: Dijkstra in plain Python, one to all",
            lambda number: _dijkstra(onward, int(starts[number])),
            runs=SAMPLE,
        ),
    ]


def _check(streets: Streets, town: RoadMap) -> None:
    """The engine says what Dijkstra says, crossing by crossing."""
    count = len(streets.latitude)
    tail, head, times = streets.arcs()
    onward = _onward(count, tail, head, times[0])
    columns = town.file.columns
    found = {
        place: number
        for number, place in enumerate(
            zip(columns["node_latitude"].tolist(), columns["node_longitude"].tolist(), strict=True)
        )
    }
    number = [
        found[place]
        for place in zip(streets.latitude.tolist(), streets.longitude.tolist(), strict=True)
    ]
    for start in range(0, count, count // SAMPLE):
        best = _dijkstra(onward, start)
        sweeper = Sweeper(*(columns[name] for name in ("levels", "node_parent", "first", "head")))
        row = sweeper.sweep({number[start]: 0}, columns["up"][0], columns["down"][0])
        assert row[number].tolist() == best


def _onward(count: int, tail: Array, head: Array, times: Array) -> list[list[tuple[int, int]]]:
    onward: list[list[tuple[int, int]]] = [[] for _node in range(count)]
    for here, there, needed in zip(tail.tolist(), head.tolist(), times.tolist(), strict=True):
        onward[here].append((there, needed))
    return onward


def _dijkstra(onward: list[list[tuple[int, int]]], start: int) -> list[int]:
    best = [FAR] * len(onward)
    best[start] = 0
    waiting = [(0, start)]
    while waiting:
        needed, node = heapq.heappop(waiting)
        if needed > best[node]:
            continue
        for there, more in onward[node]:
            if needed + more < best[there]:
                best[there] = needed + more
                heapq.heappush(waiting, (needed + more, there))
    return best
