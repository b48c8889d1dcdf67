"""Write a new plan, part by part: lock, look whether the days are as they were read, write."""

import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import DatabaseError, transaction

from doorstep.domain.resources.models import BookableResource
from doorstep.engine import Route
from doorstep.engine.replan import Change
from doorstep.platform.audit.services import Actor, record
from doorstep.platform.events.events import publish
from doorstep.platform.lib.db import is_conflict, lock_timeout

from ..events import BookingReassigned
from ..models import Assignment, BlockKind, Booking, ParentStatus, ResourceBlock
from ..people import Worker
from ..replanning.freedoms import load_visits, who_may
from ..replanning.load import PlannedDays, View, individuals
from ..seconds import instant, second
from .placing import (
    lock_resources,
    record_shift,
    refresh_planned_times,
    remove_expired_holds,
)

# Shorter than the time after which PostgreSQL looks for deadlocks: planning gives way first.
_LOCK_WAIT_S = 0.5


@dataclass(frozen=True, slots=True)
class Run:
    """What a plan was made of, to be checked against what is there when it is written.

    `displaced` are the assignments that were taken out of their routes, by id.
    """

    view: View
    planned: PlannedDays
    displaced: Mapping[int, Assignment]
    actor: Actor
    began: float = field(default_factory=time.monotonic)


def write_changes(run: Run, changes: Iterable[Change]) -> set[int]:
    """Write what nobody has got in the way of; get the assignments that were written."""
    written: set[int] = set()
    for part in _parts(changes):
        if _write_part(run, part):
            written |= {change.stop.id for change in part}
    return written


def _parts(changes: Iterable[Change]) -> list[list[Change]]:
    """Changes that have to be written together: routes tied by a visit that changes hands."""
    leader: dict[object, object] = {}

    def find(key: object) -> object:
        while leader.setdefault(key, key) != key:
            key = leader[key]
        return key

    changes = list(changes)
    for change in changes:
        old = change.from_route.id if change.from_route else change.to_route.id
        leader[find(old)] = find(change.to_route.id)
    parts: dict[object, list[Change]] = defaultdict(list)
    for change in changes:
        parts[find(change.to_route.id)].append(change)
    return list(parts.values())


def _write_part(run: Run, part: Sequence[Change]) -> bool:
    """Write one part if nothing about it has changed; whether that worked."""
    routes = {route.id for change in part for route in _touched(change)}
    ids = {route.resource_id for change in part for route in _touched(change)}
    ids |= {
        run.displaced[change.stop.id].resource_id
        for change in part
        if change.stop.id in run.displaced
    }
    try:
        with transaction.atomic(), lock_timeout(_LOCK_WAIT_S):
            lock_resources(ids)
            remove_expired_holds(ids)
            _lock_bookings(change.stop.id for change in part)
            workers = individuals(run.view, ids)
            if not (
                _is_ahead(run, part)
                and _are_days_as_read(run, routes, workers)
                and _may_change_hands(run, part, workers)
            ):
                return False
            _write(run, part)
    except DatabaseError as error:
        if not is_conflict(error):
            raise
        return False
    return True


def _touched(change: Change) -> list[Route]:
    return [route for route in (change.from_route, change.to_route) if route is not None]


def _lock_bookings(assignment_ids: Iterable[int]) -> None:
    owners = Assignment.objects.filter(pk__in=list(assignment_ids)).values("booking")
    query = Booking.objects.filter(pk__in=owners).order_by("pk")
    list(query.select_for_update(no_key=True).values_list("pk"))


def _is_ahead(run: Run, part: Sequence[Change]) -> bool:
    """Nobody should have left already, by the old plan or by the new one."""
    now_s = second(run.view.now) + time.monotonic() - run.began
    old = {stop.id: stop for route in run.planned.problem.routes for stop in route.stops}
    return all(
        change.stop.departs_s >= now_s and old.get(change.stop.id, change.stop).departs_s >= now_s
        for change in part
    )


def _are_days_as_read(run: Run, route_ids: Collection[object], workers: Collection[Worker]) -> bool:
    """Under the locks: the days are those the search saw."""
    fresh = {route.id: route for route in run.view.routes(workers)}
    before = {route.id: route for route in run.planned.problem.routes}
    return all(fresh.get(each) == before.get(each) for each in route_ids)


