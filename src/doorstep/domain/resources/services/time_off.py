"""Ask for time off, decide about it, take it back.

Only approved time off takes time (product reference 7.2). It says nothing to bookings that lie in
it: they stay, and it is up to the dispatcher to move them.
"""

from datetime import datetime

from django.db import transaction

from doorstep.platform.audit.services import Actor, record
from doorstep.platform.events.events import publish

from ..errors import TimeOffBackwards, TimeOffBegun, TimeOffDecided, TimeOffOver, TimeOffOverlaps
from ..events import TimeOffApproved, TimeOffRemoved
from ..models import BookableResource, TimeOff, TimeOffState


@transaction.atomic
def request_time_off(
    *,
    resource: BookableResource,
    starts_at: datetime,
    ends_at: datetime,
    reason: str = "",
    actor: Actor,
    now: datetime,
) -> TimeOff:
    """Approved at once, and TimeOffApproved published, unless the resource's needs approval.

    Raises TimeOffBackwards, TimeOffOver, or TimeOffOverlaps with other time off of the resource
    that is not rejected.
    """
    if starts_at >= ends_at:
        raise TimeOffBackwards
    if ends_at <= now:
        raise TimeOffOver
    # Locked, so that of two overlapping requests at once the second sees the first.
    current = BookableResource.objects.select_for_update(no_key=True).get(pk=resource.pk)
    others = TimeOff.objects.filter(
        resource=current, starts_at__lt=ends_at, ends_at__gt=starts_at
    ).exclude(state=TimeOffState.REJECTED)
    if others.exists():
        raise TimeOffOverlaps(resource=current)
    needs_approval = current.time_off_needs_approval
    time_off = TimeOff.objects.create(
        resource=current,
        starts_at=starts_at,
        ends_at=ends_at,
        reason=reason.strip(),
        state=TimeOffState.REQUESTED if needs_approval else TimeOffState.APPROVED,
        decided_by=None if needs_approval else actor.user,
    )
    record(actor=actor, action="requested" if needs_approval else "approved", obj=time_off)
    if not needs_approval:
        publish(TimeOffApproved(time_off_id=time_off.pk))
    return time_off


def approve_time_off(*, time_off: TimeOff, actor: Actor) -> TimeOff:
    """Publishes TimeOffApproved. Raises TimeOffDecided unless it was only requested."""
    with transaction.atomic():
        approved = _decide(time_off, TimeOffState.APPROVED, actor)
        publish(TimeOffApproved(time_off_id=approved.pk))
    return approved


def reject_time_off(*, time_off: TimeOff, actor: Actor) -> TimeOff:
    """Raises TimeOffDecided unless it was only requested; what was approved is deleted instead."""
    with transaction.atomic():
        return _decide(time_off, TimeOffState.REJECTED, actor)


@transaction.atomic
def delete_time_off(*, time_off: TimeOff, actor: Actor) -> None:
    """Whatever its state. Publishes TimeOffRemoved if it took time."""
    current = TimeOff.objects.select_for_update(of=("self",)).get(pk=time_off.pk)
    record(
        actor=actor,
        action="time off deleted",
        obj=current.resource,
        data={"from": current.starts_at.isoformat(), "to": current.ends_at.isoformat()},
    )
    current.delete()
    if current.state == TimeOffState.APPROVED:
        publish(
            TimeOffRemoved(
                resource_id=current.resource_id,
                starts_at=current.starts_at.isoformat(),
                ends_at=current.ends_at.isoformat(),
            )
        )


@transaction.atomic
def withdraw_time_off(*, time_off: TimeOff, actor: Actor, now: datetime) -> None:
    """What the resource itself takes back before it has begun; see `delete_time_off`. Raises
    TimeOffBegun, or TimeOffDecided for what was rejected."""
    current = TimeOff.objects.select_for_update(of=("self",)).get(pk=time_off.pk)
    if current.starts_at <= now:
        raise TimeOffBegun
    if current.state == TimeOffState.REJECTED:
        raise TimeOffDecided(state=current.get_state_display().lower())
    delete_time_off(time_off=current, actor=actor)


def _decide(time_off: TimeOff, state: TimeOffState, actor: Actor) -> TimeOff:
    current = TimeOff.objects.select_for_update(of=("self",)).get(pk=time_off.pk)
    if current.state != TimeOffState.REQUESTED:
        raise TimeOffDecided(state=current.get_state_display().lower())
    current.state, current.decided_by = state, actor.user
    current.save(update_fields=["state", "decided_by"])
    record(actor=actor, action=state, obj=current)
    return current
