"""What every text message connector does, each on its double. Console and folder have no bad
answers."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from doorstep.connectors.base import (
    ConnectorError,
    CredentialsRefused,
    PermanentFailure,
    TemporaryFailure,
    UnknownOutcome,
)
from doorstep.connectors.http import HttpClient
from doorstep.connectors.sms import signed_webhook, twilio
from doorstep.connectors.sms.base import Checks, FindsSent, OutgoingSms, ReadsWebhooks
from doorstep.connectors.sms.console import ConsoleSms
from doorstep.connectors.sms.folder import FolderSms, Settings, list_texts
from doorstep.connectors.webhooks import ForgedWebhook, InboundText, Wish
from tests.doubles import sms_gateway as gateway_double
from tests.doubles import twilio as twilio_double
from tests.doubles.http import CUT, HANG_UP, SLOW, Reply, free_url, running
from tests.doubles.sms import Step, accept_then
from tests.doubles.sms_gateway import SmsGatewayDouble
from tests.doubles.twilio import TwilioDouble

PHONE = "+4915112345678"
LINK = "https://d.example/v/4hJk2mNq"
HELLO = OutgoingSms(message_id="m-1", to=PHONE, text=f"See you at ten: {LINK}", marker=LINK)
# Outside GSM-7, beyond U+FFFF, right to left, and characters that forms and JSON have to escape.
STRANGE = "Grüße 👩‍🔧 & 50% + שלום مرحبا \n“{}” " * 10


@dataclass
class Rig:
    connector: Any
    double: Any = None
    refused: Step | None = None
    paper: StringIO | None = None
    folder: Path | None = None

    def bodies(self) -> list[str]:
        if self.paper:
            return re.findall(r"SMS to \S+\n(.*?)\n\n", self.paper.getvalue(), re.DOTALL)
        if self.folder:
            return [text.text for text in reversed(list_texts(self.folder))]
        return [text.body for text in self.double.texts]


def twilio_at(url: str, patience_s: float = 10) -> twilio.Twilio:
    settings = twilio.Settings(
        account_sid=twilio_double.ACCOUNT_SID,
        auth_token=twilio_double.AUTH_TOKEN,
        from_number=twilio_double.SENDER,
        base_url=url,
    )
    return twilio.Twilio(settings, client=client_with(patience_s))


def gateway_at(url: str, patience_s: float = 10) -> signed_webhook.SignedWebhook:
    settings = signed_webhook.Settings(
        url=f"{url}/texts", secret=gateway_double.SECRET, allows_private=True
    )
    return signed_webhook.SignedWebhook(settings, client=client_with(patience_s))


def client_with(patience_s: float) -> HttpClient:
    return HttpClient(allow_private=True, read_s=patience_s, total_s=patience_s, max_bytes=100_000)


AT = {"twilio": twilio_at, "signed_webhook": gateway_at}


@contextmanager
def open_rig(name: str) -> Iterator[Rig]:
    match name:
        case "twilio":
            with running(TwilioDouble()) as twilio_service:
                refused = twilio_double.refuse(21211)
                yield Rig(twilio_at(twilio_service.url), twilio_service, refused)
        case "signed_webhook":
            with running(SmsGatewayDouble()) as gateway:
                yield Rig(gateway_at(gateway.url), gateway, gateway_double.refuse("bad_number"))
        case "folder":
            with TemporaryDirectory() as name:
                folder = Path(name)
                yield Rig(FolderSms(Settings(name)), folder=folder)
        case _:
            paper = StringIO()
            yield Rig(ConsoleSms(stream=paper), paper=paper)


@pytest.fixture(params=["console", "folder", *AT])
def any_rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    with open_rig(request.param) as rig:
        yield rig


@pytest.fixture(params=[*AT])
def rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    with open_rig(request.param) as rig:
        yield rig


# --- Accepted ------------------------------------------------------------------------------


def test_a_text_that_is_taken_over_has_a_receipt(any_rig: Rig) -> None:
    assert any_rig.connector.send(HELLO).provider_id
    assert any_rig.bodies() == [HELLO.text]


def test_a_long_text_of_strange_characters_arrives_as_it_was_written(any_rig: Rig) -> None:
    any_rig.connector.send(replace(HELLO, text=STRANGE))

    assert any_rig.bodies() == [STRANGE]


def test_two_texts_have_two_receipts(any_rig: Rig) -> None:
    first = any_rig.connector.send(HELLO)
    second = any_rig.connector.send(replace(HELLO, message_id="m-2"))

    assert first.provider_id != second.provider_id
    assert len(any_rig.bodies()) == 2


def test_the_number_is_handed_over_as_it_is(rig: Rig) -> None:
    rig.connector.send(HELLO)

    assert [text.to for text in rig.double.texts] == [PHONE]


# --- Not accepted --------------------------------------------------------------------------


def test_a_refused_text_is_refused_for_ever(rig: Rig) -> None:
    assert rig.refused is not None
    rig.double.script.append(rig.refused)

    with pytest.raises(PermanentFailure, match="bad_number"):
        rig.connector.send(HELLO)


def test_somebody_who_has_opted_out_is_told_apart(rig: Rig) -> None:
    rig.double.reply_from(PHONE, "STOP")

    with pytest.raises(PermanentFailure) as caught:
        rig.connector.send(HELLO)

    assert caught.value.code == "opted_out"


def test_nothing_happened_where_nobody_listens(rig: Rig) -> None:
    away = AT[name_of(rig)](free_url())

    with pytest.raises(TemporaryFailure) as caught:
        away.send(HELLO)

    assert caught.value.code == "no_connection"


def test_a_service_that_is_busy_names_the_wait(rig: Rig) -> None:
    rig.double.script.append(Step(Reply(429, headers={"Retry-After": "7"})))

    with pytest.raises(TemporaryFailure) as caught:
        rig.connector.send(HELLO)

    assert caught.value.retry_after_s == 7


@pytest.mark.parametrize("status", [401, 403])
def test_refused_credentials_stop_the_connector_and_not_the_text(rig: Rig, status: int) -> None:
    rig.double.script.append(Step(Reply(status)))

    with pytest.raises(CredentialsRefused):
        rig.connector.send(HELLO)


@pytest.mark.parametrize("status", [302, 404, 405])
def test_a_strange_refusal_comes_from_something_on_the_way(rig: Rig, status: int) -> None:
    rig.double.script.append(Step(Reply(status, b"<html>Sign in to the network</html>")))

    with pytest.raises(TemporaryFailure):
        rig.connector.send(HELLO)


@pytest.mark.parametrize(
    "reply",
    [Reply(500), Reply(502), Reply(503), Reply(504), HANG_UP, CUT, Reply(201, b"x" * 200_000),
     Reply(201, b"\x1f\x8b", {"Content-Encoding": "gzip"})],
)  # fmt: skip
def test_a_lost_answer_leaves_the_outcome_open(rig: Rig, reply: Reply) -> None:
    rig.double.script.append(accept_then(reply))

    with pytest.raises(UnknownOutcome):
        rig.connector.send(HELLO)

    assert rig.bodies() == [HELLO.text]


@pytest.mark.parametrize("reply", [SLOW, Reply(201, b"x" * 500, drip_s=0.02)])
def test_an_answer_that_takes_too_long_leaves_the_outcome_open(rig: Rig, reply: Reply) -> None:
    rig.double.script.append(accept_then(reply))
    impatient = AT[name_of(rig)](rig.double.url, patience_s=1.5)

    with pytest.raises(UnknownOutcome, match=r"time_out|too_slow"):
        impatient.send(HELLO)

    assert rig.bodies() == [HELLO.text]


def test_the_next_text_goes_out_after_a_broken_one(rig: Rig) -> None:
    rig.double.script.append(accept_then(HANG_UP))
    with pytest.raises(UnknownOutcome):
        rig.connector.send(HELLO)

    assert rig.connector.send(replace(HELLO, message_id="m-2")).provider_id


def test_after_an_open_outcome_the_text_is_there_once(rig: Rig) -> None:
    rig.double.script.append(accept_then(Reply(500)))
    with pytest.raises(UnknownOutcome):
        rig.connector.send(HELLO)

    if isinstance(rig.connector, FindsSent):
        receipt = rig.connector.find(HELLO, datetime.now(UTC))
    else:
        receipt = rig.connector.send(HELLO)

    assert receipt is not None
    assert rig.bodies() == [HELLO.text]


# --- Secrets and proofs --------------------------------------------------------------------


@pytest.mark.parametrize(
    "step",
    [
        None,
        Step(Reply(400, HELLO.text.encode())),
        Step(Reply(401, HELLO.text.encode())),
        accept_then(Reply(500, HELLO.text.encode())),
        accept_then(CUT),
    ],
)
def test_logs_and_errors_hold_no_secret_and_no_text(
    rig: Rig, step: Step | None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    rig.double.script.extend([step] if step else [])
    said = ""
    try:
        said = str(rig.connector.send(HELLO))
    except ConnectorError as error:
        said = str(error)

    said += caplog.text + repr(rig.connector) + repr(rig.connector._settings)
    for hidden in (twilio_double.AUTH_TOKEN, gateway_double.SECRET, HELLO.text, LINK):
        assert hidden not in said


def test_a_check_says_what_answered_and_sends_nothing(rig: Rig) -> None:
    assert isinstance(rig.connector, Checks)
    assert rig.connector.check().endswith(".")
    assert rig.bodies() == []


def test_a_check_finds_wrong_credentials(rig: Rig) -> None:
    rig.double.auth_token = rig.double.secret = "another one than we know"

    with pytest.raises(CredentialsRefused):
        rig.connector.check()


@pytest.mark.parametrize("words", ["STOP", "CANCEL", "See you then!"])
def test_reads_what_a_customer_texts(rig: Rig, words: str) -> None:
    assert isinstance(rig.connector, ReadsWebhooks)
    (text,) = rig.connector.read_webhook(rig.double.reply_from(PHONE, words))

    assert isinstance(text, InboundText)
    wish = {"STOP": Wish.STOP, "CANCEL": Wish.CANCEL}.get(words, Wish.OTHER)
    assert (text.from_number, text.text, text.wish) == (PHONE, words, wish)


def test_believes_nothing_that_was_changed_on_the_way(rig: Rig) -> None:
    request = rig.double.reply_from(PHONE, "START")
    forgeries = [
        replace(request, body=request.body.replace(b"START", b"STOP")),
        replace(request, body=b""),
        replace(request, body=b"\xff" + request.body),
        replace(request, body=b"&a=b" * 100_000),
        replace(request, headers={}),
        replace(request, headers=dict.fromkeys(request.headers, "é")),
        replace(request, headers=dict.fromkeys(request.headers, "")),
    ]

    for forgery in forgeries:
        with pytest.raises(ForgedWebhook):
            rig.connector.read_webhook(forgery)


def name_of(rig: Rig) -> str:
    return "twilio" if isinstance(rig.connector, twilio.Twilio) else "signed_webhook"
