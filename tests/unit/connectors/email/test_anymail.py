"""Mail providers through anymail, against doubles of Mailgun and Postmark (faults F34, F35)."""

import hashlib
import hmac
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from doorstep.connectors.base import (
    ConnectorError,
    CredentialsRefused,
    InvalidSettings,
    PermanentFailure,
    TemporaryFailure,
    UnknownOutcome,
)
from doorstep.connectors.email.anymail import Anymail, Settings
from doorstep.connectors.email.anymail_esps import ESPS
from doorstep.connectors.http import HttpClient
from doorstep.connectors.webhooks import (
    DeliveryReport,
    ForgedWebhook,
    Progress,
    UnreadableWebhook,
    WebhookRequest,
)
from tests.doubles.esp import (
    KEY,
    MAILGUN_SIGNING_KEY,
    REPORTS_URL,
    EspDouble,
    MailgunDouble,
    PostmarkDouble,
    mailgun_report,
    postmark_refusal,
    postmark_report,
    report_request,
)
from tests.doubles.http import CUT, GARBAGE, HANG_UP, SLOW, Reply, free_url, json_reply, running
from tests.unit.connectors.email.mails import EMAIL

SECRET = "doorstep:reports-secret"
DOUBLES = {"mailgun": MailgunDouble, "postmark": PostmarkDouble}
BOTH = pytest.mark.parametrize("esp", DOUBLES)


def account(esp: str, url: str, *, patience_s: float = 10, **wanted: object) -> Anymail:
    path = "/v3" if esp == "mailgun" else ""
    values: dict[str, object] = {"esp": esp, "api_key": KEY, "api_url": url + path}
    client = HttpClient(allow_private=True, read_s=patience_s, total_s=patience_s)
    return Anymail(Settings(**{**values, **wanted}), client=client)  # type: ignore[arg-type]


def failure(esp: str, double: EspDouble, **wanted: Any) -> ConnectorError:
    with running(double), pytest.raises(ConnectorError) as caught:
        account(esp, double.url, **wanted).send(EMAIL)
    return caught.value


def test_every_provider_can_be_set_up() -> None:
    for esp, entry in ESPS.items():
        needs = dict.fromkeys(entry.needs, "https://mail.example.com")
        connector = Anymail(Settings(esp=esp, api_key="k", **needs))  # type: ignore[arg-type]
        with pytest.raises(ForgedWebhook):
            connector.read_webhook(report_request({}))


@pytest.mark.parametrize(("esp", "missing"), [("mailjet", "secret_key"), ("postal", "api_url")])
def test_a_missing_setting_is_named(esp: str, missing: str) -> None:
    with pytest.raises(InvalidSettings, match=missing):
        Anymail(Settings(esp=esp, api_key="k"))


def test_the_receipt_has_the_providers_id() -> None:
    with running(PostmarkDouble()) as double:
        receipt = account("postmark", double.url).send(EMAIL)

    assert (receipt.provider_id, receipt.detail) == ("postmark-1", "sent")


def test_two_accounts_of_one_provider_do_not_mix() -> None:
    with running(PostmarkDouble()) as one, running(PostmarkDouble()) as other:
        account("postmark", one.url).send(EMAIL)
        account("postmark", other.url).send(replace(EMAIL, subject="Other"))

    assert [mail.subject for mail in one.taken] == [EMAIL.subject]
    assert [mail.subject for mail in other.taken] == ["Other"]


def test_options_of_the_provider_are_passed_on() -> None:
    with running(PostmarkDouble()) as double:
        account("postmark", double.url, message_stream="visits").send(EMAIL)

    assert b'"MessageStream": "visits"' in double.requests[0].body


# --- Errors ------------------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply(400), PermanentFailure),
        (Reply(413), PermanentFailure),
        (Reply(402), CredentialsRefused),
        (Reply(403), CredentialsRefused),
        (Reply(503), TemporaryFailure),
        (Reply(500), UnknownOutcome),
        (Reply(502), UnknownOutcome),
        (Reply(302, headers={"Location": "/elsewhere"}), UnknownOutcome),
        (GARBAGE, UnknownOutcome),
        (CUT, UnknownOutcome),
        (HANG_UP, UnknownOutcome),
    ],
)
def test_an_answer_says_what_to_do_next(esp: str, reply: Reply, kind: type[ConnectorError]) -> None:
    double = DOUBLES[esp](script=[reply])
    error = failure(esp, double)

    assert type(error) is kind
    assert len(double.requests) == 1


@BOTH
def test_an_answer_that_does_not_come_leaves_the_outcome_open(esp: str) -> None:
    double = DOUBLES[esp](script=[SLOW])
    error = failure(esp, double, patience_s=1.5)

    assert (type(error), error.code) == (UnknownOutcome, "time_out")
    assert len(double.requests) == 1


@BOTH
def test_a_throttled_account_waits_as_long_as_it_is_told(esp: str) -> None:
    error = failure(esp, DOUBLES[esp](script=[Reply(429, headers={"Retry-After": "77"})]))

    assert isinstance(error, TemporaryFailure)
    assert error.retry_after_s == 77


