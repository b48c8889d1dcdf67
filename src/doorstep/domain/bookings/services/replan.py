"""Replan: improve whole days, or repair one, under the same locks as a booking.

The search runs on a copy, without locks. Only then are those whose days change locked, part by
part; what anybody changed meanwhile stays as it is, and so does the rest of that part.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.db.models import Q

from doorstep.domain.organization.selectors import get_company
from doorstep.domain.resources.models import BookableResource, TimeOff, TimeOffState
from doorstep.engine.replan import Effort, ReplanResult, replan
from doorstep.platform.audit.services import SYSTEM, Actor
from doorstep.platform.lib.site_time import local_day

from ..models import Assignment, ParentStatus
from ..replanning.load import LateUntil, View, load_days
from ..seconds import instant, second
from .replan_write import Run, extend_visit, write_changes
from .time_off import block_time_off

# Somebody else goes there only if that saves so much driving.
CHANGE_COST_S = 120
# Somebody in the office waits for the answer.
REPAIR_ROUNDS, REPAIR_SECONDS = 20_000, 8.0


class UnkeptReason(StrEnum):
    """Why a visit stays with somebody who cannot do it."""

    NOBODY_MAY = "nobody_may"  # nobody else who works then may do it
    NO_TIME = "no_time"  # those who may do it have no time inside the promise
    UNDER_WAY = "under_way"
    PINNED = "pinned"
    SEVERAL_PEOPLE = "several_people"  # they come together
    CHANGED_MEANWHILE = "changed_meanwhile"


@dataclass(frozen=True, slots=True)
class VisitMove:
    """One visit as it is planned now; without `is_written` somebody changed its days meanwhile."""

    booking_id: int
    old_resource_id: int
    new_resource_id: int
    old_arrives_at: datetime
    arrives_at: datetime
    is_written: bool


@dataclass(frozen=True, slots=True)
class UnkeptVisit:
    """A visit that has to be dealt with by somebody: it stays where it was."""

    booking_id: int
    reason: UnkeptReason


@dataclass(frozen=True, slots=True)
class Replanned:
    """What a run found and wrote. Travel in seconds, over all days looked at."""

    travel_before_s: int
    travel_after_s: int
    moves: tuple[VisitMove, ...]
    unkept: tuple[UnkeptVisit, ...] = ()
    rounds: int = 0

    @property
    def saved_s(self) -> int:
        return self.travel_before_s - self.travel_after_s


def replan_days(
    *,
    first: date,
    last: date,
    now: datetime,
    effort: Effort,
    actor: Actor = SYSTEM,
    seed: int = 0,
    is_dry_run: bool = False,
) -> Replanned:
    """Improve the days from `first` to `last`, both included, inside every promise.

    Nothing that departs within the company's freeze time is touched. Must not be called inside a
    transaction: its locks would outlast the parts.
    """
    not_before = now + timedelta(minutes=get_company().replan_freeze_minutes)
    view = View(first, last, now)
    planned = load_days(view, not_before=not_before, change_cost_s=CHANGE_COST_S)
    run = Run(view, planned, {}, actor)
    return _replan(run, effort, seed, is_dry_run=is_dry_run)


def repair_day(
    *,
    resource: BookableResource,
    first: date,
    last: date,
    now: datetime,
    effort: Effort,
    late_until: datetime | None = None,
    actor: Actor = SYSTEM,
    is_dry_run: bool = False,
) -> Replanned:
    """Find new places for the visits of somebody who is away, or held up until `late_until`.

    Away is who has approved time off over a visit. What cannot be kept stays where it is and is
    listed with the reason. The freeze time does not count here; what is under way stays.
    """
    zone = ZoneInfo(get_company().time_zone)
    affected = [
        each
        for each in Assignment.objects.filter(
            _clashes(resource, now, late_until),
            resource=resource,
            block__isnull=False,
            booking__isnull=False,
            ends_at__gt=now,
        )
        .select_related("booking__status")
        .order_by("starts_at")
        if first <= local_day(each.arrives_at, zone) <= last
    ]
    stuck = {each.pk: reason for each in affected if (reason := _why_stuck(each, now))}
    displaced = {each.pk: each for each in affected if each.pk not in stuck}
    view = View(
        first,
        last,
        now,
        apart=frozenset(each.booking_id for each in displaced.values() if each.booking_id),
        late=LateUntil(resource.pk, second(now), second(late_until)) if late_until else None,
        frozen_until=now + timedelta(minutes=get_company().replan_freeze_minutes),
    )
    planned = load_days(view, not_before=now, displaced=displaced, change_cost_s=CHANGE_COST_S)
    found = _replan(Run(view, planned, displaced, actor), effort, 0, is_dry_run=is_dry_run)
    if not is_dry_run:
        _take_the_time(resource, now, late_until)
    kept_back = tuple(
        UnkeptVisit(each.booking_id, stuck[each.pk])
        for each in affected
        if each.pk in stuck and each.booking_id
    )
    return replace(found, unkept=(*kept_back, *found.unkept))


def repair_time_off(*, time_off: TimeOff, actor: Actor, now: datetime) -> Replanned:
    """Find new places for the visits in an approved absence; see `repair_day`.

    Absences of more than a few weeks are looked at as far as the company plans ahead.
    """
    company = get_company()
    zone = ZoneInfo(company.time_zone)
    first = local_day(max(now, time_off.starts_at), zone)
    last = min(
        local_day(time_off.ends_at, zone), first + timedelta(days=max(company.replan_days, 31))
    )
    days = (last - first).days + 1
    return repair_day(
        resource=time_off.resource,
        first=first,
        last=max(first, last),
        now=now,
        effort=Effort(rounds=REPAIR_ROUNDS * max(1, days), seconds=REPAIR_SECONDS),
        actor=actor,
    )


def _take_the_time(resource: BookableResource, now: datetime, late_until: datetime | None) -> None:
    """What has become free goes to the absence, or to the visit that takes longer."""
    if late_until is not None:
        extend_visit(resource=resource, now=now, ends_at=late_until)
        return
    for absence in TimeOff.objects.filter(resource=resource, ends_at__gt=now):
        block_time_off(time_off_id=absence.pk)


def _clashes(resource: BookableResource, now: datetime, late_until: datetime | None) -> Q:
    """Visits that lie in an absence, or that begin before the resource is free again."""
    if late_until is not None:
        return Q(starts_at__gt=now, starts_at__lt=late_until)
    clash = Q(pk__in=())
    for absence in TimeOff.objects.filter(resource=resource, state=TimeOffState.APPROVED):
        clash |= Q(starts_at__lt=absence.ends_at, ends_at__gt=absence.starts_at)
    return clash


def _why_stuck(visit: Assignment, now: datetime) -> UnkeptReason | None:
    """Why planning must not touch a visit at all; None if it may."""
    assert visit.booking is not None
    if visit.booking.parent_status is not ParentStatus.SCHEDULED or visit.starts_at <= now:
        return UnkeptReason.UNDER_WAY
    if visit.booking.is_pinned:
        return UnkeptReason.PINNED
    if visit.crew_id or visit.booking.assignments.count() > 1:
        return UnkeptReason.SEVERAL_PEOPLE
    return None


def _replan(run: Run, effort: Effort, seed: int, *, is_dry_run: bool) -> Replanned:
    result = replan(run.planned.problem, effort, seed=seed)
    written = set() if is_dry_run else write_changes(run, result.changes)
    moves = _moves(run, result, written)
    lost = {move.booking_id for move in moves if not move.is_written} if not is_dry_run else set()
    displaced = {each.booking_id for each in run.displaced.values()}
    unkept = [
        UnkeptVisit(booking_id, UnkeptReason(each.obstacle.value))
        for each in result.unkept
        if (booking_id := run.planned.visits[each.stop.id].booking_id)
    ]
    unkept += [
        UnkeptVisit(each, UnkeptReason.CHANGED_MEANWHILE) for each in sorted(lost & displaced)
    ]
    return Replanned(
        travel_before_s=result.travel_before_s,
        travel_after_s=result.travel_after_s,
        moves=moves,
        unkept=tuple(unkept),
        rounds=result.rounds,
    )


def _moves(run: Run, result: ReplanResult, written: set[int]) -> tuple[VisitMove, ...]:
    return tuple(
        VisitMove(
            booking_id=visit.booking_id,
            old_resource_id=visit.resource_id,
            new_resource_id=change.to_route.resource_id,
            old_arrives_at=visit.arrives_at,
            arrives_at=instant(change.stop.arrives_s),
            is_written=change.stop.id in written,
        )
        for change in result.changes
        if (visit := run.planned.visits.get(change.stop.id)) is not None and visit.booking_id
    )
