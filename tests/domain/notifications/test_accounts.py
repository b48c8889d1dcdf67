"""Accounts with outside services: the breaker, the allowance, the alarm (F35, F36, F47, F48)."""

import itertools
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from doorstep.connectors.base import CredentialsRefused, TemporaryFailure
from doorstep.domain.notifications.message_types import STAFF_ALERT
from doorstep.domain.notifications.models import Message, MessageState, Outcome, StaffTask
from doorstep.domain.notifications.services.accounts import note_success, note_trouble, take_slot
from doorstep.domain.notifications.services.deliver import deliver
from doorstep.domain.organization.models import ConnectorAccount
from tests.doubles.smtp import SmtpDouble, running
from tests.factories.identity import make_user
from tests.factories.notifications import make_message, make_sms_account

pytestmark = pytest.mark.django_db

AWAY = TemporaryFailure("no_connection", "nobody there")
HOUR = timedelta(hours=1)


@pytest.fixture
def account() -> ConnectorAccount:
    return make_sms_account()


@pytest.fixture
def guarded(smtp: SmtpDouble) -> Iterator[tuple[ConnectorAccount, SmtpDouble]]:
    """An account with a mail server that wants a name and a password."""
    with running(SmtpDouble(users={"acme": "right"})) as double:
        made = ConnectorAccount(name="Mail", kind="email", connector="smtp")
        made.settings = {
            "host": double.host,
            "port": double.port,
            "user": "acme",
            "password": "wrong",
            "security": "none",
            "from_address": "acme@example.com",
        }
        made.save()
        yield made, double


def send(message: Message) -> Message:
    Message.objects.filter(pk=message.pk).update(due_at=timezone.now())
    deliver(message_id=message.pk, now=timezone.now())
    message.refresh_from_db()
    return message


def over(account: ConnectorAccount) -> None:
    """The pause is over."""
    ConnectorAccount.objects.filter(pk=account.pk).update(paused_until=timezone.now())


# --- The breaker -----------------------------------------------------------------------------


def test_a_few_failures_pause_nothing(account: ConnectorAccount, now: datetime) -> None:
    for _number in range(4):
        note_trouble(account, AWAY, now=now)

    account.refresh_from_db()
    assert (account.failures, account.paused_until) == (4, None)


def test_five_failures_in_a_row_pause_the_account(account: ConnectorAccount, now: datetime) -> None:
    for _number in range(5):
        note_trouble(account, AWAY, now=now)

    account.refresh_from_db()
    assert account.paused_until is not None
    assert account.paused_until > timezone.now()


def test_pauses_grow_up_to_a_limit(account: ConnectorAccount, now: datetime) -> None:
    pauses = []
    for _number in range(20):
        note_trouble(account, AWAY, now=now)
        account.refresh_from_db()
        pauses.append((account.paused_until or timezone.now()) - timezone.now())

    assert pauses[6] > pauses[4]
    assert max(pauses) <= timedelta(minutes=10)


def test_a_success_in_between_forgets_the_failures(
    account: ConnectorAccount, now: datetime
) -> None:
    for _number in range(4):
        note_trouble(account, AWAY, now=now)
    account.refresh_from_db()
    note_success(account)
    note_trouble(account, AWAY, now=now)

    account.refresh_from_db()
    assert account.failures == 1


def test_greylisting_of_one_recipient_pauses_nobody(
    account: ConnectorAccount, now: datetime
) -> None:
    for _number in range(9):
        note_trouble(account, TemporaryFailure("smtp_451", "4.7.1", retry_after_s=300), now=now)

    account.refresh_from_db()
    assert (account.failures, account.paused_until) == (0, None)


def test_a_service_that_asks_to_slow_down_is_obeyed_at_once_and_without_alarm(
    account: ConnectorAccount, now: datetime
) -> None:
    note_trouble(account, TemporaryFailure("too_many", "slow", retry_after_s=120), now=now)

    account.refresh_from_db()
    assert account.paused_until is not None
    assert account.paused_until > timezone.now() + timedelta(seconds=110)
    assert not StaffTask.objects.exists()


# --- Wrong credentials -----------------------------------------------------------------------


