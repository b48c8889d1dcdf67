"""Asked again at the moment of sending: is it still true, still wanted, still allowed, the right
hour (F27, F32, F40, F42, F43, F44, F50)."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from doorstep.domain.bookings.models import Booking
from doorstep.domain.customers.models import Account
from doorstep.domain.notifications.models import (
    Channel,
    ConsentScope,
    ConsentSource,
    Message,
    MessageState,
)
from doorstep.domain.notifications.quiet import end_of_quiet
from doorstep.domain.notifications.reasons import Reason
from doorstep.domain.notifications.services.actions import (
    NotResendable,
    NotWaiting,
    StillWaiting,
    resend,
    take_back,
)
from doorstep.domain.notifications.services.catalog import Catalog
from doorstep.domain.notifications.services.consent import is_opted_out, opt_in, opt_out
from doorstep.domain.notifications.services.deliver import deliver
from doorstep.domain.notifications.services.drain import drain
from doorstep.domain.notifications.services.remind import remind
from doorstep.domain.notifications.services.sweep import ring_for_due_messages
from doorstep.domain.notifications.services.visits import tell_confirmed
from doorstep.domain.organization.models import Company
from doorstep.domain.work.models import WorkOrderType
from doorstep.platform.audit.services import SYSTEM
from doorstep.platform.lib.db import database_now
from doorstep.platform.lib.site_time import get_zone
from tests.doubles.http import HANG_UP
from tests.doubles.http import running as serving
from tests.doubles.sms import Step, accept_then
from tests.doubles.smtp import SmtpDouble
from tests.doubles.twilio import ACCOUNT_SID, AUTH_TOKEN, SENDER, TwilioDouble
from tests.factories.bookings import World, book, make_world, window_key
from tests.factories.notifications import make_message, make_sms_account, set_messages

pytestmark = pytest.mark.django_db

PHONE = "+447700900123"
# What the office seldom changes.
SHARED = (
    "bookings_bookingstatus", "work_incidenttype", "organization_portal", "organization_snippet",
    "notifications_messagetext",
)  # fmt: skip


@pytest.fixture
def world() -> World:
    world = make_world()
    world.contact.phone = PHONE
    world.contact.save()
    return world


@pytest.fixture
def booking(world: World, now: datetime) -> Booking:
    return book(world, now=now)


@pytest.fixture
def twilio() -> Iterator[TwilioDouble]:
    with serving(TwilioDouble()) as double:
        make_sms_account(
            connector="twilio",
            settings={
                "account_sid": ACCOUNT_SID,
                "auth_token": AUTH_TOKEN,
                "from_number": SENDER,
                "base_url": double.url,
            },
        )
        yield double


def confirmed(booking: Booking, now: datetime) -> Message:
    (message,) = tell_confirmed(booking_id=booking.pk, now=now)
    return message


def send(message: Message, now: datetime) -> Message:
    Message.objects.filter(pk=message.pk).update(due_at=database_now())
    deliver(message_id=message.pk, now=now)
    message.refresh_from_db()
    return message


# --- Wanted ----------------------------------------------------------------------------------


def test_who_opts_out_after_it_was_queued_gets_nothing(
    booking: Booking, now: datetime, smtp: SmtpDouble
) -> None:
    message = confirmed(booking, now)
    opt_out(
        channel=Channel.EMAIL,
        address=message.address,
        source=ConsentSource.OFFICE,
        now=now,
    )

    assert send(message, now).reason == Reason.OPTED_OUT
    assert not smtp.mails


def test_who_wants_no_reminders_still_gets_confirmations(
    booking: Booking, world: World, now: datetime, smtp: SmtpDouble
) -> None:
    opt_out(
        channel=Channel.EMAIL,
        address=world.contact.email,
        source=ConsentSource.LINK,
        scope=ConsentScope.OPTIONAL,
        now=now,
    )

    assert send(confirmed(booking, now), now).state == MessageState.SENT
    Booking.objects.update(promised_at=now - timedelta(days=9))
    (reminder,) = remind(now=now)
    assert (reminder.state, reminder.reason) == (
        MessageState.SUPPRESSED,
        Reason.OPTED_OUT_OPTIONAL,
    )


def test_stop_silences_texts_and_the_mail_is_sent_instead(
    booking: Booking, world: World, now: datetime, twilio: TwilioDouble
) -> None:
    set_messages(world.portal, channel="sms")
    opt_out(channel=Channel.SMS, address=PHONE, source=ConsentSource.REPLY, now=now)

    text, mail = tell_confirmed(booking_id=booking.pk, now=now)

    assert (text.channel, text.reason) == (Channel.SMS, Reason.OPTED_OUT)
    assert (mail.channel, mail.state) == (Channel.EMAIL, MessageState.PENDING)


def test_start_brings_texts_back(
    booking: Booking, world: World, now: datetime, twilio: TwilioDouble
) -> None:
    set_messages(world.portal, channel="sms")
    opt_out(channel=Channel.SMS, address=PHONE, source=ConsentSource.REPLY, now=now)
    later = now + timedelta(minutes=1)
    opt_in(channel=Channel.SMS, address=PHONE, source=ConsentSource.REPLY, now=later)

    assert send(confirmed(booking, now), now).state == MessageState.SENT
    assert len(twilio.texts) == 1


def test_a_number_the_provider_knows_as_opted_out_goes_into_the_ledger_and_a_mail_goes_out(
    booking: Booking, world: World, now: datetime, twilio: TwilioDouble
) -> None:
    set_messages(world.portal, channel="sms")
    twilio.opted_out.add(PHONE)

    text = send(confirmed(booking, now), now)

    assert text.state == MessageState.FAILED
    assert is_opted_out(Channel.SMS, PHONE, is_optional=False)
    mail = text.followers.get()
    assert (mail.channel, mail.state) == (Channel.EMAIL, MessageState.PENDING)


def test_a_mailbox_that_does_not_exist_is_told_by_text(
    booking: Booking, now: datetime, smtp: SmtpDouble, twilio: TwilioDouble
) -> None:
    smtp.scripts["rcpt"] = "550 5.1.1 No such user"
    mail = send(confirmed(booking, now), now)

    text = send(mail.followers.get(), now)

    assert (mail.state, text.channel, text.state) == (
        MessageState.FAILED,
        Channel.SMS,
        MessageState.SENT,
    )
    assert len(twilio.texts) == 1


def test_a_type_excluded_meanwhile_is_not_told(
    booking: Booking, now: datetime, smtp: SmtpDouble
) -> None:
    message = confirmed(booking, now)
    booking.work_order.work_order_type = WorkOrderType.objects.create(name="Own", is_excluded=True)
    booking.work_order.save()

    assert send(message, now).reason == Reason.TYPE_EXCLUDED


def test_a_text_goes_to_the_number_of_the_moment_of_sending(
    booking: Booking, world: World, now: datetime, twilio: TwilioDouble
) -> None:
    set_messages(world.portal, channel="sms")
    message = confirmed(booking, now)
    world.contact.phone = "+447700900999"
    world.contact.save()

    assert send(message, now).address == "+447700900999"
    assert [text.to for text in twilio.texts] == ["+447700900999"]


# --- Allowed ---------------------------------------------------------------------------------


def test_while_all_messages_are_held_nothing_leaves_and_nothing_is_lost(
    booking: Booking, now: datetime, smtp: SmtpDouble
) -> None:
    message = confirmed(booking, now)
    Company.objects.update(is_outbound_held=True)
    assert ring_for_due_messages() == 0
    assert send(message, now).state == MessageState.PENDING
    assert message.attempt_count == 0

    Company.objects.update(is_outbound_held=False)
    assert send(message, now).state == MessageState.SENT
    assert len(smtp.mails) == 1


def test_a_dry_run_makes_the_text_and_sends_nothing(
    booking: Booking, now: datetime, smtp: SmtpDouble
) -> None:
    Company.objects.update(is_dry_run=True)

    message = send(confirmed(booking, now), now)

    assert (message.state, message.reason) == (MessageState.SUPPRESSED, Reason.DRY_RUN)
    assert "Carol" in message.text
    assert message.html
    assert not smtp.mails


@pytest.mark.parametrize(
    ("fence", "is_sent"),
    [
        ("", True),
        ("carol@example.com", True),
        ("@example.com", True),
        ("someone@example.org\n@EXAMPLE.com", True),
        ("@example.org", False),
        ("ample.com", False),
    ],
)
def test_outside_the_fence_nobody_is_written_to(
    booking: Booking, world: World, now: datetime, smtp: SmtpDouble, fence: str, is_sent: bool
) -> None:
    world.contact.email = "carol@example.com"
    world.contact.save()
    message = confirmed(booking, now)
    Company.objects.update(allowed_recipients=fence)

    assert (send(message, now).state == MessageState.SENT) == is_sent
    assert len(smtp.mails) == is_sent


# --- Quiet hours -----------------------------------------------------------------------------


def test_a_reminder_waits_for_the_end_of_the_quiet_hours_where_the_visit_is(
    booking: Booking, world: World, now: datetime, smtp: SmtpDouble
) -> None:
    set_messages(world.portal, quiet_from=time(8), quiet_to=time(11, 30))
    Booking.objects.update(promised_at=now - timedelta(days=9))
    (reminder,) = remind(now=now)

    waits = reminder.due_at - database_now()
    assert timedelta(hours=2, minutes=29) < waits <= timedelta(hours=2, minutes=30)
    # Rung for too early all the same: it goes back to wait.
    assert send(reminder, now).state == MessageState.PENDING
    assert reminder.attempt_count == 0
    assert not smtp.mails


def test_an_answer_to_the_customers_own_booking_passes_quiet_hours(
    booking: Booking, world: World, now: datetime, smtp: SmtpDouble
) -> None:
    set_messages(world.portal, quiet_from=time(8), quiet_to=time(11))

    assert send(confirmed(booking, now), now).state == MessageState.SENT


INSTANTS = st.datetimes(
    min_value=datetime(2026, 1, 1),  # noqa: DTZ001
    max_value=datetime(2027, 12, 31),  # noqa: DTZ001
).map(lambda naive: naive.replace(tzinfo=UTC))
TIMES = st.integers(0, 47).map(lambda half: time(half // 2, 30 * (half % 2)))


@given(instant=INSTANTS, begins=TIMES, ends=TIMES)
def test_it_is_quiet_between_the_two_times_of_day(
    instant: datetime, begins: time, ends: time
) -> None:
    """Tokyo's clocks are never put forward or back."""
    local = instant.astimezone(get_zone("Asia/Tokyo")).time()
    is_quiet = begins <= local < ends if begins <= ends else local >= begins or local < ends

    until = end_of_quiet(begins, ends, get_zone("Asia/Tokyo"), now=instant)

    assert (until is not None) == is_quiet
    assert until is None or until.astimezone(get_zone("Asia/Tokyo")).time() == ends


