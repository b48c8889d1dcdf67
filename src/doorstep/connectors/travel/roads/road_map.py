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
from doorstep.connectors.travel.roads.sweep import Sweeper
from doorstep.platform.values.geo import Coordinates

# From the door to the road and back: a yard, a private drive, a few steps.
ACCESS_KMH = 10.0
_ACCESS_MS_PER_METRE = 3600 / ACCESS_KMH
_KEPT_ROWS_BYTES = 64 << 20
_FEWEST_ROWS = 4
# So many places are asked one by one sooner than all crossings together.
_FEW = 3


@dataclass(frozen=True, slots=True)
class Spots:
    """Places put on the road, as columns.

    `road` is -1 for a place no road leads to, `share` how far along the road it lies (0 to 1),
    `access` the packed way from the place to it. Places of one `network` reach each other; it is -1
    where no road leads.
    """

    road: Array
    share: Array
    access: Packed
    network: Array

    def __len__(self) -> int:
        return len(self.road)

    def __getitem__(self, which: Any) -> "Spots":
        return Spots(
            self.road[which],
            self.share[which],
            self.access[which],
            self.network[which],
        )

    def followed_by(self, others: "Spots") -> "Spots":
        return Spots(
            np.concatenate([self.road, others.road]),
            np.concatenate([self.share, others.share]),
            np.concatenate([self.access, others.access]),
            np.concatenate([self.network, others.network]),
        )


class RoadMap:
    """Times are `packed`, one for each place, FAR where no road leads. Safe between threads."""

    def __init__(
        self, path: Path, *, is_compiled: bool | None = None, most_places: int = 100_000
    ) -> None:
        """`is_compiled` as for `Sweeper`. Of more places than `most_places` all are forgotten.

        Raises BadRoadFile.
        """
        self._most_places = most_places
        file = open_road_file(path)
        columns = file.columns
        self.file = file
        self.about = file.about
        self._sweeper = Sweeper(
            columns["levels"],
            columns["node_parent"],
            columns["first"],
            columns["head"],
            is_compiled=is_compiled,
        )
        self._up, self._down = columns["up"], columns["down"]
        self._tail, self._head = columns["road_tail"], columns["road_head"]
        self._forward, self._backward = columns["road_forward"], columns["road_backward"]
        self._length_m, self._network = columns["road_length_m"], columns["road_network"]
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
        self._spots = self.snap(np.zeros(0), np.zeros(0))
        self._last: tuple[Sequence[Coordinates], Spots] = ((), self._spots)
        # Loads or compiles the loops now, so that no search waits for it.
        self._sweeper.sweep({0: 0}, self._up[0], self._down[0])

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
            np.where(is_there, self._network[road], NOWHERE),
        )

    def place(self, points: Sequence[Coordinates]) -> Spots:
        """As `snap`, remembering places it was asked for before.

        Quickest for the same tuple as the last time: a search asks for the ways there and back.
        """
        known, spots = self._last
        if points is known:
            return spots
        keys = [(point.latitude, point.longitude) for point in points]
        with self._lock:
            try:
                at = np.fromiter(map(self._places.__getitem__, keys), np.int64, len(keys))
            except KeyError:
                self._learn(keys)
                at = np.fromiter(map(self._places.__getitem__, keys), np.int64, len(keys))
            spots = self._spots[at]
        if isinstance(points, tuple) and len(points) > 1:
            self._last = points, spots
        return spots

    def _learn(self, keys: list[tuple[float, float]]) -> None:
        new = [key for key in dict.fromkeys(keys) if key not in self._places]
        if len(self._places) + len(new) > self._most_places:
            self._places, self._spots = {}, self._spots[:0]
            new = list(dict.fromkeys(keys))
        latitude, longitude = np.array(new, float).T
        found = self.snap(latitude, longitude)
        begin = len(self._spots)
        self._places |= {key: begin + index for index, key in enumerate(new)}
        self._spots = self._spots.followed_by(found)

    def times(self, spot: Spots, others: Spots, profile: int, *, is_return: bool) -> Packed:
        """From the one `spot` to each of `others`, or back from each of them to it."""
        if spot.road[0] == NOWHERE or not len(others):
            return np.full(len(others), FAR)
        if len(others) <= _FEW:
            best = self._few(spot, others, profile, is_return)
        else:
            best = self._many(spot, others, profile, is_return)
        best = np.minimum(best, self._on_the_same_road(spot, others, profile, is_return))
        total = best + spot.access[0] + others.access
        return np.where((others.road == NOWHERE) | (best >= FAR), FAR, total)

    def _few(self, spot: Spots, others: Spots, profile: int, is_return: bool) -> Packed:
        arcs = self._up[profile], self._down[profile]
        here = self._ends(spot, profile, is_start=not is_return)
        found = []
        for index in range(len(others)):
            if others.road[index] == NOWHERE:
                found.append(FAR)
                continue
            there = self._ends(others[[index]], profile, is_start=is_return)
            starts, ends = (there, here) if is_return else (here, there)
            found.append(self._sweeper.meet(starts, ends, *arcs))
        return np.array(found, np.int64)

    def _many(self, spot: Spots, others: Spots, profile: int, is_return: bool) -> Packed:
        row = self._row(spot, profile, is_return)
        from_tail, from_head = self._legs(others.road, others.share, profile, is_start=is_return)
        over_tail: Packed = row[self._tail[others.road]] + from_tail
        over_head: Packed = row[self._head[others.road]] + from_head
        best: Packed = np.minimum(over_tail, over_head)
        return best

    def _legs(
        self, road: Array, along: Array, profile: int, *, is_start: bool
    ) -> tuple[Packed, Packed]:
        """Packed ways between places on roads and the two ends, tail and head, of each.

        Whoever starts drives to them: backward to the tail, forward to the head. Whoever arrives
        comes from them: forward from the tail, backward from the head.
        """
        onward, back = self._forward[profile, road], self._backward[profile, road]
        at_tail, at_head = (back, onward) if is_start else (onward, back)
        return share(at_tail, along), share(at_head, 1 - along)

    def _ends(self, spot: Spots, profile: int, *, is_start: bool) -> dict[int, int]:
        """The crossings at both ends of the spot's road, and the packed way to or from each."""
        at_tail, at_head = self._legs(spot.road, spot.share, profile, is_start=is_start)
        tail, head = int(self._tail[spot.road[0]]), int(self._head[spot.road[0]])
        ends = {tail: int(at_tail[0])}
        ends[head] = min(int(at_head[0]), ends.get(head, FAR))
        return ends

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

    def _row(self, spot: Spots, profile: int, is_return: bool) -> Packed:
        """From that spot to every crossing, or back; the last ones are kept."""
        key = (int(spot.road[0]), float(spot.share[0]), profile, is_return)
        with self._lock:
            known = self._rows.get(key)
            if known is not None:
                self._rows.move_to_end(key)
                return known
        starts = self._ends(spot, profile, is_start=not is_return)
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
