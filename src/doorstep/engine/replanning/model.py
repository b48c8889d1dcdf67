"""Rows and choices → flat arrays for the search, and the plan to begin with."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from doorstep.engine.problem import Stop
from doorstep.platform.values.geo import Coordinates

from .arrays import Days, Plan
from .compiled import kernel_for
from .kernel import COST, NEVER, OUTSIDE, WEIGHT
from .legs import Table, table_of
from .rows import Freedom, Legs, Row

# Neighbours a string of jobs may spread to.
_NEIGHBOURS = 64
_NO_LIMIT = 1 << 40

Pack = Callable[[Sequence[int]], Any]


@dataclass(frozen=True, slots=True)
class Model:
    """The arrays, and the stops and rows their numbers stand for."""

    rows: list[Row]
    jobs: list[Stop]
    days: Days
    plan: Plan
    kernel: Any

    def sequence(self, row: int) -> list[Stop]:
        """The stops of one row in the best plan found."""
        at = row * self.days.capacity
        numbers = self.plan.best_job[at : at + self.plan.best_count[row]]
        return [self.jobs[number] for number in numbers]

    def outside(self) -> list[Stop]:
        """The stops that are in no row in the best plan found."""
        return [stop for stop, row in zip(self.jobs, self.plan.best_row, strict=True) if row < 0]


def build(
    rows: Sequence[Row],
    unassigned: Sequence[Stop],
    *,
    choices: Mapping[int, Sequence[int]],
    freedoms: Mapping[int, Freedom],
    rooms: Mapping[Hashable, int],
    legs: Legs,
    change_cost_s: int,
    seed: int,
    is_compiled: bool | None,
) -> Model:
    """The arrays; `choices` are row numbers per stop id. The rows must be sound."""
    kernel, in_arrays = kernel_for(is_compiled)
    pack = _to_array if in_arrays else list
    jobs = [*unassigned, *(stop for row in rows for stop in row.stops)]
    owner = [-1] * len(unassigned)
    for row in rows:
        owner += [row.resource_id] * len(row.stops)
    loose = [index for index, stop in enumerate(jobs) if not stop.is_fixed]
    places = _Places(rows, jobs)
    table = places.table(legs)
    near = _neighbours(jobs, loose, places.of_job, table[0])
    loads = [freedoms[stop.id].load if stop.id in freedoms else 0 for stop in jobs]
    may_go = [() if stop.is_fixed else tuple(choices[stop.id]) for stop in jobs]
    days = Days(
        capacity=max(24, 2 * max((len(row.stops) for row in rows), default=0) + 8),
        places=table.shape[1],
        legs=table.ravel().astype(np.int32) if in_arrays else table.ravel().tolist(),
        place=pack(places.of_job),
        length=pack([stop.duration_s for stop in jobs]),
        earliest=pack([s.arrives_s if s.is_fixed else s.promised_from_s for s in jobs]),
        latest=pack([s.arrives_s if s.is_fixed else s.promised_to_s for s in jobs]),
        load=pack(loads),
        owner=pack(owner),
        planned_row=pack(
            [-1] * len(unassigned) + [number for number, row in enumerate(rows) for _ in row.stops]
        ),
        planned_behind=pack(_planned_behind(rows, len(unassigned))),
        planned_rest=pack(
            [0] * len(unassigned) + [rest for row in rows for rest in row.rests_s(row.stops)]
        ),
        is_anchored=pack([int(stop.is_fixed) for stop in jobs]),
        loose=pack(loose),
        choice_from=pack(_starts(may_go)),
        choices=pack([row for each in may_go for row in each]),
        near_from=pack(_starts(near)),
        near=pack([job for each in near for job in each]),
        origin=pack(places.origins),
        end=pack(places.ends),
        opens=pack([row.opens_s for row in rows]),
        closes=pack([row.route.to_s for row in rows]),
        table=pack([places.speeds.index(row.speed_factor) * table[0].size for row in rows]),
        rest=pack([row.route.rest_s for row in rows]),
        begun_end=pack([NEVER if row.begun_end_s is None else row.begun_end_s for row in rows]),
        is_home_due=pack([int(row.is_home_due) for row in rows]),
        room=pack([rooms.get(row.route.id, _NO_LIMIT) for row in rows]),
        row_owner=pack([row.resource_id for row in rows]),
        change_cost=change_cost_s,
    )
    plan = _empty_plan(days, len(jobs), len(rows), seed, pack)
    _write(rows, len(unassigned), days, plan, kernel.time_row)
    return Model(list(rows), jobs, days, plan, kernel)


class _Places:
    """One place per job, and two per row for its ends.

    Even where two jobs share a point they are two places, so that a leg can be agreed between
    these two alone.
    """

    def __init__(self, rows: Sequence[Row], jobs: Sequence[Stop]) -> None:
        self._points: list[Coordinates] = []
        self._rows = rows
        self.speeds = sorted({row.speed_factor for row in rows})
        self.of_job = [self._add(stop.place) for stop in jobs]
        self.origins = [self._add(row.origin) for row in rows]
        self.ends = [self._add(row.route.end) for row in rows]
        self._first = len(jobs) - sum(len(row.stops) for row in rows)

    def _add(self, point: Coordinates | None) -> int:
        if point is None:
            return -1
        self._points.append(point)
        return len(self._points) - 1

    def table(self, legs: Legs) -> Table:
        """Seconds [speed, from, to]."""
        distinct = {point: index for index, point in enumerate(dict.fromkeys(self._points))}
        small = table_of(legs.travel, list(distinct))
        at = np.array([distinct[point] for point in self._points], dtype=np.int64)
        table = np.array(
            [np.ceil(small / speed).astype(np.int64)[np.ix_(at, at)] for speed in self.speeds]
        )
        number = self._first
        for row, origin in zip(self._rows, self.origins, strict=True):
            here, before = origin, None
            for stop in row.stops:
                place = self.of_job[number]
                number += 1
                if place < 0:
                    continue
                known = legs.agreed.get((before, stop.id, row.speed_factor))
                if known is not None:
                    table[self.speeds.index(row.speed_factor), here, place] = known
                here, before = place, stop.id
        return table


def _planned_behind(rows: Sequence[Row], first: int) -> list[int]:
    """See `Days`; the first jobs are in no row."""
    found = [-1] * first
    for row in rows:
        found += [len(found) + index - 1 if index else -1 for index in range(len(row.stops))]
    return found


def _write(
    rows: Sequence[Row], first: int, days: Days, plan: Plan, time_row: Callable[..., bool]
) -> None:
    """The plan as it is."""
    number = first
    for row, each in enumerate(rows):
        for position in range(len(each.stops)):
            plan.job[row * days.capacity + position] = number
            plan.row[number] = row
            number += 1
        plan.count[row] = len(each.stops)
        if not time_row(days, plan, row):
            raise ValueError(f"route {each.route.id} cannot be driven as it is planned")
        plan.totals[COST] += plan.cost[row]
    plan.totals[OUTSIDE] = plan.totals[WEIGHT] = first
    for number in range(first):
        plan.waiting[number] = number
    plan.best_totals[OUTSIDE], plan.best_totals[COST] = first, plan.totals[COST]
    plan.best_job[:], plan.best_count[:], plan.best_row[:] = plan.job, plan.count, plan.row


def _neighbours(
    jobs: Sequence[Stop], loose: Sequence[int], place: Sequence[int], table: Table
) -> list[list[int]]:
    """Per job the loose jobs close to it, itself first; without a place, close in time."""
    near: list[list[int]] = [[] for _ in jobs]
    if not loose:
        return near
    numbers = np.array(loose)
    at = np.array([place[index] for index in loose])
    middle = np.array([jobs[i].promised_from_s + jobs[i].promised_to_s for i in loose]) // 2
    apart = np.abs(middle[:, None] - middle[None, :])
    located = at >= 0
    if located.any():
        both = table[np.ix_(at, at)]
        apart = np.where(located[:, None] & located[None, :], both + both.T, apart)
    np.fill_diagonal(apart, -1)
    order = np.argsort(apart, axis=1, kind="stable")[:, :_NEIGHBOURS]
    for row, index in enumerate(loose):
        near[index] = numbers[order[row]].tolist()
    return near


def _starts(lists: Sequence[Sequence[int]]) -> list[int]:
    starts = [0]
    for each in lists:
        starts.append(starts[-1] + len(each))
    return starts


def _to_array(values: Sequence[int]) -> Any:
    return np.array(values, dtype=np.int64)


def _empty_plan(days: Days, jobs: int, rows: int, seed: int, pack: Pack) -> Plan:
    per_job = rows * days.capacity
    per_gap = rows * (days.capacity + 1)

    def zeros(count: int) -> Any:
        return pack([0] * count)

    return Plan(
        job=zeros(per_job),
        count=zeros(rows),
        row=pack([-1] * jobs),
        free=zeros(per_gap),
        here=zeros(per_gap),
        following=zeros(per_gap),
        until=zeros(per_job),
        cost=zeros(rows),
        loaded=zeros(rows),
        totals=pack([0, 0, 1 + seed % 2147483646, 0, 0]),
        waiting=zeros(jobs),
        best_job=zeros(per_job),
        best_count=zeros(rows),
        best_row=zeros(jobs),
        best_totals=zeros(2),
        kept_job=zeros(per_job),
        kept_count=zeros(rows),
        kept_cost=zeros(rows),
        is_kept=zeros(rows),
        touched=zeros(rows),
        outside=zeros(jobs),
        keys=zeros(jobs),
    )
