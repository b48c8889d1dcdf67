"""Hand a mail to Django's mail backend, whichever it is. This connector imports Django.

The host, its password and its time limit are Django settings (EMAIL_HOST, EMAIL_TIMEOUT, …).
"""

import smtplib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.errors import MessageError
from typing import Any

from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from doorstep.connectors.base import (
    ConnectorError,
    CredentialsRefused,
    PermanentFailure,
    Receipt,
    TemporaryFailure,
    UnknownOutcome,
)
from doorstep.connectors.email.base import OutgoingEmail
from doorstep.connectors.email.mime import (
    attachment_part,
    envelope_address,
    extra_headers,
    refuse_header_injection,
)
from doorstep.connectors.email.smtp_answers import failure_before_the_text, failure_by_answer


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
        message = django_message(email)
        backend = self._connect()
        try:
            with _before_the_text():
                backend.open()
            with _while_sending(backend):
                count = backend.send_messages([message])
        finally:
            _hang_up(backend)
        if not count:
            raise PermanentFailure("not_sent", "The mail backend took no mail.")
        return Receipt(provider_id=email.message_id, detail="accepted")

    def check(self) -> str:
        """Connect and sign in, nothing more."""
        backend = self._connect()
        try:
            with _before_the_text():
                backend.open()
        finally:
            _hang_up(backend)
        return "The mail server of the installation answers."


def _hang_up(backend: BaseEmailBackend) -> None:
    """The mail is sent or not by now; how the line is hung up changes nothing."""
    connection = getattr(backend, "connection", None)
    with suppress(OSError, smtplib.SMTPException):
        backend.close()
    # Django forgets a connection whose farewell is not answered, without closing it.
    if isinstance(connection, smtplib.SMTP):
        connection.close()


def django_message(email: OutgoingEmail) -> EmailMultiAlternatives:
    """The mail as Django's backends take it; PermanentFailure if it cannot be built."""
    refuse_header_injection(email)
    try:
        message = EmailMultiAlternatives(
            subject=email.subject,
            body=email.text,
            from_email=email.from_address,
            to=[email.to],
            reply_to=[email.reply_to] if email.reply_to else None,
            headers=extra_headers(email),
        )
        if email.html:
            message.attach_alternative(email.html, "text/html")
        for attachment in email.attachments:
            message.attach(attachment_part(attachment))
        # Everything that can be wrong with the mail shows here, before anybody is called.
        for address in (email.from_address, email.to):
            envelope_address(address)
        message.message().as_bytes()
    except (ValueError, LookupError, MessageError) as error:
        raise PermanentFailure("bad_message", f"The mail cannot be built: {error}") from error
    return message


# --- What went wrong -----------------------------------------------------------------------


@contextmanager
def _before_the_text() -> Iterator[None]:
    try:
        yield
    except (OSError, smtplib.SMTPException) as error:
        raise failure_before_the_text(error) from error


@contextmanager
def _while_sending(backend: BaseEmailBackend) -> Iterator[None]:
    watch = _Watch(backend)
    try:
        yield
    except smtplib.SMTPRecipientsRefused as error:
        raise failure_by_answer(*next(iter(error.recipients.values()))) from error
    except smtplib.SMTPNotSupportedError as error:
        raise PermanentFailure("smtp_not_supported", str(error)) from error
    except smtplib.SMTPResponseException as error:
        raise failure_by_answer(error.smtp_code, error.smtp_error) from error
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


def _by_status(error: Exception) -> ConnectorError:
    """Errors of backends over HTTP, which carry the provider's status."""
    status = getattr(error, "status_code", None)
    text = type(error).__name__
    if status == 429:
        return TemporaryFailure("http_429", text)
    if status in (401, 403):
        return CredentialsRefused(f"The mail provider answered with HTTP status {status}.")
    if isinstance(status, int) and 400 <= status < 500:
        return PermanentFailure(f"http_{status}", text)
    return UnknownOutcome("mail_backend", text)
