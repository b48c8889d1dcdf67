"""Six weeks of visits: teams first, then everybody's day is filled, then some cancel.

Every step asks DayPlan whether the day can still be driven, so the plan is honest by construction;
the tests ask the engine's validator, which shares no code with it.
"""

import datetime as dt
from dataclasses import dataclass
from random import Random

from doorstep.domain.organization.models import Portal
from doorstep.domain.work.models import WorkLocation

from .assets import BOILER, HEAT_PUMP
from .catalog import (
    HEAT_PUMP_CHECK,
    NEW_BOILER,
    PARTS_VISIT,
    REPAIR,
    Kind,
)
from .customers import Site
from .day_plan import DayPlan
from .demand import Demand
from .free_time import CREW_DAY, PAIR_DAY, free_time, wanted_load
from .places import NORTH, SOUTH, WEST
from .promises import Promises
from .roster import Roster
from .staff import CREWS, Technician
from .visits import Outcome, Part, Visit

_MINUTE_S = 60
_DAYS_WITHOUT_THEM, _CREW_VISITS_A_WEEK, _TRIES = 5, 2, 25
_PARTLY_DONE, _WITH_FOLLOW_UP, _FOLLOW_UP_DAYS = 0.03, 0.6, 6
_CANCELED_PAST, _CANCELED_AHEAD = 0.05, 0.03
# Nobody is made to wait longer for the next visit.
_LONGEST_WAIT_S = 80 * _MINUTE_S
_PAUSE_S, _ROUNDS = 20 * _MINUTE_S, 2


@dataclass(frozen=True, slots=True)
class _FollowUp:
    visit: Visit
    technician: Technician
    due: dt.date


