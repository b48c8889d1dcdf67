"""Rows → a problem for `engine.replan`, in a number of queries that does not grow with the rows."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from doorstep.domain.organization.selectors import get_company
from doorstep.domain.places.services import load_travel
from doorstep.engine import Route, Stop, StopKind
from doorstep.engine.replan import Freedom, ReplanProblem
from doorstep.platform.values.geo import Coordinates
from doorstep.platform.values.intervals import Interval, subtract

from ..days import ONE_DAY, Apart, planned_days
from ..models import Assignment
from ..people import Worker, load_workers
from ..reference import legs_of
from ..seconds import second
from .freedoms import load_visits, who_may


@dataclass(frozen=True, slots=True)
class LateUntil:
    """A resource that will be busy with what it does now until then, longer than planned."""

    resource_id: int
    now_s: int
    until_s: int


@dataclass(frozen=True, slots=True)
class View:
    """Which days, and how they are looked at: read again under locks they are the same if nobody
    has changed them.

    `apart` are bookings whose time counts as free. Before `frozen_until` nobody's arrival changes.
    """

    first: date
    last: date
    now: datetime
    apart: frozenset[int] = frozenset()
    late: LateUntil | None = None
    frozen_until: datetime | None = None

    def routes(self, workers: Collection[Worker]) -> tuple[Route, ...]:
        """The routes of these days.

        A visit that reaches into two of them stays where it is, as does one that a crew does.
        """
        legs = legs_of(get_company(), self.now)
        apart = Apart(bookings=self.apart)
        loaded = planned_days(workers, self.first, self.last, apart, legs=legs)
        routes = [route for route in loaded if self.first <= route.day <= self.last]
        ids = Counter(stop.id for route in routes for stop in route.stops if stop.id > 0)
        by_crews = Assignment.objects.filter(pk__in=ids, crew__isnull=False)
        stay = {pk for pk, count in ids.items() if count > 1}
        stay |= set(by_crews.values_list("pk", flat=True))
        if self.frozen_until is not None:
            until_s = second(self.frozen_until)
            stay |= {
                stop.id for route in routes for stop in route.stops if stop.departs_s < until_s
            }
        return tuple(
            self._with_late(_with_fixed_breaks(_with_fixed(route, stay))) for route in routes
        )

    def _with_late(self, route: Route) -> Route:
        if self.late is None or self.late.resource_id != route.resource_id:
            return route
        return _held_up(route, self.late)


@dataclass(frozen=True, slots=True)
class PlannedDays:
    """The problem, and the assignments behind the stops that may move (by id)."""

    problem: ReplanProblem
    visits: Mapping[int, Assignment]


def load_days(
    view: View, *, not_before: datetime, displaced: Collection[int] = (), change_cost_s: int = 0
) -> PlannedDays:
    """The days of a view as a problem.

    `displaced` are assignments that cannot stay where they are; the view has their bookings apart.
    """
    workers = individuals(view)
    routes = view.routes(workers)
    resources = tuple(worker.resource for worker in workers)
    waiting = load_visits(displaced)
    loose = [
        stop.id
        for route in routes
        for stop in route.stops
        if not stop.is_fixed and stop.departs_s >= second(not_before)
    ]
    visits = [*waiting, *load_visits(loose)]
    allowed = who_may(visits, resources)
    unassigned = tuple(_stop(each) for each in waiting)
    places = {
        point
        for route in routes
        for point in (route.start, route.end, *(stop.place for stop in route.stops))
        if point is not None
    } | {stop.place for stop in unassigned if stop.place is not None}
    return PlannedDays(
        ReplanProblem(
            routes=routes,
            resources=resources,
            travel=load_travel(origins=places, destinations=places, now=view.now),
            not_before_s=second(not_before),
            freedoms={pk: Freedom(ids) for pk, ids in allowed.items()},
            unassigned=unassigned,
            change_cost_s=change_cost_s,
        ),
        {visit.pk: visit for visit in visits},
    )


def individuals(view: View, ids: Collection[int] | None = None) -> list[Worker]:
    """Active resources that have days of their own: everything but crews."""
    workers = load_workers(
        from_day=view.first - ONE_DAY,
        to_day=view.last + ONE_DAY,
        company=get_company(),
        resource_ids=ids,
    )
    return [worker for worker in workers.values() if worker.calendar is not None]


def _with_fixed(route: Route, stay: Collection[int]) -> Route:
    stops = (_fixed(stop) if stop.id in stay else stop for stop in route.stops)
    return replace(route, stops=tuple(stops))


def _with_fixed_breaks(route: Route) -> Route:
    """Days are improved around the breaks as they lie now; visits are what moves."""
    return _with_fixed(route, [stop.id for stop in route.stops if stop.kind is StopKind.BUSY])


def _fixed(stop: Stop) -> Stop:
    return replace(
        stop, is_fixed=True, promised_from_s=stop.arrives_s, promised_to_s=stop.arrives_s
    )


def _held_up(route: Route, late: LateUntil) -> Route:
    """The resource does nothing in this route until it is free again, but what is fixed."""
    from_s, to_s = max(late.now_s, route.from_s), min(late.until_s, route.to_s)
    if from_s >= to_s:
        return route
    taken = [
        Interval(stop.departs_s, stop.ends_s)
        for stop in route.stops
        if stop.departs_s < stop.ends_s and stop.ends_s > from_s and stop.departs_s < to_s
    ]
    lowest = min([0, *(stop.id for stop in route.stops)])
    busy = [
        Stop(lowest - number, None, *_busy_times(free), True, StopKind.BUSY)
        for number, free in enumerate(subtract([Interval(from_s, to_s)], taken), start=1)
    ]
    ordered = sorted((*route.stops, *busy), key=lambda stop: (stop.departs_s, stop.ends_s))
    return replace(route, stops=tuple(ordered))


def _busy_times(free: Interval[int]) -> tuple[int, int, int, int, int]:
    """Departure, arrival, end, and the bounds of the arrival."""
    return free.start, free.start, free.end, free.start, free.start


def _stop(visit: Assignment) -> Stop:
    """A visit that is in no route; its times are those it had."""
    assert visit.booking is not None
    return Stop(
        id=visit.pk,
        place=None
        if visit.latitude is None or visit.longitude is None
        else Coordinates(visit.latitude, visit.longitude),
        departs_s=second(visit.starts_at),
        arrives_s=second(visit.arrives_at),
        ends_s=second(visit.ends_at),
        promised_from_s=second(visit.booking.promised_from),
        promised_to_s=second(visit.booking.promised_to),
    )
