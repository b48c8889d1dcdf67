from dataclasses import replace
from email.message import EmailMessage

import pytest
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend

from doorstep.connectors.base import (
    ConnectorError,
    PermanentFailure,
    TemporaryFailure,
    UnknownOutcome,
)
from doorstep.connectors.email.base import Attachment, OutgoingEmail
from doorstep.connectors.email.django_mail import DjangoMail
from tests.doubles.ports import kept_port
from tests.doubles.smtp import DROP, SILENCE, SmtpDouble, running

EMAIL = OutgoingEmail(
    message_id="notice-7@book.example.com",
    from_address="Acme Repairs <hello@acme.example>",
    to="Carol <carol@example.com>",
    reply_to="office@acme.example",
    subject="Your visit on Thursday – café",
    text="We come at 10:00–12:00.",
    html="<p>We come at <b>10:00–12:00</b>.</p>",
    language="de",
    headers={"X-Notice": "7", "message-id": "<forged@example.com>"},
    attachments=(
        Attachment("visit.ics", "text/calendar", b"BEGIN:VCALENDAR", {"method": "REQUEST"}),
        Attachment("größe.png", "image/png", b"\x89PNG"),
    ),
)

# A line that breaks is heard at once; only silence has to be waited out.
PATIENCE_S = {DROP: 10, SILENCE: 1.5}


def sender(port: int, timeout: float = 10) -> DjangoMail:
    return DjangoMail(connect=lambda: EmailBackend("127.0.0.1", port, timeout=timeout))


def send(double: SmtpDouble, email: OutgoingEmail = EMAIL, timeout: float = 10) -> EmailMessage:
    with running(double):
        sender(double.port, timeout).send(email)
    return double.mails[0]


def failure(double: SmtpDouble, timeout: float = 10) -> ConnectorError:
    with running(double), pytest.raises(ConnectorError) as caught:
        sender(double.port, timeout).send(EMAIL)
    return caught.value


def test_the_receipt_carries_the_message_id() -> None:
    with running(SmtpDouble()) as double:
        receipt = sender(double.port).send(EMAIL)

    assert receipt.provider_id == "notice-7@book.example.com"


def test_the_mail_reaches_the_server_with_its_headers() -> None:
    mail = send(SmtpDouble())

    assert mail["From"] == "Acme Repairs <hello@acme.example>"
    assert mail["To"] == "Carol <carol@example.com>"
    assert mail["Reply-To"] == "office@acme.example"
    assert mail["Subject"] == "Your visit on Thursday – café"
    assert mail["Content-Language"] == "de"
    assert mail["X-Notice"] == "7"


def test_every_attempt_has_the_same_message_id() -> None:
    first, second = send(SmtpDouble()), send(SmtpDouble())

    assert first.get_all("Message-ID") == ["<notice-7@book.example.com>"]
    assert second["Message-ID"] == first["Message-ID"]


def test_the_mail_says_that_a_machine_sent_it() -> None:
    assert send(SmtpDouble())["Auto-Submitted"] == "auto-generated"


def test_plain_text_comes_before_html() -> None:
    alternatives = next(
        part for part in send(SmtpDouble()).walk()
        if part.get_content_type() == "multipart/alternative"
    )  # fmt: skip

    kinds = [part.get_content_type() for part in alternatives.iter_parts()]  # type: ignore[attr-defined]
    assert kinds == ["text/plain", "text/html"]


def test_a_mail_without_html_is_plain() -> None:
    mail = send(SmtpDouble(), replace(EMAIL, html="", attachments=()))

    assert mail.get_content_type() == "text/plain"
    assert mail.get_content().strip() == "We come at 10:00–12:00."


def test_attachments_keep_name_type_and_parameters() -> None:
    calendar, picture = send(SmtpDouble()).iter_attachments()

    assert (calendar.get_filename(), calendar.get_content_type()) == ("visit.ics", "text/calendar")
    assert calendar.get_param("method") == "REQUEST"
    assert (picture.get_filename(), picture.get_payload(decode=True)) == ("größe.png", b"\x89PNG")


def test_an_international_domain_is_translated() -> None:
    double = SmtpDouble()

    send(double, replace(EMAIL, to="carol@bücher.example"))

    assert double.recipients == ["carol@xn--bcher-kva.example"]


@pytest.mark.parametrize("step", ["mail", "rcpt", "dot"])
def test_a_4xx_answer_is_temporary_at_every_step(step: str) -> None:
    error = failure(SmtpDouble(**{step: "452 4.2.2 Mailbox full"}))

    assert isinstance(error, TemporaryFailure)
    assert (error.code, error.text) == ("smtp_452", "4.2.2 Mailbox full")


