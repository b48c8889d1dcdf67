"""Random worlds for property tests: every route in them is valid before anything is added.

A world grows from one number, so that its mix can be steered: rules that take everybody out are
rare, and most worlds have something to offer.
"""

from dataclasses import replace
from datetime import timedelta
from random import Random

from hypothesis import strategies as st

from doorstep.engine import (
    Characteristic,
    Crew,
    CrewMember,
    Need,
    Problem,
    Request,
    Resource,
    ResourceKind,
    Role,
    Route,
    Stop,
    StopKind,
    Target,
    WorkLocation,
    validate_route,
)
from doorstep.engine.travel import leg_s
from doorstep.platform.values.geo import Coordinates
from tests.unit.engine.worlds import GRID, MINUTE, MONDAY, clock, spot

DAYS = 2
TRAVELERS = (ResourceKind.USER, ResourceKind.EQUIPMENT)


def worlds() -> st.SearchStrategy[Problem]:
    """Anything: crews, groups, facilities, lanes, breaks, expiring skills, a late now."""
    return st.integers(0, 2**32).map(lambda seed: random_world(Random(seed)))


def small_worlds() -> st.SearchStrategy[Problem]:
    """One resource, one day, one role: small enough to try every minute."""
    return st.integers(0, 2**32).map(lambda seed: random_small_world(Random(seed)))


def resting_worlds() -> st.SearchStrategy[Problem]:
    """As `small_worlds`, with a long rest between visits whose order is hardly promised."""
    return st.integers(0, 2**32).map(lambda seed: random_resting_world(Random(seed)))


def team_worlds() -> st.SearchStrategy[Problem]:
    """Three roles and hardly enough people for them, one crowded day each."""
    return st.integers(0, 2**32).map(lambda seed: random_team_world(Random(seed)))


def minute_worlds() -> st.SearchStrategy[Problem]:
    """As `worlds`, with every drive in whole minutes."""
    return st.integers(0, 2**32).map(lambda seed: random_world(Random(seed), speeds=(1.0,)))


def random_world(rng: Random, speeds: tuple[float, ...] = (1.0, 1.0, 0.75, 1.25)) -> Problem:
    """A few people over two days, and a wish that may need several of them."""
    count = rng.randint(2, 6)
    location = rng.choice([WorkLocation.ONSITE, WorkLocation.ONSITE, *WorkLocation])
    resources = tuple(_resource(rng, id, location, speeds) for id in range(1, count + 1))
    crews = tuple(_crew(rng, 100 + each, count) for each in range(rng.choice([0, 0, 1, 2])))
    return Problem(
        request=_request(rng, location, count, has_crews=bool(crews)),
        targets=_targets(rng, DAYS, rng.randint(1, 6)),
        resources=resources,
        routes=tuple(
            _route(rng, resource, day, lane, most=rng.randint(0, 6))
            for resource in resources
            for day in range(DAYS)
            for lane in range(rng.choice([1, 1, 1, 2]))
            if _mostly(rng, 0.9)
        ),
        travel=GRID,
        now_s=clock("00:00") + rng.choice([0, 0, 0, 9 * 60, 11 * 60 + 7, 32 * 60]) * MINUTE,
        crews=crews,
    )


def random_small_world(rng: Random) -> Problem:
    """Mostly a crowded day; the wish is short enough to fit sometimes."""
    resource = Resource(1, start=_spot(rng))
    is_onsite = _mostly(rng, 0.7)
    route = _route(rng, resource, 0, 0, most=rng.randint(0, 4))
    if _mostly(rng, 0.3):
        # Planned before the rest between two visits was what it is now.
        route = replace(route, rest_s=rng.choice([0, 10, 30, 60]) * MINUTE)
    return Problem(
        request=Request(
            place=_spot(rng) if is_onsite else None,
            work_location=WorkLocation.ONSITE if is_onsite else WorkLocation.AGNOSTIC,
            duration_s=rng.randint(1, 24) * 5 * MINUTE,
            roles=(Role(1),),
        ),
        targets=_targets(rng, 1, 6),
        resources=(resource,),
        routes=(route,),
        travel=GRID,
        now_s=clock("00:00") + rng.choice([0, 0, 0, 10 * 60]) * MINUTE,
    )


