"""Working hours and what takes time already → the engine's routes, by resource, day and lane."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

from doorstep.domain.resources.working_hours import FloatingBreak, WorkingDay
from doorstep.engine import Route, Stop, StopKind, Travel
from doorstep.engine.travel import leg_s
from doorstep.platform.lib.rows import run
from doorstep.platform.values.geo import Coordinates

from .people import Worker
from .seconds import instant, second

Interval = tuple[int, int]
ONE_DAY = timedelta(days=1)
_DAY_S = 24 * 3600


@dataclass(frozen=True, slots=True)
class Apart:
    """What counts as free though it is taken: the visit to be moved, holds of the same person."""

    bookings: frozenset[int] = frozenset()
    holds: frozenset[int] = frozenset()


NOTHING_APART = Apart()


@dataclass(frozen=True, slots=True)
class Span:
    """Somebody's time from one instant to another."""

    resource_id: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Held:
    """A live hold's place in somebody's day; `stop_id` is its assignment."""

    stop_id: int
    hold_id: int
    contact_id: int
    expires_at: datetime
    span: Span


@dataclass(slots=True)
class Lane:
    """What takes the time of one lane: visits and holds by the days (of 24 hours since 1970) they
    touch, and stretches in which the resource is away."""

    visits: dict[int, list[Stop]] = field(default_factory=lambda: defaultdict(list))
    away: list[Interval] = field(default_factory=list)

    def add(self, stop: Stop) -> None:
        for day in range(stop.departs_s // _DAY_S, stop.ends_s // _DAY_S + 1):
            self.visits[day].append(stop)

    def between(self, from_s: int, to_s: int) -> list[Stop]:
        """Visits that touch the stretch, each once."""
        found = {
            stop.id: stop
            for day in range(from_s // _DAY_S, to_s // _DAY_S + 1)
            for stop in self.visits.get(day, ())
            if stop.ends_s > from_s and stop.departs_s < to_s
        }
        return list(found.values())


@dataclass(frozen=True, slots=True)
class LateDeparture:
    """A visit whose row still says when to leave the place of a visit or hold that has gone."""

    stop_id: int
    planned_s: int
    departs_s: int


@dataclass(slots=True)
class Taken:
    """What takes time, by resource and lane."""

    lanes: dict[tuple[int, int], Lane] = field(default_factory=lambda: defaultdict(Lane))
    held: list[Held] = field(default_factory=list)
    late: list[LateDeparture] = field(default_factory=list)

    def of(self, resource_id: int, lane: int) -> Lane:
        return self.lanes.get((resource_id, lane)) or Lane()


def span_of_days(resource_id: int, first: date, last: date) -> Span:
    """Everything that can touch the local days of a resource, wherever it lives."""
    return Span(resource_id, *_around(first, last))


def planned_days(
    workers: Collection[Worker],
    first: date,
    last: date,
    apart: Apart = NOTHING_APART,
    *,
    legs: Travel | None,
    late: list[LateDeparture] | None = None,
    around: Interval | None = None,
) -> tuple[Route, ...]:
    """The days of `workers` from `first` to `last` as they are in the database, in one query.

    With `around` only those that touch this stretch, for who asks for no other arrivals. For
    `legs` see `routes_of`. `late` collects departures that are mended in the routes, and too
    late in the rows.
    """
    # A day more on both sides: the resource may live in another zone, and shifts cross midnight.
    first, last = first - ONE_DAY, last + ONE_DAY
    days = {
        each.id: [day for day in each.calendar.days(first, last) if _touches(day, around)]
        for each in workers
        if each.calendar is not None
    }
    spans = [
        span_of_days(resource_id, first, last) if around is None else _span_of(resource_id, own)
        for resource_id, own in days.items()
        if own
    ]
    taken = read_taken(spans, apart)
    routes = tuple(
        route
        for each in workers
        for day in days.get(each.id, ())
        for route in _day_routes(each, day, taken, legs)
    )
    if late is not None:
        late += taken.late
    return routes


def _touches(day: WorkingDay, around: Interval | None) -> bool:
    if around is None:
        return True
    return any(
        second(lane.stretches[0][0]) <= around[1] and second(lane.stretches[-1][1]) >= around[0]
        for lane in day.lanes
    )


def _span_of(resource_id: int, days: Collection[WorkingDay]) -> Span:
    """From the first to the last minute of these days."""
    lanes = [lane for day in days for lane in day.lanes]
    return Span(
        resource_id,
        min(lane.stretches[0][0] for lane in lanes),
        max(lane.stretches[-1][1] for lane in lanes),
    )


def routes_of(
    worker: Worker, first: date, last: date, taken: Taken, *, legs: Travel | None
) -> Iterator[Route]:
    """The routes of one worker on her local days, both included, in order of day and lane.

    A visit keeps the leg it was planned with. When the visit in front of it has gone (canceled,
    moved, a hold that ran out) that leg may be too short now; `legs` says how long it has to be,
    None that nobody knows without asking a service.
    """
    if worker.calendar is None:
        return
    for working_day in worker.calendar.days(first, last):
        yield from _day_routes(worker, working_day, taken, legs)


def _day_routes(
    worker: Worker, working_day: WorkingDay, taken: Taken, legs: Travel | None
) -> Iterator[Route]:
    for lane in working_day.lanes:
        stretches = [(second(start), second(end)) for start, end in lane.stretches]
        from_s, to_s = stretches[0][0], stretches[-1][1]
        if from_s >= to_s:
            continue
        own = taken.of(worker.id, lane.number)
        stops = own.between(from_s, to_s)
        breaks = [
            (before[1], after[0]) for before, after in pairwise(stretches) if before[1] < after[0]
        ]
        away = [
            (max(start, from_s), min(end, to_s))
            for start, end in own.away
            if end > from_s and start < to_s
        ]
        if breaks or away:
            busy = _without(breaks + away, [(stop.departs_s, stop.ends_s) for stop in stops])
            stops += [
                Stop(-1 - index, None, start, start, end, start, start, True, StopKind.BUSY)
                for index, (start, end) in enumerate(busy)
            ]
        stops.sort(key=lambda stop: (stop.departs_s, stop.ends_s))
        if legs is not None:
            _mend_legs(stops, worker, legs, taken.late)
        for floating in working_day.breaks:
            _take_break(stops, floating, from_s, to_s)
        yield Route(
            id=f"{worker.id}/{working_day.day.isoformat()}/{lane.number}",
            resource_id=worker.id,
            lane=lane.number,
            day=working_day.day,
            from_s=from_s,
            to_s=to_s,
            start=worker.resource.start,
            end=worker.end,
            stops=tuple(stops),
            rest_s=worker.rest_s,
        )


def _mend_legs(stops: list[Stop], worker: Worker, legs: Travel, late: list[LateDeparture]) -> None:
    """Leave early enough for the place one really comes from, where there is the time for it."""
    here, free_s = worker.resource.start, 0
    for index, stop in enumerate(stops):
        if stop.place is not None:
            needed_s = leg_s(legs, here, stop.place, worker.resource.speed_factor)
            if stop.travel_s < needed_s:
                departs_s = max(stop.arrives_s - needed_s, min(free_s, stop.departs_s))
                if departs_s < stop.departs_s:
                    late.append(LateDeparture(stop.id, stop.departs_s, departs_s))
                    stops[index] = replace(stop, departs_s=departs_s)
            here = stop.place
        free_s = max(free_s, stop.ends_s)


def _take_break(stops: list[Stop], floating: FloatingBreak, from_s: int, to_s: int) -> None:
    """Put a break where there is room for it now; planning may move it within its own times.

    Where visits leave no room for it any more they keep their places, as with other breaks.
    """
    length_s = floating.minutes * 60
    low_s = max(second(floating.starts_at), from_s)
    high_s = min(second(floating.ends_at), to_s) - length_s
    at_s = low_s
    for index in range(len(stops) + 1):
        until_s = stops[index].departs_s if index < len(stops) else to_s
        if at_s > high_s:
            return
        if at_s + length_s <= until_s:
            number = min([0, *(stop.id for stop in stops)]) - 1
            stops.insert(
                index,
                Stop(
                    number, None, at_s, at_s, at_s + length_s, low_s, high_s, False, StopKind.BUSY
                ),
            )
            return
        at_s = max(at_s, stops[index].ends_s)


def _without(intervals: Iterable[Interval], taken: Iterable[Interval]) -> list[Interval]:
    """Intervals joined where they touch or overlap, minus what visits take already.

    A break or an absence may be entered over a visit; the visit keeps its place in the route.
    """
    joined: list[Interval] = []
    for start, end in sorted(intervals):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    for taken_start, taken_end in taken:
        joined = [
            piece
            for start, end in joined
            for piece in ((start, min(end, taken_start)), (max(start, taken_end), end))
            if piece[0] < piece[1]
        ]
    return joined


# --- Rows --------------------------------------------------------------------------------------

# Numbers, for a driver makes them ten times as fast as instants. Visits of several people arrive
# together, so one of them cannot be moved alone; what is held, pinned, under way or out of its
# promise stays where it is. Holds run out by the database's clock, the only one all share. No visit
# takes three days, which keeps the index on the days that matter; an absence may.
_TAKEN = """
SELECT taken.id, taken.resource_id, taken.lane, taken.latitude, taken.longitude,
       extract(epoch FROM taken.starts_at)::bigint,
       extract(epoch FROM taken.arrives_at)::bigint,
       extract(epoch FROM taken.ends_at)::bigint,
       CASE WHEN NOT (booking.is_pinned OR status.parent <> 'scheduled'
                      OR taken.arrives_at NOT BETWEEN booking.promised_from AND booking.promised_to
                      OR EXISTS (SELECT FROM bookings_assignment AS other
                                  WHERE other.booking_id = taken.booking_id
                                    AND other.id <> taken.id))
            THEN extract(epoch FROM booking.promised_from)::bigint END,
       extract(epoch FROM booking.promised_to)::bigint,
       hold.id, hold.contact_id, hold.expires_at
  FROM bookings_assignment AS taken
  JOIN unnest(%(ids)s::bigint[], %(from)s::timestamptz[], %(to)s::timestamptz[])
       AS span (resource_id, starts_at, ends_at)
    ON taken.resource_id = span.resource_id
   AND taken.starts_at < span.ends_at AND taken.ends_at > span.starts_at
   AND taken.starts_at > span.starts_at - interval '3 days'
  LEFT JOIN bookings_booking AS booking ON booking.id = taken.booking_id
  LEFT JOIN bookings_bookingstatus AS status ON status.id = booking.status_id
  LEFT JOIN bookings_hold AS hold ON hold.id = taken.hold_id
 WHERE EXISTS (SELECT FROM bookings_resourceblock AS block WHERE block.assignment_id = taken.id)
   AND (hold.id IS NULL OR hold.expires_at > clock_timestamp())
   AND (booking.id IS NULL OR booking.id <> ALL (%(bookings)s::bigint[]))
   AND (hold.id IS NULL OR hold.id <> ALL (%(holds)s::bigint[]))
UNION ALL
SELECT NULL, taken.resource_id, taken.lane, NULL, NULL,
       floor(extract(epoch FROM taken.starts_at))::bigint, NULL,
       ceil(extract(epoch FROM taken.ends_at))::bigint,
       NULL, NULL, NULL, NULL, NULL
  FROM bookings_resourceblock AS taken
  JOIN unnest(%(ids)s::bigint[], %(from)s::timestamptz[], %(to)s::timestamptz[])
       AS span (resource_id, starts_at, ends_at)
    ON taken.resource_id = span.resource_id
   AND taken.starts_at < span.ends_at AND taken.ends_at > span.starts_at
 WHERE taken.assignment_id IS NULL
"""


def read_taken(spans: Collection[Span], apart: Apart = NOTHING_APART) -> Taken:
    """What takes time in these spans, in one query."""
    if not spans:
        return Taken()
    values: dict[str, Any] = {
        "ids": [span.resource_id for span in spans],
        "from": [span.starts_at for span in spans],
        "to": [span.ends_at for span in spans],
        "bookings": list(apart.bookings),
        "holds": list(apart.holds),
    }
    return _as_taken(run(_TAKEN, values))


def _around(first: date, last: date) -> tuple[datetime, datetime]:
    return (
        datetime.combine(first, datetime.min.time(), UTC) - ONE_DAY,
        datetime.combine(last, datetime.min.time(), UTC) + 3 * ONE_DAY,
    )


def _as_taken(rows: Iterable[tuple[Any, ...]]) -> Taken:
    taken = Taken()
    seen: set[int] = set()
    for (
        stop_id, resource_id, lane, latitude, longitude, departs_s, arrives_s, ends_s,
        promised_from_s, promised_to_s, hold_id, contact_id, expires_at,
    ) in rows:  # fmt: skip
        if stop_id is None:
            taken.lanes[resource_id, lane].away.append((departs_s, ends_s))
            continue
        if stop_id in seen:  # two spans of one resource overlap
            continue
        seen.add(stop_id)
        is_fixed = promised_from_s is None
        taken.lanes[resource_id, lane].add(
            Stop(
                stop_id,
                None if latitude is None else Coordinates(latitude, longitude),
                departs_s,
                arrives_s,
                ends_s,
                arrives_s if is_fixed else promised_from_s,
                arrives_s if is_fixed else promised_to_s,
                is_fixed,
                StopKind.VISIT if hold_id is None else StopKind.HOLD,
            )
        )
        if hold_id is not None:
            span_held = Span(resource_id, instant(departs_s), instant(ends_s))
            taken.held.append(Held(stop_id, hold_id, contact_id, expires_at, span_held))
    return taken