@pytest.mark.parametrize("step", ["mail", "rcpt", "dot"])
def test_a_5xx_answer_is_permanent_at_every_step(step: str) -> None:
    error = failure(SmtpDouble(**{step: "550 5.1.1 No such user"}))

    assert isinstance(error, PermanentFailure)
    assert error.code == "smtp_550"


def test_greylisting_asks_for_five_minutes() -> None:
    error = failure(SmtpDouble(rcpt="451 4.7.1 Try again later"))

    assert isinstance(error, TemporaryFailure)
    assert error.retry_after_s == 300


@pytest.mark.parametrize("reply", PATIENCE_S)
def test_a_line_that_breaks_after_the_text_leaves_the_outcome_open(reply: str) -> None:
    error = failure(SmtpDouble(dot=reply), timeout=PATIENCE_S[reply])

    assert isinstance(error, UnknownOutcome)
    assert error.code == "cut_after_text"


@pytest.mark.parametrize("step", ["mail", "rcpt"])
@pytest.mark.parametrize("reply", PATIENCE_S)
def test_a_line_that_breaks_before_the_text_is_temporary(step: str, reply: str) -> None:
    error = failure(SmtpDouble(**{step: reply}), timeout=PATIENCE_S[reply])

    assert isinstance(error, TemporaryFailure)
    assert error.code == "cut_before_text"


def test_a_server_that_is_away_is_temporary() -> None:
    with pytest.raises(TemporaryFailure, match="no_connection"):
        sender(kept_port()).send(EMAIL)


def test_a_refused_password_is_our_trouble_and_not_the_mails() -> None:
    with running(SmtpDouble()) as double:
        backend = EmailBackend("127.0.0.1", double.port, "me", "secret", timeout=10)

        with pytest.raises(TemporaryFailure):
            DjangoMail(connect=lambda: backend).send(EMAIL)


@pytest.mark.parametrize("character", ["\n", "\r", "\x00"])
@pytest.mark.parametrize("field", ["subject", "to", "from_address", "reply_to", "message_id"])
def test_a_line_break_in_a_header_is_refused_before_anybody_is_called(
    field: str, character: str
) -> None:
    value = f"x{character}Bcc: mallory@example.com"

    with pytest.raises(PermanentFailure) as caught:
        sender(kept_port()).send(replace(EMAIL, **{field: value}))  # type: ignore[arg-type]

    assert caught.value.code == "header_injection"


@pytest.mark.parametrize(
    "email",
    [
        replace(EMAIL, headers={"X-A": "a\r\nBcc: m@example.com"}),
        replace(EMAIL, headers={"X-A\r\nBcc": "m@example.com"}),
        replace(EMAIL, attachments=(Attachment("a\r\nb", "image/png", b""),)),
        replace(EMAIL, attachments=(Attachment("a", "text/calendar", b"", {"method": "A\nB"}),)),
    ],
)
def test_line_breaks_are_found_in_every_header(email: OutgoingEmail) -> None:
    with pytest.raises(PermanentFailure, match="header_injection"):
        sender(kept_port()).send(email)


@pytest.mark.parametrize(
    "email",
    [
        replace(EMAIL, to="not an address"),
        replace(EMAIL, to=""),
        replace(EMAIL, to="a@example.com, b@example.com"),
        replace(EMAIL, subject="\ud800"),
        replace(EMAIL, attachments=(Attachment("a", "text/plain", b"\xff"),)),
    ],
)
def test_a_mail_that_cannot_be_built_is_permanent(email: OutgoingEmail) -> None:
    with pytest.raises(PermanentFailure, match="bad_message"):
        sender(kept_port()).send(email)


class HttpBackend(BaseEmailBackend):
    """A backend over HTTP, as those of mail providers: its errors carry a status."""

    def __init__(self, status: int | None) -> None:
        super().__init__()
        self.status = status

    def send_messages(self, email_messages: object) -> int:
        error = RuntimeError("the provider said no")
        error.status_code = self.status  # type: ignore[attr-defined]
        raise error


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (429, TemporaryFailure),
        (422, PermanentFailure),
        (500, UnknownOutcome),
        (None, UnknownOutcome),
    ],
)
def test_a_backend_over_http_fails_by_its_status(
    status: int | None, kind: type[ConnectorError]
) -> None:
    with pytest.raises(kind):
        DjangoMail(connect=lambda: HttpBackend(status)).send(EMAIL)


def test_sends_through_the_backend_of_the_settings(mailoutbox: list[object]) -> None:
    DjangoMail().send(EMAIL)

    assert len(mailoutbox) == 1