def test_wrong_credentials_pause_the_account_and_burn_no_message(
    guarded: tuple[ConnectorAccount, SmtpDouble],
) -> None:
    account, double = guarded
    first, second = send(make_message()), send(make_message())

    account.refresh_from_db()
    assert account.paused_until is not None
    assert (first.state, second.state) == (MessageState.PENDING, MessageState.PENDING)
    assert second.attempts.count() == 0
    assert double.signed_in == []


def test_messages_go_out_by_themselves_once_the_credentials_are_right(
    guarded: tuple[ConnectorAccount, SmtpDouble],
) -> None:
    account, double = guarded
    message = send(make_message())
    account.refresh_from_db()
    account.settings = account.settings | {"password": "right"}
    account.save()
    over(account)

    assert send(message).state == MessageState.SENT
    account.refresh_from_db()
    assert (account.failures, account.paused_until) == (0, None)
    assert len(double.mails) == 1


def test_staff_are_told_once_an_hour(account: ConnectorAccount, now: datetime) -> None:
    make_user(email="admin@example.com", role="administrator")
    for _number in range(3):
        note_trouble(account, CredentialsRefused("no"), now=now)
    assert Message.objects.filter(message_type=STAFF_ALERT.name).count() == 1

    ConnectorAccount.objects.update(alerted_at=timezone.now() - HOUR)
    note_trouble(account, CredentialsRefused("no"), now=now)
    assert Message.objects.filter(message_type=STAFF_ALERT.name).count() == 2


def test_the_office_has_one_task_until_it_works_again(
    account: ConnectorAccount, now: datetime
) -> None:
    for _number in range(3):
        ConnectorAccount.objects.update(alerted_at=None)
        note_trouble(account, CredentialsRefused("no"), now=now)
    assert StaffTask.objects.filter(account=account, done_at=None).count() == 1

    account.refresh_from_db()
    note_success(account)
    assert not StaffTask.objects.filter(done_at=None).exists()


def test_a_service_that_comes_and_goes_alerts_staff_once_an_hour_and_opens_a_task_each_time(
    account: ConnectorAccount, now: datetime
) -> None:
    make_user(email="admin@example.com", role="administrator")
    for _number in range(2):
        note_trouble(account, CredentialsRefused("no"), now=now)
        account.refresh_from_db()
        note_success(account)
        assert not StaffTask.objects.filter(done_at=None).exists()

    assert Message.objects.filter(message_type=STAFF_ALERT.name).count() == 1
    assert StaffTask.objects.filter(account=account).count() == 2


def test_settings_that_cannot_be_read_pause_the_account(smtp: SmtpDouble) -> None:
    make = ConnectorAccount(name="Mail", kind="email", connector="smtp")
    make.settings = {"host": ""}
    make.save()

    message = send(make_message())

    make.refresh_from_db()
    assert message.state == MessageState.PENDING
    assert make.paused_until is not None


# --- The allowance ---------------------------------------------------------------------------


def test_turns_are_given_out_evenly(account: ConnectorAccount) -> None:
    ConnectorAccount.objects.update(per_minute=60)
    account.refresh_from_db()

    slots = [take_slot(account) for _number in range(5)]

    later = [slot for slot in slots if slot is not None]
    assert len(later) >= 3
    gaps = {round((b - a).total_seconds(), 3) for a, b in itertools.pairwise(later)}
    assert gaps == {1.0}


def test_without_an_allowance_everything_goes_at_once(account: ConnectorAccount) -> None:
    assert [take_slot(account) for _number in range(50)] == [None] * 50


def test_a_message_waits_for_its_turn_and_loses_no_try(smtp: SmtpDouble) -> None:
    send(make_message())
    ConnectorAccount.objects.update(per_minute=1)
    messages = [send(make_message()) for _number in range(3)]

    waiting = [message for message in messages if message.state == MessageState.PENDING]
    assert len(waiting) == 2
    assert {message.attempt_count for message in waiting} == {0}
    assert waiting[1].due_at - waiting[0].due_at == timedelta(minutes=1)


def test_an_attempt_says_which_account_it_went_through(smtp: SmtpDouble) -> None:
    message = send(make_message())

    attempt = message.attempts.get()
    assert (attempt.outcome, attempt.account) == (Outcome.SENT, message.account)
    assert message.account is not None
