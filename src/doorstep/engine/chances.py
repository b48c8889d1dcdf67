"""When everybody could arrive at one place of work: the arrays around the loops of `scan`."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from doorstep.engine import scan, scan_numpy
from doorstep.engine.compiled import compiled
from doorstep.engine.passes import AFTER_HOME, BIG, GAP, ONWARD, ORIGIN
from doorstep.engine.people import Dated
from doorstep.engine.plan import Seat
from doorstep.engine.problem import Request, Target
from doorstep.engine.travel import StraightLine, Travel, floor_of, seconds_from, seconds_to
from doorstep.platform.values.geo import EARTH_RADIUS_M, Coordinates, unit_vector

if TYPE_CHECKING:
    from doorstep.engine.board import Board
    from doorstep.engine.eligibility import Ask, Party

Array = npt.NDArray[Any]
Indexes = npt.NDArray[np.intp]

_NO_LEGS = np.zeros((0, 2), np.int64)


class Targets:
    """The targets as arrays, in order of from.

    `table` holds from and to (counted from the base), the day, and the number of the next target
    that is of another day.
    """

    def __init__(self, targets: Sequence[Target], base_s: int) -> None:
        self.given = targets
        self.days = sorted({target.day for target in targets})
        number = {day: at for at, day in enumerate(self.days)}
        self.day_of = [number[target.day] for target in targets]
        spans = np.array([(target.from_s, target.to_s) for target in targets], np.int64)
        self.order = np.argsort(spans[:, 0], kind="stable")
        days = np.array(self.day_of)[self.order]
        ends = np.append(np.flatnonzero(days[1:] != days[:-1]) + 1, len(targets))
        self.table = np.empty((len(targets), 4), np.int64)
        self.table[:, :2] = spans[self.order] - base_s
        self.table[:, 2] = days
        self.table[:, 3] = ends[np.searchsorted(ends, np.arange(len(targets)), side="right")]
        self.longest_s = int(np.max(spans[:, 1] - spans[:, 0]))
        self.first_s = int(self.table[0, 0])

    def of_day(self, day: int) -> list[tuple[int, int]]:
        """From and to of the day's targets."""
        return [(from_s, to_s) for from_s, to_s, each, _ in self.table.tolist() if each == day]


class Seekers:
    """Those who are looked at, in order of ids: whose rows, for which arrivals, at what extra cost.

    One individual comes several times if its skills are valid in several spans.
    """

    def __init__(self, indexes: Indexes, table: Array, people: Array, dated: Dated) -> None:
        self.indexes = indexes
        self.table = table
        self.people = people
        self.dated = dated

    @classmethod
    def of(
        cls,
        board: "Board",
        indexes: Indexes,
        pay: npt.NDArray[np.int64] | int,
        dated: Dated,
    ) -> "Seekers":
        """`dated` gives the spans of those who may not arrive at any time."""
        _, slices = board.order()
        table = np.empty((len(indexes), 5), np.int64)
        table[:, 0] = slices[indexes]
        table[:, 1] = slices[indexes + 1]
        table[:, 2], table[:, 3] = -BIG, BIG
        table[:, 4] = pay
        if dated:
            # Without any span it still counts whether the resource works on the day.
            spans = [dated.get(index, [(-BIG, BIG)]) or [(BIG, -BIG)] for index in indexes.tolist()]
            times = [len(each) for each in spans]
            indexes, table = np.repeat(indexes, times), np.repeat(table, times, axis=0)
            table[:, 2:4] = [span for each in spans for span in each]
        return cls(indexes, table, board.people.table[indexes], dated)


