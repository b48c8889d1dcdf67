"""Improve whole days across technicians, inside every promise.

Stops may change their times, their order and who does them, as far as the problem allows. What
comes out is never longer to drive than what went in, and nothing that was promised is dropped.
"""

import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from doorstep.engine.problem import Resource, Route, Stop
from doorstep.engine.replanning.parts import Part, parts_of
from doorstep.engine.replanning.rows import (
    Freedom,
    Legs,
    Row,
    choices,
    open_row,
    sound_rows,
    with_stops,
)
from doorstep.engine.replanning.solve import Solved, solve
from doorstep.engine.travel import Travel

__all__ = [
    "Change",
    "Effort",
    "Freedom",
    "Obstacle",
    "ReplanProblem",
    "ReplanResult",
    "Unkept",
    "replan",
]


@dataclass(frozen=True, slots=True)
class ReplanProblem:
    """The days as they are planned, and what may change in them.

    `freedoms` says for a stop, by its id, which resources may do it; a stop without an entry stays
    in its route but may change its time and its place in the order. Fixed stops keep their arrival
    and their end, and whatever departs before `not_before_s` stays as it is. `unassigned` are
    stops that were promised and are in no route; they are put into one if that is possible.

    `rooms` is what a route can carry, by its id, where that has a limit. `change_cost_s` is how
    much driving a visit must save before it goes to somebody else.

    Raises ValueError if two stops that may move share an id.
    """

    routes: tuple[Route, ...]
    resources: tuple[Resource, ...]
    travel: Travel
    not_before_s: int
    freedoms: Mapping[int, Freedom] = field(default_factory=dict)
    unassigned: tuple[Stop, ...] = ()
    rooms: Mapping[Hashable, int] = field(default_factory=dict)
    change_cost_s: int = 0

    def __post_init__(self) -> None:
        ids = [stop.id for route in self.routes for stop in route.stops if not stop.is_fixed]
        ids += [stop.id for stop in self.unassigned]
        if len(set(ids)) != len(ids):
            raise ValueError("two stops that may move share an id")


@dataclass(frozen=True, slots=True)
class Effort:
    """When to stop: after so many rounds, so many seconds or once `is_over`, whatever comes first.

    With rounds alone the same problem and seed give the same plan. Raises ValueError if neither
    rounds nor seconds are given.
    """

    rounds: int | None = None
    seconds: float | None = None
    is_over: Callable[[], bool] | None = None

    def __post_init__(self) -> None:
        if self.rounds is None and self.seconds is None:
            raise ValueError("an effort needs rounds or seconds")


@dataclass(frozen=True, slots=True)
class Change:
    """One stop that moved. Without `from_route` it was unassigned before."""

    stop: Stop
    from_route: Route | None
    to_route: Route

    @property
    def changes_resource(self) -> bool:
        """Whether somebody else comes now."""
        return self.from_route is None or self.from_route.resource_id != self.to_route.resource_id


class Obstacle(StrEnum):
    """Why a stop is in no route."""

    NOBODY_MAY = "nobody_may"  # nobody who works then may do it
    NO_TIME = "no_time"  # those who may have no time inside the promise


@dataclass(frozen=True, slots=True)
class Unkept:
    """A stop that could not be put anywhere."""

    stop: Stop
    obstacle: Obstacle


@dataclass(frozen=True, slots=True)
class ReplanResult:
    """`routes` in the order of the problem, valid wherever they differ from it.

    Travel is in seconds over all routes; stops that were unassigned count once they are in one.
    `discarded` counts parts whose new plan failed validation, so that the old one stays: a fault
    of the search, and 0 unless it has one.
    """

    routes: tuple[Route, ...]
    changes: tuple[Change, ...]
    unkept: tuple[Unkept, ...]
    travel_before_s: int
    travel_after_s: int
    rounds: int
    discarded: int


