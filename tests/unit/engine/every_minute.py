"""The slow second opinion: try every minute of every gap, with everything as early as it can be.

For one resource and one role, with all times and drives in whole minutes. Written from the rules
alone: it knows no slack, no intervals and no backward pass.
"""

from itertools import pairwise

from doorstep.engine import Problem, Route, Stop
from doorstep.platform.values.geo import Coordinates

MINUTE = 60
Rests = dict[tuple[int, int], int]


def open_targets(problem: Problem) -> set[int]:
    """Ids of the targets for which some minute of some gap works."""
    return {
        target.id
        for target in problem.targets
        if any(
            _works(problem, route, rests, gap, at_s, home_gap)
            for route in problem.routes
            for rests in [least_rests(route)]
            for at_s in range(target.from_s, target.to_s + 1, MINUTE)
            if route.from_s <= at_s <= route.to_s
            for gap in range(len(route.stops) + 1)
            for home_gap in range(len(route.stops) + 2)
        )
    }


def _works(
    problem: Problem, route: Route, rests: Rests, gap: int, at_s: int, home_gap: int
) -> bool:
    """The visit in this gap at this instant, the way home in front of the stop of this index."""
    new = Stop(
        id=-1,
        place=problem.request.place,
        departs_s=at_s,
        arrives_s=at_s,
        ends_s=at_s + problem.request.duration_s,
        promised_from_s=at_s,
        promised_to_s=at_s,
    )
    if any(stop.departs_s < problem.now_s for stop in route.stops[gap:]):
        return False
    stops = [*route.stops[:gap], new, *route.stops[gap:]]
    here, free_s = route.start, max(route.from_s, problem.now_s)
    over_s, in_front = free_s, None
    must_go_home = route.end is not None and any(stop.place is not None for stop in stops)
    for index, stop in enumerate(stops):
        if must_go_home and index == home_gap:
            if any(_is_not_home_yet(later, problem.now_s) for later in stops[index:]):
                return False
            free_s += _drive_s(problem, here, route.end)
        if stop is not new and stop.departs_s < problem.now_s:
            here, free_s = stop.place or here, max(free_s, stop.ends_s)
            over_s, in_front = stop.ends_s, stop
            continue
        earliest_s = free_s + _drive_s(problem, here, stop.place)
        if in_front is not None:
            earliest_s = max(earliest_s, over_s + rest_s(route, rests, in_front, stop))
        arrives_s = max(earliest_s, stop.promised_from_s)
        latest_s = stop.arrives_s if stop.is_fixed else stop.promised_to_s
        if stop.is_fixed:
            arrives_s = max(arrives_s, stop.arrives_s)
        free_s = arrives_s + stop.ends_s - stop.arrives_s
        if arrives_s > latest_s or free_s > route.to_s:
            return False
        here = stop.place or here
        over_s, in_front = free_s, stop
    if must_go_home and home_gap == len(stops):
        free_s += _drive_s(problem, here, route.end)
    return free_s <= route.to_s and (not must_go_home or home_gap <= len(stops))


def least_rests(route: Route) -> Rests:
    """How far those who follow each other are planned apart, by their ids."""
    return {
        (before.id, after.id): after.arrives_s - before.ends_s
        for before, after in pairwise(route.stops)
    }


def rest_s(route: Route, planned: Rests, before: Stop, after: Stop) -> int:
    """What must lie between these two, one right after the other."""
    if before.place is None or after.place is None:
        return 0
    return min(route.rest_s, planned.get((before.id, after.id), route.rest_s))


def _is_not_home_yet(stop: Stop, now_s: int) -> bool:
    """Visited later, or begun in the past: nobody is taken to have gone home already."""
    return stop.place is not None or stop.departs_s < now_s


def _drive_s(problem: Problem, a: Coordinates | None, b: Coordinates | None) -> int:
    return 0 if a is None or b is None else problem.travel.seconds(a, b)
