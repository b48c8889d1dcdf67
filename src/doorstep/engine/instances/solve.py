"""Book an instance's customers one by one, replan the day, and check it on its own."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from doorstep.engine.apply import apply
from doorstep.engine.problem import (
    Problem,
    Request,
    Resource,
    Role,
    Route,
    Stop,
    Target,
    WorkLocation,
)
from doorstep.engine.replan import Effort, Freedom, ReplanProblem, replan
from doorstep.engine.search import find_offers
from doorstep.engine.validate_route import validate_route
from doorstep.platform.values.geo import Coordinates

from .plane import Customer, Instance, Plane, point, scaled

_DAY = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Solved:
    """Lengths in units of the file; `violations` of the independent check."""

    name: str
    customers: int
    booked: int
    served: int
    vehicles: int
    inserted_length: float
    length: float
    violations: tuple[str, ...]

    @property
    def is_feasible(self) -> bool:
        """Everybody is served and nothing is broken."""
        return self.served == self.customers and not self.violations


def solve_instance(instance: Instance, effort: Effort, *, seed: int = 0) -> Solved:
    """Insertion in the order of the due dates, each customer where she adds least travel; then one
    replanning, in which those nobody had time for are tried again."""
    travel = Plane()
    resources, routes = _people(instance)
    freedoms = {
        each.id: Freedom(
            frozenset(vehicle.id for vehicle in instance.vehicles if vehicle.may_serve(each)),
            each.demand,
        )
        for each in instance.customers
    }
    rooms: dict[Hashable, int] = {
        each.id: each.capacity for each in instance.vehicles if each.capacity is not None
    }
    left, booked = [], 0
    for customer in sorted(instance.customers, key=lambda each: (each.closes, each.id)):
        able = freedoms[customer.id].resources
        open_routes = [
            route
            for route in routes.values()
            if route.resource_id in able
            and _load(route, freedoms) + customer.demand <= rooms.get(route.id, 1 << 40)
        ]
        changed = _insert(customer, open_routes, resources, travel)
        booked += bool(changed)
        if changed:
            routes |= {route.id: route for route in changed}
        else:
            left.append(_stop(customer))
    inserted = _length(routes.values(), travel)
    result = replan(
        ReplanProblem(
            routes=tuple(routes.values()),
            resources=tuple(resources),
            travel=travel,
            not_before_s=min((route.from_s for route in routes.values()), default=0),
            freedoms=freedoms,
            unassigned=tuple(left),
            rooms=rooms,
        ),
        effort,
        seed=seed,
    )
    served = [stop.id for route in result.routes for stop in route.stops]
    violations = [
        f"{route.id}: {each.text}"
        for route in result.routes
        for each in validate_route(route, travel)
    ]
    violations += _other_violations(instance, result.routes)
    return Solved(
        name=instance.name,
        customers=len(instance.customers),
        booked=booked,
        served=len(served),
        vehicles=sum(1 for route in result.routes if route.stops),
        inserted_length=inserted,
        length=_length(result.routes, travel),
        violations=tuple(violations),
    )


def _people(instance: Instance) -> tuple[list[Resource], dict[Hashable, Route]]:
    resources: list[Resource] = []
    routes: dict[Hashable, Route] = {}
    for each in instance.vehicles:
        home = point(each.x, each.y)
        resources.append(Resource(each.id, start=home))
        routes[each.id] = Route(
            id=each.id,
            resource_id=each.id,
            lane=1,
            day=_DAY,
            from_s=scaled(each.opens),
            to_s=scaled(each.closes),
            start=home,
            end=home,
        )
    return resources, routes


def _insert(
    customer: Customer, routes: Sequence[Route], resources: Sequence[Resource], travel: Plane
) -> list[Route]:
    """The routes that change when the customer is booked; none if nobody can come."""
    stop = _stop(customer)
    ids = {route.resource_id for route in routes}
    problem = Problem(
        request=Request(stop.place, WorkLocation.ONSITE, max(1, stop.duration_s), (Role(0),)),
        targets=(Target(0, _DAY, stop.promised_from_s, stop.promised_to_s),),
        resources=tuple(each for each in resources if each.id in ids),
        routes=tuple(routes),
        travel=travel,
        now_s=min((route.from_s for route in routes), default=0),
    )
    best = find_offers(problem).best
    if not best:
        return []
    before = {route.id: route for route in routes}
    after = apply(routes, best[0], customer.id)
    return [route for route in after if route != before[route.id]]


def _stop(customer: Customer) -> Stop:
    arrives_s = scaled(customer.opens)
    return Stop(
        id=customer.id,
        place=_place(customer),
        departs_s=arrives_s,
        arrives_s=arrives_s,
        ends_s=arrives_s + max(1, scaled(customer.service)),
        promised_from_s=arrives_s,
        promised_to_s=scaled(customer.closes),
    )


def _place(customer: Customer) -> Coordinates:
    return point(customer.x, customer.y)


def _load(route: Route, freedoms: dict[int, Freedom]) -> int:
    return sum(freedoms[stop.id].load for stop in route.stops)


def _length(routes: Iterable[Route], travel: Plane) -> float:
    total = 0.0
    for route in routes:
        stops = [stop.place for stop in route.stops if stop.place is not None]
        if stops and route.start is not None and route.end is not None:
            places = [route.start, *stops, route.end]
            total += sum(travel.metres(a, b) for a, b in pairwise(places))
    return total


def _other_violations(instance: Instance, routes: Sequence[Route]) -> list[str]:
    """What a route alone does not show: loads, who may serve whom, windows as in the file."""
    customers = {each.id: each for each in instance.customers}
    vehicles = {each.id: each for each in instance.vehicles}
    found = []
    served: set[int] = set()
    for route in routes:
        vehicle = vehicles[route.resource_id]
        load = sum(customers[stop.id].demand for stop in route.stops)
        if vehicle.capacity is not None and load > vehicle.capacity:
            found.append(f"{route.id}: carries {load} of {vehicle.capacity}")
        for stop in route.stops:
            customer = customers[stop.id]
            if stop.id in served:
                found.append(f"customer {stop.id} is served twice")
            served.add(stop.id)
            if not vehicle.may_serve(customer):
                found.append(f"{route.id}: must not serve {stop.id}")
            if not scaled(customer.opens) <= stop.arrives_s <= scaled(customer.closes):
                found.append(f"{route.id}: arrives at {stop.id} outside its window")
            if stop.place != _place(customer):
                found.append(f"{route.id}: serves {stop.id} elsewhere")
    return found
