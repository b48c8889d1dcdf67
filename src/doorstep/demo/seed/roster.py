"""Who can do what on which day, and the empty days of everybody, before anything is planned."""

import datetime as dt
from collections.abc import Iterable
from itertools import pairwise

from doorstep.domain.organization.models import Company
from doorstep.domain.resources.models import BookableResource
from doorstep.domain.resources.working_hours import working_days
from doorstep.engine import StraightLine

from .catalog import Needs
from .day_plan import DayPlan, Legs
from .staff import CREWS, TECHNICIANS, Crew, Technician
from .team import Team

BY_NAME = {technician.name: technician for technician in TECHNICIANS}


class Roster:
    """The team over a stretch of days, both ends included."""

    def __init__(
        self, team: Team, company: Company, today: dt.date, first: dt.date, last: dt.date
    ) -> None:
        self.team = team
        self.today = today
        self.days = [first + dt.timedelta(days=each) for each in range((last - first).days + 1)]
        travel = StraightLine(
            company.detour_factor, company.travel_speed_kmh, company.travel_extra_seconds
        )
        self._plans = _plans(team.technicians, Legs(travel), first, last)

    def plan(self, name: str, day: dt.date) -> DayPlan | None:
        """Somebody's day; None when not at work."""
        return self._plans.get((name, day))

    def at_work(self, day: dt.date) -> list[tuple[Technician, DayPlan]]:
        found = ((each, self.plan(each.name, day)) for each in TECHNICIANS)
        return [(technician, plan) for technician, plan in found if plan is not None]

    def can(self, technician: Technician, needs: Needs, day: dt.date) -> bool:
        """Whether one person has every skill, and certificates that still count on the day."""
        return all(self._has(technician, name, rating, day) for name, rating in needs.items())

    def can_together(self, technicians: Iterable[Technician], needs: Needs, day: dt.date) -> bool:
        """Whether somebody among them has each skill."""
        everybody = list(technicians)
        return all(
            any(self._has(each, name, rating, day) for each in everybody)
            for name, rating in needs.items()
        )

    def members(self, crew: Crew, day: dt.date) -> list[Technician]:
        """Who belongs to a crew on a day."""
        offset = (day - self.today).days
        return [
            BY_NAME[member.name]
            for member in crew.members
            if (member.from_day is None or member.from_day <= offset)
            and (member.to_day is None or offset <= member.to_day)
        ]

    def crew_of(self, technician: Technician, day: dt.date) -> Crew | None:
        return next((crew for crew in CREWS if technician in self.members(crew, day)), None)

    def _has(self, technician: Technician, name: str, rating: int | None, day: dt.date) -> bool:
        if name not in technician.skills:
            return False
        ends = technician.certificate_ends.get(name)
        if ends is not None and (day - self.today).days > ends:
            return False
        return rating is None or (technician.skills[name] or 0) >= rating


def _plans(
    technicians: dict[str, BookableResource],
    legs: Legs,
    first: dt.date,
    last: dt.date,
) -> dict[tuple[str, dt.date], DayPlan]:
    names = {resource.pk: name for name, resource in technicians.items()}
    found = {}
    hours = working_days(list(technicians.values()), from_day=first, to_day=last)
    for pk, days in hours.items():
        resource = technicians[names[pk]]
        start, end = resource.start, resource.end
        for working_day in days:
            stretches = [
                (int(begins.timestamp()), int(ends.timestamp()))
                for begins, ends in working_day.lanes[0].stretches
            ]
            found[names[pk], working_day.day] = DayPlan(
                day=working_day.day,
                from_s=stretches[0][0],
                to_s=stretches[-1][1],
                closed=[(before[1], after[0]) for before, after in pairwise(stretches)],
                start=start,
                end=end,
                speed=float(resource.speed_factor),
                legs=legs,
            )
    return found
