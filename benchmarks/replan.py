"""How good and how quick replanning is, beside VROOM and PyVRP on the same days.

A day is booked customer by customer, each taking a window at random, and then replanned. The ratio
is driving after, divided by driving before; for goal 16 our final plan is handed to PyVRP for half
a minute, and the ratio says how much better it could have been.
"""

import random
import time
from datetime import date
from typing import Any

import numpy as np

from benchmarks.measure import Row
from doorstep.engine import (
    Characteristic,
    Problem,
    Request,
    Resource,
    Role,
    Route,
    StraightLine,
    Target,
    WorkLocation,
    apply,
    find_offers,
)
from doorstep.engine.replan import Effort, Freedom, ReplanProblem, ReplanResult, replan
from doorstep.engine.replanning.legs import table_of
from doorstep.platform.values.geo import Coordinates

DAY = date(2026, 11, 23)
MIDNIGHT_S = 1_795_392_000
WINDOWS = ((8, 10), (10, 12), (12, 14), (14, 16), (16, 17))
SKILLS = 12
# Technicians, requests, and seconds of replanning.
SIZES = ((20, 140, 3.0), (20, 140, 10.0), (100, 700, 3.0), (100, 700, 10.0))
PYVRP_S = 30.0


def run() -> list[Row]:
    rows = []
    for technicians, requests, seconds in SIZES:
        problem = _day(technicians, requests, seed=1)
        replan(problem, Effort(rounds=1))
        result, took_s = _timed(problem, seconds)
        what = f"{technicians} technicians, {_count(problem)} visits, {seconds:.0f} s"
        goal = "≤ 10 s, nothing dropped" if technicians == 100 else ""
        before_s, after_s = result.travel_before_s, result.travel_after_s
        rows.append(Row(what, took_s, took_s, 1, after_s / before_s, "of the plan before", goal))
        if seconds == SIZES[0][2]:
            cost_s, vroom_s, missing = _vroom(problem)
            told = f"of the plan before, {missing} dropped"
            rows.append(Row("  VROOM, level 5", vroom_s, vroom_s, 1, cost_s / before_s, told))
        if seconds == SIZES[1][2]:
            best_s = _pyvrp(problem, result)
            rows.append(
                Row(
                    f"  our plan ÷ PyVRP from it, {PYVRP_S:.0f} s",
                    PYVRP_S, PYVRP_S, 1, after_s / best_s, "of PyVRP's plan", "≤ 1.01",
                )
            )  # fmt: skip
    return rows


def _timed(problem: ReplanProblem, seconds: float) -> tuple[ReplanResult, float]:
    began = time.perf_counter()
    result = replan(problem, Effort(seconds=seconds))
    assert not result.unkept
    assert not result.discarded
    return result, time.perf_counter() - began


def _count(problem: ReplanProblem) -> int:
    return sum(len(route.stops) for route in problem.routes)


# --- A day -----------------------------------------------------------------------------------


def _day(technicians: int, requests: int, seed: int) -> ReplanProblem:
    """60 × 60 km with seven towns; a third of the windows suits each customer."""
    chance = random.Random(seed)
    towns = [(chance.uniform(5, 55), chance.uniform(5, 55)) for _ in range(7)]
    travel = StraightLine(1.3, 45.0, 0)
    resources, routes = [], {}
    for number in range(technicians):
        home = _place(chance, towns)
        skills = tuple(Characteristic(each) for each in chance.sample(range(SKILLS), 3))
        resources.append(Resource(number, start=home, characteristics=skills))
        routes[number] = Route(number, number, 1, DAY, _second(8), _second(17), home, home)
    freedoms = {}
    for number in range(requests):
        skill = chance.randrange(SKILLS)
        able = [each for each in resources if any(c.id == skill for c in each.characteristics)]
        place, minutes = _place(chance, towns), chance.randrange(30, 91, 5)
        windows = chance.sample(range(len(WINDOWS)), chance.randint(1, 3))
        if not able:
            continue
        found = find_offers(
            Problem(
                Request(place, WorkLocation.ONSITE, minutes * 60, (Role(0),)),
                tuple(
                    Target(each, DAY, _second(WINDOWS[each][0]), _second(WINDOWS[each][1]))
                    for each in windows
                ),
                tuple(able),
                tuple(routes[each.id] for each in able),
                travel,
                0,
            )
        ).best
        if found:
            open_routes = [routes[each.id] for each in able]
            for route in apply(open_routes, chance.choice(found), number):
                routes[route.resource_id] = route
            freedoms[number] = Freedom(frozenset(each.id for each in able))
    return ReplanProblem(tuple(routes.values()), tuple(resources), travel, 0, freedoms)


