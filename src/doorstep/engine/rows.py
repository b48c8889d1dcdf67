"""Routes as rows of arrays: stops, points and ways.

A row owns a segment of the stop arrays (two slots more than stops: where the route starts and
where it ends) and one of each way array: visits with a place and visits without one have ways of
their own, kept apart so that a search reads nothing it does not need. A changed route is written
behind all others and its old segments are left as they are, so that results of earlier searches
stay what they were; what nobody refers to any more is swept up when it takes half of the room.
"""

from collections.abc import Hashable, Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from doorstep.engine.compiled import compiled, is_ready
from doorstep.engine.passes import (
    BIG,
    FIXED,
    HEADER_COLUMNS,
    ONWARD,
    ORIGIN,
    PLACED,
    WAY_COLUMNS,
    lay_ways,
    most_ways,
)
from doorstep.engine.problem import Route, Stop, StopKind
from doorstep.engine.scan_numpy import spread
from doorstep.engine.travel import Travel, leg_s
from doorstep.platform.values.geo import Coordinates, unit_vector

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]

_KINDS = tuple(StopKind)
_KIND_CODE = {kind: 4 * number for number, kind in enumerate(_KINDS)}
# Columns of a row's header.
(
    FROM, TO, FIRST, COUNT, WAY, WAYS, REMOTE_WAYS, LANE, DAY, TURNS, NOW, REST, WORK, REMOTE_WAY,
) = range(HEADER_COLUMNS)  # fmt: skip
_NOT_YET = -BIG
_NOWHERE = (np.nan, np.nan)


