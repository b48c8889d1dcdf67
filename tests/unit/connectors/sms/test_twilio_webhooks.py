from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations

import pytest

from doorstep.connectors.sms.base import OutgoingSms
from doorstep.connectors.sms.twilio import Settings, Twilio
from doorstep.connectors.sms.twilio_webhooks import signature
from doorstep.connectors.webhooks import (
    DeliveryReport,
    ForgedWebhook,
    InboundText,
    Progress,
    UnreadableWebhook,
    WebhookRequest,
    Wish,
    outranks,
)
from tests.doubles.http import running
from tests.doubles.twilio import ACCOUNT_SID, AUTH_TOKEN, SENDER, TwilioDouble

PHONE, URL = "+4915112345678", "https://doorstep.example/hooks/sms/1/?portal=1"
SID = "SM" + "0" * 32
TWILIO = Twilio(Settings(account_sid=ACCOUNT_SID, auth_token=AUTH_TOKEN, from_number=SENDER))
REPORT = {"MessageSid": SID, "AccountSid": ACCOUNT_SID, "MessageStatus": "delivered"}


@pytest.fixture(scope="module")
def server() -> Iterator[TwilioDouble]:
    with running(TwilioDouble()) as double:
        yield double


@pytest.fixture
def double(server: TwilioDouble) -> TwilioDouble:
    server.opted_out.clear()
    server.has_advanced_opt_out = False
    return server


def one_report(request: WebhookRequest) -> DeliveryReport:
    (report,) = TWILIO.read_webhook(request)
    assert isinstance(report, DeliveryReport)
    return report


def one_text(request: WebhookRequest) -> InboundText:
    (text,) = TWILIO.read_webhook(request)
    assert isinstance(text, InboundText)
    return text


# --- Proof ---------------------------------------------------------------------------------


def test_the_signature_is_that_of_the_published_example() -> None:
    form = {
        "CallSid": ["CA1234567890ABCDE"],
        "Caller": ["+14158675309"],
        "Digits": ["1234"],
        "From": ["+14158675309"],
        "To": ["+18005551212"],
    }

    made = signature("12345", "https://mycompany.com/myapp.php?foo=1&bar=2", form)

    assert made == "RSOYDt4T1cUTdK1PDd93/VVr8B8="


def test_a_repeated_name_counts_once_per_value() -> None:
    once = signature("t", URL, {"Media": ["a", "b"]})

    assert signature("t", URL, {"Media": ["b", "a", "b"]}) == once


@pytest.mark.parametrize(
    ("signed", "ours"),
    [
        ("https://d.example/h?x=1", "https://d.example:443/h?x=1"),
        ("https://d.example:443/h?x=1", "https://d.example/h?x=1"),
        ("http://d.example:80/", "http://d.example/"),
        ("https://d.example/h", "https://d.example:8443/h"),
        ("https://d.example:8443/h", "https://d.example:8443/h"),
    ],
)
def test_the_port_may_be_written_or_left_out(double: TwilioDouble, signed: str, ours: str) -> None:
    request = double.signed(signed, REPORT)

    assert TWILIO.read_webhook(replace(request, url=ours))


@pytest.mark.parametrize(
    "url",
    ["https://other.example/hooks/sms/1/?portal=1", "http://doorstep.example/hooks/sms/1/?portal=1",
     "https://doorstep.example/hooks/sms/2/?portal=1", "https://doorstep.example/hooks/sms/1/",
     "nonsense", ""],
)  # fmt: skip
def test_a_request_for_another_address_is_a_forgery(double: TwilioDouble, url: str) -> None:
    with pytest.raises(ForgedWebhook):
        TWILIO.read_webhook(replace(double.signed(URL, REPORT), url=url))


def test_another_accounts_report_is_a_forgery(double: TwilioDouble) -> None:
    request = double.signed(URL, {**REPORT, "AccountSid": "AC" + "0" * 32})

    with pytest.raises(ForgedWebhook, match="another"):
        TWILIO.read_webhook(request)


def test_blank_values_and_new_parameters_are_part_of_the_signature(double: TwilioDouble) -> None:
    fields = {**REPORT, "RawDlrDoneDate": "", "Novelty": " with spaces & +signs ü "}

    assert one_report(double.signed(URL, fields)).progress == Progress.DELIVERED


def test_a_form_of_very_many_fields_is_not_even_read(double: TwilioDouble) -> None:
    fields = {**REPORT, **{f"Field{number}": "x" for number in range(200)}}

    with pytest.raises(ForgedWebhook, match="no form"):
        TWILIO.read_webhook(double.signed(URL, fields))


def test_a_json_body_is_proved_by_the_digest_in_the_address(double: TwilioDouble) -> None:
    request = double.signed_json(URL.partition("?")[0], {**REPORT, "Count": 3, "More": None})

    assert one_report(request).provider_id == SID
    with pytest.raises(ForgedWebhook, match="signed"):
        TWILIO.read_webhook(replace(request, body=request.body + b" "))
    with pytest.raises(ForgedWebhook):
        TWILIO.read_webhook(replace(request, url=request.url.partition("?")[0]))


