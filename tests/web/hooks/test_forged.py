"""What nobody signed, or somebody else did, changes nothing (reliability F39, F85)."""

import logging
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doorstep.connectors.webhooks import WebhookRequest
from doorstep.domain.notifications.models import Consent, MessageState, ProviderReport, StaffTask
from doorstep.domain.organization.models import ConnectorAccount
from doorstep.interfaces.hooks.views import MOST_BYTES
from tests.conftest import NOW
from tests.doubles.sms_gateway import SmsGatewayDouble
from tests.doubles.twilio import ACCOUNT_SID, TwilioDouble
from tests.factories.customers import carol
from tests.factories.inbound import gateway_account, make_sent, twilio_account

from .conftest import Post, status_report

TWILIO = "x-twilio-signature"


def nothing_happened() -> bool:
    kept = (ProviderReport, Consent, StaffTask)
    return not any(model.objects.exists() for model in kept)


def without(request: WebhookRequest, name: str) -> WebhookRequest:
    headers = {key: value for key, value in request.headers.items() if key != name}
    return replace(request, headers=headers)


@pytest.mark.parametrize("signature", [None, "", "AAAA", "é" * 20, "x" * 5000])
def test_f39_without_a_good_signature_nothing_is_believed(
    account: ConnectorAccount,
    twilio: TwilioDouble,
    post: Post,
    signature: str | None,
    caplog: pytest.LogCaptureFixture,
) -> None:
    message = make_sent(account)
    request = without(status_report(twilio, message, "delivered"), TWILIO)
    if signature is not None:
        request = replace(request, headers={**request.headers, TWILIO: signature})

    with caplog.at_level(logging.WARNING):
        answer = post(request)

    message.refresh_from_db()
    assert answer.status_code == 403
    assert message.state == MessageState.SENT
    assert nothing_happened()
    assert "forged" in caplog.text
    assert message.address not in caplog.text


def test_f39_a_changed_body_is_refused(
    account: ConnectorAccount, twilio: TwilioDouble, post: Post
) -> None:
    request = status_report(twilio, make_sent(account), "sent")

    assert post(replace(request, body=request.body + b"&x=1")).status_code == 403
    assert post(replace(request, url=request.url + "?x=1")).status_code == 403


def test_f39_the_signed_report_of_another_account_is_refused(
    account: ConnectorAccount, twilio: TwilioDouble, post: Post
) -> None:
    other = twilio_account()
    other.settings = {**other.settings, "account_sid": "AC" + "9" * 32}
    other.save()
    message = make_sent(other)
    elsewhere = f"http://127.0.0.1:8000/hooks/sms/{other.callback_code}/"

    twilio.inbound_url = elsewhere
    answer = post(status_report(twilio, message, "failed"))

    assert answer.status_code == 403
    assert nothing_happened()


def test_f39_an_own_account_cannot_report_about_the_messages_of_another(
    account: ConnectorAccount, twilio: TwilioDouble, post: Post
) -> None:
    message = make_sent(gateway_account(), provider_id="SM" + "7" * 32)

    assert post(status_report(twilio, message, "failed")).status_code == 204

    message.refresh_from_db()
    assert message.state == MessageState.SENT


def test_f39_a_host_header_does_not_change_what_was_signed(
    account: ConnectorAccount, twilio: TwilioDouble
) -> None:
    request = status_report(twilio, make_sent(account), "delivered")

    answer = Client().post(
        urlsplit(request.url).path,
        request.body,
        content_type="application/x-www-form-urlencoded",
        headers={TWILIO: request.headers[TWILIO], "Host": "evil.example"},
    )

    assert answer.status_code == 204


def test_f39_a_request_played_again_after_an_hour_is_refused(
    gateway: SmsGatewayDouble, post: Post
) -> None:
    request = gateway.signed({"type": "text", "id": "1", "from": carol().phone, "text": "STOP"})

    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        assert post(request).status_code == 403
    assert nothing_happened()


@pytest.mark.parametrize("content_type", ["application/json", "application/x-www-form-urlencoded"])
def test_f39_a_huge_body_is_refused_unread(
    account: ConnectorAccount, post: Post, twilio: TwilioDouble, content_type: str
) -> None:
    just_so = WebhookRequest(twilio.inbound_url, {"content-type": content_type}, b"x" * MOST_BYTES)
    huge = replace(just_so, body=b"x" * (MOST_BYTES + 1))

    assert post(just_so).status_code == 403
    assert post(huge).status_code == 413


