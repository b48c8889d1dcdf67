"""The week again, by a solver that knows every customer and every window she would take."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

import numpy as np

from doorstep.engine.simulation.scene import Customer, Scene
from doorstep.engine.simulation.week import able, board_of
from doorstep.platform.values.geo import Coordinates


class NoSolver(Exception):
    """The package pyvroom is not installed."""


@dataclass(frozen=True, slots=True)
class Hindsight:
    """A strong heuristic under a time limit, not a bound."""

    accepted: int
    km_driven: float


def hindsight(scene: Scene, *, limit_s: int = 120, threads: int = 2) -> Hindsight:
    """What VROOM finds within the limit, for visits of one resource.

    Raises NoSolver without pyvroom.
    """
    try:
        import vroom
    except ImportError as error:
        raise NoSolver from error
    board = board_of(scene)
    able_ids = [able(scene, customer, board) for customer in scene.customers]
    numbers = {ids: number for number, ids in enumerate(dict.fromkeys(able_ids))}
    places: dict[Coordinates, int] = {}
    problem = vroom.Input()
    for number, route in enumerate(scene.routes):
        if route.start is None or route.end is None:
            continue
        problem.add_vehicle(
            vroom.Vehicle(
                number,
                start=places.setdefault(route.start, len(places)),
                end=places.setdefault(route.end, len(places)),
                skills={number for ids, number in numbers.items() if route.resource_id in ids},
                time_window=vroom.TimeWindow(route.from_s, route.to_s),
            )
        )
    jobs = [
        vroom.Job(
            customer.id,
            location=places.setdefault(customer.request.place, len(places)),
            default_service=customer.request.duration_s,
            skills={numbers[ids]},
            time_windows=[vroom.TimeWindow(*span) for span in _spans(scene, customer)],
        )
        for customer, ids in zip(scene.customers, able_ids, strict=True)
        if ids and customer.request.place is not None and customer.accepts
    ]
    problem.set_durations_matrix("car", _matrix(scene, list(places)))
    problem.add_job(jobs)
    solution = problem.solve(
        exploration_level=5, nb_threads=threads, timeout=timedelta(seconds=limit_s)
    )
    accepted = len(jobs) - solution.summary.unassigned
    found = solution.routes
    back = list(places)
    metres = 0.0
    for _vehicle, steps in found.groupby("vehicle_id", sort=False):
        visited = [back[int(each)] for each in steps["location_index"]]
        metres += sum(scene.travel.metres(a, b) for a, b in pairwise(visited))
    return Hindsight(accepted, metres / 1000 / max(1, accepted))


def _spans(scene: Scene, customer: Customer) -> list[tuple[int, int]]:
    """Accepted windows in order; those that follow each other within a second are one."""
    spans: list[tuple[int, int]] = []
    for target in sorted(scene.targets, key=lambda each: each.from_s):
        if target.id not in customer.accepts:
            continue
        if spans and spans[-1][1] + 1 >= target.from_s:
            spans[-1] = (spans[-1][0], max(spans[-1][1], target.to_s))
        else:
            spans.append((target.from_s, target.to_s))
    return spans


def _matrix(
    scene: Scene, places: list[Coordinates]
) -> "np.ndarray[tuple[int, int], np.dtype[np.uint32]]":
    matrix = np.zeros((len(places), len(places)), np.uint32)
    for row, a in enumerate(places):
        for column, b in enumerate(places):
            matrix[row, column] = scene.travel.seconds(a, b)
    return matrix
