"""A visit is expected late: who is told, in which words, and how often."""

from datetime import datetime, timedelta

import pytest

from doorstep.domain.bookings.models import Booking, ParentStatus
from doorstep.domain.notifications.message_types import RUNNING_LATE, STAFF_LATE
from doorstep.domain.notifications.models import Message, MessageState
from doorstep.domain.notifications.reasons import Reason
from doorstep.domain.notifications.services.deliver import deliver
from doorstep.domain.notifications.services.staff import tell_staff
from doorstep.domain.notifications.services.visits import tell_confirmed, tell_delay
from doorstep.domain.tracking.models import Delay
from tests.doubles.smtp import SmtpDouble
from tests.factories.bookings import World, book, make_world
from tests.factories.notifications import set_messages
from tests.factories.tracking import become

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def booking(world: World, now: datetime, smtp: SmtpDouble) -> Booking:
    """Promised for Thursday 10 to 12, and Carol knows."""
    booking = book(world, now=now)
    for message in tell_confirmed(booking_id=booking.pk, now=now):
        deliver(message_id=message.pk, now=now)
    return booking


def late(booking: Booking, minutes: int = 40) -> Delay:
    return Delay.objects.create(
        booking=booking,
        noticed_at=booking.promised_to - 30 * MINUTE,
        expected_at=booking.promised_to + minutes * MINUTE,
        promised_from=booking.promised_from,
        promised_to=booking.promised_to,
    )


def told(delay: Delay, now: datetime) -> Message:
    (message,) = tell_delay(booking_id=delay.booking_id, delay_id=delay.pk, now=now)
    return message


def test_the_customer_reads_the_new_time_and_the_promised_one(
    booking: Booking, smtp: SmtpDouble
) -> None:
    now = booking.promised_to - 30 * MINUTE
    message = told(late(booking), now)

    assert deliver(message_id=message.pk, now=now) == MessageState.SENT
    message.refresh_from_db()
    assert "12:40" in message.subject
    assert "10:00" in message.text
    assert "/v/" in message.text


def test_a_delay_past_the_promise_is_still_told(booking: Booking) -> None:
    now = booking.promised_to + 10 * MINUTE
    message = told(late(booking), now)

    assert deliver(message_id=message.pk, now=now) == MessageState.SENT


def test_each_delay_is_told_once(booking: Booking, now: datetime) -> None:
    delay = late(booking)
    told(delay, now)
    told(delay, now)

    assert Message.objects.filter(message_type=RUNNING_LATE.name).count() == 1


def test_only_the_newest_of_two_delays_is_sent(booking: Booking, now: datetime) -> None:
    first = told(late(booking), now)
    late(booking, 60)

    assert deliver(message_id=first.pk, now=now) == MessageState.SUPPRESSED
    first.refresh_from_db()
    assert first.reason == Reason.NEWER_DELAY


def test_nobody_hears_of_a_delay_of_a_promise_that_has_changed(
    booking: Booking, now: datetime
) -> None:
    message = told(late(booking), now)
    Booking.objects.filter(pk=booking.pk).update(promised_to=booking.promised_to + 60 * MINUTE)

    deliver(message_id=message.pk, now=now)
    message.refresh_from_db()
    assert message.reason == Reason.MOVED_SINCE


def test_nobody_hears_of_it_once_the_technician_is_there(booking: Booking, now: datetime) -> None:
    message = told(late(booking), now)
    become(booking, ParentStatus.IN_PROGRESS, at=now + MINUTE)

    deliver(message_id=message.pk, now=now)
    message.refresh_from_db()
    assert message.reason == Reason.BEGUN


def test_who_was_never_told_a_time_hears_of_no_delay(world: World, now: datetime) -> None:
    booking = book(world, now=now)

    assert told(late(booking), now).reason == Reason.NEVER_TOLD


def test_a_portal_may_keep_quiet_about_delays(
    world: World, booking: Booking, now: datetime
) -> None:
    set_messages(world.portal, switched_off=[RUNNING_LATE.name])

    assert told(late(booking), now).reason == Reason.SWITCHED_OFF


def test_the_office_is_told_too(
    world: World, booking: Booking, now: datetime, smtp: SmtpDouble
) -> None:
    set_messages(world.portal, staff_addresses="desk@example.com")
    delay = late(booking)

    (message,) = tell_staff(STAFF_LATE, booking_id=booking.pk, now=now, occasion=str(delay.pk))
    assert deliver(message_id=message.pk, now=now) == MessageState.SENT
    message.refresh_from_db()
    assert "12:40" in message.subject