@BOTH
def test_a_wrong_key_pauses_the_connector_and_is_not_shown(esp: str) -> None:
    error = failure(esp, DOUBLES[esp](), api_key="wrong-key")

    assert isinstance(error, CredentialsRefused)
    assert "wrong-key" not in f"{error!s}{error.__cause__!r}"


@pytest.mark.parametrize(
    ("code", "text", "kind"),
    [
        (406, "Found inactive addresses: zoe@example.com. Inactive recipients are…",
         PermanentFailure),
        (300, "Invalid 'To' address: 'zoe@example.com'.", PermanentFailure),
        (300, "Invalid 'From' address: 'x'.", PermanentFailure),
        (400, "The 'From' address is not a confirmed sender.", CredentialsRefused),
        (405, "You ran out of credits.", CredentialsRefused),
    ],
)  # fmt: skip
def test_postmarks_own_codes_count(code: int, text: str, kind: type[ConnectorError]) -> None:
    error = failure("postmark", PostmarkDouble(script=[postmark_refusal(code, text)]))

    assert type(error) is kind


@pytest.mark.parametrize(
    ("name", "kind"), [("Invalid_Key", CredentialsRefused), ("ValidationError", PermanentFailure)]
)
def test_mandrills_status_500_is_read(name: str, kind: type[ConnectorError]) -> None:
    answer = json_reply({"status": "error", "code": -1, "name": name, "message": "No."}, 500)
    double = EspDouble()
    double.reply = answer
    error = failure("mandrill", double)

    assert type(error) is kind


def test_a_provider_that_is_away_is_temporary() -> None:
    with pytest.raises(TemporaryFailure, match="no_connection"):
        account("postmark", free_url()).send(EMAIL)


def test_a_private_address_is_forbidden_unless_allowed() -> None:
    with running(PostmarkDouble()) as double:
        settings = Settings(esp="postmark", api_key=KEY, api_url=double.url)
        with pytest.raises(PermanentFailure, match="address_forbidden"):
            Anymail(settings).send(EMAIL)
        Anymail(replace(settings, allows_private=True)).send(EMAIL)

    assert len(double.taken) == 1


# --- Reports -----------------------------------------------------------------------------------


def test_a_report_leads_to_the_mail_of_the_receipt() -> None:
    with running(MailgunDouble()) as double:
        connector = account("mailgun", double.url, webhook_signing_key=MAILGUN_SIGNING_KEY)
        receipt = connector.send(EMAIL)
        request = mailgun_report(
            "delivered", EMAIL.message_id, **{"user-variables": _variables(double)}
        )
        reports = connector.read_webhook(request)

    assert reports == (
        DeliveryReport(
            provider_id=receipt.provider_id,
            progress=Progress.DELIVERED,
            event_id="t" * 50,
            code="delivered",
            at=datetime(2026, 11, 23, 9, 0, 0, 500_000, tzinfo=UTC),
            message_id=EMAIL.message_id,
        ),
    )


def _variables(double: EspDouble) -> dict[str, str]:
    """Mailgun hands back the variables that came with the mail."""
    body = double.requests[0].body.decode()
    assert 'name="v:doorstep_message"' in body
    return {"doorstep_message": EMAIL.message_id}


@pytest.mark.parametrize(
    ("event", "more", "progress"),
    [
        ("accepted", {}, Progress.QUEUED),
        ("delivered", {}, Progress.DELIVERED),
        ("failed", {"severity": "temporary"}, Progress.QUEUED),
        ("failed", {"severity": "permanent", "reason": "bounce"}, Progress.BOUNCED),
        ("rejected", {"reject": {"reason": "Virus"}}, Progress.FAILED),
        ("complained", {}, Progress.COMPLAINED),
        ("unsubscribed", {}, Progress.UNSUBSCRIBED),
    ],
)
def test_mailguns_events_are_understood(
    event: str, more: dict[str, object], progress: Progress
) -> None:
    connector = account("mailgun", "https://x.example", webhook_signing_key=MAILGUN_SIGNING_KEY)

    (report,) = connector.read_webhook(mailgun_report(event, "m-1", **more))

    assert report.progress == progress


@pytest.mark.parametrize(
    ("body", "progress", "text"),
    [
        (postmark_report("Delivery", "p-1", Details="250 OK"), Progress.DELIVERED, "250 OK"),
        (
            postmark_report("Bounce", "p-1", Type="HardBounce", ID=42, Description="Unknown user"),
            Progress.BOUNCED,
            "Unknown user",
        ),
        (postmark_report("Bounce", "p-1", Type="Transient"), Progress.QUEUED, ""),
        (postmark_report("Bounce", "p-1", Type="Blocked"), Progress.FAILED, ""),
        (postmark_report("SpamComplaint", "p-1", Type="SpamComplaint"), Progress.COMPLAINED, ""),
        (
            postmark_report("SubscriptionChange", "p-1", SuppressionReason="ManualSuppression"),
            Progress.UNSUBSCRIBED,
            "",
        ),
    ],
)
def test_postmarks_events_are_understood(
    body: dict[str, object], progress: Progress, text: str
) -> None:
    connector = account("postmark", "https://x.example", webhook_secret=SECRET)

    (report,) = connector.read_webhook(report_request(body, SECRET))

    assert (report.provider_id, report.progress, report.text) == ("p-1", progress, text)
    assert report.at == datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.mark.parametrize("record_type", ["Open", "Click"])
