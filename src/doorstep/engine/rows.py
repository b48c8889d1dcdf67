"""Routes as rows of arrays: stops, points and ways, updated in place one route at a time.

A row owns a segment of the stop arrays (two slots more than stops: where the route starts and
where it ends) and a segment of the way array. A row that outgrows its segment moves to the end of
the arrays; what it leaves behind is swept up when it becomes too much.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from doorstep.engine.compiled import compiled, is_available
from doorstep.engine.passes import BIG, FIXED, PLACED, WAY_COLUMNS, lay_ways, most_ways
from doorstep.engine.problem import Route, Stop, StopKind
from doorstep.engine.travel import Travel, leg_s
from doorstep.platform.values.geo import Coordinates, unit_vector

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]

_KINDS = tuple(StopKind)
# Columns of a row's header.
(FROM, TO, FIRST, COUNT, WAY, WAYS, REMOTE, LANE, DAY, TURNS, NOW, ROOM_STOPS,
 ROOM_WAYS) = range(13)  # fmt: skip
_HEADER = 13
_SPARE_STOPS = 2
_NOT_YET = -BIG


class Rows:
    """The routes of many resources. Seconds inside are counted from `base_s`."""

    def __init__(self, estimate: Travel, *, is_compiled: bool | None = None) -> None:
        self.estimate = estimate
        self.is_compiled = is_available() if is_compiled is None else is_compiled
        self._lay: Any = compiled(lay_ways) if self.is_compiled else lay_ways
        self.base_s: int | None = None
        self.ids: list[Hashable] = []
        self.row_of: dict[Hashable, int] = {}
        self.header: Ints = np.zeros((16, _HEADER), np.int32)
        self.speeds: list[float] = []
        self._capacity(64, 256)
        self._stop_end = 0
        self._way_end = 0
        self._wasted = 0
        self.free_rows: list[int] = []

    def _capacity(self, stops: int, ways: int) -> None:
        self.stops: Ints = np.zeros((stops, 6), np.int32)
        self.stop_ids: npt.NDArray[np.int64] = np.zeros(stops, np.int64)
        self.points: Floats = np.zeros((stops, 3))
        self.places: Floats = np.full((stops, 2), np.nan)
        self.ways: Ints = np.zeros((ways, WAY_COLUMNS), np.int32)

    # --- Writing -------------------------------------------------------------------------------

    def put(self, route: Route, speed: float) -> int:
        """Add a route, or replace the one of the same id; returns its row."""
        if self.base_s is None:
            self.base_s = route.from_s
        row = self.row_of.get(route.id)
        if row is None:
            row = self._new_row(route.id)
        stops = route.stops
        header = self.header[row]
        if header[ROOM_STOPS] < len(stops) + 2:
            self._move_stops(row, len(stops) + 2 + _SPARE_STOPS)
        base_s = self.base_s
        header = self.header[row]
        header[FROM], header[TO] = route.from_s - base_s, route.to_s - base_s
        header[COUNT] = len(stops)
        header[DAY], header[LANE] = route.day.toordinal(), route.lane
        self.speeds[row] = speed
        turns = route.from_s
        if stops:
            turns = min(turns, *(stop.departs_s for stop in stops))
        header[TURNS] = turns - base_s
        first = int(header[FIRST])
        self._place(first, route.start)
        self._place(first + 1, route.end)
        if stops:
            last = first + 2 + len(stops)
            self.stops[first + 2 : last] = [
                (
                    stop.departs_s - base_s,
                    stop.arrives_s - base_s,
                    stop.ends_s - base_s,
                    stop.promised_from_s - base_s,
                    stop.promised_to_s - base_s,
                    stop.is_fixed * FIXED
                    + (stop.place is not None) * PLACED
                    + 4 * _KINDS.index(stop.kind),
                )
                for stop in stops
            ]
            self.stop_ids[first + 2 : last] = [stop.id for stop in stops]
            for index, stop in enumerate(stops):
                if stop.place is not None:
                    self._place(first + 2 + index, stop.place)
        self.refresh(row, _NOT_YET)
        return row

    def refresh(self, row: int, now_s: int) -> None:
        """Lay the ways of a row anew, as they are at `now_s` (in seconds from the base)."""
        header = self.header[row]
        from_s, to_s, first, count = (int(each) for each in header[:4])
        table = self.stops[first + 2 : first + 2 + count]
        trailing = 0
        last = -1
        for index in range(count - 1, -1, -1):
            if table[index, 5] & PLACED:
                last = index
                break
            trailing += 1
        needed = most_ways(count, trailing)
        if header[ROOM_WAYS] < needed:
            self._move_ways(row, needed + 4)
            header = self.header[row]
        has_start = not np.isnan(self.places[first, 0])
        has_end = not np.isnan(self.places[first + 1, 0])
        home_s = 0
        if last >= 0 and has_end:
            home_s = self._leg(first + 2 + last, first + 1, self.speeds[row])
        way = int(header[WAY])
        out = self.ways[way : way + needed].reshape(-1)
        if self.is_compiled:
            columns = tuple(table[:, column] for column in range(6))
            located, remote = self._lay(
                count, *columns, from_s, to_s, now_s, home_s, first, has_start, has_end, out
            )
        else:
            # Lists and Python's own integers are several times faster than array elements here.
            plain = [0] * (needed * WAY_COLUMNS)
            located, remote = self._lay(
                count, *table.T.tolist(), from_s, to_s, now_s, home_s, first, has_start, has_end,
                plain,
            )  # fmt: skip
            out[:] = plain
        header[WAYS], header[REMOTE], header[NOW] = located, remote, now_s

    def belong(self, row: int, speed: float) -> None:
        """Whoever drives this route now drives at this speed."""
        if self.speeds[row] != speed:
            self.speeds[row] = speed
            self.refresh(row, int(self.header[row, NOW]))

    def drop(self, row: int) -> None:
        """Forget a route."""
        del self.row_of[self.ids[row]]
        self.header[row, COUNT] = self.header[row, WAYS] = self.header[row, REMOTE] = 0
        self.free_rows.append(row)

    # --- Reading -------------------------------------------------------------------------------

    def route(self, row: int, resource_id: int) -> Route:
        """The route as it was put in."""
        return self.keep(row).route(resource_id)

    def keep(self, row: int) -> "KeptRow":
        """The route as it is now, whatever happens to the row later."""
        assert self.base_s is not None
        header = self.header[row].copy()
        first, last = header[FIRST], header[FIRST] + 2 + header[COUNT]
        return KeptRow(
            self.ids[row],
            self.base_s,
            header,
            self.stops[first + 2 : last].copy(),
            self.stop_ids[first + 2 : last].copy(),
            self.places[first:last].copy(),
        )

    def place_at(self, slot: int) -> Coordinates:
        """The place in a slot that has one."""
        latitude, longitude = self.places[slot].tolist()
        return Coordinates(latitude, longitude)

    def under_way(self, rows: Ints, now_s: int) -> Iterable[int]:
        """Those of `rows` whose ways were laid for another time than `now_s` and depend on it."""
        header = self.header[rows]
        # Before its first departure a row does not care what time it is.
        wanted = np.where(header[:, TURNS] < now_s, now_s, _NOT_YET)
        found: list[int] = rows[(header[:, NOW] != wanted) & (header[:, TO] > now_s)].tolist()
        return found

    def bytes_used(self) -> int:
        """Memory of the arrays."""
        arrays = (self.stops, self.stop_ids, self.points, self.places, self.ways, self.header)
        return sum(each.nbytes for each in arrays)

    # --- Room ----------------------------------------------------------------------------------

    def _leg(self, from_slot: int, to_slot: int, speed: float) -> int:
        return leg_s(self.estimate, self.place_at(from_slot), self.place_at(to_slot), speed)

    def _place(self, slot: int, place: Coordinates | None) -> None:
        if place is None:
            self.places[slot] = np.nan
        else:
            self.places[slot] = place.latitude, place.longitude
            self.points[slot] = unit_vector(place)

    def _new_row(self, route_id: Hashable) -> int:
        if self.free_rows:
            row = self.free_rows.pop()
            self.ids[row] = route_id
        else:
            row = len(self.ids)
            if row == len(self.header):
                self.header = np.concatenate([self.header, np.zeros_like(self.header)])
            self.ids.append(route_id)
            self.speeds.append(1.0)
        self.row_of[route_id] = row
        return row

    def _move_stops(self, row: int, room: int) -> None:
        self._stop_end, (self.stops, self.stop_ids, self.points, self.places) = _grown(
            self._stop_end, room, (self.stops, self.stop_ids, self.points, self.places)
        )
        self.header[row, FIRST] = self._stop_end - room
        self.header[row, ROOM_STOPS] = room

    def _move_ways(self, row: int, room: int) -> None:
        self._way_end, (self.ways,) = _grown(self._way_end, room, (self.ways,))
        self.header[row, WAY] = self._way_end - room
        self.header[row, ROOM_WAYS] = room


@dataclass(frozen=True, slots=True)
class KeptRow:
    """A copy of one row."""

    id: Hashable
    base_s: int
    header: Ints
    stops: Ints
    stop_ids: npt.NDArray[np.int64]
    places: Floats

    def route(self, resource_id: int) -> Route:
        """The row as a route."""
        header: list[int] = self.header.tolist()
        base_s = self.base_s
        places = self.places.tolist()
        return Route(
            id=self.id,
            resource_id=resource_id,
            lane=header[LANE],
            day=date.fromordinal(header[DAY]),
            from_s=header[FROM] + base_s,
            to_s=header[TO] + base_s,
            start=_coordinates(places[0]),
            end=_coordinates(places[1]),
            stops=tuple(
                Stop(
                    id=stop_id,
                    place=_coordinates(place) if flags & PLACED else None,
                    departs_s=departs + base_s,
                    arrives_s=arrives + base_s,
                    ends_s=ends + base_s,
                    promised_from_s=low + base_s,
                    promised_to_s=high + base_s,
                    is_fixed=bool(flags & FIXED),
                    kind=_KINDS[flags >> 2],
                )
                for (departs, arrives, ends, low, high, flags), stop_id, place in zip(
                    self.stops.tolist(), self.stop_ids.tolist(), places[2:], strict=True
                )
            ),
        )


def _grown(end: int, room: int, arrays: Sequence[Any]) -> tuple[int, tuple[Any, ...]]:
    """The arrays with room for `room` more rows behind `end`, and where those end."""
    if end + room > len(arrays[0]):
        more = max(room, len(arrays[0]) // 2)
        arrays = [
            np.concatenate([each, np.zeros((more, *each.shape[1:]), each.dtype)]) for each in arrays
        ]
    return end + room, tuple(arrays)


def _coordinates(place: Sequence[float]) -> Coordinates | None:
    # Not a number is not equal to itself.
    return Coordinates(*place) if place[0] == place[0] else None