class Rows:
    """The routes of many resources. Seconds inside are counted from `base_s`."""

    def __init__(self, estimate: Travel, *, is_compiled: bool | None = None) -> None:
        self.estimate = estimate
        self.is_compiled = is_ready() if is_compiled is None else is_compiled
        self._is_settled = is_compiled is not None
        self.base_s: int | None = None
        self.ids: list[Hashable] = []
        self.row_of: dict[Hashable, int] = {}
        self.header: Ints = np.zeros((16, HEADER_COLUMNS), np.int32)
        self.speeds: list[float] = []
        self.stops: Ints = np.zeros((64, 6), np.int32)
        self.stop_ids: npt.NDArray[np.int64] = np.zeros(64, np.int64)
        self.points: Floats = np.zeros((64, 3))
        self.places: Floats = np.zeros((64, 2))
        self.ways: Ints = np.zeros((128, WAY_COLUMNS), np.int32)
        self.remote_ways: Ints = np.zeros((128, WAY_COLUMNS), np.int32)
        self._stop_end = 0
        self.sweeps = 0  # after each one, numbers of stops mean other stops
        self._way_end = 0
        self._remote_end = 0
        self._free_rows: list[int] = []

    def take_compiled(self) -> bool:
        """From now on compiled code, if it has become ready meanwhile; whether it has."""
        if self.is_compiled or self._is_settled or not is_ready():
            return False
        self.is_compiled = True
        return True

    # --- Writing -------------------------------------------------------------------------------

    def put(self, route: Route, speed: float) -> int:
        """Add a route, or replace the one of the same id; returns its row."""
        if self.base_s is None:
            self.base_s = route.from_s
        base_s = self.base_s
        row = self.row_of.get(route.id)
        if row is None:
            row = self._new_row(route.id)
        stops = route.stops
        count = len(stops)
        self._make_room(count + 2, *most_ways(count, count))
        first = self._stop_end
        self._stop_end += count + 2
        turns, work = route.from_s, 0
        places = [_NOWHERE if route.start is None else _degrees(route.start)]
        places.append(_NOWHERE if route.end is None else _degrees(route.end))
        points = [(0.0, 0.0, 0.0) if route.start is None else unit_vector(route.start)]
        points.append((0.0, 0.0, 0.0) if route.end is None else unit_vector(route.end))
        if count:
            table = []
            for stop in stops:
                flags = _KIND_CODE[stop.kind] + (FIXED if stop.is_fixed else 0)
                if stop.place is None:
                    places.append(_NOWHERE)
                    points.append((0.0, 0.0, 0.0))
                else:
                    flags += PLACED
                    places.append(_degrees(stop.place))
                    points.append(unit_vector(stop.place))
                table.append(
                    (
                        stop.departs_s - base_s,
                        stop.arrives_s - base_s,
                        stop.ends_s - base_s,
                        stop.promised_from_s - base_s,
                        stop.promised_to_s - base_s,
                        flags,
                    )
                )
                turns = min(turns, stop.departs_s)
                work += stop.ends_s - stop.arrives_s
            self.stops[first + 2 : first + 2 + count] = table
            self.stop_ids[first + 2 : first + 2 + count] = [stop.id for stop in stops]
        self.places[first : first + 2 + count] = places
        self.points[first : first + 2 + count] = points
        self.speeds[row] = speed
        self.header[row] = (
            route.from_s - base_s, route.to_s - base_s, first, count, 0, 0, 0, route.lane,
            route.day.toordinal(), turns - base_s, _NOT_YET, route.rest_s, work, 0,
        )  # fmt: skip
        self._lay_row(row, _NOT_YET)
        return row

    def refresh(self, row: int, now_s: int) -> None:
        """Lay the ways of a row anew, as they are at `now_s` (in seconds from the base)."""
        count = int(self.header[row, COUNT])
        self._make_room(0, *most_ways(count, count))
        self._lay_row(row, now_s)

    def _lay_row(self, row: int, now_s: int) -> None:
        header = self.header[row]
        from_s, to_s, first, count = header[:4].tolist()
        rest_s = int(header[REST])
        table = self.stops[first + 2 : first + 2 + count]
        flags = table[:, 5].tolist()
        last = count - 1
        while last >= 0 and not flags[last] & PLACED:
            last -= 1
        needed, remote_needed = most_ways(count, count - 1 - last)
        places = self.places[first : first + 2].tolist()
        has_start = places[0][0] == places[0][0]
        has_end = places[1][0] == places[1][0]
        home_s = 0
        if last >= 0 and has_end:
            home_s = leg_s(
                self.estimate,
                Coordinates(*self.places[first + 2 + last].tolist()),
                Coordinates(*places[1]),
                self.speeds[row],
            )
        way, remote_way = self._way_end, self._remote_end
        out = self.ways[way : way + needed].reshape(-1)
        remote_out = self.remote_ways[remote_way : remote_way + remote_needed].reshape(-1)
        if self.is_compiled:
            located, remote = compiled(lay_ways)(
                count, table[:, 0], table[:, 1], table[:, 2], table[:, 3], table[:, 4],
                table[:, 5], from_s, to_s, now_s, home_s, rest_s, first, has_start, has_end,
                out, remote_out,
            )  # fmt: skip
        else:
            # Lists and Python's own integers are several times faster than array elements here.
            plain, remote_plain = [0] * len(out), [0] * len(remote_out)
            departs, arrives, ends, low, high, flags = table.T.tolist() if count else [[]] * 6
            located, remote = lay_ways(
                count, departs, arrives, ends, low, high, flags, from_s, to_s, now_s, home_s,
                rest_s, first, has_start, has_end, plain, remote_plain,
            )  # fmt: skip
            out[:], remote_out[:] = plain, remote_plain
        self._way_end, self._remote_end = way + located, remote_way + remote
        header[WAY : REMOTE_WAYS + 1] = way, located, remote
        header[REMOTE_WAY], header[NOW] = remote_way, now_s

    def belong(self, row: int, speed: float) -> None:
        """Whoever drives this route now drives at this speed."""
        if self.speeds[row] != speed:
            self.speeds[row] = speed
            self.refresh(row, int(self.header[row, NOW]))

    def drop(self, row: int) -> None:
        """Forget a route."""
        del self.row_of[self.ids[row]]
        self.header[row] = 0
        self._free_rows.append(row)

    # --- Reading -------------------------------------------------------------------------------

    def route(self, row: int, resource_id: int) -> Route:
        """The route as it was put in."""
        return self.view().route(row, self.header[row].tolist(), resource_id)

    def view(self) -> "View":
        """All segments as they are now, whatever is written later."""
        return View(self.base_s or 0, self.ids, self.stops, self.stop_ids, self.places)

    def ways_of(self, *, is_remote: bool) -> Ints:
        """The ways of all rows for visits without a place, or for those with one."""
        return self.remote_ways if is_remote else self.ways

    def place_at(self, slot: int) -> Coordinates:
        """The place in a slot that has one."""
        return Coordinates(*self.places[slot].tolist())

    def under_way(self, rows: Ints, now_s: int) -> Iterable[int]:
        """Those of `rows` whose ways were laid for another time than `now_s` and depend on it."""
        header = self.header[rows]
        # Before its first departure a row does not care what time it is.
        wanted = np.where(header[:, TURNS] < now_s, now_s, _NOT_YET)
        found: list[int] = rows[(header[:, NOW] != wanted) & (header[:, TO] > now_s)].tolist()
        return found

    def bytes_used(self) -> int:
        """Memory of the arrays."""
        arrays = (
            self.stops, self.stop_ids, self.points, self.places, self.ways, self.remote_ways,
            self.header,
        )  # fmt: skip
        return sum(each.nbytes for each in arrays)

    # --- Room ----------------------------------------------------------------------------------

    def _new_row(self, route_id: Hashable) -> int:
        if self._free_rows:
            row = self._free_rows.pop()
            self.ids = self.ids.copy()  # earlier views keep the names they knew
            self.ids[row] = route_id
        else:
            row = len(self.ids)
            if row == len(self.header):
                self.header = np.concatenate([self.header, np.zeros_like(self.header)])
            self.ids.append(route_id)
            self.speeds.append(1.0)
        self.row_of[route_id] = row
        return row

    def expect(self, times: float) -> None:
        """Make room at once for about so many times as much again as is there.

        Arrays that grow bit by bit leave holes behind in the memory of the process; room that is
        never written to takes none.
        """
        times = 1.0 + 1.1 * times
        ends = (self._stop_end, self._way_end, self._remote_end)
        self._lengthen(*(int(times * end) for end in ends))

    def _make_room(self, stops: int, ways: int, remote_ways: int) -> None:
        """Room for so many more at the end: by sweeping if half is waste, else by growing."""
        ends = (
            self._stop_end + stops,
            self._way_end + ways,
            self._remote_end + remote_ways,
        )
        rooms = (len(self.stops), len(self.ways), len(self.remote_ways))
        if all(end <= room for end, room in zip(ends, rooms, strict=True)):
            return
        header = self.header[list(self.row_of.values())]
        if (
            2 * int(np.sum(header[:, COUNT] + 2)) < self._stop_end
            or 2 * int(np.sum(header[:, WAYS])) < self._way_end
            or 2 * int(np.sum(header[:, REMOTE_WAYS])) < self._remote_end
        ):
            self._sweep()
        self._lengthen(self._stop_end + stops, self._way_end + ways, self._remote_end + remote_ways)

    def _lengthen(self, stops: int, ways: int, remote_ways: int) -> None:
        """At least so many slots of stops, and ways of both kinds."""
        more = stops - len(self.stops)
        if more > 0:
            self.stops, self.stop_ids, self.points, self.places = (
                _longer(each, more)
                for each in (self.stops, self.stop_ids, self.points, self.places)
            )
        if ways > len(self.ways):
            self.ways = _longer(self.ways, ways - len(self.ways))
        if remote_ways > len(self.remote_ways):
            self.remote_ways = _longer(self.remote_ways, remote_ways - len(self.remote_ways))

    def _sweep(self) -> None:
        """Write everything anew without what nobody refers to any more."""
        self.sweeps += 1
        rows = np.array(sorted(self.row_of.values()), np.intp)
        header = self.header[rows].astype(np.int64)
        first, room = header[:, FIRST], header[:, COUNT] + 2
        _, slots = spread(first, first + room)
        self.stops, self.stop_ids, self.points, self.places = (
            _longer(each[slots], 0)
            for each in (self.stops, self.stop_ids, self.points, self.places)
        )
        new_first = np.cumsum(room) - room
        of_row, numbers = spread(header[:, WAY], header[:, WAY] + header[:, WAYS])
        ways = self.ways[numbers]
        for column in (ORIGIN, ONWARD):
            ways[:, column] += np.where(ways[:, column] >= 0, (new_first - first)[of_row], 0)
        self.ways = _longer(ways, 0)
        # Ways of visits without a place know no slots.
        remote, count = header[:, REMOTE_WAY], header[:, REMOTE_WAYS]
        _, remote_numbers = spread(remote, remote + count)
        self.remote_ways = _longer(self.remote_ways[remote_numbers], 0)
        self.header[rows, FIRST] = new_first
        self.header[rows, WAY] = np.cumsum(header[:, WAYS]) - header[:, WAYS]
        self.header[rows, REMOTE_WAY] = np.cumsum(count) - count
        self._stop_end, self._way_end = len(slots), len(numbers)
        self._remote_end = len(remote_numbers)


