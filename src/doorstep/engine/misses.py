"""The nearest miss: which gap of a day came closest to holding a visit, and what it lacks.

Read from the same ways as the search (`passes`), so that both know the same gaps.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from doorstep.engine.board import Board
from doorstep.engine.passes import (
    BIG,
    CAP,
    DRAG,
    FREE,
    GAP,
    LEAST,
    LIMIT,
    ONWARD,
    ORIGIN,
    READY,
)
from doorstep.engine.problem import Target
from doorstep.engine.rows import COUNT, FIRST, FROM, REMOTE_WAY, REMOTE_WAYS, TO, WAY, WAYS
from doorstep.engine.travel import Travel, leg_s
from doorstep.platform.values.geo import Coordinates

# A target, and the earliest and the latest arrival that skills allow, in seconds from the base.
Wanted = tuple[Target, int, int]


class Lack(StrEnum):
    """What would have to be different for the visit to fit."""

    WORK = "work"  # it fits if the work is shorter by what is missing
    WINDOW = "window"  # the resource could only be there after the window
    TRAVEL = "travel"  # the ways alone leave no time for any work
    ONWARD = "onward"  # the way on, which is made after a break, is too long to be in time


@dataclass(frozen=True, slots=True)
class Miss:
    """A gap that does not hold the visit.

    The resource is free in [free_from_s, free_to_s): planned stops before it as early as their
    promises allow, those behind it as late. The ways there and onward and the work have to lie in
    it, and the arrival in the target; `missing_s` (always positive) is what is lacking for that:
    time in the gap, or how much too late the resource is, for the target or for its next visit.
    `after_stop_id` and `before_stop_id` are the stops that bound the gap, None where the working
    day begins or ends, or where `now` cuts it off. A gap that is not there at all, because the
    plan itself is too tight, ends before it begins.
    """

    target: Target
    resource_id: int
    route_id: Hashable
    after_stop_id: int | None
    before_stop_id: int | None
    free_from_s: int
    free_to_s: int
    work_s: int
    travel_there_s: int
    travel_back_s: int
    missing_s: int
    lack: Lack


def nearest_miss(
    board: Board,
    resource_id: int,
    wanted: Sequence[Wanted],
    *,
    place: Coordinates | None,
    work_s: int,
    now_s: int,
    travel: Travel,
) -> Miss | None:
    """Of all gaps and targets the one that lacks least; None if nothing is left of the days.

    A gap that lacks several things (it comes too late and is too short as well) counts behind all
    that lack one.

    For individuals without a chance. `place` is None for a visit without one. The ways must have
    been laid for `now_s`, as every search does.
    """
    rows = board.rows
    base_s = rows.base_s or 0
    speed = float(board.people.speeds[board.people.index_of[resource_id]])
    legs: dict[tuple[int, bool], int] = {}

    def leg(slot: int, *, is_onward: bool) -> int:
        key = (slot, is_onward)
        if place is None or slot < 0:
            return 0
        if key not in legs:
            other = rows.place_at(slot)
            ends = (place, other) if is_onward else (other, place)
            legs[key] = leg_s(travel, *ends, speed)
        return legs[key]

    found: list[tuple[bool, int, int, int, Miss]] = []
    for row in board.rows_of(resource_id):
        header = rows.header[row].tolist()
        reached = [
            each
            for each in wanted
            if header[FROM] <= each[0].to_s - base_s and each[0].from_s - base_s <= header[TO]
        ]
        if not reached or header[TO] + base_s <= now_s:
            continue
        if place is None:
            ways = rows.remote_ways[header[REMOTE_WAY] :][: header[REMOTE_WAYS]]
        else:
            ways = rows.ways[header[WAY] :][: header[WAYS]]
        stop_ids = rows.stop_ids[header[FIRST] + 2 : header[FIRST] + 2 + header[COUNT]].tolist()
        for way in np.asarray(ways).tolist():
            there_s = leg(way[ORIGIN], is_onward=False)
            back_s = leg(way[ONWARD], is_onward=True)
            until_s = min(way[CAP], way[LIMIT] - way[DRAG])
            if way[LEAST] == -BIG:
                # Nothing in between: of a rest only what exceeds the way on is time that is lost.
                until_s = min(way[CAP] + back_s, way[LIMIT])
            free_s = max(way[FREE], way[READY] - there_s)
            latest_s = min(way[CAP], way[LIMIT] - way[DRAG] - back_s) - work_s
            for target, low_s, high_s in reached:
                from_s, to_s = target.from_s - base_s, target.to_s - base_s
                earliest_s = free_s + there_s
                detour_s = way[LEAST] + back_s - way[LIMIT]
                short_s = max(earliest_s, low_s, from_s) - min(latest_s, high_s)
                late_s = earliest_s - to_s
                missing_s, lack = short_s, Lack.TRAVEL if short_s >= work_s else Lack.WORK
                is_both = (late_s > 0) + (detour_s > 0) + (short_s > 0) > 1
                if late_s > 0:
                    missing_s, lack = late_s, Lack.WINDOW
                elif detour_s > 0:
                    missing_s, lack = detour_s, Lack.ONWARD
                if missing_s <= 0:
                    continue
                gap = way[GAP]
                miss = Miss(
                    target=target,
                    resource_id=resource_id,
                    route_id=rows.ids[row],
                    after_stop_id=stop_ids[gap - 1] if gap else None,
                    before_stop_id=stop_ids[gap] if gap < len(stop_ids) else None,
                    free_from_s=free_s + base_s,
                    free_to_s=until_s + base_s,
                    work_s=work_s,
                    travel_there_s=there_s,
                    travel_back_s=back_s,
                    missing_s=missing_s,
                    lack=lack,
                )
                found.append((is_both, missing_s, free_s, target.from_s, miss))
    return min(found, key=lambda each: each[:4])[4] if found else None
