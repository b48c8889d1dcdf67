"""Change a booking's status, with its timestamp, and the work order status that follows."""

from datetime import datetime

from django.db import transaction

from doorstep.domain.work.models import RequirementStatus, WorkOrder
from doorstep.domain.work.services.work_orders import set_system_status
from doorstep.platform.audit.services import Actor, record
from doorstep.platform.events.events import publish

from ..errors import TransitionRefused
from ..events import BookingStatusChanged
from ..lifecycle import BookingState, derive_system_status, may_change
from ..models import Booking, BookingStatus, ParentStatus, ResourceBlock, StatusTimestamp
from ..rules import lock_booking
from .placing import lock_resources

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


def apply_status(current: Booking, status: BookingStatus, *, actor: Actor, at: datetime) -> Booking:
    """The part of `set_status` for a booking that is locked already."""
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
    if old_parent != new_parent:
        StatusTimestamp.objects.create(
            booking=current, status=new, parent=new.parent, at=at,
            source=actor.source, user=actor.user,
        )  # fmt: skip
        _settle_requirements(current, new_parent)
    refresh_work_order(current.work_order)
    record(actor=actor, action="set status", obj=current, data={"from": str(old), "to": str(new)})
    if old_parent != new_parent:
        publish(BookingStatusChanged(current.pk, old_parent.value, new_parent.value))
    return current


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
