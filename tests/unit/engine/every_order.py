"""The slow second opinion on re-ordering: every order of the day, every place for the trip home.

For one resource and one role. In a given order everything happens as early as it can; if that does
not work, nothing later does. Written from the rules alone, without tables or backward passes.
"""

from itertools import permutations

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
    return any(_works(problem, route, begun, order) for order in permutations(everything))


def _works(
    problem: Problem, route: Route, begun: list[Stop], order: tuple[Stop | str, ...]
) -> bool:
    here, free_s = route.start, max(route.from_s, problem.now_s)
    planned: dict[int, Stop | None] = {}  # by stop with a place, the one planned before it
    before: Stop | None = None
    for stop in route.stops:
        if stop.place is not None:
            planned[stop.id] = before
            before = stop
    last: Stop | None = None
    rests = least_rests(route)
    over_s, in_front = free_s, None
    for stop in begun:
        free_s = max(free_s, stop.ends_s)
        over_s, in_front = stop.ends_s, stop
        if stop.place is not None:
            here, last = stop.place, stop
    is_home = False
    for each in order:
        if isinstance(each, str):
            free_s += _drive_s(problem, here, route.end)
            is_home = True
            if free_s > route.to_s:
                return False
            continue
        travel_s = 0
        if each.place is None:
            travel_s = each.travel_s
        elif is_home:
            return False  # nobody drives out again
        elif each.id in planned and planned[each.id] is last:
            travel_s = each.travel_s  # as it was agreed on
        else:
            if here is None:
                return False
            travel_s = _drive_s(problem, here, each.place)
        low_s, high_s = each.promised_from_s, each.promised_to_s
        if each.is_fixed:
            low_s = high_s = each.arrives_s
        arrives_s = max(free_s + travel_s, low_s)
        if in_front is not None:
            arrives_s = max(arrives_s, over_s + rest_s(route, rests, in_front, each))
        free_s = arrives_s + each.duration_s
        over_s, in_front = free_s, each
        if arrives_s > high_s or free_s > route.to_s:
            return False
        if each.place is not None:
            here, last = each.place, each
    return True


def _drive_s(problem: Problem, a: Coordinates | None, b: Coordinates | None) -> int:
    return 0 if a is None or b is None else problem.travel.seconds(a, b)