class Chances:
    """Every way to arrive in time: rows of scan.CHANCE_COLUMNS, in the order that settles ties.

    `table` is the board's own memory and holds until its next search.
    """

    def __init__(
        self,
        board: "Board",
        seekers: Seekers,
        place: Coordinates | None,
        table: Array,
        is_near: Array,
        works: Array,
        travel: Travel,
        now_s: int,
        *,
        is_remote: bool,
    ) -> None:
        self.seekers = seekers
        self.is_remote = is_remote
        self.table = table
        self.is_near = is_near
        self.works = works
        self.has_chance = np.zeros(works.shape, bool)
        self._board = board
        self.place = place
        self.travel = travel
        self.now_s = now_s

    def best(self, targets: Targets) -> Array:
        """The best of every target that has any, in order of the targets' table; see scan.pick."""
        rows = self._board.rows
        picked = np.empty((len(targets.table), scan.PICK_COLUMNS), np.int64)
        if not len(self.table):
            return picked[:0]
        ways = rows.ways_of(is_remote=self.is_remote)
        common = (self.table, targets.table, self.has_chance, rows.header, ways, picked)
        if rows.is_compiled:
            count = compiled(scan.pick)(*common)
        else:
            count = scan_numpy.pick(*common, targets.longest_s)
        return picked[:count]

    def touching(self, targets: Targets) -> Iterator[tuple[int, int, int, int]]:
        """(number of the target, chance, first and last arrival from the base) of every pair."""
        chance, target = scan_numpy.touched(
            self.table[:, 3], self.table[:, 4], targets.table, targets.longest_s
        )
        spans = targets.table[target]
        self.has_chance[self.table[chance, 0], spans[:, 2]] = True
        from_s = np.maximum(self.table[chance, 3], spans[:, 0])
        to_s = np.minimum(self.table[chance, 4], spans[:, 1])
        return zip(
            targets.order[target].tolist(), chance.tolist(), from_s.tolist(), to_s.tolist(),
            strict=True,
        )  # fmt: skip

    def several(self, targets: Targets, keep: int) -> list[tuple[int, int, int]]:
        """(number of the target, chance, arrival) of up to `keep` different resources each."""
        by_target: dict[int, list[tuple[int, int, int]]] = {}
        for at, chance, from_s, to_s in self.touching(targets):
            row = self.table[chance]
            arrives_s = min(max(from_s, int(row[5])), to_s)
            by_target.setdefault(at, []).append((int(row[8]), arrives_s, chance))
        picked = []
        for at, found in by_target.items():
            seen: set[int] = set()
            for _cost, arrives_s, chance in sorted(found):
                index = int(self.seekers.indexes[self.table[chance, 0]])
                if index not in seen and len(seen) < keep:
                    seen.add(index)
                    picked.append((at, chance, arrives_s))
        return picked

    def per_individual(self) -> tuple[Array, Array, Array]:
        """bool[individual, day] who works and who has a chance, bool[individual] who is near
        enough; ask after `best` or `several`."""
        unique, of_seeker = np.unique(self.seekers.indexes, return_inverse=True)
        if len(unique) == len(self.seekers.indexes):
            return self.works, self.has_chance, self.is_near
        works = np.zeros((len(unique), self.works.shape[1]), bool)
        has_chance, is_near = works.copy(), np.zeros(len(unique), bool)
        np.logical_or.at(works, of_seeker, self.works)
        np.logical_or.at(has_chance, of_seeker, self.has_chance)
        np.logical_or.at(is_near, of_seeker, self.is_near)
        return works, has_chance, is_near

    def seats(self, table: Array) -> "Seats":
        """What writes these chances (rows of `table`) out as seats of plans, as things are now."""
        rows = self._board.rows
        headers = rows.header[table[:, 1]]
        ways = rows.ways_of(is_remote=self.is_remote)[table[:, 2]]
        return self._seats(lambda at: (table[at].tolist(), headers[at].tolist(), ways[at].tolist()))

    def picked_seats(self, picked: Array) -> "Seats":
        """The same for what `best` found."""

        def read(at: int) -> tuple[list[int], list[int], list[int]]:
            each = picked[at].tolist()
            return (
                each[scan.PICK_CHANCE : scan.PICK_HEADER],
                each[scan.PICK_HEADER : scan.PICK_WAY],
                each[scan.PICK_WAY :],
            )

        return self._seats(read)

    def _seats(self, read: Callable[[int], tuple[list[int], list[int], list[int]]]) -> "Seats":
        """`read` gives a chance, the header of its row, and its way."""
        view = self._board.rows.view()

        def seat(at: int, ask: "Ask", party: "Party", resource_id: int) -> Seat:
            chance, header, way = read(at)
            return Seat(
                role=ask.role,
                crew_id=party.crew_id,
                resource_id=resource_id,
                route=view.route(chance[1], header, resource_id),
                now_s=self.now_s,
                place=None if way[ORIGIN] < 0 else self.place,
                speed=float(self.seekers.people[chance[0], 3]),
                travel=self.travel,
                gap=way[GAP],
                is_after_home=bool(way[AFTER_HOME]),
                from_s=chance[3] + view.base_s,
                to_s=chance[4] + view.base_s,
                calm_s=chance[5] + view.base_s,
                travel_s=chance[6],
                added_travel_s=chance[7],
            )

        return seat


