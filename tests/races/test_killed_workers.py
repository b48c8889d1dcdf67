"""Workers killed with SIGKILL before every statement and every connection: no message is lost, and
one that may have been sent twice says so and carries the same Message-ID (F30, F34, F59)."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from doorstep.domain.bookings.models import Booking
from doorstep.domain.notifications.models import Message, MessageState, Outcome
from doorstep.platform.lib.db import database_now
from tests.doubles.http import running as serving
from tests.doubles.mortal_worker import MortalWorker
from tests.doubles.smtp import SmtpDouble, running
from tests.doubles.twilio import ACCOUNT_SID, AUTH_TOKEN, SENDER, TwilioDouble
from tests.factories.bookings import World, book, make_world
from tests.factories.notifications import make_message, make_sms_account, set_messages

pytestmark = pytest.mark.django_db(transaction=True)

MOST_STEPS = 120
# Every statement and connection of a delivery is one.
MANY_STEPS = 15
# With those of the other tests, more than two hundred.
CROWD, KILLS = 40, 150


@pytest.fixture
def smtp() -> Iterator[SmtpDouble]:
    with running(SmtpDouble()) as double:
        yield double


@pytest.fixture
def worker(smtp: SmtpDouble) -> Iterator[MortalWorker]:
    made = MortalWorker(database=str(connection.settings_dict["NAME"]), smtp_port=smtp.port)
    yield made
    made.end()


@pytest.fixture
def world() -> World:
    return make_world()


def lapse() -> None:
    """The leases of the dead run out, and everything is due."""
    past = database_now() - timedelta(hours=1)
    waiting = [MessageState.PENDING, MessageState.SENDING]
    Message.objects.filter(state__in=waiting).update(lease_until=past, due_at=past)
    Message.objects.filter(lease_until__isnull=False).update(lease_until=past)


def forgive() -> None:
    """A message that killed five workers before it was tried is parked; here it is not the
    message that kills."""
    Message.objects.filter(state=MessageState.PENDING, attempts=None).update(attempt_count=0)


def finish(worker: MortalWorker, message: Message, now: datetime) -> Message:
    """Healthy workers take over."""
    for _round in range(6):
        lapse()
        assert worker.work("deliver", message=message.pk, now=now)
        message.refresh_from_db()
        if message.state == MessageState.SENT:
            break
    return message


def is_marked(message: Message) -> bool:
    return message.attempts.filter(outcome=Outcome.UNKNOWN).exists()


def test_a_mail_survives_the_death_of_its_worker_at_every_step(
    worker: MortalWorker, smtp: SmtpDouble, now: datetime
) -> None:
    for step in range(1, MOST_STEPS):
        message = make_message()
        before = len(smtp.mails)
        is_done = worker.work("deliver", kill_at=step, message=message.pk, now=now)
        finish(worker, message, now)

        sent = smtp.mails[before:]
        assert message.state == MessageState.SENT
        assert 1 <= len(sent) <= 1 + is_marked(message)
        assert {mail["Message-ID"] for mail in sent} == {f"<{message.message_id}>"}
        if is_done:
            break

    assert is_done
    assert step > MANY_STEPS


def test_a_text_survives_the_death_of_its_worker_at_every_step_and_is_never_doubled(
    worker: MortalWorker, world: World, now: datetime
) -> None:
    """The provider is asked for what may have been sent, so not even the marked window doubles."""
    set_messages(world.portal, channel="sms")
    world.contact.phone = "+447700900123"
    world.contact.save()
    booking = book(world, now=now)
    with serving(TwilioDouble()) as twilio:
        make_sms_account(
            connector="twilio",
            settings={
                "account_sid": ACCOUNT_SID,
                "auth_token": AUTH_TOKEN,
                "from_number": SENDER,
                "base_url": twilio.url,
            },
        )
        for step in range(1, MOST_STEPS):
            Message.objects.all().delete()
            before = len(twilio.texts)
            assert worker.work("confirm", booking=booking.pk, now=now)
            message = Message.objects.get()
            is_done = worker.work("deliver", kill_at=step, message=message.pk, now=now)
            finish(worker, message, now)

            assert message.state == MessageState.SENT
            assert len(twilio.texts) == before + 1
            assert message.provider_id == twilio.texts[-1].sid
            if is_done:
                break

    assert is_done
    assert step > MANY_STEPS


@pytest.mark.parametrize("do", ["confirm", "remind"])
def test_a_decision_survives_the_death_of_its_worker_at_every_step(
    worker: MortalWorker, world: World, now: datetime, do: str
) -> None:
    booking = book(world, now=now)
    Booking.objects.update(promised_at=datetime(2026, 11, 1, tzinfo=UTC))
    for step in range(1, MOST_STEPS):
        Message.objects.all().delete()
        values = {"booking": booking.pk} if do == "confirm" else {}
        is_done = worker.work(do, kill_at=step, now=now + timedelta(hours=2), **values)
        assert worker.work(do, now=now + timedelta(hours=2), **values)

        message = Message.objects.get()
        assert message.state == MessageState.PENDING
        assert message.code is not None
        if is_done:
            break

    assert is_done
    assert step > 8


def test_a_crowd_of_messages_survives_a_hundred_and_fifty_kills(
    worker: MortalWorker, smtp: SmtpDouble, now: datetime
) -> None:
    chance = random.Random(11)
    messages = [make_message() for _number in range(CROWD)]
    kills = 0
    while kills < KILLS:
        if not Message.objects.filter(state=MessageState.PENDING).exists():
            messages += [make_message() for _number in range(CROWD)]
        lapse()
        forgive()
        kills += not worker.work("drain", kill_at=chance.randint(1, 80), now=now)
    for _round in range(6):
        lapse()
        forgive()
        assert worker.work("drain", now=now)

    ids = [mail["Message-ID"] for mail in smtp.mails]
    for message in Message.objects.all():
        times = ids.count(f"<{message.message_id}>")
        assert message.state in (MessageState.SENT, MessageState.UNKNOWN), message.reason
        assert times >= 1 or message.state == MessageState.UNKNOWN
        assert times <= 1 + message.attempts.filter(outcome=Outcome.UNKNOWN).count()
    assert len(set(ids)) == len(messages)
