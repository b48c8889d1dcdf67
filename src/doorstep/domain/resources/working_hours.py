"""Expand work hours into stretches of real time, in the resource's zone (product reference 7.1).

How rules combine:

- The rows of a single day replace what the weekly rules say for that day, breaks included.
- Hours that end at or before their beginning go on into the next day. They belong to the day on
  which they begin, and so do their breaks: a break at 02:00 of a night shift is after midnight.
- What reaches into the next day is taken from that day's own hours, so nothing counts twice.
- A closure takes whole calendar days, approved time off the instants it names.
- A stretch of capacity n is there in lanes 1 to n. Where stretches overlap the largest counts.

Clock changes: a time that the clocks skip means the instant of the change, a time that comes twice
means its first coming. So a shift lasts as long as somebody really works, and shifts that touch on
the wall touch in reality.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.db.models import Q

from doorstep.domain.organization.selectors import get_company
from doorstep.platform.lib.site_time import combine, day_bounds
from doorstep.platform.values.intervals import Interval, join, subtract

from .models import (
    BookableResource,
    BusinessClosure,
    DayHours,
    HoursKind,
    TimeOff,
    TimeOffState,
    WorkHours,
)

Stretch = tuple[datetime, datetime]
_Instants = Interval[datetime]

MOST_LANES = 50
_ONE_DAY = timedelta(days=1)
_ONE_SECOND = timedelta(seconds=1)
# Where "every second week" is counted from when a rule does not say: a Monday.
_FIRST_WEEK = date(1970, 1, 5)


@dataclass(frozen=True, slots=True)
class Lane:
    """One of the bookings a resource can do at once. Stretches are [start, end) in UTC, in order,
    and do not touch; what lies between two of them is a break, time off or a gap in the shifts."""

    number: int
    stretches: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True)
class WorkingDay:
    """The hours that begin on a local day. Lanes are numbered from 1; none is empty."""

    day: date
    lanes: tuple[Lane, ...]


def zone_of_resource(resource: BookableResource, *, default: str = "") -> ZoneInfo:
    """Its own zone, its unit's, else `default`; without a default it asks for the company's."""
    unit = resource.organizational_unit
    name = resource.time_zone or (unit.time_zone if unit else "") or default
    return ZoneInfo(name or get_company().time_zone)


def working_days(
    resources: Collection[BookableResource], *, from_day: date, to_day: date
) -> dict[int, list[WorkingDay]]:
    """By resource id, the days on which each works, `to_day` included, in order.

    Five queries however many resources and days, if `organizational_unit` is selected along.
    """
    # The night shift of the day before reaches into the first day.
    rules = _load(resources, from_day - _ONE_DAY, to_day)
    company_zone = get_company().time_zone
    return {
        resource.pk: _expand(
            resource,
            rules[resource.pk],
            zone_of_resource(resource, default=company_zone),
            from_day,
            to_day,
        )
        for resource in resources
    }


# --- Rules -------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Rules:
    weekly: list[WorkHours] = field(default_factory=list)
    single: dict[date, list[DayHours]] = field(default_factory=lambda: defaultdict(list))
    closures: list[BusinessClosure] = field(default_factory=list)
    time_off: list[_Instants] = field(default_factory=list)

    def of_day(self, day: date) -> Sequence[WorkHours | DayHours]:
        if day in self.single:
            return self.single[day]
        return [rule for rule in self.weekly if _applies(rule, day)]


def _load(
    resources: Collection[BookableResource], from_day: date, to_day: date
) -> dict[int, _Rules]:
    rules: dict[int, _Rules] = {resource.pk: _Rules() for resource in resources}
    mine = Q(resource__in=list(rules))
    for weekly in WorkHours.objects.filter(mine):
        rules[weekly.resource_id].weekly.append(weekly)
    for single in DayHours.objects.filter(mine, day__range=(from_day, to_day)):
        rules[single.resource_id].single[single.day].append(single)
    # Days here are local, time off is in instants: two days cover every zone and a night shift.
    first = datetime.combine(from_day, time.min, UTC) - 2 * _ONE_DAY
    last = datetime.combine(to_day, time.min, UTC) + 3 * _ONE_DAY
    for absence in TimeOff.objects.filter(
        mine, state=TimeOffState.APPROVED, starts_at__lt=last, ends_at__gt=first
    ):
        rules[absence.resource_id].time_off.append(Interval(absence.starts_at, absence.ends_at))
    closures = list(
        BusinessClosure.objects.filter(from_on__lte=to_day + _ONE_DAY, to_on__gte=from_day)
    )
    for resource in resources:
        if resource.observes_closures:
            rules[resource.pk].closures = [
                closure
                for closure in closures
                if closure.organizational_unit_id in (None, resource.organizational_unit_id)
            ]
    return rules


def _applies(rule: WorkHours, day: date) -> bool:
    if day.weekday() not in rule.weekdays:
        return False
    if rule.valid_from_on and day < rule.valid_from_on:
        return False
    if rule.valid_to_on and day > rule.valid_to_on:
        return False
    weeks = (_monday(day) - _monday(rule.valid_from_on or _FIRST_WEEK)).days // 7
    return weeks % rule.every_weeks == 0


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


# --- Expansion ---------------------------------------------------------------------------------


def _expand(
    resource: BookableResource, rules: _Rules, zone: ZoneInfo, from_day: date, to_day: date
) -> list[WorkingDay]:
    if not rules.weekly and not rules.single:
        return []
    holes = join([*_closed(rules.closures, zone), *rules.time_off])
    found: list[WorkingDay] = []
    before: dict[int, list[_Instants]] = {}
    day = from_day - _ONE_DAY
    while day <= to_day:
        hours = _hours(rules.of_day(day), day, zone, resource.capacity)
        lanes = {
            number: left
            for number, stretches in hours.items()
            if (left := subtract(stretches, [*holes, *before.get(number, ())]))
        }
        if lanes and day >= from_day:
            found.append(
                WorkingDay(
                    day,
                    tuple(
                        Lane(number, tuple((each.start, each.end) for each in stretches))
                        for number, stretches in lanes.items()
                    ),
                )
            )
        before = lanes
        day += _ONE_DAY
    return found


def _hours(
    rows: Iterable[WorkHours | DayHours], day: date, zone: ZoneInfo, capacity: int
) -> dict[int, list[_Instants]]:
    """By lane, what the rows of one day say, without breaks."""
    work: list[tuple[_Instants, int]] = []
    breaks: list[_Instants] = []
    for row in rows:
        if row.from_time is None or row.to_time is None:
            continue
        if row.kind == HoursKind.BREAK:
            # On the day itself, or past midnight when the hours of the day reach that far.
            breaks += _span(row.from_time, row.to_time, day, zone)
            breaks += _span(row.from_time, row.to_time, day + _ONE_DAY, zone)
        else:
            most = capacity if row.capacity is None else row.capacity
            lanes = min(most, MOST_LANES) if capacity else 0
            work += [(span, lanes) for span in _span(row.from_time, row.to_time, day, zone)]
    highest = max((lanes for _stretch, lanes in work), default=0)
    return {
        number: subtract([stretch for stretch, lanes in work if number <= lanes], breaks)
        for number in range(1, highest + 1)
    }


def _span(from_time: time, to_time: time, day: date, zone: ZoneInfo) -> list[_Instants]:
    """One interval, or none when the clocks skip it as a whole."""
    start = _instant(day, from_time, zone)
    end = _instant(day if from_time < to_time else day + _ONE_DAY, to_time, zone)
    return [Interval(start, end)] if start < end else []


def _closed(closures: Iterable[BusinessClosure], zone: ZoneInfo) -> list[_Instants]:
    bounds = (
        (day_bounds(closure.from_on, zone)[0], day_bounds(closure.to_on, zone)[1])
        for closure in closures
    )
    return [Interval(start, end) for start, end in bounds if start < end]


@lru_cache(maxsize=8192)
def _instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The first instant at which the clocks of the place show this time of the day, or a later."""
    found = combine(day, at, zone)
    if found:
        return found[0]
    # Skipped: the change lies between the two readings of the time, to the second.
    wall = datetime.combine(day, at)
    low, high = sorted(wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    while high - low > _ONE_SECOND:
        middle = low + (high - low) // 2
        middle = middle.replace(microsecond=0)
        if middle.astimezone(zone).replace(tzinfo=None) >= wall:
            high = middle
        else:
            low = middle
    return high
