"""Tiny worlds that can be checked by hand: places on a grid of minutes, one winter week in UTC.

`spot(10)` is ten minutes east of `HOME`; driving follows the grid, so minutes add up.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from doorstep.engine import (
    Crew,
    Offer,
    Problem,
    Request,
    Resource,
    Role,
    Route,
    Stop,
    StopKind,
    Target,
    Travel,
    WorkLocation,
)
from doorstep.platform.values.geo import Coordinates

MONDAY = date(2026, 11, 23)
MINUTE = 60


def spot(x: int, y: int = 0) -> Coordinates:
    """x minutes east and y minutes north of home."""
    return Coordinates(y / 100, x / 100)


HOME = spot(0)


@dataclass(frozen=True)
class GridTravel:
    """One minute per step, along the grid."""

    def seconds(self, a: Coordinates, b: Coordinates) -> int:
        steps = abs(a.latitude - b.latitude) + abs(a.longitude - b.longitude)
        return round(steps * 100) * MINUTE

    def metres(self, a: Coordinates, b: Coordinates) -> float:
        return self.seconds(a, b) * 10.0


GRID = GridTravel()


def clock(text: str, day: int = 0) -> int:
    """ "09:30" on Monday, or so many days later, as epoch seconds."""
    hours, minutes = (int(part) for part in text.split(":"))
    midnight = datetime(MONDAY.year, MONDAY.month, MONDAY.day, tzinfo=UTC)
    return int((midnight + timedelta(days=day, hours=hours, minutes=minutes)).timestamp())


def shown(at_s: int) -> str:
    """The other way round."""
    return f"{datetime.fromtimestamp(at_s, UTC):%H:%M}"


@dataclass(frozen=True)
class Plan:
    """A stop before its route is known: the builder works out the departure."""

    arrives: str
    minutes: int
    place: Coordinates | None
    promised: tuple[str, str]
    is_fixed: bool
    kind: StopKind
    id: int | None


def visit(
    arrives: str,
    minutes: int,
    place: Coordinates | None,
    promised: tuple[str, str] | None = None,
    *,
    is_fixed: bool = False,
    id: int | None = None,
) -> Plan:
    """A visit with a promised window, or promised to the minute."""
    return Plan(
        arrives, minutes, place, promised or (arrives, arrives), is_fixed, StopKind.VISIT, id
    )


def busy(from_: str, to: str) -> Plan:
    """A break, time off, an outside appointment."""
    minutes = (clock(to) - clock(from_)) // MINUTE
    return Plan(from_, minutes, None, (from_, from_), True, StopKind.BUSY, None)


def route(
    resource_id: int,
    *plans: Plan,
    hours: tuple[str, str] = ("08:00", "17:00"),
    start: Coordinates | None = HOME,
    end: Coordinates | None = HOME,
    lane: int = 0,
    day: int = 0,
    travel: Travel = GRID,
) -> Route:
    """One day; stops are numbered 1, 2, 3 … in order unless they say otherwise."""
    here, stops = start, []
    for number, plan in enumerate(plans, start=1):
        arrives_s = clock(plan.arrives, day)
        leg = 0 if plan.place is None or here is None else travel.seconds(here, plan.place)
        stops.append(
            Stop(
                id=plan.id or number,
                place=plan.place,
                departs_s=arrives_s - leg,
                arrives_s=arrives_s,
                ends_s=arrives_s + plan.minutes * MINUTE,
                promised_from_s=clock(plan.promised[0], day),
                promised_to_s=clock(plan.promised[1], day),
                is_fixed=plan.is_fixed,
                kind=plan.kind,
            )
        )
        here = plan.place or here
    the_day = MONDAY + timedelta(days=day)
    return Route(
        id=(resource_id, the_day.isoformat(), lane),
        resource_id=resource_id,
        lane=lane,
        day=the_day,
        from_s=clock(hours[0], day),
        to_s=clock(hours[1], day),
        start=start,
        end=end,
        stops=tuple(stops),
    )


def request(
    place: Coordinates | None = None,
    minutes: int = 60,
    *roles: Role,
    location: WorkLocation = WorkLocation.ONSITE,
    territory: int | None = None,
    allows_without_territory: bool = False,
    radius_m: float = 0,
) -> Request:
    """On-site work for one individual, unless said otherwise."""
    if place is None and location is WorkLocation.ONSITE:
        place = spot(10)
    return Request(
        place=place,
        work_location=location,
        duration_s=minutes * MINUTE,
        roles=roles or (Role(1),),
        territory=territory,
        allows_without_territory=allows_without_territory,
        radius_m=radius_m,
    )


def window(from_: str, to: str, day: int = 0, id: int = 0) -> Target:
    """An arrival window."""
    return Target(id, MONDAY + timedelta(days=day), clock(from_, day), clock(to, day))


def exact(*times: str, day: int = 0) -> tuple[Target, ...]:
    """Exact times, numbered from 0."""
    return tuple(window(at, at, day, number) for number, at in enumerate(times))


def world(
    routes: Iterable[Route],
    targets: Iterable[Target],
    wish: Request | None = None,
    *,
    resources: Iterable[Resource] | None = None,
    crews: Iterable[Crew] = (),
    now: str = "00:00",
    travel: Travel = GRID,
) -> Problem:
    """A problem; without a list of resources there is a plain one for every route."""
    routes = tuple(routes)
    if resources is None:
        starts = {each.resource_id: each.start for each in routes}
        resources = [Resource(id, start=start) for id, start in sorted(starts.items())]
    return Problem(
        request=wish or request(),
        targets=tuple(targets),
        resources=tuple(resources),
        routes=routes,
        travel=travel,
        now_s=clock(now),
        crews=tuple(crews),
    )


def told(offer: Offer) -> tuple[str, ...]:
    """An offer in words: when, and by whom."""
    return (shown(offer.arrives_s), *(str(each.resource_id) for each in offer.assignments))
