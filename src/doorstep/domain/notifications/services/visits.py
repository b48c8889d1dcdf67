"""Decide what customers are told of their visits, one function per occasion.

Each may be called twice for one cause: the second call returns the first one's rows.
"""

from datetime import datetime, timedelta

from django.db import transaction

from doorstep.domain.bookings.models import Booking, ParentStatus, StatusTimestamp
from doorstep.domain.notifications.bell import ring
from doorstep.domain.notifications.message_types import (
    BOOKING_CANCELED,
    BOOKING_COMPLETED,
    BOOKING_CONFIRMED,
    BOOKING_RESCHEDULED,
    RUNNING_LATE,
    TECHNICIAN_TRAVELING,
    MessageType,
)
from doorstep.domain.notifications.models import Message, MessageSettings, MessageState
from doorstep.domain.notifications.recipients import portal_of_booking
from doorstep.domain.notifications.selectors import settings_of
from doorstep.domain.notifications.wanted import delay_occasion
from doorstep.platform.lib.db import database_now

from .write import decide_for_visit, write

# Changes that never settle are told after so many settling times.
MOST_SETTLING = 10
WITH_IT = (
    "status", "booked_by__account", "work_order__portal__message_settings",
    "work_order__account__primary_contact__account",
    "work_order__reported_by__account", "work_order__work_order_type",
    "work_order__incident_type__work_order_type",
)  # fmt: skip


@transaction.atomic
def tell_confirmed(*, booking_id: int, now: datetime) -> list[Message]:
    """At once. Raises Booking.DoesNotExist, as all of these do."""
    booking, settings = _get(booking_id)
    return write(
        decide_for_visit(
            BOOKING_CONFIRMED,
            booking,
            occasion=f"{BOOKING_CONFIRMED.name}:{booking.pk}",
            settings=settings,
            now=now,
        ),
        now=now,
    )


@transaction.atomic
def tell_rescheduled(*, booking_id: int, now: datetime) -> list[Message]:
    """After the settling time; a further change within it puts the message off, and what it says
    is what is true when it leaves."""
    booking, settings = _get(booking_id)
    settling = timedelta(seconds=settings.settle_seconds)
    waiting = list(
        Message.objects.select_for_update(no_key=True).filter(
            booking=booking,
            message_type=BOOKING_RESCHEDULED.name,
            state=MessageState.PENDING,
            attempt_count=0,
            is_test=False,
        )
    )
    if waiting:
        return [_put_off(message, settling) for message in waiting]
    earlier = Message.objects.filter(
        booking=booking, message_type=BOOKING_RESCHEDULED.name, is_test=False
    ).count()
    messages = decide_for_visit(
        BOOKING_RESCHEDULED,
        booking,
        occasion=f"{BOOKING_RESCHEDULED.name}:{booking.pk}:{earlier}",
        settings=settings,
        now=now,
        wait=settling,
    )
    if all(message.state == MessageState.SUPPRESSED for message in messages):
        # Hearing of the same change twice must not fill the log with the same decision.
        promise = f"{booking.promised_from.isoformat()}/{booking.promised_to.isoformat()}"
        for message in messages:
            message.dedupe_key = (
                f"{BOOKING_RESCHEDULED.name}:{booking.pk}:{message.reason}:{promise}"
                f":{message.channel}"
            )
    return write(messages, now=now)


def tell_canceled(*, booking_id: int, now: datetime) -> list[Message]:
    """After the settling time, if a message with a date went out before."""
    return _tell_status(BOOKING_CANCELED, ParentStatus.CANCELED, booking_id, now)


def tell_traveling(*, booking_id: int, now: datetime) -> list[Message]:
    """At once: it is of use for minutes."""
    return _tell_status(TECHNICIAN_TRAVELING, ParentStatus.TRAVELING, booking_id, now)


def tell_completed(*, booking_id: int, now: datetime) -> list[Message]:
    """After the settling time: a slip of the finger is taken back within it."""
    return _tell_status(BOOKING_COMPLETED, ParentStatus.COMPLETED, booking_id, now)


@transaction.atomic
def tell_delay(*, booking_id: int, delay_id: int, now: datetime) -> list[Message]:
    """At once, for each delay that is news."""
    booking, settings = _get(booking_id)
    return write(
        decide_for_visit(
            RUNNING_LATE,
            booking,
            occasion=delay_occasion(booking_id, delay_id),
            settings=settings,
            now=now,
        ),
        now=now,
    )


@transaction.atomic
def _tell_status(
    kind: MessageType, parent: ParentStatus, booking_id: int, now: datetime
) -> list[Message]:
    booking, settings = _get(booking_id)
    stamp = (
        StatusTimestamp.objects.filter(booking=booking, parent=parent)
        .order_by("-at", "-pk")
        .first()
    )
    wait = timedelta(0) if kind.is_urgent else timedelta(seconds=settings.settle_seconds)
    return write(
        decide_for_visit(
            kind,
            booking,
            occasion=f"{kind.name}:{booking.pk}:{stamp.pk if stamp else 0}",
            settings=settings,
            now=now,
            wait=wait,
        ),
        now=now,
    )


def _get(booking_id: int) -> tuple[Booking, MessageSettings]:
    """Locked, so that two pieces of news of one visit are decided one after the other."""
    booking = (
        Booking.objects.select_for_update(of=("self",), no_key=True)
        .select_related(*WITH_IT)
        .get(pk=booking_id)
    )
    return booking, settings_of(portal_of_booking(booking))


def _put_off(message: Message, settling: timedelta) -> Message:
    latest = message.created_at + settling * MOST_SETTLING
    message.due_at = max(message.due_at, min(database_now() + settling, latest))
    message.save(update_fields=["due_at"])
    ring(message, at=message.due_at)
    return message