def test_opening_and_clicking_are_no_reports(record_type: str) -> None:
    connector = account("postmark", "https://x.example", webhook_secret=SECRET)

    assert connector.read_webhook(report_request(postmark_report(record_type, "p"), SECRET)) == ()


def test_a_report_that_names_no_mail_is_none() -> None:
    connector = account("postmark", "https://x.example", webhook_secret=SECRET)

    assert connector.read_webhook(report_request({"RecordType": "Delivery"}, SECRET)) == ()


# --- Forged and unreadable reports -------------------------------------------------------------


@pytest.mark.parametrize("given", ["", "doorstep:wrong", "doorstep"])
def test_a_report_without_the_secret_is_forged(given: str) -> None:
    connector = account("postmark", "https://x.example", webhook_secret=SECRET)

    with pytest.raises(ForgedWebhook):
        connector.read_webhook(report_request(postmark_report("Delivery", "p"), given))


def test_without_any_secret_nothing_is_believed() -> None:
    connector = account("postmark", "https://x.example")

    with pytest.raises(ForgedWebhook, match="no secret"):
        connector.read_webhook(report_request(postmark_report("Delivery", "p")))


@pytest.mark.parametrize(
    "forged",
    [
        mailgun_report("delivered", "m", key="other-key"),
        report_request({"event-data": {}}),
        report_request([]),
        WebhookRequest(REPORTS_URL, {"content-type": "application/json"}, b"\xff"),
        WebhookRequest(REPORTS_URL, {"content-type": "text/plain"}, b"a=b"),
        WebhookRequest(REPORTS_URL, {}, b""),
    ],
)
def test_a_report_without_the_signature_is_forged(forged: WebhookRequest) -> None:
    connector = account("mailgun", "https://x.example", webhook_signing_key=MAILGUN_SIGNING_KEY)

    with pytest.raises(ForgedWebhook):
        connector.read_webhook(forged)


def test_where_both_are_set_both_are_needed() -> None:
    connector = account(
        "mailgun",
        "https://x.example",
        webhook_signing_key=MAILGUN_SIGNING_KEY,
        webhook_secret=SECRET,
    )
    signed = mailgun_report("delivered", "m")

    with pytest.raises(ForgedWebhook):
        connector.read_webhook(signed)

    basic = f"Basic {b64encode(SECRET.encode()).decode()}"
    both = replace(signed, headers={**signed.headers, "authorization": basic})
    assert len(connector.read_webhook(both)) == 1


def test_mandrill_signs_the_address_it_was_given_with_its_secret() -> None:
    connector = account(
        "mandrill", "https://x.example", webhook_signing_key="mk", webhook_secret=SECRET
    )
    url = REPORTS_URL.replace("https://", f"https://{SECRET}@")
    signature = hmac.new(b"mk", f"{url}mandrill_events[]".encode(), hashlib.sha1).digest()
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "authorization": f"Basic {b64encode(SECRET.encode()).decode()}",
        "x-mandrill-signature": b64encode(signature).decode(),
    }
    request = WebhookRequest(REPORTS_URL, headers, b"mandrill_events=[]")

    assert connector.read_webhook(request) == ()
    with pytest.raises(ForgedWebhook):
        connector.read_webhook(replace(request, body=b"mandrill_events=[1]"))


@pytest.mark.parametrize("body", [b"", b"\xff", b"[1]", b"{", b'{"RecordType": []}'])
def test_a_report_that_makes_no_sense_is_unreadable(body: bytes) -> None:
    connector = account("postmark", "https://x.example", webhook_secret=SECRET)
    request = replace(report_request({}, SECRET), body=body)

    with pytest.raises(UnreadableWebhook):
        connector.read_webhook(request)


# --- The test button ---------------------------------------------------------------------------


@BOTH
def test_a_check_asks_something_that_needs_the_key(esp: str) -> None:
    with running(DOUBLES[esp]()) as double:
        text = account(esp, double.url, sender_domain="acme.example").check()
        with pytest.raises(CredentialsRefused):
            account(esp, double.url, sender_domain="acme.example", api_key="wrong").check()

    assert text.endswith("takes the key.")
    assert not double.taken


def test_a_check_of_a_domain_that_is_not_there_fails() -> None:
    with running(MailgunDouble()) as double, pytest.raises(PermanentFailure, match="http_404"):
        account("mailgun", double.url, sender_domain="other.example").check()


def test_a_check_says_so_where_only_a_mail_can_tell() -> None:
    connector = Anymail(Settings(esp="mailtrap", api_key="k"))

    assert "a test mail shows the rest" in connector.check()
