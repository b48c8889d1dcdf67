"""A seeded town with technicians, their booked days, and what customers ask for.

Sixty by sixty kilometres with seven clusters; shifts from 8 to 17 with days off, late starts and
early ends; five to eight jobs a day, seven of ten promised as one of five windows, the rest at an
exact time; three of twelve skills each; four territories that overlap.
"""

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from doorstep.engine import (
    ArrivalWindow,
    Characteristic,
    Grid,
    Need,
    Request,
    Resource,
    Role,
    Route,
    Stop,
    StraightLine,
    Target,
    WorkLocation,
    expand,
)
from doorstep.platform.values.geo import Coordinates

MONDAY = date(2026, 11, 23)
TRAVEL = StraightLine(detour_factor=1.3, speed_kmh=40.0, fixed_s=0)
RADIUS_M = 35_000.0
WINDOWS = tuple(
    ArrivalWindow(time(start), time(end))
    for start, end in ((8, 10), (10, 12), (12, 14), (14, 16), (16, 17))
)
_HOURS = ((8, 10), (10, 12), (12, 14), (14, 16), (16, 17))
_SKILLS = 12
_SOUTH, _WEST, _AREA_KM = 48.1, 11.4, 60.0
_KM_NORTH, _KM_EAST = 111.195, 73.9


@dataclass(frozen=True, slots=True)
class Town:
    """The people, and their routes day by day."""

    resources: tuple[Resource, ...]
    routes: tuple[Route, ...]
    days: int

    @property
    def now_s(self) -> int:
        """The morning of the first day."""
        return second(MONDAY, 0)


def town(technicians: int, days: int, seed: int = 0) -> Town:
    """A town in which every day is about half full of work."""
    chance = random.Random(seed)
    centers = [(chance.uniform(8, 52), chance.uniform(8, 52)) for _ in range(7)]
    homes = [_point(chance, centers) for _ in range(technicians)]
    resources = tuple(
        Resource(
            id=number + 1,
            start=_place(home),
            characteristics=tuple(
                Characteristic(each + 1) for each in chance.sample(range(_SKILLS), 3)
            ),
            territories=_territories(chance, home),
        )
        for number, home in enumerate(homes)
    )
    routes = []
    for resource, home in zip(resources, homes, strict=True):
        for number in range(days):
            route = _route(chance, resource, home, MONDAY + timedelta(days=number), number)
            if route is not None:
                routes.append(route)
    return Town(resources, tuple(routes), days)


def requests(count: int, seed: int = 1, *, crew_of: int = 1) -> list[Request]:
    """What customers of that town ask for; half of them are bound to a territory."""
    chance = random.Random(seed)
    centers_of = random.Random(0)
    centers = [(centers_of.uniform(8, 52), centers_of.uniform(8, 52)) for _ in range(7)]
    found = []
    for _ in range(count):
        point = _point(chance, centers)
        skills = {chance.randrange(_SKILLS) + 1}
        if chance.random() < 0.1:
            skills.add(chance.randrange(_SKILLS) + 1)
        needs = tuple(Need(each) for each in sorted(skills))
        found.append(
            Request(
                place=_place(point),
                work_location=WorkLocation.ONSITE,
                duration_s=chance.choice((30, 45, 60, 90, 120)) * 60,
                roles=tuple(Role(id=number, needs=needs) for number in range(crew_of)),
                territory=_quarter(point) if chance.random() < 0.5 else None,
                radius_m=RADIUS_M,
            )
        )
    return found


def targets(days: int, *, grid_minutes: int = 0) -> tuple[Target, ...]:
    """Five windows a day from tomorrow on, or every so many minutes within them."""
    grid = Grid(grid_minutes) if grid_minutes else None
    found: list[Target] = []
    for number in range(min(1, days - 1), days):
        day = MONDAY + timedelta(days=number)
        found += expand(day, UTC, windows=WINDOWS, grid=grid, first_id=len(found))
    return tuple(found)


def second(day: date, hour: int) -> int:
    """Epoch seconds of a full hour."""
    return int(datetime.combine(day, time(hour), UTC).timestamp())


def _point(chance: random.Random, centers: list[tuple[float, float]]) -> tuple[float, float]:
    """Seven of ten points lie in clusters."""
    if chance.random() >= 0.7:
        return chance.uniform(0, _AREA_KM), chance.uniform(0, _AREA_KM)
    return _near(chance, chance.choice(centers), 5.0)


def _near(chance: random.Random, at: tuple[float, float], km: float) -> tuple[float, float]:
    east, north = (min(max(chance.gauss(each, km), 0.0), _AREA_KM) for each in at)
    return east, north


def _place(point: tuple[float, float]) -> Coordinates:
    return Coordinates(_SOUTH + point[1] / _KM_NORTH, _WEST + point[0] / _KM_EAST)


def _quarter(point: tuple[float, float]) -> int:
    return int(point[0] > _AREA_KM / 2) + 2 * int(point[1] > _AREA_KM / 2)


def _territories(chance: random.Random, home: tuple[float, float]) -> frozenset[int]:
    own = _quarter(home)
    return frozenset({own, *(each for each in (own ^ 1, own ^ 2) if chance.random() < 0.4)})


def _route(
    chance: random.Random, resource: Resource, home: tuple[float, float], day: date, number: int
) -> Route | None:
    from_s, to_s = second(day, 8), second(day, 17)
    luck = chance.random()
    if luck < 0.04:
        return None
    if luck < 0.07:
        from_s += 7200
    elif luck < 0.10:
        to_s -= 7200
    left = [_near(chance, home, 8.0) for _ in range(chance.randint(5, 8))]
    at, free_s = home, from_s
    stops: list[Stop] = []
    while left:
        point = min(left, key=lambda each: (each[0] - at[0]) ** 2 + (each[1] - at[1]) ** 2)
        left.remove(point)
        duration_s = chance.choices((30, 45, 60, 90), (3, 3, 3, 1))[0] * 60
        place = _place(point)
        leg_s = TRAVEL.seconds(_place(at), place)
        arrives_s = free_s + leg_s + int(chance.expovariate(1 / 480))
        arrives_s = -(-arrives_s // 300) * 300
        if arrives_s + duration_s + TRAVEL.seconds(place, _place(home)) > to_s:
            break
        low_s = high_s = arrives_s
        if chance.random() < 0.7:
            low_s, high_s = next(
                (second(day, start), second(day, end))
                for start, end in _HOURS
                if second(day, start) <= arrives_s < second(day, end)
            )
        stops.append(
            Stop(
                id=resource.id * 10_000 + number * 100 + len(stops),
                place=place,
                departs_s=arrives_s - leg_s,
                arrives_s=arrives_s,
                ends_s=arrives_s + duration_s,
                promised_from_s=low_s,
                promised_to_s=high_s,
            )
        )
        at, free_s = point, arrives_s + duration_s
    return Route(
        id=(resource.id, number),
        resource_id=resource.id,
        lane=1,
        day=day,
        from_s=from_s,
        to_s=to_s,
        start=resource.start,
        end=resource.start,
        stops=tuple(stops),
    )
