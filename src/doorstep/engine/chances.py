"""When everybody could arrive at one place of work: all fits of all routes, sorted by target."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from datetime import date
from math import ceil

from doorstep.engine.insertion import Visit, fits
from doorstep.engine.problem import Problem, Resource, ResourceKind, Route, Target, WorkLocation
from doorstep.engine.route import Timeline, prepare
from doorstep.engine.together import Chance
from doorstep.engine.travel import leg_s
from doorstep.platform.values.geo import Coordinates

ByResource = dict[int, list[Chance]]


class Timelines:
    """Routes prepared once per search, when somebody first asks for them."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._prepared: dict[int, list[Timeline]] = {}

    def of(self, resource: Resource, routes: Iterable[Route]) -> list[Timeline]:
        """The timelines of one resource."""
        known = self._prepared.get(resource.id)
        if known is None:
            known = [self._prepare(resource, route) for route in routes]
            self._prepared[resource.id] = known
        return known

    def _prepare(self, resource: Resource, route: Route) -> Timeline:
        last = next((stop.place for stop in reversed(route.stops) if stop.place is not None), None)
        home_s = leg_s(self._problem.travel, last, route.end, resource.speed_factor)
        return prepare(route, self._problem.now_s, home_s)


class TargetIndex:
    """The targets in order of time, to find those an interval touches."""

    def __init__(self, targets: tuple[Target, ...]) -> None:
        self._order = sorted(range(len(targets)), key=lambda index: targets[index].from_s)
        self._targets = [targets[index] for index in self._order]
        self._from_s = [target.from_s for target in self._targets]
        self._longest_s = max((each.to_s - each.from_s for each in targets), default=0)

    def touched(self, from_s: int, to_s: int) -> list[tuple[int, Target]]:
        """Targets (with their index in the problem) that share an instant with [from_s, to_s]."""
        first = bisect_left(self._from_s, from_s - self._longest_s)
        last = bisect_right(self._from_s, to_s)
        return [
            (self._order[index], self._targets[index])
            for index in range(first, last)
            if self._targets[index].to_s >= from_s
        ]


class PlaceOfWork:
    """The legs to and from one place, each asked of the travel provider once."""

    def __init__(self, problem: Problem, place: Coordinates | None) -> None:
        self.place = place
        self._request = problem.request
        self._travel = problem.travel
        self._to: dict[Coordinates, int] = {}
        self._from: dict[Coordinates, int] = {}

    def visit_of(self, resource: Resource) -> Visit:
        """The visit as this resource sees it; a facility that receives people stays where it is."""
        speed = resource.speed_factor
        receives = (
            resource.kind is ResourceKind.FACILITY
            and self._request.work_location is WorkLocation.FACILITY
        )
        place = None if receives else self.place
        if speed == 1:
            return Visit(place, self._request.duration_s, self._to_s, self._from_s)
        return Visit(
            place,
            self._request.duration_s,
            lambda origin: ceil(self._to_s(origin) / speed),
            lambda onward: ceil(self._from_s(onward) / speed),
        )

    def _to_s(self, origin: Coordinates) -> int:
        known = self._to.get(origin)
        if known is None:
            known = 0 if self.place is None else self._travel.seconds(origin, self.place)
            self._to[origin] = known
        return known

    def _from_s(self, onward: Coordinates) -> int:
        known = self._from.get(onward)
        if known is None:
            known = 0 if self.place is None else self._travel.seconds(self.place, onward)
            self._from[onward] = known
        return known


class Chances:
    """Per target and resource, every way to arrive in time; and the days each one works."""

    def __init__(self, target_count: int) -> None:
        self.by_target: list[ByResource] = [{} for _ in range(target_count)]
        self.working_days: dict[int, set[date]] = {}

    def add(
        self, resource_id: int, visit: Visit, timelines: Iterable[Timeline], index: TargetIndex
    ) -> None:
        """Look at all routes of one resource."""
        days = self.working_days.setdefault(resource_id, set())
        for timeline in timelines:
            route = timeline.route
            reached = index.touched(route.from_s, route.to_s)
            if not reached:
                continue
            days.update(target.day for _, target in reached)
            for fit in fits(timeline, visit):
                for at, target in index.touched(fit.from_s, fit.to_s):
                    from_s = max(fit.from_s, target.from_s)
                    to_s = min(fit.to_s, target.to_s)
                    arrives_s = min(max(from_s, fit.calm_s), to_s)
                    self.by_target[at].setdefault(resource_id, []).append(
                        Chance(fit.added_travel_s, arrives_s, from_s, to_s, timeline, fit)
                    )


def within(chances: Iterable[Chance], from_s: int, to_s: int) -> list[Chance]:
    """The chances cut to arrivals of [from_s, to_s]."""
    cut = []
    for chance in chances:
        if from_s <= chance.from_s and chance.to_s <= to_s:
            cut.append(chance)
        elif chance.from_s <= to_s and from_s <= chance.to_s:
            low_s, high_s = max(from_s, chance.from_s), min(to_s, chance.to_s)
            arrives_s = min(max(low_s, chance.fit.calm_s), high_s)
            cut.append(
                Chance(chance.added_travel_s, arrives_s, low_s, high_s, chance.timeline, chance.fit)
            )
    return cut
