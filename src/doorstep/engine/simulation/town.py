"""A made-up town of 60 × 60 km: seven clusters of homes, technicians with three skills of twelve.

The statistical design is fixed, so that figures of different days can be compared; the numbers
drawn depend on the seed alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from math import cos, radians

import numpy as np
import numpy.typing as npt

from doorstep.engine.problem import (
    Characteristic,
    Need,
    Request,
    Resource,
    Role,
    Route,
    Target,
    WorkLocation,
)
from doorstep.engine.simulation.scene import Customer, Scene, tastes_for
from doorstep.engine.travel import StraightLine
from doorstep.platform.values.geo import EARTH_RADIUS_M, Coordinates

MONDAY = date(2030, 1, 7)
SIZE_KM = 60.0
CLUSTERS, SHARE_IN_CLUSTERS, SPREAD_KM = 7, 0.7, 5.0
SKILLS, SKILLS_EACH = 12, 3
SHIFT = (8, 17)
WINDOW_HOURS = (8, 10, 12, 14, 16, 17)
MINUTES, MINUTES_SHARE = (30, 45, 60, 90), (0.3, 0.3, 0.3, 0.1)
TRAVEL = StraightLine(detour_factor=1.3, speed_kmh=40.0, fixed_s=0)
_SOUTH_WEST = Coordinates(48.10, 11.40)
_KM_PER_DEGREE = EARTH_RADIUS_M * radians(1.0) / 1000

Points = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Town:
    """How much of everything. Raises ValueError for sizes below one."""

    technicians: int = 20
    days: int = 5
    customers: int = 560
    seed: int = 0

    def __post_init__(self) -> None:
        if min(self.technicians, self.days, self.customers) < 1:
            raise ValueError("a town needs technicians, days and customers")


def town_scene(town: Town) -> Scene:
    """The same town always gives the same scene."""
    chance = np.random.default_rng(town.seed + 100)
    clusters = chance.uniform(8, SIZE_KM - 8, (CLUSTERS, 2))
    homes = _points(chance, town.technicians, clusters)
    skills = [
        sorted(int(each) for each in chance.choice(SKILLS, SKILLS_EACH, replace=False))
        for _ in range(town.technicians)
    ]
    resources = tuple(
        Resource(
            id=number,
            start=_place(home),
            characteristics=tuple(Characteristic(skill) for skill in own),
        )
        for number, (home, own) in enumerate(zip(homes, skills, strict=True))
    )
    days = [MONDAY + timedelta(days=day) for day in range(town.days)]
    targets = _targets(days)
    return Scene(
        resources=resources,
        routes=tuple(_route(resource, day) for resource in resources for day in days),
        targets=targets,
        customers=_customers(chance, town, clusters, skills, targets),
        travel=TRAVEL,
        now_s=_second(MONDAY, 0),
    )


def _customers(
    chance: np.random.Generator,
    town: Town,
    clusters: Points,
    skills: list[list[int]],
    targets: Sequence[Target],
) -> tuple[Customer, ...]:
    count = town.customers
    places = _points(chance, count, clusters)
    minutes = chance.choice(np.array(MINUTES), count, p=MINUTES_SHARE)
    needs = chance.choice(sorted({skill for own in skills for skill in own}), count)
    favorites = [MONDAY + timedelta(days=int(day)) for day in chance.integers(0, town.days, count)]
    tastes, accepts = tastes_for(chance, targets, favorites)
    follows = chance.random(count)
    return tuple(
        Customer(
            id=number,
            request=Request(
                place=_place(places[number]),
                work_location=WorkLocation.ONSITE,
                duration_s=int(minutes[number]) * 60,
                roles=(Role(id=0, needs=(Need(int(needs[number])),)),),
            ),
            tastes=tastes[number],
            accepts=accepts[number],
            follows=float(follows[number]),
        )
        for number in range(count)
    )


def _points(chance: np.random.Generator, count: int, clusters: Points) -> Points:
    anywhere = chance.uniform(0, SIZE_KM, (count, 2))
    is_near = chance.random(count) < SHARE_IN_CLUSTERS
    center = clusters[chance.integers(0, len(clusters), count)]
    near = center + chance.normal(0, SPREAD_KM, (count, 2))
    return np.clip(np.where(is_near[:, None], near, anywhere), 0, SIZE_KM)


def _place(point: Points) -> Coordinates:
    """East and north in kilometres → degrees; a degree of longitude as in the town's middle."""
    middle = radians(_SOUTH_WEST.latitude + SIZE_KM / 2 / _KM_PER_DEGREE)
    return Coordinates(
        _SOUTH_WEST.latitude + float(point[1]) / _KM_PER_DEGREE,
        _SOUTH_WEST.longitude + float(point[0]) / (_KM_PER_DEGREE * cos(middle)),
    )


def _targets(days: Sequence[date]) -> tuple[Target, ...]:
    """Windows that do not share an instant: each ends a second before the next one begins."""
    hours = list(pairwise(WINDOW_HOURS))
    return tuple(
        Target(
            id=at * len(hours) + number,
            day=day,
            from_s=_second(day, begin),
            to_s=_second(day, end) - 1,
        )
        for at, day in enumerate(days)
        for number, (begin, end) in enumerate(hours)
    )


def _route(resource: Resource, day: date) -> Route:
    return Route(
        id=f"{resource.id}/{day.isoformat()}",
        resource_id=resource.id,
        lane=1,
        day=day,
        from_s=_second(day, SHIFT[0]),
        to_s=_second(day, SHIFT[1]),
        start=resource.start,
        end=resource.start,
    )


def _second(day: date, hour: int) -> int:
    return int(datetime.combine(day, time(hour), UTC).timestamp())
