"""What customers are told of their visits, and what not: every decision is a row with its reason
(issue of the messages, rules; product reference 5.2 to 5.5; F06, F49)."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from doorstep.domain.bookings.models import Booking, BookingStatus, ParentStatus
from doorstep.domain.bookings.selectors import get_default_status
from doorstep.domain.bookings.services.status import set_status
from doorstep.domain.customers.models import MessageChannel
from doorstep.domain.notifications.message_types import (
    BOOKING_CANCELED,
    BOOKING_COMPLETED,
    BOOKING_CONFIRMED,
    BOOKING_RESCHEDULED,
    TECHNICIAN_TRAVELING,
)
from doorstep.domain.notifications.models import (
    Channel,
    Message,
    MessageSettings,
    MessageState,
    SendTo,
)
from doorstep.domain.notifications.reasons import Reason
from doorstep.domain.notifications.services.deliver import deliver
from doorstep.domain.notifications.services.visits import (
    tell_canceled,
    tell_completed,
    tell_confirmed,
    tell_rescheduled,
    tell_traveling,
)
from doorstep.domain.organization.models import Portal
from doorstep.platform.audit.services import SYSTEM
from doorstep.platform.lib.db import database_now
from tests.doubles.smtp import SmtpDouble
from tests.factories.bookings import World, book, make_world
from tests.factories.customers import make_contact
from tests.factories.notifications import make_sms_account, set_messages

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def booking(world: World, now: datetime) -> Booking:
    return book(world, now=now)


def move(booking: Booking, by: timedelta) -> None:
    """As a move leaves it behind."""
    Booking.objects.filter(pk=booking.pk).update(
        promised_from=booking.promised_from + by, promised_to=booking.promised_to + by
    )
    booking.refresh_from_db()


def give_status(booking: Booking, *parents: ParentStatus, now: datetime) -> None:
    for parent in parents:
        booking.refresh_from_db()
        set_status(booking=booking, status=get_default_status(parent), actor=SYSTEM, at=now)


def confirm(booking: Booking, now: datetime) -> Message:
    """The customer has the confirmation."""
    message = only(tell_confirmed(booking_id=booking.pk, now=now))
    Message.objects.filter(pk=message.pk).update(
        state=MessageState.SENT, sent_at=database_now(), told_from=booking.promised_from
    )
    return message


def only(messages: list[Message]) -> Message:
    (message,) = messages
    return message


def why(messages: list[Message]) -> Any:
    message = only(messages)
    return message.reason if message.state == MessageState.SUPPRESSED else message.state


def due_now(message: Message) -> None:
    Message.objects.filter(pk=message.pk).update(due_at=database_now())


# --- Confirmed -------------------------------------------------------------------------------


def test_a_self_scheduled_booking_is_confirmed_at_once(booking: Booking, now: datetime) -> None:
    message = only(tell_confirmed(booking_id=booking.pk, now=now))

    assert (message.message_type, message.state) == (BOOKING_CONFIRMED.name, MessageState.PENDING)
    assert message.due_at <= database_now()
    assert message.code is not None


def test_news_heard_twice_is_told_once(booking: Booking, now: datetime) -> None:
    first = tell_confirmed(booking_id=booking.pk, now=now)

    assert tell_confirmed(booking_id=booking.pk, now=now) == first
    assert Message.objects.count() == 1


@pytest.mark.parametrize(
    "kind", [BOOKING_CONFIRMED, BOOKING_CANCELED, BOOKING_RESCHEDULED, TECHNICIAN_TRAVELING]
)
def test_each_type_has_its_own_switch(
    booking: Booking, world: World, now: datetime, kind: Any
) -> None:
    set_messages(world.portal, switched_off=[kind.name])
    tell = {
        BOOKING_CONFIRMED: tell_confirmed,
        BOOKING_CANCELED: tell_canceled,
        BOOKING_RESCHEDULED: tell_rescheduled,
        TECHNICIAN_TRAVELING: tell_traveling,
    }[kind]

    assert why(tell(booking_id=booking.pk, now=now)) == Reason.SWITCHED_OFF


# --- Rescheduled -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("minutes", "expected"), [(11, MessageState.PENDING), (10, Reason.SMALL_CHANGE)]
)
def test_a_move_is_told_when_it_is_more_than_ten_minutes(
    booking: Booking, now: datetime, minutes: int, expected: str
) -> None:
    confirm(booking, now)
    move(booking, timedelta(minutes=minutes))

    assert why(tell_rescheduled(booking_id=booking.pk, now=now)) == expected


def test_small_moves_add_up_to_one_that_is_told(booking: Booking, now: datetime) -> None:
    confirm(booking, now)
    move(booking, timedelta(minutes=8))
    assert why(tell_rescheduled(booking_id=booking.pk, now=now)) == Reason.SMALL_CHANGE
    move(booking, timedelta(minutes=8))

    assert why(tell_rescheduled(booking_id=booking.pk, now=now)) == MessageState.PENDING


def test_the_portal_says_from_how_many_minutes_on(
    booking: Booking, world: World, now: datetime
) -> None:
    set_messages(world.portal, reschedule_minutes=60)
    confirm(booking, now)
    move(booking, HOUR)

    assert why(tell_rescheduled(booking_id=booking.pk, now=now)) == Reason.SMALL_CHANGE


def test_nobody_hears_of_a_move_from_a_date_never_told(booking: Booking, now: datetime) -> None:
    move(booking, HOUR)

    assert why(tell_rescheduled(booking_id=booking.pk, now=now)) == Reason.NEVER_TOLD


def test_a_confirmation_that_still_waits_tells_the_new_time_itself(
    booking: Booking, now: datetime
) -> None:
    tell_confirmed(booking_id=booking.pk, now=now)
    move(booking, HOUR)

    assert why(tell_rescheduled(booking_id=booking.pk, now=now)) == Reason.ANOTHER_TELLS


def test_two_moves_within_the_settling_time_are_one_message(
    booking: Booking, now: datetime
) -> None:
    confirm(booking, now)
    move(booking, HOUR)
    first = only(tell_rescheduled(booking_id=booking.pk, now=now))
    move(booking, HOUR)

    second = only(tell_rescheduled(booking_id=booking.pk, now=now))

    assert second == first
    assert second.due_at > first.due_at
    assert second.due_at > database_now() + timedelta(seconds=50)


def test_moving_without_end_does_not_put_the_message_off_for_ever(
    booking: Booking, now: datetime
) -> None:
    confirm(booking, now)
    move(booking, HOUR)
    message = only(tell_rescheduled(booking_id=booking.pk, now=now))
    Message.objects.filter(pk=message.pk).update(created_at=database_now() - HOUR)

    again = only(tell_rescheduled(booking_id=booking.pk, now=now))

    assert again.due_at == message.due_at


def test_moved_and_moved_back_is_told_to_nobody(
    booking: Booking, now: datetime, smtp: SmtpDouble
) -> None:
    confirm(booking, now)
    move(booking, HOUR)
    message = only(tell_rescheduled(booking_id=booking.pk, now=now))
    move(booking, -HOUR)
    tell_rescheduled(booking_id=booking.pk, now=now)
    due_now(message)

    assert deliver(message_id=message.pk, now=now) == MessageState.SUPPRESSED
    message.refresh_from_db()
    assert message.reason == Reason.NOTHING_CHANGED
    assert not smtp.mails


def test_a_second_move_after_the_first_was_told_is_told_too(
    booking: Booking, now: datetime, smtp: SmtpDouble
) -> None:
    confirm(booking, now)
    for _number in range(2):
        move(booking, HOUR)
        message = only(tell_rescheduled(booking_id=booking.pk, now=now))
        due_now(message)
        assert deliver(message_id=message.pk, now=now) == MessageState.SENT

    assert len(smtp.mails) == 2


def test_a_move_is_told_on_both_channels_if_the_portal_uses_both(
    booking: Booking, world: World, now: datetime, smtp: SmtpDouble
) -> None:
    make_sms_account()
    set_messages(world.portal, channel=MessageChannel.BOTH)
    for message in tell_confirmed(booking_id=booking.pk, now=now):
        assert deliver(message_id=message.pk, now=now) == MessageState.SENT
    move(booking, HOUR)

    messages = tell_rescheduled(booking_id=booking.pk, now=now)
    states = []
    for message in messages:
        due_now(message)
        states.append(deliver(message_id=message.pk, now=now))

    assert [message.channel for message in messages] == [Channel.EMAIL, Channel.SMS]
    assert states == [MessageState.SENT, MessageState.SENT]


def test_a_technician_who_sets_out_early_moves_nothing(booking: Booking, now: datetime) -> None:
    confirm(booking, now)
    Booking.objects.filter(pk=booking.pk).update(starts_at=booking.starts_at - HOUR)

    assert why(tell_rescheduled(booking_id=booking.pk, now=now)) == Reason.NOTHING_CHANGED


# --- Canceled --------------------------------------------------------------------------------


def test_a_cancellation_is_told_to_who_knew_the_date(booking: Booking, now: datetime) -> None:
    confirm(booking, now)
    give_status(booking, ParentStatus.CANCELED, now=now)

    assert why(tell_canceled(booking_id=booking.pk, now=now)) == MessageState.PENDING


def test_a_cancellation_of_a_date_never_told_is_not_told(booking: Booking, now: datetime) -> None:
    give_status(booking, ParentStatus.CANCELED, now=now)

    assert why(tell_canceled(booking_id=booking.pk, now=now)) == Reason.NEVER_TOLD


def test_a_cancellation_taken_back_in_time_is_told_to_nobody(
    booking: Booking, now: datetime, smtp: SmtpDouble
) -> None:
    confirm(booking, now)
    give_status(booking, ParentStatus.CANCELED, now=now)
    message = only(tell_canceled(booking_id=booking.pk, now=now))
    scheduled = BookingStatus.objects.get(parent=ParentStatus.SCHEDULED, is_default=True)
    Booking.objects.filter(pk=booking.pk).update(status=scheduled)
    due_now(message)

    assert deliver(message_id=message.pk, now=now) == MessageState.SUPPRESSED
    assert not smtp.mails


def test_the_mail_of_a_cancellation_takes_the_visit_out_of_the_calendar(
    booking: Booking, now: datetime, smtp: SmtpDouble
) -> None:
    confirm(booking, now)
    give_status(booking, ParentStatus.CANCELED, now=now)
    message = only(tell_canceled(booking_id=booking.pk, now=now))
    due_now(message)
    deliver(message_id=message.pk, now=now)

    (attachment,) = smtp.mails[0].iter_attachments()
    content = attachment.get_content()
    text = content if isinstance(content, str) else content.decode()
    assert "STATUS:CANCELLED" in text


# --- Traveling, completed --------------------------------------------------------------------


def test_a_technician_on_the_way_is_told_when_the_portal_tracks(
    booking: Booking, world: World, now: datetime
) -> None:
    Portal.objects.update(is_tracking_enabled=True)
    give_status(booking, ParentStatus.TRAVELING, now=now)

    assert why(tell_traveling(booking_id=booking.pk, now=now)) == MessageState.PENDING


def test_a_technician_on_the_way_is_not_told_where_tracking_is_off(
    booking: Booking, now: datetime
) -> None:
    give_status(booking, ParentStatus.TRAVELING, now=now)

    assert why(tell_traveling(booking_id=booking.pk, now=now)) == Reason.TRACKING_OFF


def test_a_stale_traveling_is_dropped(booking: Booking, now: datetime, smtp: SmtpDouble) -> None:
    Portal.objects.update(is_tracking_enabled=True)
    give_status(booking, ParentStatus.TRAVELING, now=now)
    message = only(tell_traveling(booking_id=booking.pk, now=now))
    give_status(booking, ParentStatus.IN_PROGRESS, now=now)

    assert deliver(message_id=message.pk, now=now) == MessageState.SUPPRESSED
    assert not smtp.mails


def test_a_completed_visit_is_told_after_the_settling_time(booking: Booking, now: datetime) -> None:
    give_status(
        booking, ParentStatus.TRAVELING, ParentStatus.IN_PROGRESS, ParentStatus.COMPLETED, now=now
    )

    message = only(tell_completed(booking_id=booking.pk, now=now))

    assert (message.message_type, message.state) == (BOOKING_COMPLETED.name, MessageState.PENDING)
    assert message.due_at > database_now() + timedelta(seconds=50)


# --- Who and how -----------------------------------------------------------------------------


def test_who_reported_the_work_is_told(booking: Booking, world: World, now: datetime) -> None:
    reporter = make_contact(account=world.contact.account)
    booking.work_order.reported_by = reporter
    booking.work_order.save()

    assert only(tell_confirmed(booking_id=booking.pk, now=now)).contact == reporter


@pytest.mark.parametrize("send_to", SendTo.values)
def test_where_nobody_reported_it_the_portal_says_who_is_told(
    booking: Booking, world: World, now: datetime, send_to: str
) -> None:
    primary = make_contact(account=world.contact.account)
    account = world.contact.account
    account.primary_contact = primary
    account.save()
    booking.work_order.reported_by = None
    booking.work_order.save()
    set_messages(world.portal, send_to=send_to)

    message = only(tell_confirmed(booking_id=booking.pk, now=now))

    expected = {
        SendTo.PRIMARY_CONTACT: primary,
        SendTo.BOOKED_BY: booking.booked_by,
        SendTo.NOBODY: None,
    }[SendTo(send_to)]
    assert message.contact == expected
    assert message.reason == ("" if expected else Reason.NO_CONTACT)


@pytest.mark.parametrize(
    ("portal_choice", "own_wish", "expected"),
    [
        ("email", "", ["email"]),
        ("sms", "", ["sms"]),
        ("both", "", ["email", "sms"]),
        ("email", "sms", ["sms"]),
        ("both", "email", ["email"]),
        ("sms", "both", ["email", "sms"]),
    ],
)
def test_the_contacts_own_wish_goes_before_the_portals_channel(
    booking: Booking,
    world: World,
    now: datetime,
    portal_choice: str,
    own_wish: str,
    expected: list[str],
) -> None:
    make_sms_account()
    set_messages(world.portal, channel=portal_choice)
    world.contact.message_channel = own_wish
    world.contact.save()

    messages = tell_confirmed(booking_id=booking.pk, now=now)

    assert [message.channel for message in messages] == expected
    assert {message.state for message in messages} == {MessageState.PENDING}


@pytest.mark.parametrize(
    ("choice", "missing", "reason", "instead"),
    [
        ("sms", {"phone": ""}, Reason.NO_PHONE, "email"),
        ("email", {"email": ""}, Reason.NO_ADDRESS, "sms"),
    ],
)
def test_a_missing_address_falls_back_to_the_other_channel_and_says_so(
    booking: Booking,
    world: World,
    now: datetime,
    choice: str,
    missing: dict[str, str],
    reason: str,
    instead: str,
) -> None:
    make_sms_account()
    set_messages(world.portal, channel=choice)
    for name, value in missing.items():
        setattr(world.contact, name, value)
    world.contact.save()

    first, second = tell_confirmed(booking_id=booking.pk, now=now)

    assert (first.channel, first.reason) == (choice, reason)
    assert (second.channel, second.state) == (instead, MessageState.PENDING)


def test_without_a_service_for_texts_the_mail_is_sent(
    booking: Booking, world: World, now: datetime
) -> None:
    set_messages(world.portal, channel="sms")

    first, second = tell_confirmed(booking_id=booking.pk, now=now)

    assert first.reason == Reason.NO_CONNECTOR
    assert (second.channel, second.state) == ("email", MessageState.PENDING)


def test_settings_that_nobody_has_touched_are_the_defaults(world: World) -> None:
    settings = MessageSettings()

    assert settings.reminders == [7]
    assert (settings.settle_seconds, settings.reschedule_minutes) == (60, 10)
