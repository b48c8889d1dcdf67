"""Which news becomes which message: the whole wiring on one page."""

from datetime import datetime

from django.utils import timezone

from doorstep.connectors.base import CredentialsRefused, TemporaryFailure
from doorstep.domain.bookings.events import (
    BookingCanceled,
    BookingConfirmed,
    BookingRescheduled,
    BookingStatusChanged,
    ProblemReported,
)
from doorstep.domain.bookings.models import ParentStatus
from doorstep.domain.calendars.events import (
    CalendarLinkFailed,
    CalendarLinkRecovered,
    CalendarServiceFailed,
    CalendarServiceRecovered,
)
from doorstep.domain.customers.events import InvitationCreated
from doorstep.domain.places.events import TrafficServiceFailed, TrafficServiceRecovered
from doorstep.domain.tracking.events import ArrivalDelayed
from doorstep.platform.events.registry import subscribe

from .message_types import STAFF_BOOKED, STAFF_CANCELED, STAFF_LATE, STAFF_MOVED
from .services.accounts import note_success_of, note_trouble_of
from .services.compose import compose_invitation
from .services.staff import tell_staff
from .services.staff_tasks import (
    close_calendar_tasks,
    make_calendar_task,
    make_problem_task,
)
from .services.visits import (
    tell_canceled,
    tell_completed,
    tell_confirmed,
    tell_delay,
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


@subscribe(ArrivalDelayed)
def tell_customer_of_delay(event: ArrivalDelayed) -> None:
    tell_delay(booking_id=event.booking_id, delay_id=event.delay_id, now=timezone.now())


@subscribe(ArrivalDelayed)
def tell_office_of_delay(event: ArrivalDelayed) -> None:
    tell_staff(
        STAFF_LATE,
        booking_id=event.booking_id,
        now=timezone.now(),
        occasion=str(event.delay_id),
    )


@subscribe(ProblemReported)
def ask_office_to_look(event: ProblemReported) -> None:
    make_problem_task(note_id=event.note_id, is_late=event.is_late)


@subscribe(InvitationCreated)
def send_invitation(event: InvitationCreated) -> None:
    compose_invitation(invitation_id=event.invitation_id, now=timezone.now())


@subscribe(CalendarServiceFailed)
def count_calendar_trouble(event: CalendarServiceFailed) -> None:
    _count_trouble(event)


@subscribe(CalendarServiceRecovered)
def forget_calendar_trouble(event: CalendarServiceRecovered) -> None:
    _forget_trouble(event)


@subscribe(CalendarLinkFailed)
def ask_office_to_mend_calendar(event: CalendarLinkFailed) -> None:
    make_calendar_task(link_id=event.link_id)


@subscribe(CalendarLinkRecovered)
def close_task_of_calendar(event: CalendarLinkRecovered) -> None:
    close_calendar_tasks(link_id=event.link_id)


@subscribe(TrafficServiceFailed)
def count_traffic_trouble(event: TrafficServiceFailed) -> None:
    _count_trouble(event)


@subscribe(TrafficServiceRecovered)
def forget_traffic_trouble(event: TrafficServiceRecovered) -> None:
    _forget_trouble(event)


def _forget_trouble(event: CalendarServiceRecovered | TrafficServiceRecovered) -> None:
    until = event.paused_until
    note_success_of(event.account_id, paused_until=datetime.fromisoformat(until) if until else None)


def _count_trouble(event: CalendarServiceFailed | TrafficServiceFailed) -> None:
    error = (
        CredentialsRefused(event.text)
        if event.is_refusal
        else TemporaryFailure(event.code, event.text, retry_after_s=event.retry_after_s)
    )
    note_trouble_of(event.account_id, error, now=timezone.now())
