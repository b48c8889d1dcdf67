"""An open road file that answers: from or to one place, for as many others as there are."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from doorstep.connectors.travel.roads.extract import PER_DEGREE
from doorstep.connectors.travel.roads.file import open_road_file
from doorstep.connectors.travel.roads.packed import FAR, Array, Packed, pack, share
from doorstep.connectors.travel.roads.snapping import Cells, Grid, nearest
from doorstep.connectors.travel.roads.streets import NOWHERE
from doorstep.connectors.travel.roads.sweep import Sweeper, prepare
from doorstep.platform.values.geo import Coordinates

# From the door to the road and back: a yard, a private drive, a few steps.
ACCESS_KMH = 10.0
_ACCESS_MS_PER_METRE = 3600 / ACCESS_KMH
_KEPT_ROWS_BYTES = 64 << 20
_FEWEST_ROWS = 4
_KEPT_PLACES = 200_000


@dataclass(frozen=True, slots=True)
class Spots:
    """Places put on the road, as columns.

    `road` is -1 for a place no road leads to, `share` how far along the road it lies (0 to 1),
    `access` the packed way from the place to it.
    """

    road: Array
    share: Array
    access: Packed

    def __len__(self) -> int:
        return len(self.road)

    def __getitem__(self, which: Any) -> "Spots":
        return Spots(self.road[which], self.share[which], self.access[which])


class RoadMap:
    """Times are `packed`, one for each place, FAR where no road leads. Safe between threads."""

    def __init__(self, path: Path) -> None:
        """Raises BadRoadFile."""
        file = open_road_file(path)
        columns = file.columns
        self.file = file
        self.about = file.about
        self._sweeper = Sweeper(
            columns["levels"], columns["node_parent"], columns["first"], columns["head"]
        )
        self._up, self._down = columns["up"], columns["down"]
        self._tail, self._head = columns["road_tail"], columns["road_head"]
        self._forward, self._backward = columns["road_forward"], columns["road_backward"]
        self._length_m = columns["road_length_m"]
        self._cells = Cells(
            Grid(**file.about["cells"]),
            columns["segment_road"],
            columns["segment_at_m"],
            columns["segment_ends"],
            columns["cell_first"],
            columns["cell_segment"],
        )
        self._lock = Lock()
        self._rows: OrderedDict[tuple[int, float, int, bool], Packed] = OrderedDict()
        row_bytes = 8 * len(columns["node_parent"])
        self._most_rows = max(_FEWEST_ROWS, _KEPT_ROWS_BYTES // max(row_bytes, 1))
        self._places: dict[tuple[float, float], int] = {}
        self._spots = Spots(np.zeros(0, np.int64), np.zeros(0), np.zeros(0, np.int64))
        prepare()

    def snap(self, latitude: Array, longitude: Array) -> Spots:
        """The place on the nearest road for each point, in degrees."""
        found = nearest(self._cells, latitude, longitude)
        road = np.where(found.segment < 0, NOWHERE, self._cells.road[found.segment])
        is_there = road != NOWHERE
        away_m = np.where(is_there, found.away_m, 0.0)
        along_m = self._cells.at_m[found.segment] + found.along_m
        length_m = np.where(is_there, np.maximum(self._length_m[road], 1e-3), 1.0)
        return Spots(
            road.astype(np.int64),
            np.where(is_there, np.clip(along_m / length_m, 0.0, 1.0), 0.0),
            pack(away_m * _ACCESS_MS_PER_METRE, away_m * 10),
        )

    def place(self, points: Sequence[Coordinates]) -> Spots:
        """As `snap`, remembering places it was asked for before."""
        keys = [(point.latitude, point.longitude) for point in points]
        with self._lock:
            new = [key for key in dict.fromkeys(keys) if key not in self._places]
            if len(self._places) + len(new) > _KEPT_PLACES:
                self._places, self._spots = {}, self._spots[:0]
                new = list(dict.fromkeys(keys))
            if new:
                self._learn(new)
            at = np.fromiter(map(self._places.__getitem__, keys), np.int64, len(keys))
            return self._spots[at]

    def _learn(self, new: list[tuple[float, float]]) -> None:
        latitude, longitude = np.array(new, float).T
        found = self.snap(latitude, longitude)
        begin = len(self._spots)
        self._places |= {key: begin + index for index, key in enumerate(new)}
        self._spots = Spots(
            np.concatenate([self._spots.road, found.road]),
            np.concatenate([self._spots.share, found.share]),
            np.concatenate([self._spots.access, found.access]),
        )

    def times(self, spot: Spots, others: Spots, profile: int, *, is_return: bool) -> Packed:
        """From the one `spot` to each of `others`, or back from each of them to it."""
        if spot.road[0] == NOWHERE or not len(others):
            return np.full(len(others), FAR)
        row = self._row(int(spot.road[0]), float(spot.share[0]), profile, is_return)
        road, along = others.road, others.share
        onward, back = self._forward[profile], self._backward[profile]
        # Driving towards a place ends the stretch from the tail; driving away from it begins the
        # stretch to the tail, which is the road's other direction.
        from_tail, from_head = (back, onward) if is_return else (onward, back)
        best = np.minimum(
            row[self._tail[road]] + share(from_tail[road], along),
            row[self._head[road]] + share(from_head[road], 1 - along),
        )
        best = np.minimum(best, self._on_the_same_road(spot, others, profile, is_return))
        total = best + spot.access[0] + others.access
        return np.where((road == NOWHERE) | (best >= FAR), FAR, total)

    def _on_the_same_road(
        self, spot: Spots, others: Spots, profile: int, is_return: bool
    ) -> Packed:
        direct = np.full(len(others), FAR)
        same = np.flatnonzero(others.road == spot.road[0])
        if len(same):
            road = spot.road[0]
            ahead = others.share[same] - spot.share[0]
            if is_return:
                ahead = -ahead
            way = np.where(ahead >= 0, self._forward[profile, road], self._backward[profile, road])
            direct[same] = share(way, np.abs(ahead))
        return direct

    def _row(self, road: int, along: float, profile: int, is_return: bool) -> Packed:
        """From that place on a road to every crossing, or back."""
        key = (road, along, profile, is_return)
        with self._lock:
            known = self._rows.get(key)
            if known is not None:
                self._rows.move_to_end(key)
                return known
        onward, back = self._forward[profile, road], self._backward[profile, road]
        to_head, to_tail = (back, onward) if is_return else (onward, back)
        rest = np.array([1 - along, along])
        ends = share(np.array([to_head, to_tail]), rest)
        starts: dict[int, int] = {}
        for node, time in ((self._head[road], ends[0]), (self._tail[road], ends[1])):
            starts[int(node)] = min(int(time), starts.get(int(node), FAR))
        up, down = self._up[profile], self._down[profile]
        row = self._sweeper.sweep(starts, *((down, up) if is_return else (up, down)))
        with self._lock:
            self._rows[key] = row
            while len(self._rows) > self._most_rows:
                self._rows.popitem(last=False)
        return row

    def position(self, spot: Spots) -> Coordinates | None:
        """Where on the road a place was put, about: the nearer crossing."""
        if spot.road[0] == NOWHERE:
            return None
        ends = self._tail if spot.share[0] < 0.5 else self._head
        node = ends[spot.road[0]]
        columns = self.file.columns
        return Coordinates(
            columns["node_latitude"][node] / PER_DEGREE,
            columns["node_longitude"][node] / PER_DEGREE,
        )
