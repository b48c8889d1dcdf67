"""The slow second opinion on re-ordering: every order of the day, every place for the trip home.

For one resource and one role. In a given order everything happens as early as it can; if that does
not work, nothing later does. Written from the rules alone, without tables or backward passes.
"""

from typing import NamedTuple

from doorstep.engine import Problem, Route, Stop, Target
from doorstep.platform.values.geo import Coordinates
from tests.unit.engine.every_minute import least_rests, rest_s

HOME = "home"


def open_targets(problem: Problem) -> set[int]:
    """Ids of the targets for which some order of some route works."""
    return {
        target.id
        for target in problem.targets
        if any(fits_somewhere(problem, route, target) for route in problem.routes)
    }


def fits_somewhere(problem: Problem, route: Route, target: Target) -> bool:
    """Whether the visit can be arrived at within the target by some order of the route."""
    begun = [stop for stop in route.stops if stop.departs_s < problem.now_s]
    ahead = [stop for stop in route.stops if stop.departs_s >= problem.now_s]
    new = Stop(
        id=-1,
        place=problem.request.place,
        departs_s=target.from_s,
        arrives_s=target.from_s,
        ends_s=target.from_s + problem.request.duration_s,
        promised_from_s=target.from_s,
        promised_to_s=target.to_s,
    )
    everything: list[Stop | str] = [*ahead, new]
    has_driven = any(stop.place is not None for stop in [*route.stops, new])
    if route.end is not None and has_driven:
        everything.append(HOME)
    return _works(problem, route, begun, everything)


class _Moment(NamedTuple):
    """Where somebody is after the beginning of an order, and what the rest of it has to know."""

    here: Coordinates | None
    free_s: int
    over_s: int
    in_front: Stop | None = None
    last: Stop | None = None
    is_home: bool = False


def _works(problem: Problem, route: Route, begun: list[Stop], everything: list[Stop | str]) -> bool:
    """Whether some order works. One whose beginning does not is not gone through any further."""
    planned: dict[int, Stop | None] = {}  # by stop with a place, the one planned before it
    before: Stop | None = None
    for stop in route.stops:
        if stop.place is not None:
            planned[stop.id] = before
            before = stop
    rests = least_rests(route)
    free_s = max(route.from_s, problem.now_s)
    first = _Moment(here=route.start, free_s=free_s, over_s=free_s)
    for stop in begun:
        first = first._replace(
            free_s=max(first.free_s, stop.ends_s), over_s=stop.ends_s, in_front=stop
        )
        if stop.place is not None:
            first = first._replace(here=stop.place, last=stop)

    def after(now: _Moment, each: Stop | str) -> _Moment | None:
        if isinstance(each, str):
            free_s = now.free_s + _drive_s(problem, now.here, route.end)
            return None if free_s > route.to_s else now._replace(free_s=free_s, is_home=True)
        travel_s = 0
        if each.place is None:
            travel_s = each.travel_s
        elif now.is_home:
            return None  # nobody drives out again
        elif each.id in planned and planned[each.id] is now.last:
            travel_s = each.travel_s  # as it was agreed on
        else:
            if now.here is None:
                return None
            travel_s = _drive_s(problem, now.here, each.place)
        low_s, high_s = each.promised_from_s, each.promised_to_s
        if each.is_fixed:
            low_s = high_s = each.arrives_s
        arrives_s = max(now.free_s + travel_s, low_s)
        if now.in_front is not None:
            arrives_s = max(arrives_s, now.over_s + rest_s(route, rests, now.in_front, each))
        free_s = arrives_s + each.duration_s
        if arrives_s > high_s or free_s > route.to_s:
            return None
        if each.place is None:
            return _Moment(now.here, free_s, free_s, each, now.last, now.is_home)
        return _Moment(each.place, free_s, free_s, each, each, now.is_home)

    def goes_on(now: _Moment, left: list[Stop | str]) -> bool:
        if not left:
            return True
        for number, each in enumerate(left):
            then = after(now, each)
            if then is not None and goes_on(then, left[:number] + left[number + 1 :]):
                return True
        return False

    return goes_on(first, everything)


def _drive_s(problem: Problem, a: Coordinates | None, b: Coordinates | None) -> int:
    return 0 if a is None or b is None else problem.travel.seconds(a, b)
