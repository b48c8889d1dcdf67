"""Random days to be replanned: valid routes as in `random_worlds`, and who may do what."""

from dataclasses import replace
from random import Random

from hypothesis import strategies as st

from doorstep.engine import Route, Stop
from doorstep.engine.replan import Freedom, ReplanProblem
from tests.unit.engine.random_worlds import random_world
from tests.unit.engine.worlds import clock


def days() -> st.SearchStrategy[ReplanProblem]:
    """A few people over two days, some stops free to go to others, a late beginning at times."""
    return st.integers(0, 2**32).map(lambda seed: random_days(Random(seed)))


def random_days(rng: Random) -> ReplanProblem:
    """Everything is in a route; see `with_some_taken_out`."""
    world = random_world(rng)
    routes = _numbered(world.routes)
    everybody = [resource.id for resource in world.resources]
    freedoms = {
        stop.id: Freedom(frozenset(rng.sample(everybody, rng.randint(1, len(everybody)))))
        for route in routes
        for stop in route.stops
        if not stop.is_fixed and rng.random() < 0.9
    }
    return ReplanProblem(
        routes=routes,
        resources=world.resources,
        travel=world.travel,
        not_before_s=rng.choice([clock("00:00"), clock("00:00"), clock("10:30")]),
        freedoms=freedoms,
        change_cost_s=rng.choice([0, 0, 600]),
    )


def with_some_taken_out(problem: ReplanProblem, rng: Random) -> ReplanProblem:
    """The same days, with a third of what may move in no route."""
    out = [stop for stop in loose_stops(problem) if rng.random() < 0.3]
    ids = {stop.id for stop in out}
    routes = tuple(
        replace(route, stops=tuple(stop for stop in route.stops if stop.id not in ids))
        for route in problem.routes
    )
    return replace(problem, routes=routes, unassigned=tuple(out))


def loose_stops(problem: ReplanProblem) -> list[Stop]:
    """Stops that have not begun and may move."""
    return [
        stop
        for route in problem.routes
        for stop in route.stops
        if not stop.is_fixed and stop.departs_s >= problem.not_before_s
    ]


def _numbered(routes: tuple[Route, ...]) -> tuple[Route, ...]:
    """Ids that are unique over all routes."""
    number = 0
    found = []
    for route in routes:
        stops = []
        for stop in route.stops:
            number += 1
            stops.append(replace(stop, id=number))
        found.append(replace(route, stops=tuple(stops)))
    return tuple(found)