# --- Reports -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "progress"),
    [("accepted", "queued"), ("scheduled", "queued"), ("queued", "queued"), ("sending", "queued"),
     ("sent", "sent"), ("partially_delivered", "sent"), ("delivered", "delivered"),
     ("read", "delivered"), ("undelivered", "failed"), ("failed", "failed"),
     ("canceled", "failed")],
)  # fmt: skip
def test_every_status_has_its_place(double: TwilioDouble, status: str, progress: str) -> None:
    report = one_report(double.signed(URL, {**REPORT, "MessageStatus": status}))

    assert (report.provider_id, report.progress) == (SID, progress)
    assert report.event_id == f"{SID}:{status}"


@pytest.mark.parametrize(
    ("number", "code"),
    [(30003, "unreachable"), (30004, "blocked"), (30005, "unknown_number"), (30006, "landline"),
     (30007, "filtered"), (30008, "unknown"), (30034, "sender_not_registered"),
     (30001, "queue_full"), (30002, "account_suspended"), (21610, "opted_out"),
     (39999, "twilio_39999")],
)  # fmt: skip
def test_a_failure_has_its_reason(double: TwilioDouble, number: int, code: str) -> None:
    fields = {**REPORT, "MessageStatus": "undelivered", "ErrorCode": str(number)}
    report = one_report(double.signed(URL, fields))

    assert report.code == code
    assert str(number) in report.text


@pytest.mark.parametrize("last", ["delivered", "undelivered"])
def test_reports_in_any_order_lead_to_the_same_state(double: TwilioDouble, last: str) -> None:
    words = ("queued", "sending", "sent", last, last)
    requests = [double.signed(URL, {**REPORT, "MessageStatus": word}) for word in words]

    for order in permutations(requests):
        state = Progress.QUEUED
        for request in order:
            progress = one_report(request).progress
            state = progress if outranks(progress, state) else state
        assert state == (Progress.DELIVERED if last == "delivered" else Progress.FAILED)


def test_a_repeated_request_has_the_same_event_id(double: TwilioDouble) -> None:
    request = double.signed(URL, REPORT)
    named = replace(request, headers={**request.headers, "i-twilio-idempotency-token": "tok-1"})

    assert one_report(request) == one_report(request)
    assert one_report(named).event_id == "tok-1"


@pytest.mark.parametrize(
    "change",
    [{"MessageStatus": "teleported"}, {"MessageStatus": ""}, {"MessageSid": ""},
     {"MessageStatus": "received"}],
)  # fmt: skip
def test_a_report_that_says_nothing_is_not_readable(
    double: TwilioDouble, change: dict[str, str]
) -> None:
    with pytest.raises(UnreadableWebhook):
        TWILIO.read_webhook(double.signed(URL, {**REPORT, **change}))


# --- Texts of customers --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "wish"),
    [("STOP", Wish.STOP), ("Arrêter", Wish.STOP), ("start", Wish.START), ("Cancel", Wish.CANCEL),
     ("Yes", Wish.OTHER), ("I am late", Wish.OTHER), ("", Wish.OTHER)],
)  # fmt: skip
def test_reads_the_words_when_twilio_says_nothing(
    double: TwilioDouble, words: str, wish: Wish
) -> None:
    text = one_text(double.reply_from(PHONE, words))

    assert (text.wish, text.text) == (wish, words)
    assert (text.from_number, text.to_number) == (PHONE, SENDER)


@pytest.mark.parametrize(
    ("kind", "words", "wish"),
    [("STOP", "Genug", Wish.STOP), ("STOP", "cancel", Wish.CANCEL), ("START", "YES", Wish.START),
     ("START", "STOP", Wish.START), ("HELP", "STOP", Wish.HELP), ("NEWS", "STOP", Wish.STOP)],
)  # fmt: skip
def test_twilios_own_reading_wins(double: TwilioDouble, kind: str, words: str, wish: Wish) -> None:
    fields = {"MessageSid": SID, "AccountSid": ACCOUNT_SID, "From": PHONE, "To": SENDER}
    request = double.signed(URL, {**fields, "Body": words, "OptOutType": kind})

    assert one_text(request).wish == wish


def test_stop_shuts_the_number_at_twilio_until_start(double: TwilioDouble) -> None:
    double.has_advanced_opt_out = True

    assert one_text(double.reply_from(PHONE, "CANCEL")).wish == Wish.CANCEL
    assert double.opted_out == {PHONE}
    assert one_text(double.reply_from(PHONE, "yes")).wish == Wish.START
    assert double.opted_out == set()


def test_the_double_and_the_connector_speak_of_the_same_text(double: TwilioDouble) -> None:
    settings = Settings(
        account_sid=ACCOUNT_SID, auth_token=AUTH_TOKEN, from_number=SENDER, base_url=double.url
    )
    receipt = Twilio(settings).send(OutgoingSms("m-1", PHONE, "Hello", callback_url=URL))

    report = one_report(double.advance(receipt.provider_id, "delivered"))

    assert (report.provider_id, report.progress) == (receipt.provider_id, Progress.DELIVERED)
