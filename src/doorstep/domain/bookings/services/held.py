"""What a contact holds, locked: see whether all is still as it was when the time was found.

Planning notes every change of what decides free time, with its transaction (decision 10). Where
none has been noted since for these people and days, nor for anything a plan rests on, the plan is
as good as it was: searching again would find it again. Where only their days have changed, the days
are checked as they are now, with what is held in them (decision 14).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from doorstep.engine import Problem, Route, Target, validate_route

from ..days import NOTHING_APART, Apart, LateDeparture
from ..models import Hold
from ..reference import Facts
from ..snapshot import Planning
from ..wish import Wish, minutes_of, place_of, zone_of


@dataclass(frozen=True, slots=True)
class Part:
    """Somebody's part in what is held.

    Since it was found nothing was noted that it rests on beside days (`rests_on_same`), and nothing
    about her days (`has_same_days`).
    """

    resource_id: int
    id: int
    crew_id: int | None
    latitude: float | None
    longitude: float | None
    starts_at: datetime
    arrives_at: datetime
    ends_at: datetime
    rests_on_same: bool
    has_same_days: bool


@dataclass(frozen=True, slots=True)
class LockedHold:
    """A locked hold; `apart` is what counts as free for it."""

    hold: Hold
    parts: tuple[Part, ...]
    apart: Apart

    @property
    def team(self) -> frozenset[int]:
        """The resources it keeps, and the crews as whose members they would come."""
        ids = {each for part in self.parts for each in (part.resource_id, part.crew_id)}
        return frozenset(each for each in ids if each is not None)

    @property
    def has_same_days(self) -> bool:
        """Whether nothing was noted about the days of its team."""
        return all(part.has_same_days for part in self.parts)

    def rests_on_same(self, wish: Wish, now: datetime) -> bool:
        """Whether the plan it holds still is one, as far as it does not depend on the days of its
        team.

        False also for what has to begin before `now`, and for a contact who holds something else.
        """
        place = place_of(wish)
        length = timedelta(minutes=minutes_of(wish) or 0)
        return (
            bool(self.parts)
            and self.hold.booking_id is None
            and self.apart.holds == {self.hold.pk}
            and self.hold.time_zone == str(zone_of(wish))
            and self.hold.account_id == wish.account.pk
            and self.hold.territory_id == wish.account.territory_id
            and all(
                part.rests_on_same
                and part.starts_at >= now
                and part.ends_at - part.arrives_at == length
                and (
                    part.latitude is None
                    or (part.latitude, part.longitude) == (place.latitude, place.longitude)
                )
                for part in self.parts
            )
        )

    def fits(
        self, *, planning: Planning, wish: Wish, facts: Facts, target: Target, now: datetime
    ) -> bool:
        """Whether the days of its locked team keep every rule as they are now, with it.

        False when that cannot be told of the rows as they are: it has run out, or somebody has to
        leave for another place than the row says. And for work that is not on site: nobody has
        asked for the ways to it.
        """
        late: list[LateDeparture] = []
        problem = planning.problem_for(
            self.team,
            wish=wish,
            facts=facts,
            target=target,
            now=now,
            apart=NOTHING_APART,
            late=late,
        )
        own = {part.id for part in self.parts}
        routes = [each for each in problem.routes if own & {stop.id for stop in each.stops}]
        return (
            not late
            and problem.request.place is not None
            and own <= {stop.id for each in routes for stop in each.stops}
            and all(_keeps_every_rule(each, own, problem) for each in routes)
        )


def _keeps_every_rule(route: Route, own: Collection[int], problem: Problem) -> bool:
    """Legs and rests between two others count as they were planned."""
    legs: dict[int, int] = {}
    front: int | None = None
    for stop in route.stops:
        if stop.place is not None:
            if stop.id not in own and front not in own:
                legs[stop.id] = stop.travel_s
            front = stop.id
    rests = {
        after.id: after.arrives_s - before.ends_s
        for before, after in pairwise(route.stops)
        if before.id not in own and after.id not in own
    }
    speed = next(each.speed_factor for each in problem.resources if each.id == route.resource_id)
    return not validate_route(route, problem.travel, speed, None, legs, rests)
