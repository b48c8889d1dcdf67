"""What the planner leaves free, so that customers find a time on nearly every day."""

from random import Random

from .catalog import ELECTRICS, HEAT_PUMPS
from .day_plan import DayPlan, Span
from .roster import Roster
from .staff import Technician

_HOUR_S = 3600
_WEDNESDAY, _THURSDAY = 2, 3
# Begin and length in hours after the beginning of the shift.
_GAPS = ((0.0, 1.75), (2.0, 1.75), (5.0, 1.75), (6.25, 2.25))
_FULL_DAYS = 0.62
_PAIR_HOURS = 3.25


def free_time(technician: Technician, plan: DayPlan, roster: Roster, rng: Random) -> list[Span]:
    """Stretches to be left free on one day; none on busy days.

    Crews keep Wednesday mornings, heat pump people and electricians Thursday afternoons, for these
    jobs need several people at the same time.
    """
    middle_s = (plan.from_s + plan.to_s) // 2
    is_ahead = plan.day > roster.today
    wanted: Span | None = None
    gap, is_full = rng.choice(_GAPS), rng.random() < _FULL_DAYS
    if is_ahead and plan.day.weekday() == _WEDNESDAY and roster.crew_of(technician, plan.day):
        wanted = (plan.from_s, middle_s)
    elif is_ahead and plan.day.weekday() == _THURSDAY and _works_in_pairs(technician):
        wanted = (plan.to_s - int(_PAIR_HOURS * _HOUR_S), plan.to_s)
    elif not is_full:
        begin_s = plan.from_s + int(gap[0] * _HOUR_S)
        wanted = (begin_s, min(begin_s + int(gap[1] * _HOUR_S), plan.to_s))
    if wanted is None or any(
        stop.departs_s < wanted[1] and wanted[0] < stop.ends_s for stop in plan.stops
    ):
        return []
    return [wanted]


def _works_in_pairs(technician: Technician) -> bool:
    return any((technician.skills.get(skill) or 0) >= 3 for skill in (HEAT_PUMPS, ELECTRICS))
