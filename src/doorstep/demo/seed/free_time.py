"""How full a day becomes, and what is left free so that customers find times nearly every day."""

from random import Random

from .catalog import ELECTRICS, HEAT_PUMPS
from .day_plan import DayPlan, Span
from .roster import Roster
from .staff import Technician

_HOUR_S = 3600
# Jobs for crews and for pairs need several people at the same time, so these keep times in common:
# crews a morning, heat pump people and electricians an afternoon.
CREW_DAY, PAIR_DAY = 1, 3
_CREW_HOURS, _PAIR_HOURS = 5.0, 3.25
_PAIR_RATING = 3
# Thursdays and Fridays have mornings with room, so that what people try first works: book for
# Thursday morning, then move it to Friday.
_OPEN_MORNINGS = (3, 4)
_MORNING_GAPS = ((0.0, 2.25), (2.0, 2.0))
# Begin and length in hours after the beginning of the shift.
_GAPS = ((0.0, 1.75), (2.0, 1.75), (5.0, 1.75), (6.25, 2.25))
# Share of days without a gap, and of the working time that is planned (from, to). What is past was
# busier than what is ahead: times that nobody wanted were filled in the end.
_FULL_PAST, _FULL_AHEAD = 0.8, 0.4
_LOAD_PAST, _LOAD_AHEAD = (0.80, 0.98), (0.70, 0.95)


def wanted_load(plan: DayPlan, roster: Roster, rng: Random) -> float:
    """Share of the day's working time to be planned, travel included."""
    return rng.uniform(*(_LOAD_AHEAD if plan.day > roster.today else _LOAD_PAST))


def free_time(technician: Technician, plan: DayPlan, roster: Roster, rng: Random) -> list[Span]:
    """Stretches to be left free on one day; none on busy days."""
    is_ahead = plan.day > roster.today
    gap = rng.choice(_GAPS)
    is_full = rng.random() < (_FULL_AHEAD if is_ahead else _FULL_PAST)
    weekday = plan.day.weekday()
    wanted: list[Span] = []
    if is_ahead and weekday == CREW_DAY and roster.crew_of(technician, plan.day):
        wanted.append(_after(plan, 0.0, _CREW_HOURS))
    elif is_ahead and weekday in _OPEN_MORNINGS:
        wanted.append(_after(plan, *rng.choice(_MORNING_GAPS)))
    elif not is_full:
        wanted.append(_after(plan, *gap))
    if is_ahead and weekday == PAIR_DAY and _works_in_pairs(technician):
        wanted.append((plan.to_s - int(_PAIR_HOURS * _HOUR_S), plan.to_s))
    return [
        span
        for span in wanted
        if not any(stop.departs_s < span[1] and span[0] < stop.ends_s for stop in plan.stops)
    ]


def _after(plan: DayPlan, begin: float, length: float) -> Span:
    begin_s = plan.from_s + int(begin * _HOUR_S)
    return begin_s, min(begin_s + int(length * _HOUR_S), plan.to_s)


def _works_in_pairs(technician: Technician) -> bool:
    return any(
        (technician.skills.get(skill) or 0) >= _PAIR_RATING for skill in (HEAT_PUMPS, ELECTRICS)
    )
