"""Working hours and what takes time already → the engine's routes, by resource, day and lane."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any, cast

from django.db.models import Count, Q

from doorstep.domain.resources.models import BookableResource
from doorstep.domain.resources.working_hours import WorkingDay, working_days
from doorstep.engine import Route, Stop, StopKind
from doorstep.platform.values.geo import Coordinates

from .models import Assignment, BlockKind, ParentStatus, ResourceBlock

Interval = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Apart:
    """What counts as free though it is taken: the visit to be moved, holds of the same person."""

    bookings: frozenset[int] = frozenset()
    holds: frozenset[int] = frozenset()


NOTHING_APART = Apart()


@dataclass(slots=True)
class _Lane:
    visits: list[Stop] = field(default_factory=list)
    outside: list[Interval] = field(default_factory=list)


def planned_days(
    resources: Sequence[BookableResource], first: date, last: date, now: datetime, apart: Apart
) -> tuple[Route, ...]:
    """The days of `resources` from `first` to `last`, in a number of queries that does not grow."""
    # A day more on both sides: the resource may live in another zone, and shifts cross midnight.
    days = working_days(
        resources, from_day=first - timedelta(days=1), to_day=last + timedelta(days=1)
    )
    span = (
        datetime.combine(first, datetime.min.time(), UTC) - timedelta(days=2),
        datetime.combine(last, datetime.min.time(), UTC) + timedelta(days=3),
    )
    lanes = _taken([resource.pk for resource in resources], span, now, apart)
    routes: list[Route] = []
    for resource in resources:
        for working_day in days.get(resource.pk, ()):
            routes += _day_routes(resource, working_day, lanes)
    return tuple(routes)


def _day_routes(
    resource: BookableResource, working_day: WorkingDay, lanes: dict[tuple[int, int], _Lane]
) -> Iterable[Route]:
    for lane in working_day.lanes:
        stretches = [(second(start), second(end)) for start, end in lane.stretches]
        if not stretches:
            continue
        from_s, to_s = stretches[0][0], stretches[-1][1]
        taken = lanes.get((resource.pk, lane.number), _Lane())
        visits = [stop for stop in taken.visits if stop.ends_s > from_s and stop.departs_s < to_s]
        gaps = [
            (before[1], after[0]) for before, after in pairwise(stretches) if before[1] < after[0]
        ]
        outside = [
            (max(start, from_s), min(end, to_s))
            for start, end in taken.outside
            if end > from_s and start < to_s
        ]
        busy = _without(gaps + outside, [(stop.departs_s, stop.ends_s) for stop in visits])
        stops = visits + [
            Stop(-1 - index, None, start, start, end, start, start, True, StopKind.BUSY)
            for index, (start, end) in enumerate(busy)
        ]
        stops.sort(key=lambda stop: (stop.departs_s, stop.ends_s))
        yield Route(
            id=f"{resource.pk}/{working_day.day.isoformat()}/{lane.number}",
            resource_id=resource.pk,
            lane=lane.number,
            day=working_day.day,
            from_s=from_s,
            to_s=to_s,
            start=resource.start,
            end=resource.end,
            stops=tuple(stops),
        )


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


def _taken(
    resource_ids: Collection[int], span: tuple[datetime, datetime], now: datetime, apart: Apart
) -> dict[tuple[int, int], _Lane]:
    """What takes time, per (resource, lane): visits and live holds as stops, appointments."""
    lanes: dict[tuple[int, int], _Lane] = defaultdict(_Lane)
    rows = (
        Assignment.objects.filter(
            block__isnull=False,
            resource__in=resource_ids,
            starts_at__lt=span[1],
            ends_at__gt=span[0],
        )
        .exclude(booking__in=apart.bookings)
        .exclude(hold__in=apart.holds)
        .filter(Q(hold__isnull=True) | Q(hold__expires_at__gt=now))
        .annotate(company=Count("booking__assignments"))
        .values_list(
            "pk", "resource_id", "lane", "starts_at", "arrives_at", "ends_at", "hold_id", "company",
            "booking__promised_from", "booking__promised_to", "booking__is_pinned",
            "booking__status__parent", "latitude", "longitude",
        )
        .order_by("starts_at")
    )  # fmt: skip
    # The joined columns are empty for holds, which the stubs do not know.
    for row in cast("Iterable[tuple[Any, ...]]", rows):
        (
            pk, resource_id, lane, starts_at, arrives_at, ends_at, hold_id, company,
            promised_from, promised_to, is_pinned, parent, latitude, longitude,
        ) = row  # fmt: skip
        # Visits of several people arrive together, so one of them cannot be moved alone; what is
        # held, pinned, under way or begun stays where it is.
        is_fixed = (
            hold_id is not None
            or company != 1
            or is_pinned
            or parent != ParentStatus.SCHEDULED
            or starts_at <= now
            or not promised_from <= arrives_at <= promised_to
        )
        lanes[(resource_id, lane)].visits.append(
            Stop(
                id=pk,
                place=None if latitude is None else Coordinates(latitude, longitude),
                departs_s=second(starts_at),
                arrives_s=second(arrives_at),
                ends_s=second(ends_at),
                promised_from_s=second(arrives_at if is_fixed else promised_from),
                promised_to_s=second(arrives_at if is_fixed else promised_to),
                is_fixed=is_fixed,
                kind=StopKind.VISIT if hold_id is None else StopKind.HOLD,
            )
        )
    outside = ResourceBlock.objects.filter(
        kind=BlockKind.OUTSIDE,
        resource__in=resource_ids,
        starts_at__lt=span[1],
        ends_at__gt=span[0],
    ).values_list("resource_id", "lane", "starts_at", "ends_at")
    for resource_id, lane, starts_at, ends_at in outside:
        lanes[(resource_id, lane)].outside.append((second(starts_at), second(ends_at)))
    return lanes


def second(instant: datetime) -> int:
    """The engine counts in whole seconds."""
    return int(instant.timestamp())
