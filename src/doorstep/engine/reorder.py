"""Windows that open when a day's stops may change their order, and the order that opens them.

Insertion keeps the order of a day. Where it finds nothing, every order of every eligible day is
tried, exactly, for days of up to MOST_STOPS stops still to come; days of more are left to
insertion. A day whose plan is at fault already (a promise broken, stops that overlap) is left, too.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from doorstep.engine import reaching, scan_numpy, subsets
from doorstep.engine.chances import Chances, Targets
from doorstep.engine.compiled import compiled
from doorstep.engine.day import Day, memory, run
from doorstep.engine.moves import HOME, NEW
from doorstep.engine.passes import BIG
from doorstep.engine.problem import Request
from doorstep.engine.rows import COUNT, FIRST, FROM, REST, TO, TURNS, WORK
from doorstep.engine.spaces import MOST_SPACES, Spaces, has_space
from doorstep.engine.travel import StraightLine
from doorstep.engine.trips import shortest_trips
from doorstep.platform.values.geo import EARTH_RADIUS_M, unit_vector

if TYPE_CHECKING:
    from doorstep.engine.board import Board

Array = npt.NDArray[Any]

MOST_STOPS = 12
# Labels per state of the cheapest order. More only find orders that are cheaper by a hair.
_LABELS = 6
# Entries of all tables one search may look at. Hundreds of ordinary days; a guard for machines
# without compiled code, and the same with it, so that both give the same answers.
MOST_ENTRIES = 400_000


@dataclass(frozen=True, slots=True)
class Reordering:
    """A way to arrive at one target by one row: the interval, the cost, and the order."""

    target: int  # place in the targets' table
    seeker: int
    row: int
    from_s: int
    to_s: int
    arrives_s: int
    travel_s: int  # the leg to the new stop
    added_travel_s: int
    order: tuple[int, ...]  # see moves.moves_in_order


class Reorderings:
    """The days of one search, asked again and again for targets that nothing else opens."""

    def __init__(
        self,
        board: "Board",
        request: Request,
        chances: Chances,
        targets: Targets,
    ) -> None:
        """`chances` are those of insertion, for the same request and seekers."""
        self.board = board
        self.request = request
        self.chances = chances
        self.is_remote = chances.is_remote
        self.place = None if chances.is_remote else chances.place
        self.seekers = chances.seekers
        self.targets = targets
        base_s = board.rows.base_s or chances.now_s
        self.now_s = min(max(chances.now_s - base_s, -BIG), BIG)
        estimate = board.rows.estimate
        self._is_estimated = isinstance(estimate, StraightLine) and chances.travel == estimate
        # The board's own, so that days can tell at a glance that they were measured by it.
        self.travel = estimate if self._is_estimated else chances.travel

    def open(self, closed: Array) -> list[Reordering]:
        """Every way to arrive at the targets in `closed` (places in the table), by any order."""
        found: list[Reordering] = []
        table = self.targets.table[closed, :3]
        for seeker, row in self._reaching(*self._rows(table), table):
            day = self._day(row)
            if day is not None:
                found += self._of_day(day, seeker, row, closed, table)
        for each in found:
            self.chances.has_chance[each.seeker, self.targets.table[each.target, 2]] = True
        return found

    def exactly(self, each: Reordering, arrives_s: int) -> Reordering:
        """The same with this arrival, which must lie between the bounds; perhaps another order."""
        day = self._day(each.row)
        legs = None if day is None else self._new_legs(day)
        assert day is not None
        assert legs is not None
        found = self._cheapest(day, each.seeker, each.row, each.target, arrives_s, arrives_s, legs)
        assert found is not None
        return found

    def _rows(self, table: Array) -> tuple[Array, Array]:
        """Seekers and their rows that reach into these targets and have the time, those with most
        room first."""
        rows = self.board.rows
        order, _ = self.board.order()
        near = np.flatnonzero(self.chances.is_near)
        of_near, at = scan_numpy.spread(self.seekers.table[near, 0], self.seekers.table[near, 1])
        picked = order[at]
        header = rows.header[picked]
        from_s, to_s = np.maximum(header[:, FROM], self.now_s), header[:, TO]
        # Of the targets that begin before the row ends, the last end.
        ends = np.concatenate([[-BIG], np.maximum.accumulate(table[:, 1])])
        reach = ends[np.searchsorted(table[:, 0], to_s, "right")] >= header[:, FROM]
        room = to_s - from_s - header[:, WORK]
        for each in np.flatnonzero(reach & (header[:, TURNS] < self.now_s)).tolist():
            room[each] += self._done_s(int(picked[each]))
        fits = np.flatnonzero(
            reach & (to_s > self.now_s) & (header[:, COUNT] > 0) & (room >= self.request.duration_s)
        )
        ranked = fits[np.argsort(-room[fits], kind="stable")]
        return near[of_near[ranked]], picked[ranked]

    def _done_s(self, row: int) -> int:
        """How much of the row's work is under way or done."""
        first, count = self.board.rows.header[row, [FIRST, COUNT]].tolist()
        stops = self.board.rows.stops[first + 2 : first + 2 + count]
        return int(np.sum((stops[:, 2] - stops[:, 1])[stops[:, 0] < self.now_s]))

    def _reaching(self, seekers: Array, picked: Array, table: Array) -> list[tuple[int, int]]:
        """Those whose row can reach one of the targets, within the work one search may do."""
        rows = self.board.rows
        total = rows.header[picked, COUNT]
        counts = np.minimum(total, MOST_STOPS)
        entries = np.left_shift(1, counts) * (total + 2)
        if np.sum(entries) > MOST_ENTRIES:
            tried = _within(entries.tolist(), MOST_ENTRIES)
            seekers, picked, counts = seekers[tried], picked[tried], counts[tried]
        if not len(picked):
            return []
        largest = int(np.max(counts))
        here, per_m, fixed_s = (0.0, 0.0, 0.0), 0.0, 0
        if self.place is not None:
            here = unit_vector(self.place)
        if self._is_estimated:
            assert isinstance(self.travel, StraightLine)
            per_m, fixed_s = self.travel.seconds_per_m, self.travel.fixed_s
        known = self.board.spaces.of(rows, per_m, fixed_s)
        states = (1 << largest) * (largest + 2)
        some = 1 << largest
        sizes = (11 * (largest + 3), (largest + 3) ** 2, states, states, some, some, 2 * states)
        spare = [memory(size, rows.is_compiled) for size in sizes]
        targets = np.ascontiguousarray(table[:, :2]).reshape(-1)
        speeds = self.seekers.people[seekers, 3]
        answers = np.zeros(len(picked), bool)
        if rows.is_compiled:
            compiled(reaching.which_reach)(
                picked, speeds, rows.header, rows.stops, rows.points, rows.places, self.now_s,
                self.is_remote, np.array(here), per_m, fixed_s, EARTH_RADIUS_M,
                self.request.duration_s, targets, largest, *spare, known.first, known.speeds,
                known.table, answers,
            )  # fmt: skip
        else:
            self._which_reach(
                picked, speeds, here, per_m, fixed_s, targets.tolist(), largest, spare, known,
                answers,
            )  # fmt: skip
        found = np.flatnonzero(answers)
        return list(zip(seekers[found].tolist(), picked[found].tolist(), strict=True))

    def _which_reach(
        self,
        picked: Array,
        speeds: Array,
        here: tuple[float, float, float],
        per_m: float,
        fixed_s: int,
        targets: list[int],
        largest: int,
        spare: list[Any],
        known: Spaces,
        answers: Array,
    ) -> None:
        """`reaching.which_reach` with Python's own numbers, which looks before it fills tables."""
        rows = self.board.rows
        for number, (row, speed) in enumerate(zip(picked.tolist(), speeds.tolist(), strict=True)):
            header = rows.header[row].tolist()
            first, count = header[FIRST], header[COUNT]
            stops = rows.stops[first + 2 : first + 2 + count].reshape(-1).tolist()
            points = rows.points[first : first + 2 + count].reshape(-1).tolist()
            has_start, has_end = (~np.isnan(rows.places[first : first + 2, 0])).tolist()
            is_ahead = header[TURNS] >= self.now_s
            if is_ahead and not self.is_remote and known.holds(row, first, speed):
                trips = shortest_trips(
                    count, stops, points, has_start, has_end, here, per_m, fixed_s, EARTH_RADIUS_M,
                    speed,
                )  # fmt: skip
                kept = known.table[row].tolist()
                if not has_space(kept, *trips, self.request.duration_s, targets):
                    continue
            kept = [0] * (3 * MOST_SPACES)
            answers[number], is_filled = reaching.reaches(
                header, stops, points, has_start, has_end, speed, self.now_s, self.is_remote, here,
                per_m, fixed_s, EARTH_RADIUS_M, self.request.duration_s, targets, largest, True,
                *[*spare, kept],
            )  # fmt: skip
            if is_filled and is_ahead:
                known.keep(row, first, speed, kept)

    def _day(self, row: int) -> Day | None:
        """The day with its tables, kept from search to search; None if it cannot be reordered."""
        rows = self.board.rows
        header = rows.header[row]
        now_s = self.now_s if header[9] < self.now_s else -BIG
        is_remote = self.is_remote and int(header[REST]) > 0
        key = (row, rows.sweeps, int(header[FIRST]), now_s, rows.speeds[row], is_remote)
        days = self.board.days
        day: Day | None = days.get(key)
        if day is None or not (day.travel is self.travel or day.travel == self.travel):
            if self.board.day_entries > _MOST_KEPT:
                days.clear()
                self.board.day_entries = 0
            day = Day(self.board, row, now_s, self.travel, is_remote=is_remote)
            if day.is_sound and 0 < day.count <= MOST_STOPS:
                day.fill(is_compiled=rows.is_compiled)
                self.board.day_entries += 2 * day.entries
            days[key] = day
        return day if day.early is not None else None

    def _of_day(
        self, day: Day, seeker: int, row: int, closed: Array, table: Array
    ) -> list[Reordering]:
        legs = self._new_legs(day)
        if legs is None:
            return []
        to_new, from_new = legs
        is_compiled = self.board.rows.is_compiled
        out = memory(2 * day.entries, is_compiled)
        if not self.is_remote:
            there, back = self._new_waits(day, legs)
            to_new, from_new = (there + to_new, back + from_new) if day.is_spread else (there, back)
        count = run(
            subsets.rooms, is_compiled, day.count, day.placed, day.lead, day.low, day.high,
            day.length, day.spots, day.to_s, day.has_end, day.early, day.late, self.is_remote,
            to_new, from_new, self.request.duration_s, memory(2 << day.count, is_compiled), out,
        )  # fmt: skip
        spans = _joined(out, count)
        low, high = self.seekers.table[seeker, 2:4].tolist()
        found = []
        for at, (from_s, to_s, _day) in zip(closed.tolist(), table.tolist(), strict=True):
            for start, end in spans:
                start, end = max(start, from_s, low), min(end, to_s, high)
                if start <= end:
                    found.append(self._cheapest(day, seeker, row, at, start, end, legs))
        return [each for each in found if each is not None]

    def _new_legs(self, day: Day) -> tuple[list[int], list[int]] | None:
        """Seconds from and to the places of the day; None if nobody knows where it begins."""
        if self.place is None:
            nothing = [0] * len(day.places)
            return nothing, nothing
        if day.here is None:
            return None
        return day.legs_with(self.place, is_compiled=self.board.rows.is_compiled)

    def _new_waits(
        self, day: Day, legs: tuple[list[int], list[int]]
    ) -> tuple[list[int], list[int]]:
        """Seconds between the new stop and others right beside it, rests included."""
        there, back = ([max(leg_s, day.rest_s) for leg_s in each] for each in legs)
        there[0] = max(legs[0][0], day.first_rest_s())
        there[-1], back[0], back[-1] = 0, 0, legs[1][-1]
        return there, back

    def _cheapest(
        self,
        day: Day,
        seeker: int,
        row: int,
        at: int,
        from_s: int,
        to_s: int,
        new_legs: tuple[list[int], list[int]],
    ) -> Reordering | None:
        """The order of least travel in which the visit arrives within these bounds."""
        to_new, from_new = new_legs
        old, new = day.count + 2, day.count + 3
        legs = _with_place(day.legs, old, to_new, from_new)
        count = day.count + 1
        is_compiled = self.board.rows.is_compiled
        order = memory(count + 1, is_compiled)
        there, back = new_legs if self.is_remote else self._new_waits(day, new_legs)
        waits = _with_place(day.waits, old, there, back)
        if day.is_spread:
            waits += legs
        spots = len(waits) // new
        states = (1 << count) * spots
        placed = [*day.placed, not self.is_remote]
        low, high = [*day.low, from_s], [*day.high, to_s]
        length, lead = [*day.length, self.request.duration_s], [*day.lead, 0]
        travel_s = run(
            subsets.cheapest, is_compiled, count, placed, lead, low, high, length, spots, legs,
            waits, day.free_s, day.to_s, day.has_end, day.has_driven, _LABELS,
            memory(states * _LABELS * 4, is_compiled), memory(states, is_compiled), order,
        )  # fmt: skip
        if travel_s >= subsets.FAR:
            return None
        sequence = [int(each) for each in order if each >= 0]
        time, place, leg_to_new, arrives_s = day.free_s, 0, 0, from_s
        wait_from = 0  # the row of `waits`: of the place, or of it with something done since
        for index in sequence:
            if index == count:
                time += legs[place * new + new - 1]
                continue
            wait = lead[index]
            if placed[index]:
                leg, wait = legs[place * new + index + 1], waits[wait_from * new + index + 1]
                place = wait_from = index + 1
                if index == day.count:
                    leg_to_new = leg
            elif day.is_spread and wait_from < new:
                wait_from += new
            start = max(time + wait, low[index])
            if index == day.count:
                arrives_s = start
            time = start + length[index]
        names = {count: HOME, day.count: NEW}
        return Reordering(
            target=at,
            seeker=seeker,
            row=row,
            from_s=from_s,
            to_s=to_s,
            arrives_s=arrives_s,
            travel_s=leg_to_new,
            added_travel_s=travel_s - day.planned_s,
            order=tuple(names.get(index, index + day.begun) for index in sequence),
        )


