"""Messages nobody reports on are asked about (reliability F38)."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from doorstep.connectors.sms.base import OutgoingSms
from doorstep.domain.notifications.models import Message, MessageState
from doorstep.domain.notifications.services import stragglers
from doorstep.domain.notifications.services.accounts import sender_of
from doorstep.domain.notifications.services.stragglers import poll_stragglers
from doorstep.domain.organization.models import ConnectorAccount
from tests.conftest import NOW
from tests.doubles.http import running
from tests.doubles.twilio import TwilioDouble
from tests.factories.customers import carol
from tests.factories.inbound import gateway_account, make_sent, twilio_account

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=3)


@pytest.fixture
def double() -> Iterator[TwilioDouble]:
    with running(TwilioDouble()) as found:
        yield found


@pytest.fixture
def account(double: TwilioDouble, db: None) -> ConnectorAccount:
    return twilio_account(base_url=double.url)


def sent_by(account: ConnectorAccount, **overrides: object) -> Message:
    """A text that the double really has."""
    sms = OutgoingSms(message_id="m", to=carol().phone, text="Hello")
    receipt = sender_of(account).send(sms)
    return make_sent(account, provider_id=receipt.provider_id, **overrides)


def state_of(message: Message) -> str:
    message.refresh_from_db()
    return message.state


@pytest.mark.parametrize(
    ("status", "code", "state"),
    [
        ("delivered", None, MessageState.DELIVERED),
        ("undelivered", 30005, MessageState.FAILED),
        ("sent", None, MessageState.SENT),
    ],
)
def test_f38_the_provider_is_asked_when_no_report_comes(
    double: TwilioDouble, account: ConnectorAccount, status: str, code: int | None, state: str
) -> None:
    message = sent_by(account)
    double.advance(message.provider_id, status, code)  # and the report of it gets lost

    assert poll_stragglers(LATER) == 1
    assert state_of(message) == state


@pytest.mark.parametrize("after", [timedelta(hours=1), timedelta(days=4)])
def test_who_is_young_or_very_old_is_not_asked_about(
    double: TwilioDouble, account: ConnectorAccount, after: timedelta
) -> None:
    sent_by(account)

    assert poll_stragglers(NOW + after) == 0


def test_what_is_settled_is_not_asked_about(
    double: TwilioDouble, account: ConnectorAccount
) -> None:
    sent_by(account, state=MessageState.DELIVERED)

    assert poll_stragglers(LATER) == 0


def test_who_was_asked_about_just_now_waits_for_two_hours(
    double: TwilioDouble, account: ConnectorAccount
) -> None:
    sent_by(account)
    runs = [LATER + timedelta(minutes=minutes) for minutes in (0, 10, 119, 120, 130)]

    assert [poll_stragglers(run) for run in runs] == [1, 0, 0, 1, 0]


def test_an_id_the_provider_does_not_know_is_asked_for_no_more_than_others(
    account: ConnectorAccount,
) -> None:
    message = make_sent(account, provider_id="SM" + "f" * 32)

    assert poll_stragglers(LATER) == 1
    assert poll_stragglers(LATER + timedelta(minutes=10)) == 0
    assert state_of(message) == MessageState.SENT
    assert message.reports.get().code == "unknown_message"


def test_a_provider_that_is_away_is_asked_once_per_run(
    double: TwilioDouble, account: ConnectorAccount
) -> None:
    for _number in range(3):
        sent_by(account)
    double.auth_token = "changed"
    double.requests.clear()

    assert poll_stragglers(LATER) == 0
    assert len(double.requests) == 1


def test_accounts_that_cannot_be_asked_hold_up_nobody(
    double: TwilioDouble, account: ConnectorAccount
) -> None:
    gateway = gateway_account()
    broken = twilio_account()
    broken.settings_encrypted = "unreadable"
    broken.save()
    for other in (gateway, broken):
        make_sent(other)
    sent_by(account)

    assert poll_stragglers(LATER) == 1


def test_no_run_asks_for_more_than_its_share(
    double: TwilioDouble, account: ConnectorAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stragglers, "MOST_PER_RUN", 2)
    for _number in range(3):
        sent_by(account)

    assert [poll_stragglers(LATER) for _run in range(3)] == [2, 1, 0]