def _place(chance: random.Random, towns: list[tuple[float, float]]) -> Coordinates:
    x, y = (min(60.0, max(0.0, chance.gauss(each, 5))) for each in chance.choice(towns))
    return Coordinates(53.2 + y / 111.2, -2.6 + x / 66.5)


def _second(hour: int) -> int:
    return MIDNIGHT_S + hour * 3600


# --- The others ------------------------------------------------------------------------------


class _Matrix:
    """Homes first, then the visits in the order of the routes."""

    def __init__(self, problem: ReplanProblem, routes: tuple[Route, ...]) -> None:
        self.stops = [stop for route in routes for stop in route.stops]
        self.routes = routes
        homes = [route.start for route in routes]
        places = [each for each in (*homes, *(stop.place for stop in self.stops)) if each]
        self.seconds = table_of(problem.travel, places)
        self.may = [problem.freedoms[stop.id].resources for stop in self.stops]


def _vroom(problem: ReplanProblem) -> tuple[int, float, int]:
    """Driving, seconds it took, promised visits it left out."""
    import vroom

    matrix = _Matrix(problem, problem.routes)
    classes = {each: number for number, each in enumerate(dict.fromkeys(matrix.may), start=1)}
    given = vroom.Input()
    given.set_durations_matrix("car", matrix.seconds.astype(np.uint32))
    for number, route in enumerate(matrix.routes):
        skills = {code for may, code in classes.items() if route.resource_id in may}
        span = vroom.TimeWindow(0, route.to_s - route.from_s)
        given.add_vehicle(
            vroom.Vehicle(
                number + 1, start=number, end=number, skills=skills or {0}, time_window=span
            )
        )
    first_s, homes = problem.routes[0].from_s, len(matrix.routes)
    jobs = []
    for number, stop in enumerate(matrix.stops):
        window = vroom.TimeWindow(stop.promised_from_s - first_s, stop.promised_to_s - first_s)
        jobs.append(
            vroom.Job(
                number + 1,
                location=homes + number,
                default_service=stop.duration_s,
                skills={classes[matrix.may[number]]},
                time_windows=[window],
            )
        )
    given.add_job(jobs)
    began = time.perf_counter()
    summary = given.solve(exploration_level=5, nb_threads=2).summary
    return summary.cost, time.perf_counter() - began, summary.unassigned


def _pyvrp(problem: ReplanProblem, result: ReplanResult) -> float:
    """Driving of the best plan found from ours; skills as legs nobody would drive."""
    import pyvrp
    from pyvrp.stop import MaxRuntime

    matrix = _Matrix(problem, result.routes)
    homes = len(matrix.routes)
    clients = [
        pyvrp.Client(
            location=homes + number,
            service_duration=stop.duration_s,
            tw_early=stop.promised_from_s,
            tw_late=stop.promised_to_s,
        )
        for number, stop in enumerate(matrix.stops)
    ]
    tables: list[Any] = []
    for route in matrix.routes:
        table = matrix.seconds.copy()
        barred = [homes + n for n, may in enumerate(matrix.may) if route.resource_id not in may]
        table[:, barred] = table[barred, :] = 10**6
        np.fill_diagonal(table, 0)
        tables.append(table)
    data = pyvrp.ProblemData(
        [pyvrp.Location(0, number) for number in range(len(matrix.seconds))],
        clients,
        [pyvrp.Depot(location=number) for number in range(homes)],
        [
            pyvrp.VehicleType(
                1, start_depot=n, end_depot=n, tw_early=route.from_s, tw_late=route.to_s, profile=n
            )
            for n, route in enumerate(matrix.routes)
        ],
        tables,
        tables,
    )
    begun, number = [], 0
    for index, route in enumerate(matrix.routes):
        visits = range(number, number + len(route.stops))
        number += len(route.stops)
        if visits:
            steps = [pyvrp.Activity(pyvrp.ActivityType.CLIENT, visit) for visit in visits]
            begun.append(pyvrp.Route(data, steps, index))
    start = pyvrp.Solution(data, begun)
    found = pyvrp.solve(data, MaxRuntime(PYVRP_S), display=False, initial_solution=start)
    return float(found.cost())