def random_resting_world(rng: Random) -> Problem:
    """A day in which the order of visits, breaks and work from anywhere decides what fits."""
    problem = random_small_world(rng)
    [route] = problem.routes
    stops = [
        stop
        if stop.is_fixed
        else replace(
            stop,
            promised_from_s=stop.promised_from_s - rng.choice([0, 2, 4]) * 60 * MINUTE,
            promised_to_s=stop.promised_to_s + rng.choice([0, 2, 4]) * 60 * MINUTE,
        )
        for stop in route.stops
    ]
    rest_s = rng.choice([30, 45, 90]) * MINUTE
    to_s = max([route.from_s + 3600, *(stop.ends_s for stop in stops)]) + rng.randint(1, 9) * 900
    route = replace(route, stops=tuple(stops), rest_s=rest_s)
    shorter = replace(route, to_s=to_s)
    rests = dict.fromkeys((stop.id for stop in stops), 0)
    if not validate_route(shorter, GRID, known_rests=rests):
        route = shorter
    targets = tuple(replace(each, to_s=each.from_s) for each in _targets(rng, 1, 12))
    return replace(problem, routes=(route,), targets=targets)


def random_team_world(rng: Random) -> Problem:
    """Small enough to try every team at every minute, in every order of everybody's day."""
    resources = tuple(
        Resource(id, kind=rng.choice(TRAVELERS), start=_spot(rng))
        for id in range(1, rng.randint(3, 5) + 1)
    )
    ids = [resource.id for resource in resources]
    roles = tuple(
        Role(
            number,
            kinds=frozenset({rng.choice(TRAVELERS)}) if _mostly(rng, 0.2) else frozenset(),
            restricted=frozenset(rng.sample(ids, 1)) if _mostly(rng, 0.2) else frozenset(),
            must_choose_from=frozenset(rng.sample(ids, 2)) if _mostly(rng, 0.2) else frozenset(),
        )
        for number in range(3)
    )
    from_s = clock("08:00")
    targets = []
    for number in range(4):
        at_s = from_s + rng.randint(0, 84) * 5 * MINUTE
        targets.append(Target(number, MONDAY, at_s, at_s + rng.choice([0, 2, 6]) * MINUTE))
    return Problem(
        request=Request(
            place=_spot(rng),
            work_location=WorkLocation.ONSITE,
            duration_s=rng.randint(2, 10) * 10 * MINUTE,
            roles=roles,
        ),
        targets=tuple(targets),
        resources=resources,
        routes=tuple(_route(rng, each, 0, 0, most=rng.randint(0, 3)) for each in resources),
        travel=GRID,
        now_s=clock("00:00") + rng.choice([0, 0, 9 * 60]) * MINUTE,
    )


def _mostly(rng: Random, share: float) -> bool:
    return rng.random() < share


def _spot(rng: Random) -> Coordinates:
    return spot(rng.randint(-4, 4) * 5, rng.randint(-2, 2))


def _request(rng: Random, location: WorkLocation, count: int, *, has_crews: bool) -> Request:
    roles = [
        _role(rng, number, count, has_crews=has_crews)
        for number in range(rng.choice([1, 1, 2, 2, 3]))
    ]
    if location is WorkLocation.FACILITY and _mostly(rng, 0.9):
        roles[rng.randrange(len(roles))] = Role(9, kinds=frozenset({ResourceKind.FACILITY}))
    return Request(
        place=_spot(rng) if location is WorkLocation.ONSITE else None,
        work_location=location,
        duration_s=rng.randint(1, 12) * 10 * MINUTE,
        roles=tuple(roles),
        territory=1 if _mostly(rng, 0.2) else None,
        allows_without_territory=_mostly(rng, 0.5),
        radius_m=rng.choice([0.0, 0.0, 0.0, 25_000.0]),
    )


def _role(rng: Random, id: int, count: int, *, has_crews: bool) -> Role:
    def some(share: float, most: int) -> frozenset[int]:
        if not _mostly(rng, share):
            return frozenset()
        return frozenset(rng.sample([*range(1, count + 1), 100], most))

    return Role(
        id=id,
        needs=(Need(rng.randint(1, 2), rng.choice([None, 2, 3])),) if _mostly(rng, 0.3) else (),
        kinds=frozenset(TRAVELERS) if _mostly(rng, 0.3) else frozenset(),
        crew_size=rng.randint(0, 2) if has_crews else 0,
        preferred=some(0.3, 1),
        restricted=some(0.2, 1),
        must_choose_from=some(0.1, 2),
    )


