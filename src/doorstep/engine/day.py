"""One day of a board as the recursion over subsets wants it, with its tables."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from doorstep.engine import subsets
from doorstep.engine.compiled import compiled
from doorstep.engine.passes import BIG, FIXED, PLACED
from doorstep.engine.rows import COUNT, FIRST, FROM, REST, TO
from doorstep.engine.travel import StraightLine, Travel, leg_s
from doorstep.engine.trips import trips_between
from doorstep.platform.values.geo import EARTH_RADIUS_M, Coordinates, unit_vector

if TYPE_CHECKING:
    from doorstep.engine.board import Board


class Day:
    """One row as the recursion wants it, from `now` on, with its tables.

    With `is_spread` they tell being at a place from being there with something done since.
    """

    def __init__(
        self, board: "Board", row: int, now_s: int, travel: Travel, *, is_remote: bool
    ) -> None:
        rows = board.rows
        header = rows.header[row].tolist()
        first, count = header[FIRST], header[COUNT]
        self.from_s, self.to_s = header[FROM], header[TO]
        self.rest_s: int = header[REST]
        table = rows.stops[first + 2 : first + 2 + count].tolist()
        places = rows.places[first : first + 2 + count].tolist()
        self.speed = rows.speeds[row]
        self.travel = travel
        self.free_s = max(self.from_s, now_s)
        here, origin = _place(places[0]), 0
        begun = 0
        driven = False
        last_s: int = -BIG  # when the stop that has just begun is over, if it has a place
        while begun < count and table[begun][0] < now_s:
            self.free_s = max(self.free_s, table[begun][2])
            last_s = table[begun][2] if table[begun][5] & PLACED else -BIG
            if table[begun][5] & PLACED:
                here, origin, driven = _place(places[2 + begun]), 2 + begun, True
            begun += 1
        self.begun = begun
        self.has_driven = driven
        stops = table[begun:]
        self.count = len(stops)
        self.here = here
        self.end = _place(places[1])
        self.has_end = self.end is not None
        self.placed = [bool(stop[5] & PLACED) for stop in stops]
        self.is_spread = self.rest_s > 0 and (is_remote or not all(self.placed))
        self.last_s = last_s
        self.low, self.high, self.length, self.lead = [], [], [], []
        self.is_sound = here is not None or not any(self.placed)
        free_s = self.free_s
        for departs, arrives, ends, low, high, flags in stops:
            is_fixed = bool(flags & FIXED)
            if departs < free_s or ends > self.to_s or not low <= arrives <= high:
                self.is_sound = False
            free_s = ends
            self.low.append(arrives if is_fixed else low)
            self.high.append(arrives if is_fixed else min(high, self.to_s - (ends - arrives)))
            self.length.append(ends - arrives)
            self.lead.append(0 if flags & PLACED else arrives - departs)
        slots = [origin, *range(2 + begun, 2 + count), 1]
        self._is_known = [here is not None, *self.placed, self.has_end]
        self._points = rows.points[[first + slot for slot in slots]].reshape(-1).tolist()
        self.places: list[Coordinates | None] = [
            here,
            *(
                _place(place) if is_placed else None
                for place, is_placed in zip(places[2 + begun :], self.placed, strict=True)
            ),
            self.end,
        ]
        self.planned_s = 0
        self._stops = stops
        self.legs: list[int] = []
        self.waits: list[int] = []
        self.early: Any = None
        self.late: Any = None

    @property
    def entries(self) -> int:
        """How large each of the two tables is."""
        return (1 << self.count) * self.spots

    @property
    def spots(self) -> int:
        """Places as the tables count them."""
        return (2 if self.is_spread else 1) * (self.count + 2)

    def first_rest_s(self) -> int:
        """The rest that is still to come after what has begun, once the resource is free."""
        rest_s: int = self.last_s + self.rest_s - self.free_s
        return max(0, rest_s)

    def fill(self, *, is_compiled: bool) -> None:
        """Legs and tables; neighbors keep the leg they were planned with."""
        width = self.count + 2
        home = width - 1
        legs = self._legs(is_compiled=is_compiled)
        before = 0
        for index, (departs, arrives, *_others) in enumerate(self._stops):
            if self.placed[index]:
                legs[before * width + index + 1] = arrives - departs
                self.planned_s += arrives - departs
                before = index + 1
        if self.has_end and (self.has_driven or before):
            self.planned_s += legs[before * width + home]
        self.legs = legs
        self.waits = self._waits(legs)
        early, late = memory(self.entries, is_compiled), memory(self.entries, is_compiled)
        run(
            subsets.tables, is_compiled, self.count, self.placed, self.lead, self.low, self.high,
            self.length, self.spots, self.waits, self.free_s, self.to_s, self.has_end,
            self.has_driven, early, late,
        )  # fmt: skip
        self.early, self.late = early, late

    def legs_with(self, place: Coordinates, *, is_compiled: bool) -> tuple[list[int], list[int]]:
        """Seconds from the places of the day to this one, and from there to them."""
        if isinstance(self.travel, StraightLine):
            # As long in both directions.
            legs = self._estimated(list(unit_vector(place)), [True], is_compiled=is_compiled)
            return legs, legs
        to_new, from_new = [0] * len(self.places), [0] * len(self.places)
        for index, other in enumerate(self.places):
            if other is not None:
                to_new[index] = leg_s(self.travel, other, place, self.speed)
                from_new[index] = leg_s(self.travel, place, other, self.speed)
        return to_new, from_new

    def _legs(self, *, is_compiled: bool) -> list[int]:
        """Seconds between any two places of the day."""
        if isinstance(self.travel, StraightLine):
            return self._estimated(self._points, self._is_known, is_compiled=is_compiled)
        return [leg_s(self.travel, a, b, self.speed) for a in self.places for b in self.places]

    def _estimated(
        self, points: list[float], is_known: list[bool], *, is_compiled: bool
    ) -> list[int]:
        """Seconds from each of these points to each place of the day."""
        assert isinstance(self.travel, StraightLine)
        measure = self.travel.seconds_per_m, self.travel.fixed_s, EARTH_RADIUS_M, self.speed
        size = len(is_known) * len(self._is_known)
        if not is_compiled:
            found = [0] * size
            trips_between(points, is_known, self._points, self._is_known, *measure, found)
            return found
        out = np.empty(size, np.int64)
        compiled(trips_between)(
            np.array(points), np.array(is_known), np.array(self._points),
            np.array(self._is_known), *measure, out,
        )  # fmt: skip
        legs: list[int] = out.tolist()
        return legs

    def _waits(self, legs: list[int]) -> list[int]:
        """Seconds until the arrival at the earliest: the leg, or the rest if that is longer.

        Neighbors that are planned closer together may stay so.
        """
        width = self.count + 2
        rests = [self.rest_s] * (width * width)
        rests[:width] = [self.first_rest_s()] * width
        ends_s, is_after_place = self.last_s, self.last_s > -BIG
        for index, (_departs, arrives, ends, *_others) in enumerate(self._stops):
            if self.placed[index] and is_after_place:
                planned_s = min(self.rest_s, arrives - ends_s)
                if index == 0:
                    planned_s -= self.free_s - ends_s
                rests[index * width + index + 1] = planned_s
            ends_s, is_after_place = ends, self.placed[index]
        waits = legs.copy()
        for a in range(width - 1):
            for b in range(1, width - 1):
                if self.placed[b - 1]:
                    waits[a * width + b] = max(waits[a * width + b], rests[a * width + b])
        return waits + legs if self.is_spread else waits


def run(function: Any, is_compiled: bool, *arguments: Any) -> int:
    """Compiled with arrays, or as it stands with lists, which are faster there."""
    if not is_compiled:
        return int(function(*arguments) or 0)
    typed = (np.array(each, np.int64) if isinstance(each, list) else each for each in arguments)
    return int(compiled(function)(*typed) or 0)


def memory(entries: int, is_compiled: bool) -> Any:
    return np.empty(entries, np.int32) if is_compiled else [0] * entries


def _place(degrees: Sequence[float]) -> Coordinates | None:
    return Coordinates(*degrees) if degrees[0] == degrees[0] else None