def replan(
    problem: ReplanProblem, effort: Effort, *, seed: int = 0, is_compiled: bool | None = None
) -> ReplanResult:
    """The best plan found within the effort.

    Routes that break a rule as they are given are left alone; `release` takes out of them what
    breaks it. `is_compiled` chooses between numba and plain Python, which give the same plan; None
    takes numba if it is there.
    """
    speeds = {each.id: each.speed_factor for each in problem.resources}
    rows = [
        open_row(route, speeds[route.resource_id], problem.not_before_s)
        for route in problem.routes
        if route.resource_id in speeds
    ]
    sound, legs = sound_rows(rows, problem.travel)
    work = _Work(problem, sound, legs, is_compiled)
    before_s = work.travel_s()
    work.run(effort, seed)
    after = {row.route.id: with_stops(row, row.stops) for row in work.rows}
    routes = tuple(after.get(route.id, route) for route in problem.routes)
    return ReplanResult(
        routes=routes,
        changes=_changes(problem.routes, routes),
        unkept=work.unkept(),
        travel_before_s=before_s,
        travel_after_s=work.travel_s(),
        rounds=work.rounds,
        discarded=work.discarded,
    )


class _Work:
    """What is known between groups and passes."""

    def __init__(
        self, problem: ReplanProblem, rows: list[Row], legs: Legs, is_compiled: bool | None
    ) -> None:
        self.rows = rows
        self.rounds = 0
        self.discarded = 0
        self._problem = problem
        self._legs = legs
        self._is_compiled = is_compiled
        self._waiting = list(problem.unassigned)

    def travel_s(self) -> int:
        return sum(self._legs.travel_s(row, row.stops) for row in self.rows)

    def run(self, effort: Effort, seed: int) -> None:
        """One pass; two that cut differently where there are more routes than fit in a cell."""
        parts = self._parts(by_longitude=False)
        passes = 2 if any(part.is_cut for part in parts) else 1
        began = time.monotonic()
        for number in range(passes):
            if number:
                parts = self._parts(by_longitude=True)
            share = (number + 1) / passes
            self._pass(
                parts,
                rounds=None if effort.rounds is None else effort.rounds // passes,
                until=None if effort.seconds is None else began + effort.seconds * share,
                is_over=effort.is_over,
                seed=seed + number,
            )

    def unkept(self) -> tuple[Unkept, ...]:
        """What is still in no route, and why."""
        reach = self._choices()
        return tuple(
            Unkept(stop, Obstacle.NO_TIME if reach[stop.id] else Obstacle.NOBODY_MAY)
            for stop in self._waiting
        )

    def _choices(self) -> dict[int, tuple[int, ...]]:
        return choices(self.rows, self._waiting, self._problem.freedoms)

    def _parts(self, *, by_longitude: bool) -> list[Part]:
        return parts_of(self.rows, self._waiting, self._choices(), by_longitude=by_longitude)

    def _pass(
        self,
        parts: Sequence[Part],
        *,
        rounds: int | None,
        until: float | None,
        is_over: Callable[[], bool] | None,
        seed: int,
    ) -> None:
        """Every part gets effort by the number of its stops; what one does not use others get."""
        sizes = [len(part.choices) for part in parts]
        for index, part in enumerate(parts):
            share = sizes[index] / sum(sizes[index:])
            seconds = None if until is None else max(0.0, until - time.monotonic()) * share
            part_rounds = None if rounds is None else round(rounds * sizes[index] / sum(sizes))
            waiting = {stop.id for stop in self._waiting}
            solved = solve(
                part.still(waiting),
                freedoms=self._problem.freedoms,
                rooms=self._problem.rooms,
                legs=self._legs,
                change_cost_s=self._problem.change_cost_s,
                seed=seed,
                rounds=part_rounds,
                seconds=seconds,
                is_over=is_over,
                is_compiled=self._is_compiled,
            )
            self._take(part, solved)

    def _take(self, part: Part, solved: Solved) -> None:
        self.rounds += solved.rounds
        self.discarded += solved.is_discarded
        for number, stops in zip(part.numbers, solved.stops, strict=True):
            if stops is not None:
                row = self.rows[number]
                self.rows[number] = replace(row, stops=stops)
        placed = {stop.id for row in self.rows for stop in row.stops}
        self._waiting = [stop for stop in self._waiting if stop.id not in placed]


def _changes(before: Sequence[Route], after: Sequence[Route]) -> tuple[Change, ...]:
    old = {
        stop.id: (stop, route)
        for route in before
        for stop in route.stops
        if stop.place or not stop.is_fixed
    }
    found = []
    for route in after:
        for stop in route.stops:
            if stop.is_fixed and stop.place is None:
                continue
            was, from_route = old.get(stop.id, (None, None))
            if was != stop or from_route is None or from_route.id != route.id:
                found.append(Change(stop, from_route, route))
    return tuple(found)
