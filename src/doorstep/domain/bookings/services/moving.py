"""What every move of a visit writes, whoever asks for it: the customer, a dispatcher, planning."""

from datetime import datetime

from doorstep.engine import Offer
from doorstep.platform.audit.services import Actor, record
from doorstep.platform.events.events import publish
from doorstep.platform.events.live import announce
from doorstep.platform.lib.db import require_transaction

from ..events import BookingRescheduled
from ..models import Assignment, Booking
from ..rules import is_customer
from ..timetable import Promise
from .confirm import team_names
from .placing import refresh_planned_times, write_plan


def write_move(*, current: Booking, offer: Offer, actor: Actor, now: datetime) -> Booking:
    """Give a locked booking the offer's time and team; old and new change hands in one commit.

    Publishes BookingRescheduled when the promise changed.
    """
    require_transaction()
    old = Promise(current.promised_from, current.promised_to)
    new = Promise.of(offer.target)
    Assignment.objects.filter(booking=current).delete()
    requirements = list(current.work_order.requirements.order_by("pk"))
    write_plan(offer, booking=current, requirements=requirements)
    refresh_planned_times(current.pk)
    Booking.objects.filter(pk=current.pk).update(
        promised_from=new.from_at,
        promised_to=new.to_at,
        promised_at=current.promised_at if new == old else now,
        # A new promise has not been found at risk.
        expected_late_at=current.expected_late_at if new == old else None,
        version=current.version + 1,
    )
    current.refresh_from_db()
    record(
        actor=actor,
        action="rescheduled",
        obj=current,
        data={
            "from": _texts(old),
            "to": _texts(new),
            "resources": team_names(current),
        },
    )
    announce([current.pk])
    if new != old:
        publish(
            BookingRescheduled(
                booking_id=current.pk,
                old_promised_from=old.from_at.isoformat(),
                old_promised_to=old.to_at.isoformat(),
                by_customer=is_customer(actor),
            )
        )
    return current


def team_of_booking(booking: Booking) -> frozenset[int]:
    """The resources that come now."""
    return frozenset(
        Assignment.objects.filter(booking=booking).values_list("resource_id", flat=True)
    )


def _texts(promise: Promise) -> list[str]:
    instants: tuple[datetime, datetime] = (promise.from_at, promise.to_at)
    return [instant.isoformat() for instant in instants]
