"""Send mail through an SMTP server with settings of its own (RFC 5321)."""

import re
import smtplib
from dataclasses import dataclass

from doorstep.connectors.base import (
    ConnectorError,
    InvalidSettings,
    Receipt,
    TemporaryFailure,
    UnknownOutcome,
    setting,
)
from doorstep.connectors.email.base import OutgoingEmail
from doorstep.connectors.email.mime import envelope_address, mime_bytes, with_sender
from doorstep.connectors.email.smtp_answers import failure_before_the_text, failure_by_answer
from doorstep.connectors.email.smtp_lines import (
    LONGEST_IDLE_S,
    THIS_MACHINE,
    Line,
    Lines,
    dial,
    hang_up,
    time_limit,
    tls_context,
)

LINE_WITH_DOT = re.compile(rb"^\.", re.MULTILINE)
CLOSING = 421


@dataclass(frozen=True, slots=True)
class Settings:
    host: str = setting("Host", help="Such as smtp.example.com.")
    port: int = setting("Port", help="587 with STARTTLS, 465 with TLS.", default=587)
    user: str = setting("User name", help="Empty: without signing in.", default="")
    password: str = setting("Password", secret=True, default="")
    security: str = setting(
        "Encryption",
        help="starttls and tls never fall back to plain text.",
        default="starttls",
        choices=("starttls", "tls", "none"),
    )
    from_address: str = setting(
        "Sender", help="Replaces the sender of the mails; empty: theirs.", default=""
    )
    timeout_s: float = setting("Seconds to wait for an answer", default=20.0)
    accept_timeout_s: float = setting(
        "Seconds to wait for the answer to a mail",
        help="Servers check a mail before they take it; giving up early may send it twice.",
        default=60.0,
    )


class Smtp:
    """One mail account; connections are kept for several mails."""

    settings_class = Settings

    def __init__(self, settings: Settings, *, longest_idle_s: float = LONGEST_IDLE_S) -> None:
        self._settings = settings
        if settings.user and settings.security == "none" and settings.host not in THIS_MACHINE:
            raise InvalidSettings("security: a password is not sent without encryption")
        self._tls = tls_context(settings.host)
        self._lines = Lines(self._dial, longest_idle_s)

    def send(self, email: OutgoingEmail) -> Receipt:
        """One attempt. UnknownOutcome when the line broke after the text was on its way.

        A kept connection that turns out to be dead before the text is replaced by a new one,
        once.
        """
        email = with_sender(email, self._settings.from_address)
        text = mime_bytes(email)
        line = self._lines.take()
        try:
            self._envelope(line, email, len(text))
        except _Gone as gone:
            if not line.is_used:
                raise gone.failure from gone
            line = self._lines.take_new()
            try:
                self._envelope(line, email, len(text))
            except _Gone as again:
                raise again.failure from again
        answer = self._text(line, text)
        return Receipt(provider_id=email.message_id, detail=answer)

    def check(self) -> str:
        """Connect, encrypt, sign in and ask whether the server is well; sends nothing."""
        smtp = self._dial()
        try:
            code, answer = smtp.noop()
        except (OSError, smtplib.SMTPException) as error:
            raise failure_before_the_text(error) from error
        finally:
            hang_up(smtp)
        if code != 250:
            raise failure_by_answer(code, answer)
        how = "in plain text" if self._settings.security == "none" else "encrypted"
        who = f", signed in as {self._settings.user}" if self._settings.user else ""
        return f"{self._settings.host}:{self._settings.port} answers, {how}{who}."

    def close(self) -> None:
        """Hang up the kept connections. Happens by itself when nobody needs the connector."""
        self._lines.close()

    def _dial(self) -> smtplib.SMTP:
        settings = self._settings
        return dial(
            settings.host,
            settings.port,
            security=settings.security,
            tls=self._tls,
            user=settings.user,
            password=settings.password,
            timeout_s=settings.timeout_s,
        )

    def _envelope(self, line: Line, email: OutgoingEmail, size: int) -> None:
        """MAIL, RCPT and DATA. Raises _Gone if the line is dead, else the server's refusal."""
        smtp = line.smtp
        sized = f" SIZE={size}" if smtp.has_extn("size") else ""
        steps = (
            (f"MAIL FROM:<{envelope_address(email.from_address)}>{sized}", (250,)),
            (f"RCPT TO:<{envelope_address(email.to)}>", (250, 251)),
            ("DATA", (354,)),
        )
        try:
            with time_limit(smtp, self._settings.timeout_s * len(steps)):
                for command, hoped_for in steps:
                    code, answer = smtp.docmd(command)
                    if code not in hoped_for:
                        self._refused(line, code, answer)
        except (OSError, smtplib.SMTPException) as error:
            self._lines.drop(line)
            failure = TemporaryFailure("cut_before_text", "The line broke before the mail.")
            raise _Gone(failure) from error

    def _refused(self, line: Line, code: int, answer: bytes) -> None:
        failure = failure_by_answer(code, answer)
        if isinstance(failure, UnknownOutcome):  # garbage; but no text was sent
            failure = TemporaryFailure(failure.code, failure.text)
        if code == CLOSING:
            self._lines.drop(line)
            raise _Gone(failure)
        self._finish(line)
        raise failure

    def _finish(self, line: Line) -> None:
        """After a refusal the server must forget the mail; a server that cannot is left."""
        try:
            code, _answer = line.smtp.rset()
        except (OSError, smtplib.SMTPException):
            code = 0
        if code == 250:
            self._lines.give_back(line)
        else:
            self._lines.drop(line)

    def _text(self, line: Line, text: bytes) -> str:
        """Hand over the text; from here on a broken line leaves the outcome open."""
        smtp = line.smtp
        try:
            if smtp.sock is not None:
                smtp.sock.settimeout(self._settings.accept_timeout_s)
            smtp.send(LINE_WITH_DOT.sub(b"..", text).removesuffix(b"\r\n") + b"\r\n.\r\n")
            with time_limit(smtp, self._settings.accept_timeout_s):
                code, answer = smtp.getreply()
            if smtp.sock is not None:
                smtp.sock.settimeout(self._settings.timeout_s)
        except (OSError, smtplib.SMTPException) as error:
            self._lines.drop(line)
            lost = "The line broke after the mail was handed over; it may have been sent."
            raise UnknownOutcome("cut_after_text", lost) from error
        if code == 250:
            self._lines.give_back(line)
            return answer.decode(errors="replace")[:200]
        self._lines.drop(line)
        raise failure_by_answer(code, answer)


class _Gone(Exception):
    """The line was dead or closing before the text; `failure` says so to the caller."""

    def __init__(self, failure: ConnectorError) -> None:
        super().__init__(str(failure))
        self.failure = failure
