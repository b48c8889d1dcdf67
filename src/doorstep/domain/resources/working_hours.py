"""Expand work hours into stretches of real time, in the resource's zone (product reference 7.1).

How rules combine:

- The rows of a single day replace what the weekly rules say for that day, breaks included.
- Hours that end at or before their beginning go on into the next day. They belong to the day on
  which they begin, and so do their breaks: a break at 02:00 of a night shift is after midnight.
- What reaches into the next day is taken from that day's own hours, so nothing counts twice.
- A break may name a length shorter than its times: then it floats between them.
- Overtime lengthens the last hours of a day; closures and time off cut it as they cut hours.
- A closure takes whole calendar days, approved time off the instants it names.
- A stretch of capacity n is there in lanes 1 to n. Where stretches overlap the largest counts.

Clock changes: a time that the clocks skip means the instant of the change, a time that comes twice
means its first coming. So a shift lasts as long as somebody really works, and shifts that touch on
the wall touch in reality.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
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
class FloatingBreak:
    """A break of so many minutes, at any time between the two instants."""

    starts_at: datetime
    ends_at: datetime
    minutes: int


@dataclass(frozen=True, slots=True)
class WorkingDay:
    """The hours that begin on a local day. Lanes are numbered from 1; none is empty."""

    day: date
    lanes: tuple[Lane, ...]
    breaks: tuple[FloatingBreak, ...] = ()


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
    calendars = load_calendars(
        resources, from_day=from_day, to_day=to_day, company_zone=get_company().time_zone
    )
    return {key: calendar.days(from_day, to_day) for key, calendar in calendars.items()}


def shift_hours(resource: BookableResource, *, from_day: date, to_day: date) -> list[_Instants]:
    """The hours of a resource on these days as they are on paper: breaks are part of them, planned
    overtime is not."""
    calendar = load_calendars(
        [resource], from_day=from_day, to_day=to_day, company_zone=get_company().time_zone
    )[resource.pk]
    plain = replace(
        calendar,
        overtime_minutes=0,
        weekly=[rule for rule in calendar.weekly if rule.kind != HoursKind.BREAK],
        single={
            day: [rule for rule in rules if rule.kind != HoursKind.BREAK]
            for day, rules in calendar.single.items()
        },
    )
    return join(
        Interval(*stretch)
        for day in plain.days(from_day, to_day)
        for lane in day.lanes
        for stretch in lane.stretches
    )


# --- Rules -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HoursRule:
    """A row of work hours: of some weekdays, or of a single day and then without any."""

    kind: str
    from_time: time | None
    to_time: time | None
    capacity: int | None = None
    weekdays: tuple[int, ...] = ()
    every_weeks: int = 1
    valid_from_on: date | None = None
    valid_to_on: date | None = None
    break_minutes: int | None = None

    def applies(self, day: date) -> bool:
        if day.weekday() not in self.weekdays:
            return False
        if self.valid_from_on and day < self.valid_from_on:
            return False
        if self.valid_to_on and day > self.valid_to_on:
            return False
        weeks = (_monday(day) - _monday(self.valid_from_on or _FIRST_WEEK)).days // 7
        return weeks % self.every_weeks == 0


@dataclass(slots=True)
class Calendar:
    """What decides when one resource works; it can be kept and expanded again and again."""

    zone: ZoneInfo
    capacity: int
    overtime_minutes: int = 0
    weekly: list[HoursRule] = field(default_factory=list)
    single: dict[date, list[HoursRule]] = field(default_factory=dict)
    # First and last day of each.
    closures: list[tuple[date, date]] = field(default_factory=list)
    time_off: list[_Instants] = field(default_factory=list)

    def days(self, from_day: date, to_day: date) -> list[WorkingDay]:
        """The days on which the resource works, `to_day` included, in order."""
        pattern = (
            tuple(self.weekly), tuple(self.closures), self.zone, self.capacity,
            self.overtime_minutes,
        )  # fmt: skip
        if not self.single and not self.time_off:
            return list(_pattern_days(*pattern, from_day, to_day))
        return _expand(*pattern, from_day, to_day, self.single, self.time_off)


def load_calendars(
    resources: Collection[BookableResource], *, from_day: date, to_day: date, company_zone: str
) -> dict[int, Calendar]:
    """By resource id, in four queries, for `Calendar.days` between the two days.

    `company_zone` is for those who have none of their own.
    """
    # The night shift of the day before reaches into the first day.
    from_day -= _ONE_DAY
    found = {
        resource.pk: Calendar(
            zone_of_resource(resource, default=company_zone),
            resource.capacity,
            resource.overtime_minutes,
        )
        for resource in resources
    }
    mine = Q(resource__in=list(found))
    columns = ("kind", "from_time", "to_time", "capacity")
    for (
        resource_id,
        kind,
        from_time,
        to_time,
        capacity,
        weekdays,
        *valid,
    ) in WorkHours.objects.filter(mine).values_list(
        "resource_id",
        *columns,
        "weekdays",
        "every_weeks",
        "valid_from_on",
        "valid_to_on",
        "break_minutes",
    ):
        found[resource_id].weekly.append(
            HoursRule(kind, from_time, to_time, capacity, tuple(weekdays), *valid)
        )
    for resource_id, day, minutes, kind, from_time, to_time, capacity in DayHours.objects.filter(
        mine, day__range=(from_day, to_day)
    ).values_list("resource_id", "day", "break_minutes", *columns):
        found[resource_id].single.setdefault(day, []).append(
            HoursRule(kind, from_time, to_time, capacity, break_minutes=minutes)
        )
    # Days here are local, time off is in instants: two days cover every zone and a night shift.
    first = datetime.combine(from_day, time.min, UTC) - 2 * _ONE_DAY
    last = datetime.combine(to_day, time.min, UTC) + 3 * _ONE_DAY
    for resource_id, starts_at, ends_at in TimeOff.objects.filter(
        mine, state=TimeOffState.APPROVED, starts_at__lt=last, ends_at__gt=first
    ).values_list("resource_id", "starts_at", "ends_at"):
        found[resource_id].time_off.append(Interval(starts_at, ends_at))
    closures = list(
        BusinessClosure.objects.filter(
            from_on__lte=to_day + _ONE_DAY, to_on__gte=from_day
        ).values_list("from_on", "to_on", "organizational_unit_id")
    )
    for resource in resources:
        if resource.observes_closures:
            found[resource.pk].closures = [
                (from_on, to_on)
                for from_on, to_on, unit_id in closures
                if unit_id in (None, resource.organizational_unit_id)
            ]
    return found


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


# --- Expansion ---------------------------------------------------------------------------------


# Most resources of a company share a few patterns of hours, and most have nothing of their own.
@lru_cache(maxsize=256)
def _pattern_days(
    weekly: tuple[HoursRule, ...],
    closures: tuple[tuple[date, date], ...],
    zone: ZoneInfo,
    capacity: int,
    overtime_minutes: int,
    from_day: date,
    to_day: date,
) -> tuple[WorkingDay, ...]:
    return tuple(
        _expand(weekly, closures, zone, capacity, overtime_minutes, from_day, to_day, {}, ())
    )


def _expand(
    weekly: tuple[HoursRule, ...],
    closures: tuple[tuple[date, date], ...],
    zone: ZoneInfo,
    capacity: int,
    overtime_minutes: int,
    from_day: date,
    to_day: date,
    single: Mapping[date, Sequence[HoursRule]],
    time_off: Sequence[_Instants],
) -> list[WorkingDay]:
    if not weekly and not single:
        return []
    holes = join([*_closed(closures, zone), *time_off])
    found: list[WorkingDay] = []
    before: dict[int, tuple[_Instants, ...]] = {}
    day = from_day - _ONE_DAY
    while day <= to_day:
        rules = single[day] if day in single else [each for each in weekly if each.applies(day)]
        hours = _hours(tuple(rules), day, zone, capacity, overtime_minutes)
        lanes = {
            number: left
            for number, stretches in hours.items()
            if (left := _without(stretches, holes, before.get(number, ())))
        }
        if lanes and day >= from_day:
            found.append(
                WorkingDay(
                    day,
                    tuple(
                        Lane(number, tuple((each.start, each.end) for each in stretches))
                        for number, stretches in lanes.items()
                    ),
                    _floating(tuple(rules), day, zone),
                )
            )
        before = lanes
        day += _ONE_DAY
    return found


def _without(
    stretches: tuple[_Instants, ...], holes: list[_Instants], before: tuple[_Instants, ...]
) -> tuple[_Instants, ...]:
    """Stretches in order, minus holes in order and what the day before takes already."""
    if not stretches:
        return ()
    start, end = stretches[0].start, stretches[-1].end
    cuts = [each for each in (*holes, *before) if each.end > start and each.start < end]
    return tuple(subtract(stretches, cuts)) if cuts else stretches


@lru_cache(maxsize=4096)
def _hours(
    rules: tuple[HoursRule, ...], day: date, zone: ZoneInfo, capacity: int, overtime_minutes: int
) -> Mapping[int, tuple[_Instants, ...]]:
    """By lane, what the rules of one day say, without breaks; the last hours with the overtime.

    A break that may be taken at any time is no gap in the hours; see `_floating`.
    """
    work: list[tuple[_Instants, int]] = []
    breaks: list[_Instants] = []
    for rule in rules:
        if rule.from_time is None or rule.to_time is None:
            continue
        if rule.kind == HoursKind.BREAK:
            if rule.break_minutes:
                continue
            # On the day itself, or past midnight when the hours of the day reach that far.
            breaks += _span(rule.from_time, rule.to_time, day, zone)
            breaks += _span(rule.from_time, rule.to_time, day + _ONE_DAY, zone)
        else:
            most = capacity if rule.capacity is None else rule.capacity
            lanes = min(most, MOST_LANES) if capacity else 0
            work += [(span, lanes) for span in _span(rule.from_time, rule.to_time, day, zone)]
    if overtime_minutes and work:
        last = max(stretch.end for stretch, _lanes in work)
        more = timedelta(minutes=overtime_minutes)
        work = [
            (Interval(each.start, each.end + more) if each.end == last else each, lanes)
            for each, lanes in work
        ]
    highest = max((lanes for _stretch, lanes in work), default=0)
    return {
        number: tuple(subtract([stretch for stretch, lanes in work if number <= lanes], breaks))
        for number in range(1, highest + 1)
    }


def _floating(rules: tuple[HoursRule, ...], day: date, zone: ZoneInfo) -> tuple[FloatingBreak, ...]:
    """Breaks of a length that lie anywhere between two times, on the day or past midnight."""
    return tuple(
        FloatingBreak(span.start, span.end, rule.break_minutes)
        for rule in rules
        if rule.kind == HoursKind.BREAK and rule.break_minutes
        for shown in (day, day + _ONE_DAY)
        if rule.from_time is not None and rule.to_time is not None
        for span in _span(rule.from_time, rule.to_time, shown, zone)
    )


def _span(from_time: time, to_time: time, day: date, zone: ZoneInfo) -> list[_Instants]:
    """One interval, or none when the clocks skip it as a whole."""
    start = _instant(day, from_time, zone)
    end = _instant(day if from_time < to_time else day + _ONE_DAY, to_time, zone)
    return [Interval(start, end)] if start < end else []


def _closed(closures: Iterable[tuple[date, date]], zone: ZoneInfo) -> list[_Instants]:
    bounds = (
        (day_bounds(from_on, zone)[0], day_bounds(to_on, zone)[1]) for from_on, to_on in closures
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