@given(
    instant=INSTANTS,
    begins=TIMES,
    ends=TIMES,
    zone=st.sampled_from(
        ["Europe/London", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca"]
    ),
)
def test_quiet_hours_end_within_a_day_also_where_clocks_change(
    instant: datetime, begins: time, ends: time, zone: str
) -> None:
    until = end_of_quiet(begins, ends, get_zone(zone), now=instant)

    if until is not None:
        assert instant < until <= instant + timedelta(hours=25)
        assert end_of_quiet(begins, ends, get_zone(zone), now=until) is None


# --- By hand ---------------------------------------------------------------------------------


def test_staff_may_send_a_message_again(booking: Booking, now: datetime, smtp: SmtpDouble) -> None:
    first = send(confirmed(booking, now), now)

    again = send(resend(message=first, actor=SYSTEM, now=now), now)

    assert (again.state, again.follows) == (MessageState.SENT, first)
    assert again.code != first.code
    assert len(smtp.mails) == 2


def test_what_still_waits_is_not_sent_again(booking: Booking, now: datetime) -> None:
    with pytest.raises(StillWaiting):
        resend(message=confirmed(booking, now), actor=SYSTEM, now=now)


def test_staff_may_take_back_what_waits(booking: Booking, now: datetime, smtp: SmtpDouble) -> None:
    message = take_back(message=confirmed(booking, now), actor=SYSTEM)

    assert message.state == MessageState.CANCELED
    assert send(message, now).state == MessageState.CANCELED
    assert not smtp.mails


def test_what_went_out_cannot_be_taken_back(
    booking: Booking, now: datetime, smtp: SmtpDouble
) -> None:
    message = send(confirmed(booking, now), now)

    with pytest.raises(NotWaiting):
        take_back(message=message, actor=SYSTEM)


# --- Many ------------------------------------------------------------------------------------


def test_a_drain_sends_everything_due(smtp: SmtpDouble) -> None:
    for _number in range(30):
        make_message()

    assert drain(Channel.EMAIL, now=timezone.now) == (30, False)
    assert len(smtp.mails) == 30


def test_what_a_crowd_shares_is_read_once_and_what_protects_a_customer_each_time(
    world: World, now: datetime, smtp: SmtpDouble
) -> None:
    visits = [book(world, now=now, key=window_key(date(2026, 11, day))) for day in range(24, 28)]
    messages = [tell_confirmed(booking_id=visit.pk, now=now)[0] for visit in visits]
    catalog = Catalog()
    deliver(message_id=messages[0].pk, now=now, catalog=catalog)

    with CaptureQueriesContext(connection) as queries:
        deliver(message_id=messages[1].pk, now=now, catalog=catalog)
    Account.objects.update(is_excluded=True)
    excluded = deliver(message_id=messages[2].pk, now=now, catalog=catalog)
    Account.objects.update(is_excluded=False)
    opt_out(channel=Channel.EMAIL, address=messages[3].address, source=ConsentSource.LINK, now=now)
    refused = deliver(message_id=messages[3].pk, now=now, catalog=catalog)

    asked = " ".join(query["sql"] for query in queries)
    assert [name for name in SHARED if f'FROM "{name}"' in asked] == []
    assert (excluded, refused) == (MessageState.SUPPRESSED, MessageState.SUPPRESSED)
    assert len(smtp.mails) == 2


def test_the_link_in_a_text_is_looked_for_before_the_text_is_sent_again(
    booking: Booking, world: World, now: datetime, twilio: TwilioDouble
) -> None:
    """F34: accepted, and the answer lost."""
    set_messages(world.portal, channel="sms")
    twilio.script.append(accept_then(HANG_UP))
    message = send(confirmed(booking, now), now)
    assert message.state == MessageState.PENDING

    assert send(message, now).state == MessageState.SENT
    assert len(twilio.texts) == 1
    assert message.provider_id == twilio.texts[0].sid


def test_a_text_that_is_not_there_after_two_looks_is_sent_once_more(
    booking: Booking, world: World, now: datetime, twilio: TwilioDouble
) -> None:
    set_messages(world.portal, channel="sms")
    twilio.script.append(Step(HANG_UP))
    message = confirmed(booking, now)
    for _try in range(3):
        send(message, now)
        assert message.state == MessageState.PENDING

    assert send(message, now).state == MessageState.SENT
    assert len(twilio.texts) == 1


def test_mails_of_the_sign_in_pages_are_not_sent_again_by_hand() -> None:
    message = make_message()
    Message.objects.filter(pk=message.pk).update(
        message_type="password_reset", state=MessageState.SENT
    )

    with pytest.raises(NotResendable):
        resend(message=message, actor=SYSTEM, now=timezone.now())
