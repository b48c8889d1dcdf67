"""Cancel: give the time back at once, and keep the reason."""

from datetime import datetime

from django.db import transaction

from doorstep.domain.customers.models import Contact
from doorstep.platform.audit.services import SYSTEM, Actor, record
from doorstep.platform.events.events import publish
from doorstep.platform.identity.roles import STAFF_ROLES

from ..events import BookingCanceled
from ..models import Assignment, Booking, BookingNote, ParentStatus
from ..rules import check_may_cancel, is_customer, lock_booking
from ..selectors import get_default_status
from .idempotency import asker_of, earlier_result, keep_result, open_request
from .placing import lock_resources
from .status import apply_status


@transaction.atomic
def cancel_booking(
    *,
    booking: Booking,
    reason: str,
    request_key: str,
    actor: Actor,
    now: datetime,
    contact: Contact | None = None,
) -> Booking:
    """Cancel a visit that is still scheduled; staff may do so after the customers' cut-off too.

    `contact` is whose link it is, where nobody signed in. Raises NotChangeable, PastCancelCutoff,
    ChangedMeanwhile, KeyReused, NotBookable, and for staff TransitionRefused.
    """
    request = open_request(
        asker=asker_of(actor, contact=contact),
        key=request_key,
        values={"do": "cancel", "booking": booking.pk, "reason": reason},
    )
    earlier = earlier_result(request)
    if earlier is not None:
        return Booking.objects.get(pk=earlier["booking"])
    is_staff = actor.user is not None and actor.user.role in STAFF_ROLES
    lock_resources(booking.assignments.values_list("resource_id", flat=True))
    current = lock_booking(booking)
    if not is_staff:
        check_may_cancel(current, now=now)
    _cancel(current, reason=reason, actor=actor, now=now)
    if current.cancel_reason:
        BookingNote.objects.create(
            booking=current,
            text=current.cancel_reason,
            author=actor.user,
            is_from_customer=not is_staff,
        )
    keep_result(request, {"booking": current.pk})
    return current


@transaction.atomic
def cancel_bookings_of(*, work_order_id: int, now: datetime) -> list[Booking]:
    """Cancel the visits of a canceled work order that have not begun; twice does nothing more."""
    waiting = Booking.objects.filter(
        work_order=work_order_id, status__parent=ParentStatus.SCHEDULED
    ).order_by("pk")
    # All of them first: behind the lock of a booking, which is also one of its work order, nobody
    # may wait for a resource.
    lock_resources(
        Assignment.objects.filter(booking__in=waiting).values_list("resource_id", flat=True)
    )
    canceled = []
    for booking in waiting:
        current = lock_booking(booking)
        if current.parent_status is ParentStatus.SCHEDULED:
            _cancel(current, reason="", actor=SYSTEM, now=now)
            canceled.append(current)
    return canceled


def _cancel(current: Booking, *, reason: str, actor: Actor, now: datetime) -> None:
    current.cancel_reason = reason.strip()[:500]
    current.canceled_at = now
    current.save(update_fields=["cancel_reason", "canceled_at"])
    apply_status(current, get_default_status(ParentStatus.CANCELED), actor=actor, at=now)
    record(actor=actor, action="canceled", obj=current, data={"reason": current.cancel_reason})
    publish(BookingCanceled(booking_id=current.pk, by_customer=is_customer(actor)))