class Planner:
    """Plans into the roster's days; `visits` is what has been planned so far."""

    def __init__(self, roster: Roster, demand: Demand, promises: Promises, rng: Random) -> None:
        self.visits: list[Visit] = []
        self._roster = roster
        self._demand = demand
        self._promises = promises
        self._rng = rng
        self._fixed: set[Visit] = set()
        self._follow_ups: list[_FollowUp] = []

    def plan_visit(
        self, kind: Kind, site: Site, days: list[dt.date], *, portal: Portal, from_hour: int = 8
    ) -> Visit:
        """A visit that must be, on the first of `days` that has room. Raises LookupError."""
        for day in days:
            for technician, plan in self._roster.at_work(day):
                if site.territory not in technician.territories:
                    continue
                if not self._roster.can(technician, kind.needs, day):
                    continue
                begin_s = plan.from_s + max(0, from_hour - 8) * 3600
                visit = self._try(technician, plan, kind, site, begin_s, portal)
                if visit is not None and visit.portal is portal:
                    self._fixed.add(self._keep(visit))
                    return visit
        raise LookupError(f"nobody can come for {kind.name} to {site.account.name}")

    def plan_everything(self) -> list[Visit]:
        """Plan teams, fill the days, cancel some, and settle the times of all visits."""
        # On the days that teams keep for customers, no team visit is planned.
        days = [day for day in self._roster.days if day.weekday() not in (CREW_DAY, PAIR_DAY)]
        for begin in range(0, len(days), _DAYS_WITHOUT_THEM):
            self._plan_teams(days[begin : begin + _DAYS_WITHOUT_THEM])
        for day in self._roster.days:
            for technician, plan in self._roster.at_work(day):
                plan.kept_free = free_time(technician, plan, self._roster, self._rng)
                self._fill(technician, plan)
                plan.kept_free = []
        self._cancel_some()
        for visit in self.visits:
            if not visit.times:
                visit.times = _times(visit)
        return self.visits

    # --- Teams ---------------------------------------------------------------------------------

    def _plan_teams(self, week: list[dt.date]) -> None:
        for crew in CREWS:
            sites = self._demand.of_kind(BOILER, crew.territories)
            for _each in range(_CREW_VISITS_A_WEEK):
                self._plan_team(NEW_BOILER, sites, week, crew.name)
        for territory in (NORTH, SOUTH, WEST):
            sites = self._demand.of_kind(HEAT_PUMP, (territory,))
            self._plan_team(HEAT_PUMP_CHECK, sites, week, "")

    def _plan_team(self, kind: Kind, sites: list[Site], week: list[dt.date], crew: str) -> None:
        for site in sites[:_TRIES]:
            day = self._rng.choice(week)
            parts = self._crew_parts(crew, day) if crew else self._pair_parts(site, day)
            if not parts or not self._demand.is_rested(site, day):
                continue
            not_before_s = parts[0].plan.from_s + self._rng.choice((0, 0, 1, 4, 5)) * 3600
            if self._meet(kind, site, parts, not_before_s):
                return

    def _meet(self, kind: Kind, site: Site, parts: list[Part], not_before_s: int) -> bool:
        place = site.spot.coordinates
        portal = self._promises.door(site, kind)
        grid_s = self._promises.grid_s(portal)
        arrivals = [
            part.plan.earliest(place, kind.minutes, not_before_s=not_before_s, grid_s=grid_s)
            for part in parts
        ]
        latest_s = max((each for each in arrivals if each is not None), default=0)
        if None in arrivals or any(
            part.plan.with_stop(None, place, latest_s, kind.minutes) is None for part in parts
        ):
            return False
        promised_s, door = self._promises.promise(portal, latest_s)
        day = parts[0].plan.day
        self._keep(Visit(kind, site, day, parts, latest_s, promised_s, door, self._chance()))
        return True

    def _crew_parts(self, crew_name: str, day: dt.date) -> list[Part]:
        crew = next(each for each in CREWS if each.name == crew_name)
        members = self._roster.members(crew, day)
        plans = [self._roster.plan(member.name, day) for member in members]
        if not self._roster.can_together(members, NEW_BOILER.needs, day):
            return []
        team = self._roster.team
        parts = [
            Part(team.technicians[member.name], plan, 0, team.crews[crew_name])
            for member, plan in zip(members, plans, strict=True)
            if plan is not None
        ]
        return parts if len(parts) == len(members) >= NEW_BOILER.crew_size else []

    def _pair_parts(self, site: Site, day: dt.date) -> list[Part]:
        parts: list[Part] = []
        for role, needs in enumerate(HEAT_PUMP_CHECK.roles.values()):
            free = [
                Part(self._roster.team.technicians[technician.name], plan, role)
                for technician, plan in self._roster.at_work(day)
                if site.territory in technician.territories
                and self._roster.can(technician, needs, day)
                and all(part.plan is not plan for part in parts)
            ]
            if not free:
                return []
            parts.append(self._rng.choice(free))
        return parts

    # --- Single visits -------------------------------------------------------------------------

    def _fill(self, technician: Technician, plan: DayPlan) -> None:
        load = wanted_load(plan, self._roster, self._rng) * plan.working_s
        self._place_follow_ups(technician, plan)
        for _round in range(_ROUNDS):
            at_s = plan.from_s
            while plan.busy_s < load and at_s < plan.to_s:
                visit = self._next(technician, plan, at_s)
                if visit is None:
                    at_s += _PAUSE_S
                    continue
                self._keep(visit)
                self._perhaps_partly_done(visit, technician)
                at_s = visit.ends_s

    def _next(self, technician: Technician, plan: DayPlan, at_s: int) -> Visit | None:
        here = plan.place_before(at_s + 1)

        def seconds_to(site: Site) -> float:
            return plan.leg_s(here, site.spot.coordinates)

        for site, kind in self._demand.proposals(technician, plan.day, seconds_to):
            portal = self._promises.door(site, kind)
            latest_s = at_s + _LONGEST_WAIT_S
            visit = self._try(technician, plan, kind, site, at_s, portal, latest_s)
            if visit is not None:
                return visit
        return None

    def _try(
        self,
        technician: Technician,
        plan: DayPlan,
        kind: Kind,
        site: Site,
        at_s: int,
        portal: Portal | None,
        latest_s: int | None = None,
    ) -> Visit | None:
        arrives_s = plan.earliest(
            site.spot.coordinates if kind.location == WorkLocation.ONSITE else None,
            kind.minutes,
            not_before_s=at_s,
            grid_s=self._promises.grid_s(portal),
            latest_s=latest_s,
        )
        if arrives_s is None:
            return None
        promised_s, door = self._promises.promise(portal, arrives_s)
        part = Part(self._roster.team.technicians[technician.name], plan)
        return Visit(kind, site, plan.day, [part], arrives_s, promised_s, door, self._chance())

    def _chance(self) -> Random:
        return Random(self._rng.getrandbits(64))  # noqa: S311 (not for secrets)

    def _keep(self, visit: Visit) -> Visit:
        for part in visit.parts:
            stops = part.plan.with_stop(visit, visit.place, visit.arrives_s, visit.kind.minutes)
            if stops is None:
                raise LookupError(f"no room on {visit.day} after all")
            part.plan.stops = stops
        self._demand.note(visit.site, visit.day)
        self.visits.append(visit)
        return visit

    # --- What does not go as planned -----------------------------------------------------------

    def _perhaps_partly_done(self, visit: Visit, technician: Technician) -> None:
        is_past = visit.day < self._roster.today
        if visit.kind.type != REPAIR or not is_past or self._rng.random() > _PARTLY_DONE:
            return
        visit.outcome = Outcome.PARTLY_DONE
        if self._rng.random() < _WITH_FOLLOW_UP:
            due = visit.day + dt.timedelta(days=_FOLLOW_UP_DAYS)
            self._follow_ups.append(_FollowUp(visit, technician, due))

    def _place_follow_ups(self, technician: Technician, plan: DayPlan) -> None:
        for follow_up in list(self._follow_ups):
            if follow_up.technician is not technician or follow_up.due > plan.day:
                continue
            site = follow_up.visit.site
            visit = self._try(technician, plan, PARTS_VISIT, site, plan.from_s, None)
            if visit is not None:
                visit.first = follow_up.visit
                self._fixed.add(self._keep(visit))
                self._follow_ups.remove(follow_up)

    def _cancel_some(self) -> None:
        for visit in self.visits:
            is_past = visit.day < self._roster.today
            share = _CANCELED_PAST if is_past else _CANCELED_AHEAD
            may_be = len(visit.parts) == 1 and visit.outcome is Outcome.AS_PLANNED
            if not may_be or visit in self._fixed or self._rng.random() > share:
                continue
            [part] = visit.parts
            stops = part.plan.without(visit)
            if stops is not None:
                visit.times = _times(visit)
                visit.outcome = Outcome.CANCELED
                part.plan.stops = stops


def _times(visit: Visit) -> list[tuple[int, int, int]]:
    found = []
    for part in visit.parts:
        [stop] = [each for each in part.plan.stops if each.visit is visit]
        found.append((stop.departs_s, stop.arrives_s, stop.ends_s))
    return found