def _may_change_hands(run: Run, part: Sequence[Change], workers: Collection[Worker]) -> bool:
    """Everybody still may do what is new, and what waits for a place still waits for it."""
    new = {
        change.stop.id: change.to_route.resource_id for change in part if change.changes_resource
    }
    visits = load_visits(new)
    allowed = who_may(visits, [worker.resource for worker in workers])
    return len(visits) == len(new) and all(
        new[visit.pk] in allowed[visit.pk] and _is_waiting(run.displaced.get(visit.pk), visit)
        for visit in visits
    )


def _is_waiting(read: Assignment | None, now: Assignment) -> bool:
    if read is None:
        return True
    assert now.booking is not None
    assert read.booking is not None
    same = ("resource_id", "lane", "starts_at", "arrives_at", "ends_at")
    return (
        all(getattr(read, name) == getattr(now, name) for name in same)
        and now.booking.parent_status is ParentStatus.SCHEDULED
        and not now.booking.is_pinned
        and now.booking.promised_from == read.booking.promised_from
        and now.booking.promised_to == read.booking.promised_to
    )


def _write(run: Run, part: Sequence[Change]) -> None:
    new = {change.stop.id: change for change in part}
    rows = list(
        Assignment.objects.filter(pk__in=new).select_related("booking__work_order", "resource")
    )
    # Away first, then anew: the constraint is immediate, and visits shift into each other's times.
    ResourceBlock.objects.filter(assignment__in=rows).delete()
    for row in rows:
        change = new[row.pk]
        old = (row.starts_at, row.arrives_at)
        old_resource = row.resource
        row.starts_at = instant(change.stop.departs_s)
        row.arrives_at = instant(change.stop.arrives_s)
        row.ends_at = instant(change.stop.ends_s)
        row.lane = change.to_route.lane
        if row.booking is None:
            continue
        if change.to_route.resource_id == old_resource.pk:
            record_shift(row.booking, old, (row.starts_at, row.arrives_at), run.actor)
            continue
        row.resource = BookableResource.objects.get(pk=change.to_route.resource_id)
        _reassign(run, row, old_resource, old)
    Assignment.objects.bulk_update(rows, ["resource", "lane", "starts_at", "arrives_at", "ends_at"])
    for booking_id in {row.booking_id for row in rows if row.booking_id}:
        refresh_planned_times(booking_id)
    ResourceBlock.objects.bulk_create(
        ResourceBlock(
            resource_id=row.resource_id,
            lane=row.lane,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            kind=BlockKind.VISIT,
            assignment=row,
        )
        for row in rows
    )


def _reassign(
    run: Run, row: Assignment, old_resource: BookableResource, old: tuple[datetime, datetime]
) -> None:
    """Tell history and those above that somebody else comes; whoever read the booking before has
    to read it again."""
    assert row.booking is not None
    data: dict[str, Any] = {"from": str(old_resource), "to": str(row.resource)}
    if old[1] != row.arrives_at:
        changed = [old[1].isoformat(), row.arrives_at.isoformat()]
        data["changes"] = {"planned_arrival": changed}
    record(actor=run.actor, action="reassigned", obj=row.booking, data=data)
    Booking.objects.filter(pk=row.booking.pk).update(version=row.booking.version + 1)
    publish(
        BookingReassigned(
            booking_id=row.booking.pk,
            old_resource_id=old_resource.pk,
            new_resource_id=row.resource_id,
        )
    )


@transaction.atomic
def extend_visit(*, resource: BookableResource, now: datetime, ends_at: datetime) -> None:
    """Let the visit that has begun take until `ends_at`, as far as what comes next leaves room."""
    lock_resources([resource.pk])
    begun = (
        Assignment.objects.filter(
            resource=resource, block__isnull=False, booking__isnull=False, starts_at__lte=now
        )
        .exclude(booking__status__parent=ParentStatus.COMPLETED)
        .order_by("-starts_at")
        .first()
    )
    if begun is None or begun.ends_at >= ends_at:
        return
    following = ResourceBlock.objects.filter(
        resource=resource, lane=begun.lane, starts_at__gte=begun.ends_at
    ).order_by("starts_at")
    block = following.first()
    begun.ends_at = ends_at if block is None else min(ends_at, block.starts_at)
    begun.save(update_fields=["ends_at"])
    ResourceBlock.objects.filter(assignment=begun).update(ends_at=begun.ends_at)
    if begun.booking_id is not None:
        Booking.objects.filter(pk=begun.booking_id, ends_at__lt=begun.ends_at).update(
            ends_at=begun.ends_at
        )