# Entries of tables a board keeps; four bytes each.
_MOST_KEPT = 4_000_000


def _within(sizes: list[int], most: int) -> list[int]:
    """Places of those that fit into `most`, taken in order; what is too large is left out."""
    found = []
    for at, size in enumerate(sizes):
        if size <= most:
            most -= size
            found.append(at)
    return found


def _with_place(flat: list[int], size: int, to_new: list[int], from_new: list[int]) -> list[int]:
    """The first `size` × `size` numbers with one more place in front of the last one."""
    lines = [
        [*flat[at : at + size - 1], to_new[a], flat[at + size - 1]]
        for a, at in enumerate(range(0, size * size, size))
    ]
    lines.insert(size - 1, [*from_new[:-1], 0, from_new[-1]])
    return [each for line in lines for each in line]


def _joined(flat: Any, count: int) -> list[tuple[int, int]]:
    """The intervals in `flat` in order, joined where they overlap."""
    spans: list[tuple[int, int]] = []
    pairs = sorted((int(flat[2 * at]), int(flat[2 * at + 1])) for at in range(count))
    for start, end in pairs:
        if spans and start <= spans[-1][1] + 1:
            spans[-1] = (spans[-1][0], max(spans[-1][1], end))
        else:
            spans.append((start, end))
    return spans