# (place in the list of chances, ask, party, resource id) → the seat.
Seats = Callable[[int, "Ask", "Party", int], Seat]


def find_chances(
    board: "Board",
    request: Request,
    place: Coordinates | None,
    seekers: Seekers,
    targets: Targets,
    now_s: int,
    travel: Travel,
    *,
    is_remote: bool,
) -> Chances:
    """Look at all rows of the seekers that reach into the targets."""
    rows = board.rows
    order, _ = board.order()
    count = len(seekers.table)
    is_near = np.zeros(count, bool)
    works = np.zeros((count, len(targets.days)), bool)
    now = min(max(now_s - (rows.base_s or now_s), -BIG), BIG)
    if not count:
        table = np.zeros((0, scan.CHANCE_COLUMNS), np.int64)
        return Chances(
            board, seekers, place, table, is_near, works, travel, now_s, is_remote=is_remote
        )
    if targets.first_s <= now + board.longest_s:
        _, at = scan_numpy.spread(seekers.table[:, 0], seekers.table[:, 1])
        for row in rows.under_way(order[at], now):
            rows.refresh(row, now)
    here = _NOWHERE if place is None else np.array(unit_vector(place))
    reach_m = 0.0 if place is None else request.radius_m
    ways = rows.ways_of(is_remote=is_remote)

    def scanned(estimate: StraightLine | None, legs: Array) -> Array:
        per_m, fixed_s = (estimate.seconds_per_m, estimate.fixed_s) if estimate else (0.0, 0)
        common = (
            seekers.table, seekers.people, reach_m, is_remote, order, rows.header, ways,
            rows.points, here, per_m, fixed_s, EARTH_RADIUS_M, legs, targets.table,
            targets.longest_s, now, request.duration_s, is_near, works,
        )  # fmt: skip
        return _collected(board, common) if rows.is_compiled else scan_numpy.collect(*common)

    floor = floor_of(travel)
    table = scanned(floor, _NO_LEGS)
    if not is_remote and not isinstance(travel, StraightLine) and len(table):
        assert place is not None
        # What can be in time by the floor is asked for at once; the rest cannot be in time at all.
        legs = _legs(board, place, ways[table[:, 2]], travel)
        table = scanned(None, legs)
    return Chances(board, seekers, place, table, is_near, works, travel, now_s, is_remote=is_remote)


_NOWHERE = np.zeros(3)


def _collected(board: "Board", common: tuple[Any, ...]) -> Array:
    """The board's own memory is used again and again; it grows when a search needs more."""
    collect = compiled(scan.collect)
    while (found := collect(*common, board.scratch)) < 0:
        board.scratch = np.empty((2 * len(board.scratch), scan.CHANCE_COLUMNS), np.int64)
    return board.scratch[:found]


def _legs(board: "Board", place: Coordinates, ways: Array, travel: Travel) -> npt.NDArray[np.int64]:
    """Legs to and from the place of work for every point of these ways, never for any other."""
    rows = board.rows
    slots = np.unique(ways[:, [ORIGIN, ONWARD]])
    slots = slots[slots >= 0].tolist()
    places = tuple(dict.fromkeys(rows.place_at(slot) for slot in slots))
    there = dict(zip(places, seconds_to(travel, places, place), strict=True))
    back = dict(zip(places, seconds_from(travel, place, places), strict=True))
    legs = np.full((len(rows.points), 2), BIG, np.int64)
    for slot in slots:
        other = rows.place_at(slot)
        legs[slot] = there[other], back[other]
    return legs
