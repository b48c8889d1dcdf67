"""Providers' requests, as they really come: signed by the doubles' own arithmetic."""

from collections.abc import Callable, Iterator
from datetime import datetime
from urllib.parse import urlsplit

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client

from doorstep.connectors.webhooks import WebhookRequest
from doorstep.domain.notifications.links import report_url
from doorstep.domain.notifications.models import Message
from doorstep.domain.organization.models import ConnectorAccount
from tests.doubles.http import running
from tests.doubles.sms_gateway import SmsGatewayDouble
from tests.doubles.twilio import ACCOUNT_SID, SENDER, TwilioDouble
from tests.factories.inbound import gateway_account, twilio_account

Post = Callable[[WebhookRequest], HttpResponse]


@pytest.fixture(autouse=True)
def _clock(now: datetime) -> Iterator[None]:
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def account(db: None) -> ConnectorAccount:
    return twilio_account()


@pytest.fixture
def twilio(account: ConnectorAccount) -> Iterator[TwilioDouble]:
    with running(TwilioDouble()) as double:
        double.inbound_url = report_url(account)
        yield double


@pytest.fixture
def gateway(db: None) -> Iterator[SmsGatewayDouble]:
    with running(SmsGatewayDouble()) as double:
        double.inbound_url = report_url(gateway_account())
        yield double


@pytest.fixture
def post() -> Post:
    """Send a request to ourselves. An error of ours is an answer with 500, as in real life."""
    client = Client(raise_request_exception=False, enforce_csrf_checks=True)

    def send(request: WebhookRequest) -> HttpResponse:
        parts = urlsplit(request.url)
        headers = {name: value for name, value in request.headers.items() if name != "content-type"}
        return client.generic(
            "POST",
            parts.path + (f"?{parts.query}" if parts.query else ""),
            request.body,
            content_type=request.headers.get("content-type", "application/json"),
            headers=headers,
        )

    return send


def status_report(
    twilio: TwilioDouble, message: Message, status: str, **more: str
) -> WebhookRequest:
    fields = {
        "MessageSid": message.provider_id, "MessageStatus": status, "AccountSid": ACCOUNT_SID,
        "From": SENDER, "To": message.address, **more,
    }  # fmt: skip
    return twilio.signed(twilio.inbound_url, fields)
