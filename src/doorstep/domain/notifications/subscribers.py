"""Which news becomes which message: the whole wiring on one page."""

from django.utils import timezone

from doorstep.domain.bookings.events import BookingConfirmed
from doorstep.domain.customers.events import InvitationCreated
from doorstep.platform.events.registry import subscribe

from .services.compose import compose_booking_confirmed, compose_invitation


@subscribe(BookingConfirmed)
def confirm_to_customer(event: BookingConfirmed) -> None:
    compose_booking_confirmed(booking_id=event.booking_id, now=timezone.now())


@subscribe(InvitationCreated)
def send_invitation(event: InvitationCreated) -> None:
    compose_invitation(invitation_id=event.invitation_id, now=timezone.now())
