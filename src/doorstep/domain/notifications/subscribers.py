"""Which news becomes which message: the whole wiring on one page."""

from django.utils import timezone

from doorstep.domain.bookings.events import (
    BookingCanceled,
    BookingConfirmed,
    BookingRescheduled,
    BookingStatusChanged,
)
from doorstep.domain.bookings.models import ParentStatus
from doorstep.domain.customers.events import InvitationCreated
from doorstep.platform.events.registry import subscribe

from .message_types import STAFF_BOOKED, STAFF_CANCELED, STAFF_MOVED
from .services.compose import compose_invitation
from .services.staff import tell_staff
from .services.visits import (
    tell_canceled,
    tell_completed,
    tell_confirmed,
    tell_rescheduled,
    tell_traveling,
)


@subscribe(BookingConfirmed)
def confirm_to_customer(event: BookingConfirmed) -> None:
    tell_confirmed(booking_id=event.booking_id, now=timezone.now())


@subscribe(BookingConfirmed)
def tell_office_of_booking(event: BookingConfirmed) -> None:
    tell_staff(STAFF_BOOKED, booking_id=event.booking_id, now=timezone.now())


@subscribe(BookingRescheduled)
def tell_customer_of_move(event: BookingRescheduled) -> None:
    tell_rescheduled(booking_id=event.booking_id, now=timezone.now())


@subscribe(BookingRescheduled)
def tell_office_of_move(event: BookingRescheduled) -> None:
    if event.by_customer:
        old = f"{event.old_promised_from}/{event.old_promised_to}"
        tell_staff(STAFF_MOVED, booking_id=event.booking_id, now=timezone.now(), occasion=old)


@subscribe(BookingCanceled)
def tell_customer_of_cancellation(event: BookingCanceled) -> None:
    tell_canceled(booking_id=event.booking_id, now=timezone.now())


@subscribe(BookingCanceled)
def tell_office_of_cancellation(event: BookingCanceled) -> None:
    if event.by_customer:
        tell_staff(STAFF_CANCELED, booking_id=event.booking_id, now=timezone.now())


@subscribe(BookingStatusChanged)
def tell_customer_of_status(event: BookingStatusChanged) -> None:
    match event.new_parent:
        case ParentStatus.TRAVELING:
            tell_traveling(booking_id=event.booking_id, now=timezone.now())
        case ParentStatus.COMPLETED:
            tell_completed(booking_id=event.booking_id, now=timezone.now())
        case ParentStatus.CANCELED:
            # Also when staff set the status without going through "cancel".
            tell_canceled(booking_id=event.booking_id, now=timezone.now())


@subscribe(InvitationCreated)
def send_invitation(event: InvitationCreated) -> None:
    compose_invitation(invitation_id=event.invitation_id, now=timezone.now())