class View(NamedTuple):
    """The segments of all rows at some time; none of them is ever written to again."""

    base_s: int
    ids: list[Hashable]
    stops: Ints
    stop_ids: npt.NDArray[np.int64]
    places: Floats

    def route(self, row: int, header: list[int], resource_id: int) -> Route:
        """The route whose row had this header."""
        base_s = self.base_s
        first, last = header[FIRST], header[FIRST] + 2 + header[COUNT]
        places = self.places[first:last].tolist()
        return Route(
            id=self.ids[row],
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
                    place=_coordinates(place),
                    departs_s=departs + base_s,
                    arrives_s=arrives + base_s,
                    ends_s=ends + base_s,
                    promised_from_s=low + base_s,
                    promised_to_s=high + base_s,
                    is_fixed=bool(flags & FIXED),
                    kind=_KINDS[flags >> 2],
                )
                for (departs, arrives, ends, low, high, flags), stop_id, place in zip(
                    self.stops[first + 2 : last].tolist(),
                    self.stop_ids[first + 2 : last].tolist(),
                    places[2:],
                    strict=True,
                )
            ),
            rest_s=header[REST],
        )


def _longer(array: Any, room: int) -> Any:
    """The array with at least `room` more entries behind it."""
    more = max(room, len(array) // 4, 64)
    # Zeros nobody has written to take no memory yet, which a copy of them would.
    longer = np.zeros((len(array) + more, *array.shape[1:]), array.dtype)
    longer[: len(array)] = array
    return longer


def _degrees(place: Coordinates) -> tuple[float, float]:
    return (place.latitude, place.longitude)


def _coordinates(place: Sequence[float]) -> Coordinates | None:
    # Not a number is not equal to itself.
    return Coordinates(*place) if place[0] == place[0] else None
