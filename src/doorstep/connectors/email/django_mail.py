"""Hand a mail to Django's mail backend, whichever it is. The one connector that imports Django.

The host, its password and its time limit are Django settings (EMAIL_HOST, EMAIL_TIMEOUT, …).
What an SMTP answer means: RFC 5321, 4.2.1; greylisting: RFC 6647.
"""

import smtplib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email import encoders
from email.errors import MessageError
from email.mime.base import MIMEBase
from email.mime.text import MIMEText
from email.utils import parseaddr
from typing import Any

from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import sanitize_address

from doorstep.connectors.base import (
    ConnectorError,
    PermanentFailure,
    Receipt,
    TemporaryFailure,
    UnknownOutcome,
)
from doorstep.connectors.email.base import Attachment, OutgoingEmail

# A greylisting server wants to see the same mail again, but not at once.
GREYLISTING_WAIT_S = 300.0
LONGEST_ANSWER = 200


@dataclass(frozen=True, slots=True)
class Settings:
    """Nothing to set here: Django's settings say which backend sends."""


class DjangoMail:
    """Sends through `connect()`, by default the backend of Django's settings.

    A mail is sent on a connection of its own, so that one customer's trouble is not another's.
    """

    settings_class = Settings

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        connect: Callable[[], BaseEmailBackend] = get_connection,
    ) -> None:
        self.settings = settings or Settings()
        self._connect = connect

    def send(self, email: OutgoingEmail) -> Receipt:
        """One attempt. UnknownOutcome when the line broke after the text was on its way."""
        message = _message(email)
        backend = self._connect()
        try:
            with _before_the_text():
                backend.open()
            with _while_sending(backend):
                count = backend.send_messages([message])
        finally:
            # The mail is sent or not by now; how the line is hung up changes nothing.
            with suppress(OSError, smtplib.SMTPException):
                backend.close()
        if not count:
            raise PermanentFailure("not_sent", "The mail backend took no mail.")
        status = getattr(message, "anymail_status", None)
        provider_id = getattr(status, "message_id", None) or email.message_id
        return Receipt(provider_id=str(provider_id), detail="accepted")


# --- The message ---------------------------------------------------------------------------


def _message(email: OutgoingEmail) -> EmailMultiAlternatives:
    _refuse_header_injection(email)
    ours = {"Message-ID": f"<{email.message_id}>", "Auto-Submitted": "auto-generated"}
    if email.language:
        ours["Content-Language"] = email.language
    taken = {name.casefold() for name in ours}
    theirs = {name: text for name, text in email.headers.items() if name.casefold() not in taken}
    try:
        message = EmailMultiAlternatives(
            subject=email.subject,
            body=email.text,
            from_email=email.from_address,
            to=[email.to],
            reply_to=[email.reply_to] if email.reply_to else None,
            headers={**theirs, **ours},
        )
        if email.html:
            message.attach_alternative(email.html, "text/html")
        for attachment in email.attachments:
            message.attach(_part(attachment))
        # Everything that can be wrong with the mail shows here, before anybody is called.
        for address in (email.from_address, email.to):
            if "@" not in parseaddr(address)[1]:
                raise ValueError(f"{address!r} is not an e-mail address")
            sanitize_address(address, "utf-8")
        message.message().as_bytes()
    except (ValueError, LookupError, MessageError) as error:
        raise PermanentFailure("bad_message", f"The mail cannot be built: {error}") from error
    return message


def _refuse_header_injection(email: OutgoingEmail) -> None:
    values = [email.message_id, email.from_address, email.to, email.reply_to, email.subject]
    values += [email.language, *email.headers, *email.headers.values()]
    for attachment in email.attachments:
        values += [attachment.name, attachment.content_type]
        values += [*attachment.params, *attachment.params.values()]
    if any(character in value for value in values for character in "\r\n\x00"):
        raise PermanentFailure("header_injection", "A header of the mail holds a line break.")


def _part(attachment: Attachment) -> MIMEBase:
    maintype, _slash, subtype = attachment.content_type.partition("/")
    part: MIMEBase
    if maintype == "text":
        part = MIMEText(attachment.content.decode(), subtype, "utf-8")
    else:
        part = MIMEBase(maintype, subtype)
        part.set_payload(attachment.content)
        encoders.encode_base64(part)
    for name, value in attachment.params.items():
        part.set_param(name, value)
    name = attachment.name
    filename = name if name.isascii() else ("utf-8", "", name)
    part.add_header("Content-Disposition", "attachment", filename=filename)
    return part


# --- What went wrong -----------------------------------------------------------------------


@contextmanager
def _before_the_text() -> Iterator[None]:
    """Connecting and signing in: whatever fails here, nothing was sent, and it is not the mail."""
    try:
        yield
    except smtplib.SMTPAuthenticationError as error:
        text = "The mail server refused our name and password."
        raise TemporaryFailure("smtp_sign_in", text) from error
    except (OSError, smtplib.SMTPException) as error:
        raise TemporaryFailure(
            "no_connection", f"No mail server: {error}"[:LONGEST_ANSWER]
        ) from error


@contextmanager
def _while_sending(backend: BaseEmailBackend) -> Iterator[None]:
    watch = _Watch(backend)
    try:
        yield
    except smtplib.SMTPRecipientsRefused as error:
        raise _by_answer(*next(iter(error.recipients.values()))) from error
    except smtplib.SMTPNotSupportedError as error:
        raise PermanentFailure("smtp_not_supported", str(error)) from error
    except smtplib.SMTPResponseException as error:
        raise _by_answer(error.smtp_code, error.smtp_error) from error
    except (OSError, smtplib.SMTPException) as error:
        if watch.text_was_sent:
            text = "The line broke after the mail was handed over; it may have been sent."
            raise UnknownOutcome("cut_after_text", text) from error
        raise TemporaryFailure("cut_before_text", "The line broke before the mail.") from error
    except Exception as error:
        raise _by_status(error) from error


class _Watch:
    """Sees whether the text of the mail was handed over; smtplib's errors do not tell.

    For a backend that does not speak SMTP the text counts as handed over from the start.
    """

    def __init__(self, backend: BaseEmailBackend) -> None:
        connection = getattr(backend, "connection", None)
        self.text_was_sent = not isinstance(connection, smtplib.SMTP)
        if isinstance(connection, smtplib.SMTP):
            self._send_text: Callable[..., tuple[int, bytes]] = connection.data
            connection.data = self._data  # type: ignore[method-assign]

    def _data(self, *text: Any, **named: Any) -> tuple[int, bytes]:
        self.text_was_sent = True
        return self._send_text(*text, **named)


def _by_answer(code: int, answer: bytes | str) -> ConnectorError:
    text = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    text = " ".join(text.split())[:LONGEST_ANSWER]
    if 500 <= code < 600:
        return PermanentFailure(f"smtp_{code}", text)
    if 400 <= code < 500:
        wait = GREYLISTING_WAIT_S if code in (450, 451) and text.startswith("4.7.") else None
        return TemporaryFailure(f"smtp_{code}", text, retry_after_s=wait)
    return UnknownOutcome("smtp_garbage", text)


def _by_status(error: Exception) -> ConnectorError:
    """Errors of backends over HTTP; django-anymail's carry the provider's status."""
    status = getattr(error, "status_code", None)
    text = type(error).__name__
    if status == 429:
        return TemporaryFailure("http_429", text)
    if isinstance(status, int) and 400 <= status < 500:
        return PermanentFailure(f"http_{status}", text)
    return UnknownOutcome("mail_backend", text)