def _resource(rng: Random, id: int, location: WorkLocation, speeds: tuple[float, ...]) -> Resource:
    is_facility = location is not WorkLocation.AGNOSTIC and _mostly(rng, 0.2)
    return Resource(
        id=id,
        kind=ResourceKind.FACILITY if is_facility else rng.choice(TRAVELERS),
        start=_spot(rng) if _mostly(rng, 0.95) else None,
        characteristics=tuple(_skill(rng) for _ in range(rng.randint(1, 4))),
        territories=frozenset(each for each in (1, 2) if _mostly(rng, 0.6)),
        speed_factor=rng.choice(speeds),
        is_searchable=_mostly(rng, 0.95),
    )


def _crew(rng: Random, id: int, count: int) -> Crew:
    return Crew(
        id=id,
        members=tuple(
            CrewMember(each, _hour(rng), _hour(rng))
            for each in rng.sample(range(1, count + 1), rng.randint(1, min(3, count)))
        ),
        characteristics=(_skill(rng),) if _mostly(rng, 0.5) else (),
        territories=frozenset({1}) if _mostly(rng, 0.3) else frozenset(),
    )


def _skill(rng: Random) -> Characteristic:
    return Characteristic(
        id=rng.randint(1, 2),
        rating=rng.choice([None, 2, 3, 5]),
        valid_from_s=_hour(rng),
        valid_to_s=_hour(rng),
    )


def _hour(rng: Random) -> int | None:
    """Mostly never; else some hour of the first day."""
    return clock(f"{rng.randint(8, 17):02}:00") if _mostly(rng, 0.15) else None


def _targets(rng: Random, days: int, count: int) -> tuple[Target, ...]:
    found = []
    for number in range(count):
        day = rng.randrange(days)
        from_s = clock("07:00", day) + rng.randint(0, 132) * 5 * MINUTE
        length_s = rng.choice([0, 0, 30, 120, 240]) * MINUTE
        found.append(Target(number, MONDAY + timedelta(days=day), from_s, from_s + length_s))
    return tuple(found)


def _route(rng: Random, resource: Resource, day: int, lane: int, most: int) -> Route:
    """One valid working day; trailing stops fall away until there is time to get home."""
    from_s = clock("07:00", day) + rng.randint(0, 24) * 5 * MINUTE
    to_s = from_s + rng.randint(4, 11) * 3600
    end = rng.choice([resource.start, resource.start, None, _spot(rng)])
    rest_s = rng.choice([0, 0, 0, 10, 30]) * MINUTE
    stops = _stops(rng, resource, from_s, to_s, most, rest_s)
    while True:
        route = Route(
            id=(resource.id, day, lane),
            resource_id=resource.id,
            lane=lane,
            day=MONDAY + timedelta(days=day),
            from_s=from_s,
            to_s=to_s,
            start=resource.start,
            end=end,
            stops=tuple(stops),
            rest_s=rest_s,
        )
        if not validate_route(route, GRID, resource.speed_factor):
            return route
        stops.pop()


def _stops(
    rng: Random, resource: Resource, from_s: int, to_s: int, most: int, rest_s: int
) -> list[Stop]:
    """Stops of all sorts one after the other, with legs and rests as long as they must be."""
    stops: list[Stop] = []
    here, free_s = resource.start, from_s
    travels = here is not None and resource.kind is not ResourceKind.FACILITY
    for number in range(1, most + 1):
        sort = rng.choice(["visit", "visit", "visit", "busy", "remote"])
        place = _spot(rng) if sort == "visit" and travels else None
        departs_s = free_s + rng.choice([0, 0, 5, 20, 60, 120]) * MINUTE
        travel_s = leg_s(GRID, here, place, resource.speed_factor)
        if place is not None and stops and stops[-1].place is not None:
            departs_s = max(departs_s, free_s + rest_s - travel_s)
        arrives_s = departs_s + travel_s
        ends_s = arrives_s + rng.randint(1, 18) * 5 * MINUTE
        if ends_s > to_s:
            break
        is_fixed = sort == "busy" or _mostly(rng, 0.2)
        slack = [0 if is_fixed else rng.choice([0, 15, 60, 120]) * MINUTE for _ in range(2)]
        stops.append(
            Stop(
                id=number,
                place=place,
                departs_s=departs_s,
                arrives_s=arrives_s,
                ends_s=ends_s,
                promised_from_s=arrives_s - slack[0],
                promised_to_s=arrives_s + slack[1],
                is_fixed=is_fixed,
                kind=StopKind.BUSY if sort == "busy" else StopKind.VISIT,
            )
        )
        here, free_s = place or here, ends_s
    return stops
