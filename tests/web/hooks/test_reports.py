"""Delivery reports over HTTP (reliability F37, F38)."""

from itertools import permutations

import pytest

from doorstep.domain.notifications.models import MessageState, ProviderReport
from doorstep.domain.organization.models import ConnectorAccount
from tests.conftest import NOW
from tests.doubles.sms_gateway import SmsGatewayDouble
from tests.doubles.twilio import TwilioDouble
from tests.factories.inbound import make_sent

from .conftest import Post, status_report


def test_a_signed_report_is_taken_and_answered_with_nothing(
    account: ConnectorAccount, twilio: TwilioDouble, post: Post
) -> None:
    message = make_sent(account)

    answer = post(status_report(twilio, message, "delivered"))

    message.refresh_from_db()
    assert (answer.status_code, answer.content) == (204, b"")
    assert (message.state, message.delivered_at) == (MessageState.DELIVERED, NOW)


@pytest.mark.parametrize("order", list(permutations(["sending", "sent", "delivered"])))
def test_f38_reports_may_come_in_any_order_and_again(
    account: ConnectorAccount, twilio: TwilioDouble, post: Post, order: tuple[str, ...]
) -> None:
    message = make_sent(account)

    for status in (*order, *order):
        assert post(status_report(twilio, message, status)).status_code == 204

    message.refresh_from_db()
    assert message.state == MessageState.DELIVERED
    assert message.reports.count() == 3


def test_f37_ten_times_the_same_report_is_one(
    account: ConnectorAccount, twilio: TwilioDouble, post: Post
) -> None:
    message = make_sent(account)

    for _time in range(10):
        post(status_report(twilio, message, "undelivered", ErrorCode="30006"))

    message.refresh_from_db()
    assert message.state == MessageState.FAILED
    assert "30006" in message.reason
    assert ProviderReport.objects.count() == 1


@pytest.mark.parametrize("trouble", ["paused", "switched off"])
def test_an_account_out_of_use_still_hears_what_became_of_its_texts(
    account: ConnectorAccount, twilio: TwilioDouble, post: Post, trouble: str
) -> None:
    message = make_sent(account)
    if trouble == "paused":
        account.paused_until = NOW.replace(year=2030)
    account.is_active = trouble == "paused"
    account.save()

    post(status_report(twilio, message, "delivered"))

    message.refresh_from_db()
    assert message.state == MessageState.DELIVERED


def test_a_batch_of_a_gateway_with_one_odd_report_keeps_the_others(
    gateway: SmsGatewayDouble, post: Post
) -> None:
    account = ConnectorAccount.objects.get(connector="signed_webhook")
    message = make_sent(account, provider_id="gw-1")
    odd = {"type": "report", "id": "\x00", "status": "failed", "text": "\x00\n" * 400}
    good = {"type": "report", "id": "gw-1", "status": "delivered"}

    answer = post(gateway.signed({"events": [odd, good, odd]}))

    message.refresh_from_db()
    assert answer.status_code == 204
    assert message.state == MessageState.DELIVERED


def test_a_connector_with_unreadable_settings_asks_to_be_told_later(
    account: ConnectorAccount, twilio: TwilioDouble, post: Post
) -> None:
    account.settings_encrypted = "the key is gone"
    account.save()

    assert post(status_report(twilio, make_sent(account), "sent")).status_code == 503
