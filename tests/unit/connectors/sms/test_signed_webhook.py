import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from doorstep.connectors.base import InvalidSettings, PermanentFailure, TemporaryFailure
from doorstep.connectors.sms.base import OutgoingSms
from doorstep.connectors.sms.signed_webhook import Settings, SignedWebhook
from doorstep.connectors.webhooks import (
    DeliveryReport,
    ForgedWebhook,
    Progress,
    UnreadableWebhook,
)
from tests.doubles.http import GARBAGE, Reply, json_reply, running
from tests.doubles.sms import Step
from tests.doubles.sms_gateway import SECRET, SmsGatewayDouble, Text, refuse

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
HELLO = OutgoingSms(
    message_id="m-1",
    to="+4915112345678",
    text="See you at ten",
    valid_for_s=600,
    callback_url="https://doorstep.example/hooks/sms/2/",
)


@pytest.fixture
def server() -> Iterator[SmsGatewayDouble]:
    with running(SmsGatewayDouble(clock=lambda: NOW)) as double:
        yield double


@pytest.fixture
def gateway(server: SmsGatewayDouble) -> SignedWebhook:
    settings = Settings(
        url=f"{server.url}/texts?line=2", secret=SECRET, sender="Brook", allows_private=True
    )
    return SignedWebhook(settings, clock=lambda: NOW)


def test_posts_what_the_reference_promises(
    gateway: SignedWebhook, server: SmsGatewayDouble
) -> None:
    receipt = gateway.send(HELLO)

    (request,) = server.requests
    assert request.path == "/texts?line=2"
    assert request.headers["idempotency-key"] == "m-1"
    assert json.loads(request.body) == {
        "id": "m-1",
        "to": HELLO.to,
        "text": HELLO.text,
        "sender": "Brook",
        "valid_for_s": 600,
        "callback_url": HELLO.callback_url,
    }
    assert receipt.provider_id == "gw-1"


def test_the_same_message_twice_is_one_text(
    gateway: SignedWebhook, server: SmsGatewayDouble
) -> None:
    later = replace(HELLO, valid_for_s=540)

    assert gateway.send(HELLO) == gateway.send(later)
    assert len(server.texts) == 1


@pytest.mark.parametrize(
    ("reply", "provider_id"),
    [(Reply(204), "m-1"), (GARBAGE, "m-1"), (json_reply([]), "m-1"), (json_reply({"id": 7}), "7"),
     (json_reply({"id": True}), "m-1"), (json_reply({"id": "x" * 999}), "x" * 200)],
)  # fmt: skip
def test_any_success_will_do_and_an_id_is_welcome(
    gateway: SignedWebhook, server: SmsGatewayDouble, reply: Reply, provider_id: str
) -> None:
    server.script.append(Step(reply))

    assert gateway.send(HELLO).provider_id == provider_id


@pytest.mark.parametrize(
    ("step", "code"),
    [(refuse("landline"), "landline"), (refuse("Too Long!"), "http_422"),
     (refuse("no_credit", 404), "no_credit"), (Step(Reply(400)), "http_400"),
     (Step(Reply(413)), "http_413")],
)  # fmt: skip
def test_a_refusal_keeps_the_gateways_code(
    gateway: SignedWebhook, server: SmsGatewayDouble, step: Step, code: str
) -> None:
    server.script.append(step)

    with pytest.raises(PermanentFailure) as caught:
        gateway.send(HELLO)

    assert caught.value.code == code


@pytest.mark.parametrize("status", [408, 409, 425, 429])
def test_a_gateway_that_is_busy_is_asked_again(
    gateway: SignedWebhook, server: SmsGatewayDouble, status: int
) -> None:
    server.script.append(Step(Reply(status, b"", {"Retry-After": "40"})))

    with pytest.raises(TemporaryFailure) as caught:
        gateway.send(HELLO)

    assert (caught.value.code, caught.value.retry_after_s) == (f"http_{status}", 40)


# --- Reports -------------------------------------------------------------------------------

TEXT = Text("gw-1", HELLO.to, HELLO.text, {"id": "m-1"})


@pytest.mark.parametrize("progress", list(Progress))
def test_reads_a_report(
    gateway: SignedWebhook, server: SmsGatewayDouble, progress: Progress
) -> None:
    request = server.report(
        TEXT, progress, event_id="e-1", code="off", text="Off", at="2026-11-23T09:00:00+00:00"
    )

    assert gateway.read_webhook(request) == (
        DeliveryReport("gw-1", progress, "e-1", "off", "Off", NOW, "m-1"),
    )


def test_reads_several_events_at_once(gateway: SignedWebhook, server: SmsGatewayDouble) -> None:
    events = [{"type": "report", "id": f"gw-{n}", "status": "sent"} for n in range(3)]

    reports = gateway.read_webhook(server.signed({"events": events}))

    assert [report.provider_id for report in reports] == ["gw-0", "gw-1", "gw-2"]


def test_a_report_of_an_hour_ago_is_not_played_again(
    gateway: SignedWebhook, server: SmsGatewayDouble
) -> None:
    event = {"type": "report", "id": "gw-1", "status": "sent"}

    with pytest.raises(ForgedWebhook):
        gateway.read_webhook(server.signed(event, at=NOW - timedelta(hours=1)))


def test_a_text_we_sent_cannot_come_back_as_a_report(
    gateway: SignedWebhook, server: SmsGatewayDouble
) -> None:
    gateway.send(HELLO)
    ours = server.requests[0]
    request = server.signed({})

    with pytest.raises(UnreadableWebhook):
        gateway.read_webhook(replace(request, headers=ours.headers, body=ours.body))


@pytest.mark.parametrize(
    "content",
    [7, [], None, {}, {"events": 7}, {"events": [7]}, {"events": [{}] * 501}, {"type": "news"},
     {"type": "report"}, {"type": "report", "id": "a", "status": "eaten"},
     {"type": "report", "id": 7, "status": "sent"},
     {"type": "report", "id": "a", "status": "sent", "at": "yesterday"},
     {"type": "report", "id": "a", "status": "sent", "at": "2026-11-23T09:00:00"},
     {"type": "text", "id": "a"}, {"type": "text", "id": "a", "from": "+1", "text": None}],
)  # fmt: skip
def test_what_the_reference_does_not_promise_is_not_readable(
    gateway: SignedWebhook, server: SmsGatewayDouble, content: object
) -> None:
    with pytest.raises(UnreadableWebhook):
        gateway.read_webhook(server.signed(content))


# --- Settings ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        (Settings(url="https://sms.example/", secret="short"), "secret"),
        (Settings(url="http://sms.example/", secret=SECRET), "url"),
        (Settings(url="sms.example", secret=SECRET, allows_private=True), "url"),
        (Settings(url="https://[", secret=SECRET), "url"),
    ],
)
def test_settings_that_cannot_work_are_refused_at_once(settings: Settings, complaint: str) -> None:
    with pytest.raises(InvalidSettings, match=complaint):
        SignedWebhook(settings)


def test_a_gateway_inside_has_to_be_allowed(server: SmsGatewayDouble) -> None:
    settings = Settings(url=server.url.replace("http:", "https:"), secret=SECRET)

    with pytest.raises(PermanentFailure, match="address_forbidden"):
        SignedWebhook(settings).send(HELLO)