@pytest.mark.parametrize(
    "path", ["sms/nobody", "email/{code}", "pigeon/{code}", "sms/%00", "sms/😀"]
)
def test_addresses_nobody_has_do_not_exist(
    account: ConnectorAccount, path: str, twilio: TwilioDouble
) -> None:
    address = f"/hooks/{path.format(code=account.callback_code)}/"

    assert Client().post(address, {}).status_code in (404, 400)


def test_only_posts_are_taken(account: ConnectorAccount, twilio: TwilioDouble) -> None:
    path = urlsplit(twilio.inbound_url).path

    for method in ("get", "head", "put", "delete", "options"):
        assert getattr(Client(), method)(path).status_code == 405


def test_an_account_that_hears_nothing_takes_nothing(db: None) -> None:
    silent = ConnectorAccount.objects.create(name="Paper", kind="sms", connector="console")

    assert Client().post(f"/hooks/sms/{silent.callback_code}/", {}).status_code == 404


@pytest.mark.parametrize(
    "fields",
    [
        {"MessageSid": "SM1"},
        {"MessageSid": "SM1", "MessageStatus": "exploded"},
        {"MessageStatus": "sent"},
        {"Body": "STOP"},
        {"Body": "STOP", "From": "+447700900123", "MessageSid": ""},
    ],
)
def test_what_is_signed_and_makes_no_sense_is_a_bad_request(
    twilio: TwilioDouble, post: Post, fields: dict[str, str]
) -> None:
    signed = twilio.signed(twilio.inbound_url, {"AccountSid": ACCOUNT_SID, **fields})

    assert post(signed).status_code == 400
    assert nothing_happened()


VALUES = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
    st.sampled_from(["", "\x00", "STOP", "CANCEL", "delivered", "failed", "9" * 400, "\u202e"]),
)
NAMES = st.sampled_from(
    ["MessageSid", "MessageStatus", "SmsStatus", "Body", "From", "To", "ErrorCode", "OptOutType"]
)
FUZZ = settings(
    max_examples=300,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@FUZZ
@given(fields=st.dictionaries(NAMES, VALUES, max_size=8))
def test_f85_whatever_is_signed_breaks_nothing(
    twilio: TwilioDouble, post: Post, fields: dict[str, str]
) -> None:
    signed = twilio.signed(twilio.inbound_url, {"AccountSid": ACCOUNT_SID, **fields})

    assert post(signed).status_code in (200, 204, 400)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | VALUES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(VALUES, inner, max_size=3),
    max_leaves=8,
)
EVENT_NAMES = st.sampled_from(
    ["type", "id", "status", "event_id", "code", "text", "at", "message_id", "from", "to"]
)
EVENTS = st.dictionaries(
    EVENT_NAMES,
    st.sampled_from(["report", "text", "delivered", "0001-01-01T00:00:00Z", "1e400"]) | JSON,
    max_size=8,
)


@FUZZ
@given(content=EVENTS | st.builds(lambda events: {"events": events}, st.lists(EVENTS)) | JSON)
def test_f85_whatever_a_gateway_signs_breaks_nothing(
    gateway: SmsGatewayDouble, post: Post, content: object
) -> None:
    assert post(gateway.signed(content)).status_code in (200, 204, 400)


@FUZZ
@given(
    body=st.binary(max_size=300),
    kind=st.sampled_from(
        ["application/json", "application/x-www-form-urlencoded", "text/plain", "x",
         "multipart/form-data; boundary=x", "multipart/form-data", "application/json; charset=x"]
    ),
    query=st.sampled_from(["", "?bodySHA256=x", "?%ff", "?a=%00", "?" + "a=1&" * 2000]),
    signature=st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=40),
)  # fmt: skip
def test_f39_whatever_is_not_signed_is_refused(
    twilio: TwilioDouble, post: Post, body: bytes, kind: str, query: str, signature: str
) -> None:
    headers = {"content-type": kind, TWILIO: signature}

    answer = post(WebhookRequest(twilio.inbound_url + query, headers, body))

    assert answer.status_code in (400, 403)
