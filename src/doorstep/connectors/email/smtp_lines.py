"""Connections to a mail server: opened with TLS and sign-in, kept for the next mail.

A kept connection saves the greeting, the TLS handshake and the sign-in of every mail but the
first. It is taken out by one thread at a time, and dropped when it is old, has carried many
mails, or had any error.
"""

import smtplib
import socket
import ssl
import time
import weakref
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from functools import cache, partial
from threading import Lock

from doorstep.connectors.base import (
    ConnectorError,
    PermanentFailure,
    TemporaryFailure,
    UnknownOutcome,
)
from doorstep.connectors.deadlines import DEADLINES
from doorstep.connectors.email.smtp_answers import failure_before_the_text, failure_by_answer

# Servers hang up on idle clients after 5 minutes at the earliest (RFC 5321, 4.5.3.2.7), but
# firewalls forget quiet connections sooner; many servers take 100 mails on one connection.
LONGEST_IDLE_S = 30.0
MOST_MAILS = 100
MOST_KEPT = 4
# A dial waits for so many answers at most: greeting, EHLO, STARTTLS, EHLO, and signing in.
ANSWERS_TO_DIAL = 4

# Certificates are checked everywhere but on this machine itself, where tests and tunnels live.
THIS_MACHINE = frozenset({"127.0.0.1", "::1"})


@dataclass(slots=True, eq=False)
class Line:
    """A connection ready for a mail, and what it has done so far."""

    smtp: smtplib.SMTP
    mails: int = 0
    idle_since: float = field(default_factory=time.monotonic)

    @property
    def is_used(self) -> bool:
        return self.mails > 0


class Lines:
    """The connections of one mail account; safe to share between threads."""

    def __init__(self, dial: Callable[[], smtplib.SMTP], longest_idle_s: float) -> None:
        self._dial = dial
        self._longest_idle_s = longest_idle_s
        self._kept: list[Line] = []
        self._lock = Lock()
        # Connectors come and go with their settings; nobody has to remember to close them.
        self._finalizer = weakref.finalize(self, _hang_up_all, self._kept, self._lock)

    def take(self) -> Line:
        """A kept connection that is young enough, else a new one."""
        limit = time.monotonic() - self._longest_idle_s
        with self._lock:
            old = [line for line in self._kept if line.idle_since < limit]
            self._kept[:] = [line for line in self._kept if line.idle_since >= limit]
            line = self._kept.pop() if self._kept else None
        for stale in old:
            self.drop(stale)
        return line or self.take_new()

    def take_new(self) -> Line:
        return Line(self._dial())

    def give_back(self, line: Line) -> None:
        """After a mail that was answered: keep the connection for the next, if it may carry it."""
        line.mails += 1
        line.idle_since = time.monotonic()
        with self._lock:
            is_kept = line.mails < MOST_MAILS and len(self._kept) < MOST_KEPT
            if is_kept and self._finalizer.alive:
                self._kept.append(line)
                return
        hang_up(line.smtp)

    def drop(self, line: Line) -> None:
        """Close at once, without a farewell that could hang."""
        line.smtp.close()

    def close(self) -> None:
        """Hang up all; later mails get connections of their own."""
        self._finalizer()


def dial(
    host: str,
    port: int,
    *,
    security: str,
    tls: ssl.SSLContext,
    user: str,
    password: str,
    timeout_s: float,
) -> smtplib.SMTP:
    """A connection that is encrypted as `security` demands (none, starttls, tls) and signed in.

    `tls` is of `tls_context`. Never goes on in plain text when TLS was asked for. Raises
    TemporaryFailure, or CredentialsRefused when the name and password are not taken.
    """
    if security == "tls":
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(
            local_hostname=_own_name(), timeout=timeout_s, context=tls
        )
    else:
        smtp = smtplib.SMTP(local_hostname=_own_name(), timeout=timeout_s)
    # Given to the constructor it would connect there and then, out of reach of the time limit.
    smtp._host = host  # type: ignore[attr-defined]
    try:
        with time_limit(smtp, timeout_s * ANSWERS_TO_DIAL):
            code, answer = smtp.connect(host, port)
            if code != 220:
                raise failure_by_answer(code, answer)
            smtp.ehlo_or_helo_if_needed()
            if security == "starttls":
                _start_tls(smtp, tls)
            if user:
                smtp.login(user, password)
    except (ConnectorError, OSError, smtplib.SMTPException) as error:
        smtp.close()
        raise _failure(error) from error
    return smtp


def time_limit(smtp: smtplib.SMTP, seconds: float) -> AbstractContextManager[None]:
    """Cut the connection when the block takes longer, and so end a wait in it with an error.

    A socket's own time limit begins anew with every byte: a server that drips would hold us.
    """
    return DEADLINES.within(seconds, partial(_cut, smtp))


def _cut(smtp: smtplib.SMTP) -> None:
    sock = smtp.sock
    if sock is not None:
        with suppress(OSError):
            # Of the plain socket: that of an encrypted one would throw its keys away under way.
            socket.socket.shutdown(sock, socket.SHUT_RDWR)


def tls_context(host: str) -> ssl.SSLContext:
    """TLS 1.2 or later, with the certificate and its name checked unless this is our machine.

    Reads the machine's certificates where it checks, which takes its time; worth keeping.
    """
    if host in THIS_MACHINE:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    else:
        context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def hang_up(smtp: smtplib.SMTP) -> None:
    """Say goodbye without waiting long for the answer; nothing depends on it."""
    with suppress(OSError, smtplib.SMTPException):
        if smtp.sock is not None:
            smtp.sock.settimeout(1)
        smtp.putcmd("quit")
    smtp.close()


def _start_tls(smtp: smtplib.SMTP, tls: ssl.SSLContext) -> None:
    if not smtp.has_extn("starttls"):
        # Taken out of the answer by somebody on the way, or a wrong setting.
        text = "The mail server does not offer TLS; nothing was sent in plain text."
        raise TemporaryFailure("tls_not_offered", text)
    code, answer = smtp.starttls(context=tls)
    if code != 220:
        raise TemporaryFailure("tls_refused", f"The mail server refused TLS: {code} {answer!r}")
    smtp.ehlo_or_helo_if_needed()


def _failure(error: ConnectorError | OSError | smtplib.SMTPException) -> ConnectorError:
    match error:
        case UnknownOutcome() | PermanentFailure():
            # Whatever a server says before the mail, it is not about the mail.
            return TemporaryFailure(error.code, error.text)
        case ConnectorError():
            return error
        case ssl.SSLCertVerificationError():
            text = f"The mail server's certificate is not to be trusted: {error.verify_message}"
            return TemporaryFailure("tls_untrusted", text)
        case ssl.SSLError():
            return TemporaryFailure("tls_broken", "The encrypted connection could not be made.")
        case _:
            return failure_before_the_text(error)


@cache
def _own_name() -> str:
    """The name for EHLO; asked once, because it may take a look into DNS."""
    return socket.getfqdn()


def _hang_up_all(kept: list[Line], lock: Lock) -> None:
    with lock:
        lines = kept[:]
        kept.clear()
    for line in lines:
        hang_up(line.smtp)
