"""Have everything compiled before the first customer asks."""

from dataclasses import replace
from datetime import UTC, date, datetime

from doorstep.engine.compiled import compiling, is_available
from doorstep.engine.problem import (
    Problem,
    Request,
    Resource,
    Role,
    Route,
    Stop,
    Target,
    WorkLocation,
)
from doorstep.engine.replan import Effort, Freedom, ReplanProblem, replan
from doorstep.engine.search import find_offers
from doorstep.engine.travel import StraightLine
from doorstep.platform.values.geo import Coordinates

_HOUR = 3600


def warm() -> bool:
    """Go once through all compiled code; returns whether there is any.

    The first time on a machine takes half a minute; later ones load from disk in about a second.
    Two processes that begin with one part each are done in half of the time.
    """
    return warm_search() and warm_replan()


def warm_search() -> bool:
    """The part of `warm` that looks for times; other threads search without it meanwhile."""
    with compiling():
        if not is_available():
            return False
        for roles in ((Role(0),), (Role(0), Role(1))):
            find_offers(_problem(roles), is_compiled=True)
    return True


def warm_replan() -> bool:
    """The part of `warm` that improves days."""
    if not is_available():
        return False
    problem = _problem((Role(0),))
    freedom = Freedom(frozenset(each.id for each in problem.resources))
    everybody = {stop.id: freedom for route in problem.routes for stop in route.stops}
    replan(
        ReplanProblem(
            problem.routes, problem.resources, problem.travel, problem.now_s, freedoms=everybody
        ),
        Effort(rounds=1),
    )
    return True


def _problem(roles: tuple[Role, ...]) -> Problem:
    """Two people, one of whom must turn the order of her day around to come."""
    day = date(2026, 11, 23)
    start_s = int(datetime(day.year, day.month, day.day, 8, tzinfo=UTC).timestamp())
    home, east, north = (Coordinates(*place) for place in ((0.0, 0.0), (0.0, 0.1), (0.1, 0.0)))
    stops = tuple(
        Stop(
            id=number,
            place=place,
            departs_s=start_s + arrives_s - _HOUR // 2,
            arrives_s=start_s + arrives_s,
            ends_s=start_s + arrives_s + _HOUR,
            promised_from_s=start_s,
            promised_to_s=start_s + latest_s,
        )
        for number, (place, arrives_s, latest_s) in enumerate(
            ((east, _HOUR // 2, 8 * _HOUR), (north, 2 * _HOUR, 3 * _HOUR))
        )
    )
    return Problem(
        request=Request(home, WorkLocation.ONSITE, _HOUR, roles),
        targets=tuple(
            Target(number, day, start_s + at, start_s + at)
            for number, at in enumerate((_HOUR // 2, 6 * _HOUR))
        ),
        resources=(Resource(1, start=home), Resource(2, start=east)),
        routes=tuple(
            Route(
                id,
                id,
                1,
                day,
                start_s,
                start_s + 9 * _HOUR,
                place,
                place,
                tuple(replace(stop, id=10 * id + stop.id) for stop in stops),
            )
            for id, place in ((1, home), (2, east))
        ),
        travel=StraightLine(),
        now_s=start_s,
    )
