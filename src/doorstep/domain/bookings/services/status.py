"""Change a booking's status, with its timestamp, and the work order status that follows.

A change from the technician's page says what really happens: the times follow it (../effects.py).
From anywhere else they stay as they are planned.
"""

from datetime import datetime, timedelta

from django.db import transaction

from doorstep.domain.work.models import RequirementStatus, WorkOrder
from doorstep.domain.work.services.work_orders import set_system_status
from doorstep.platform.audit.models import Source
from doorstep.platform.audit.services import Actor, record
from doorstep.platform.events.events import publish
from doorstep.platform.events.live import announce

from ..effects import Times, times_after
from ..errors import TransitionRefused
from ..events import BookingStatusChanged
from ..journal import Stamp, minutes_in
from ..lifecycle import BookingState, derive_system_status, may_change
from ..models import (
    Assignment,
    Booking,
    BookingStatus,
    JournalEntry,
    ParentStatus,
    ResourceBlock,
    StatusTimestamp,
)
from ..rules import lock_booking
from .journals import write_journal
from .lanes import follow_reality, planned_times, return_to_plan
from .placing import lock_resources, refresh_planned_times

_REQUIREMENT_STATUS = {
    ParentStatus.COMPLETED: RequirementStatus.COMPLETED,
    # Canceling sets the requirement free to be booked again (product reference 6.3).
    ParentStatus.CANCELED: RequirementStatus.ACTIVE,
}


@transaction.atomic
def set_status(*, booking: Booking, status: BookingStatus, actor: Actor, at: datetime) -> Booking:
    """Give the booking a status that its lifecycle allows.

    Raises TransitionRefused, or ChangedMeanwhile if `booking` is not the latest version.
    """
    lock_resources(booking.assignments.values_list("resource_id", flat=True))
    current = lock_booking(booking)
    return apply_status(current, status, actor=actor, at=at)


def apply_status(
    current: Booking,
    status: BookingStatus,
    *,
    actor: Actor,
    at: datetime,
    received_at: datetime | None = None,
) -> Booking:
    """The part of `set_status` for a booking that is locked already, with its resources.

    `received_at` is when we heard of it, if that was later than it happened.
    """
    old, new = current.status, status
    old_parent, new_parent = ParentStatus(old.parent), ParentStatus(new.parent)
    if not may_change(old_parent, new_parent):
        raise TransitionRefused(old=old, new=new)
    current.status = new
    current.version += 1
    if new_parent is ParentStatus.COMPLETED:
        current.completed_at = at
    elif old_parent is ParentStatus.COMPLETED:
        current.completed_at = None
    current.save(update_fields=["status", "version", "completed_at"])
    if new_parent is ParentStatus.CANCELED:
        ResourceBlock.objects.filter(assignment__booking=current).delete()
    data = {"from": str(old), "to": str(new)}
    if received_at is not None:
        data["at"] = at.isoformat()
    if old_parent != new_parent:
        StatusTimestamp.objects.create(
            booking=current, status=new, parent=new.parent, at=at,
            source=actor.source, user=actor.user, received_at=received_at,
        )  # fmt: skip
        if actor.source == Source.TECHNICIAN:
            _follow(current, old_parent, new_parent, actor, at)
        _keep_minutes(current)
        _settle_requirements(current, new_parent)
    refresh_work_order(current.work_order)
    record(actor=actor, action="set status", obj=current, data=data)
    announce([current.pk])
    if old_parent != new_parent:
        publish(BookingStatusChanged(current.pk, old_parent.value, new_parent.value))
    return current


def _follow(
    current: Booking, old: ParentStatus, new: ParentStatus, actor: Actor, at: datetime
) -> None:
    """The effects of product reference 6.4, on the booking and on its resources' time."""
    parts = list(current.assignments.select_related("resource").order_by("pk"))
    own = _own_parts(parts, actor)
    if not own:
        return
    lead = own[0]
    times = times_after(
        Times(current.starts_at, current.arrives_at, current.ends_at),
        old=old,
        new=new,
        at=at,
        planned=planned_times(lead),
        duration=timedelta(minutes=current.duration_minutes),
    )
    if new is ParentStatus.SCHEDULED:
        return_to_plan(current, at=at)
        current.traveling_at = None
        current.save(update_fields=["traveling_at"])
        refresh_planned_times(current.pk)
        current.refresh_from_db(fields=["starts_at", "arrives_at", "ends_at"])
        return
    current.starts_at, current.arrives_at, current.ends_at = (
        times.starts_at, times.arrives_at, times.ends_at,
    )  # fmt: skip
    if new is ParentStatus.TRAVELING and old is not ParentStatus.ON_BREAK:
        current.traveling_at = at
    if new is ParentStatus.IN_PROGRESS and current.arrived_at is None:
        current.arrived_at = at
        WorkOrder.objects.filter(pk=current.work_order_id, first_arrived_at=None).update(
            first_arrived_at=at
        )
    current.save(update_fields=["starts_at", "arrives_at", "ends_at", "traveling_at", "arrived_at"])
    if new not in (ParentStatus.ON_BREAK, ParentStatus.CANCELED):
        follow_reality(booking=current, own={part.resource_id for part in own}, times=times, at=at)


def _own_parts(parts: list[Assignment], actor: Actor) -> list[Assignment]:
    """The parts of who acts and of those who travel with her; all of them if that is nobody."""
    mine = [part for part in parts if actor.user and part.resource.user_id == actor.user.pk]
    if not mine:
        return parts
    crew_id = mine[0].crew_id
    return mine + [
        part for part in parts if crew_id and part.crew_id == crew_id and part not in mine
    ]


def _keep_minutes(current: Booking) -> None:
    """Actual travel and work so far, and the journals once it is completed."""
    stamps = [
        Stamp(ParentStatus(parent), at)
        for parent, at in current.timestamps.order_by("at", "pk").values_list("parent", "at")
    ]
    current.actual_travel_minutes = minutes_in(stamps, ParentStatus.TRAVELING)
    current.actual_work_minutes = minutes_in(stamps, ParentStatus.IN_PROGRESS)
    current.save(update_fields=["actual_travel_minutes", "actual_work_minutes"])
    JournalEntry.objects.filter(booking=current).delete()
    if current.parent_status is ParentStatus.COMPLETED:
        write_journal(current, stamps)


def refresh_work_order(work_order: WorkOrder) -> None:
    """Derive the work order's status from all its bookings."""
    states = [
        BookingState(ParentStatus(parent), completes)
        for parent, completes in work_order.bookings.values_list(
            "status__parent", "status__completes_work_order"
        )
    ]
    set_system_status(work_order=work_order, status=derive_system_status(states))


def _settle_requirements(booking: Booking, parent: ParentStatus) -> None:
    status = _REQUIREMENT_STATUS.get(parent, RequirementStatus.ACTIVE)
    if parent is ParentStatus.COMPLETED and not booking.status.completes_work_order:
        status = RequirementStatus.ACTIVE
    # What was canceled with its work order is not booked again.
    booking.work_order.requirements.filter(assignments__booking=booking).exclude(
        status__in=(status, RequirementStatus.CANCELED)
    ).update(status=status)
