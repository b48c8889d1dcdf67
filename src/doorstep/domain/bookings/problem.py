"""A wish → the engine's request, and rows → the engine's problem for who may not share a board."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime

from doorstep.domain.places.services import load_travel, load_travel_around
from doorstep.domain.work.selectors import Preferences, RoleSpec, preferences_on
from doorstep.engine import Need, Problem, Request, Role, Route, Target, Travel
from doorstep.engine import ResourceKind as EngineKind
from doorstep.engine import WorkLocation as EngineWorkLocation
from doorstep.platform.values.geo import Coordinates

from .days import NOTHING_APART, ONE_DAY, Apart, LateDeparture, planned_days
from .errors import NoPlace, NotBookable
from .people import Worker, load_workers
from .reference import Facts, facts_of, legs_of
from .seconds import second
from .wish import Wish, minutes_of, place_of, work_location_of


def request_for(wish: Wish, facts: Facts, day: date | None) -> Request:
    """What is asked of the engine for days on which the preferences of `day` count.

    Raises NoPlace when the work is on site and nobody knows where, NotBookable without a duration.
    """
    place = place_of(wish).coordinates
    location = EngineWorkLocation(work_location_of(wish))
    minutes = minutes_of(wish)
    is_onsite = location is EngineWorkLocation.ONSITE
    if is_onsite and place is None:
        raise NoPlace
    if not minutes:
        raise NotBookable
    preferences = preferences_on(day, facts.preferences)
    return Request(
        place=place if is_onsite else None,
        work_location=location,
        duration_s=minutes * 60,
        roles=tuple(_role(spec, preferences) for spec in facts.roles),
        territory=_territory(wish),
        allows_without_territory=facts.company.allows_resources_without_territory,
        radius_m=wish.portal.radius_m if is_onsite else 0.0,
    )


def load_problem(
    *,
    wish: Wish,
    targets: Sequence[Target],
    now: datetime,
    resource_ids: Collection[int] | None = None,
    apart: Apart = NOTHING_APART,
    facts: Facts | None = None,
    late: list[LateDeparture] | None = None,
) -> Problem:
    """The engine's view of the days around `targets`, read from the database as it is now.

    `resource_ids` limits it to these resources (crews among them by their own id); `facts` are
    those of the wish, for who has them already. Raises as `request_for`.
    """
    facts = facts or facts_of(wish)
    days = [target.day for target in targets] or [now.date()]
    first, last = min(days), max(days)
    workers = load_workers(
        from_day=first - ONE_DAY,
        to_day=last + ONE_DAY,
        company=facts.company,
        resource_ids=resource_ids,
    )
    return problem_of(
        wish=wish,
        targets=targets,
        now=now,
        workers=workers.values(),
        apart=apart,
        facts=facts,
        late=late,
    )


def problem_of(
    *,
    wish: Wish,
    targets: Sequence[Target],
    now: datetime,
    workers: Collection[Worker],
    apart: Apart,
    facts: Facts,
    late: list[LateDeparture] | None = None,
) -> Problem:
    """As `load_problem`, for people who are known; only their days are read. `late` as in
    `planned_days`."""
    days = [target.day for target in targets]
    request = request_for(wish, facts, min(days, default=None))
    routes: tuple[Route, ...] = ()
    if days:
        legs = legs_of(facts.company, now)
        routes = planned_days(
            workers,
            min(days),
            max(days),
            apart,
            legs=legs,
            late=late,
            around=(min(each.from_s for each in targets), max(each.to_s for each in targets)),
        )
    return Problem(
        request=request,
        targets=tuple(targets),
        resources=tuple(each.resource for each in workers),
        crews=tuple(each.crew for each in workers if each.crew is not None),
        routes=routes,
        travel=travel_between(request.place, _places_of(routes), facts, now),
        now_s=second(now),
    )


def travel_between(
    place: Coordinates | None, places: Collection[Coordinates], facts: Facts, now: datetime
) -> Travel:
    """Travel times for every leg an insertion can ask for; `places` are asked for together.

    Legs between planned visits are the ones they were planned with.
    """
    company = facts.company
    if place is None:
        return load_travel(origins=places, destinations=(), now=now, company=company)
    return load_travel_around(place=place, others=places, now=now, company=company)


def _places_of(routes: Iterable[Route]) -> set[Coordinates]:
    """Everywhere somebody is on these days."""
    return {
        point
        for route in routes
        for point in (route.start, route.end, *(stop.place for stop in route.stops))
        if point is not None
    }


def _territory(wish: Wish) -> int | None:
    if wish.booking is not None:
        return wish.booking.work_order.territory_id
    return wish.account.territory_id


def _role(spec: RoleSpec, preferences: Preferences) -> Role:
    return Role(
        id=spec.index,
        needs=tuple(Need(need.characteristic_id, need.minimum_rating) for need in spec.needs),
        kinds=frozenset({EngineKind(spec.resource_kind)}),
        crew_size=spec.crew_size,
        preferred=preferences.preferred,
        restricted=preferences.restricted,
        must_choose_from=preferences.must,
    )
