"""How long the engine takes to find offers, beside simpler and heavier ways to find them."""

import random
from collections.abc import Callable
from dataclasses import replace
from math import log
from statistics import median

import vroom

from benchmarks import plain, workload
from benchmarks.measure import Row, measure, measure_in_turn
from doorstep.engine import Board, Request, Route, SearchResult, Target
from doorstep.engine.compiled import is_available

SIZES = ((20, 14), (100, 14), (100, 60), (1000, 14))
RUNS = 100


def run() -> list[Row]:
    """One block per size, then what is measured once."""
    rows: list[Row] = []
    fastest: dict[tuple[int, int], float] = {}
    for technicians, days in SIZES:
        town = workload.town(technicians, days)
        block = _searches(town)
        name = f"{technicians} × {days}"
        reference = block["plain Python loop"].p50_s
        windows = block["compiled"].p50_s if "compiled" in block else block["numpy"].p50_s
        fastest[technicians, days] = windows
        for what, row in block.items():
            rows.append(_judged(row, f"{name}: {what}", what, (technicians, days), reference,
                                windows))  # fmt: skip
        if "compiled" in block:
            rows.append(_spread(block["compiled"], name))
        if (technicians, days) == (100, 14):
            rows += [_one_change(town), _vroom(town)]
    steps = log(100 * 60 / (100 * 14))
    growth = log(fastest[100, 60] / fastest[100, 14]) / steps
    rows.append(
        Row(
            "growth from 100 × 14 to 100 × 60",
            fastest[100, 14],
            fastest[100, 60],
            RUNS,
            growth,
            "exponent of technicians × days",
            "≤ 0.85",
        )
    )
    return rows


def _searches(town: workload.Town) -> dict[str, Row]:
    people = plain.people(town)
    windows, grid = workload.targets(town.days), workload.targets(town.days, grid_minutes=15)
    ones, twos = workload.requests(RUNS), workload.requests(RUNS, crew_of=2)
    numpy = _board(town, is_compiled=False)

    def ask(
        board: Board, requests: list[Request], targets: tuple[Target, ...], *, reorder: bool = False
    ) -> Callable[[int], SearchResult]:
        return lambda number: board.search(
            requests[number],
            targets,
            now_s=town.now_s,
            travel=workload.TRAVEL,
            reorder=reorder,
        )

    calls: dict[str, tuple[Callable[[int], object], int]] = {
        # The same questions as the engine gets: their answers take times that lie far apart.
        "plain Python loop": (lambda number: plain.search(people, ones[number], windows), 1),
        "numpy": (ask(numpy, ones, windows), 1),
    }
    if is_available():
        fast = _board(town, is_compiled=True)
        first = ask(fast, ones, windows)
        calls |= {
            "compiled": (first, 1),
            "compiled, every 15 minutes": (ask(fast, ones, grid), 1),
            "compiled, two technicians": (ask(fast, twos, windows), 1),
            "compiled, openings written out": (lambda number: first(number).openings, 1),
            "compiled, plans written out": (lambda number: first(number).offers, 5),
            "compiled, in any order": (ask(fast, ones, windows, reorder=True), 2),
            "compiled, two, in any order": (ask(fast, twos, windows, reorder=True), 10),
        }
    return measure_in_turn(calls, runs=RUNS)


def _judged(
    row: Row, name: str, what: str, size: tuple[int, int], reference: float, windows: float
) -> Row:
    """The row under its full name, with the ratio and the goal that belong to it."""
    goals = {
        ("compiled", (100, 14)): "≥ 35",
        ("compiled", (1000, 14)): "≥ 50",
        ("numpy", (100, 14)): "≥ 4",
        ("numpy", (1000, 14)): "≥ 8",
    }
    if what in ("numpy", "compiled"):
        row = replace(row, ratio=reference / row.p50_s, of="× faster than plain",
                      goal=goals.get((what, size), ""))  # fmt: skip
    elif what in ("compiled, every 15 minutes", "compiled, two technicians"):
        row = replace(row, ratio=row.p50_s / windows, of="× one technician, windows",
                      goal="≤ 2" if "15" in what else "≤ 4")  # fmt: skip
    elif what != "plain Python loop":
        row = replace(row, ratio=row.p50_s / windows, of="× one technician, windows")
    return replace(row, what=name)


def _spread(row: Row, name: str) -> Row:
    return replace(row, what=f"{name}: compiled, how far searches lie apart",
                   ratio=row.p95_s / row.p50_s, of="p95 ÷ p50", goal="≤ 2.5")  # fmt: skip


def _one_change(town: workload.Town) -> Row:
    """A booking comes into one route: everything a board has to write anew for it."""
    board = _board(town, is_compiled=None)
    routes = [route for route in town.routes if route.stops]
    row = measure("100 × 14: one route changes", lambda n: board.set_route(routes[n]), runs=500)
    return replace(row, ratio=row.p50_s * 1e6, of="µs", goal="≤ 50")


def _vroom(town: workload.Town) -> Row:
    """The same question put to a solver, once per technician-day; for as many as are eligible."""
    chance = random.Random(3)
    requests = workload.requests(RUNS)
    routes = [chance.choice([route for route in town.routes if route.stops]) for _ in range(60)]
    one = measure("", lambda n: _solve(routes[n], requests[n]), runs=60)
    eligible = median(_eligible_days(town, request) for request in requests)
    return replace(
        one,
        what=f"100 × 14: VROOM once per technician-day ({eligible:.0f} of them)",
        p50_s=one.p50_s * eligible,
        p95_s=one.p95_s * eligible,
    )


def _eligible_days(town: workload.Town, request: Request) -> int:
    needs = {need.characteristic_id for need in request.roles[0].needs}
    able = {
        each.id
        for each in town.resources
        if needs <= {skill.id for skill in each.characteristics}
        and (request.territory is None or request.territory in each.territories)
    }
    return sum(route.resource_id in able for route in town.routes)


def _solve(route: Route, request: Request) -> None:
    places = [route.start, *(stop.place for stop in route.stops), request.place]
    known = [place for place in places if place is not None]
    problem = vroom.Input()
    problem.set_durations_matrix(
        "car", [[workload.TRAVEL.seconds(a, b) for b in known] for a in known]
    )
    hours = vroom.TimeWindow(route.from_s, route.to_s)
    problem.add_vehicle(vroom.Vehicle(1, start=0, end=0, time_window=hours))
    jobs = [
        vroom.Job(
            number,
            location=number,
            default_service=stop.duration_s,
            time_windows=[vroom.TimeWindow(stop.promised_from_s, stop.promised_to_s)],
        )
        for number, stop in enumerate(route.stops, 1)
    ]
    last = len(known) - 1
    jobs.append(
        vroom.Job(last, location=last, default_service=request.duration_s, time_windows=[hours])
    )
    problem.add_job(jobs)
    problem.solve(exploration_level=0, nb_threads=1)


def _board(town: workload.Town, *, is_compiled: bool | None) -> Board:
    board = Board(workload.TRAVEL, is_compiled=is_compiled)
    board.set_people(town.resources)
    routes: dict[int, list[Route]] = {}
    for route in town.routes:
        routes.setdefault(route.resource_id, []).append(route)
    for resource_id, own in routes.items():
        board.set_routes(resource_id, own)
    return board
