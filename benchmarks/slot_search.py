"""How long the engine takes to find offers, on seeded worlds of growing size."""

import random
from datetime import UTC, date, datetime, time, timedelta

from benchmarks.measure import Row, measure
from doorstep.engine import (
    ArrivalWindow,
    Problem,
    Request,
    Resource,
    Role,
    Route,
    Stop,
    StraightLine,
    Target,
    WorkLocation,
    expand,
    find_offers,
)
from doorstep.platform.values.geo import Coordinates

MONDAY = date(2026, 11, 23)
CENTER = (53.48, -2.24)
WINDOWS = tuple(ArrivalWindow(time(start), time(start + 2)) for start in (8, 10, 13, 15))
SIZES = ((20, 14, 40), (100, 14, 20), (100, 60, 8))


def run() -> list[Row]:
    rows = []
    for technicians, days, runs in SIZES:
        problems = [_problem(technicians, days, seed) for seed in range(3)]
        rows.append(
            measure(
                f"one technician, {technicians} × {days} days, everybody may come",
                lambda number, problems=problems: find_offers(problems[number % 3]),  # type: ignore[misc]
                runs=runs,
            )
        )
    return rows


def _problem(technicians: int, days: int, seed: int) -> Problem:
    chance = random.Random(seed)
    travel = StraightLine()
    resources = tuple(Resource(id=number, start=_place(chance)) for number in range(technicians))
    routes = tuple(
        _route(resource, MONDAY + timedelta(days=day), chance, travel)
        for resource in resources
        for day in range(days)
    )
    targets: list[Target] = []
    for day in range(days):
        targets += expand(MONDAY + timedelta(days=day), UTC, windows=WINDOWS, first_id=len(targets))
    return Problem(
        request=Request(_place(chance), WorkLocation.ONSITE, 60 * 60, (Role(id=0),)),
        targets=tuple(targets),
        resources=resources,
        routes=routes,
        travel=travel,
        now_s=_second(MONDAY, 0),
    )


def _route(resource: Resource, day: date, chance: random.Random, travel: StraightLine) -> Route:
    """About six visits, each promised within a window of two hours around its planned arrival."""
    end_s = _second(day, 17)
    at, free_s = resource.start, _second(day, 8)
    assert at is not None
    stops: list[Stop] = []
    while True:
        place, duration_s = _place(chance), chance.choice((30, 45, 60)) * 60
        free_s += chance.choice((0, 0, 15, 45)) * 60
        arrives_s = free_s + travel.seconds(at, place)
        assert resource.start is not None
        if arrives_s + duration_s + travel.seconds(place, resource.start) > end_s:
            break
        stops.append(
            Stop(
                id=len(stops),
                place=place,
                departs_s=free_s,
                arrives_s=arrives_s,
                ends_s=arrives_s + duration_s,
                promised_from_s=arrives_s - 1800,
                promised_to_s=arrives_s + 5400,
            )
        )
        at, free_s = place, arrives_s + duration_s
    return Route(
        id=(resource.id, day),
        resource_id=resource.id,
        lane=1,
        day=day,
        from_s=_second(day, 8),
        to_s=end_s,
        start=resource.start,
        end=resource.start,
        stops=tuple(stops),
    )


def _place(chance: random.Random) -> Coordinates:
    return Coordinates(
        CENTER[0] + chance.uniform(-0.12, 0.12), CENTER[1] + chance.uniform(-0.2, 0.2)
    )


def _second(day: date, hour: int) -> int:
    return int(datetime.combine(day, time(hour), UTC).timestamp())
