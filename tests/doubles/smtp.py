"""A real SMTP server on this machine whose replies a test writes."""

import asyncio
import socket
import ssl
from collections import Counter
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

ACCEPT = "250 2.0.0 Taken over"
CLOSING = "421 4.3.2 Closing for maintenance"
# Instead of an answer: break the line, or say nothing. After the dot the mail is kept first.
DROP, SILENCE = "drop", "silence"

# One reply for ever, or one for each time the command comes; the last goes on.
Script = str | tuple[str, ...]


class SmtpDouble:
    """Answers MAIL, RCPT and the dot after the text as told; keeps the mails it got.

    `users` are names and passwords; with some, a client has to sign in. `tls` is starttls or tls
    with `certificate`. `greylists` refuses each recipient the first time. A reply that begins
    with 421 closes the connection.
    """

    def __init__(
        self,
        *,
        mail: Script = ACCEPT,
        rcpt: Script = ACCEPT,
        dot: Script = ACCEPT,
        users: dict[str, str] | None = None,
        tls: str = "",
        certificate: ssl.SSLContext | None = None,
        greylists: bool = False,
        size_limit: int | None = None,
    ) -> None:
        self.scripts: dict[str, Script] = {"mail": mail, "rcpt": rcpt, "dot": dot}
        self.mails: list[EmailMessage] = []
        self.texts: list[bytes] = []
        self.recipients: list[str] = []
        self.signed_in: list[str] = []
        self.were_encrypted: list[bool] = []
        self.asked: Counter[str] = Counter()
        self.host, self.port = "127.0.0.1", 0  # the port is known when it runs
        self._users, self._tls, self._certificate = users or {}, tls, certificate
        self._greylists, self._seen = greylists, set[str]()
        self._size_limit = size_limit
        self._peers: set[object] = set()

    @property
    def connections(self) -> int:
        return len(self._peers)

    def controller(self) -> "Listener":
        options: dict[str, Any] = {"data_size_limit": self._size_limit, "ready_timeout": 30}
        if self._users:
            options |= {"authenticator": self._sign_in, "auth_require_tls": False}
        if self._tls == "starttls":
            options |= {"tls_context": self._certificate, "require_starttls": True}
        if self._tls == "tls":
            options |= {"ssl_context": self._certificate}
        listening = socket.create_server((self.host, 0))
        self.port = int(listening.getsockname()[1])
        return Listener(self, listening, hostname=self.host, port=self.port, **options)

    async def handle_EHLO(
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        session.host_name = hostname
        self._peers.add(session.peer)
        return responses

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._users and not session.authenticated:
            return "530 5.7.0 Sign in first"
        envelope.mail_from = address
        return await self._reply("mail", server)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.recipients.append(address)
        if self._greylists and address not in self._seen:
            self._seen.add(address)
            return "451 4.7.1 Greylisted, try again later"
        envelope.rcpt_tos.append(address)
        return await self._reply("rcpt", server)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        self.texts.append(envelope.content)
        self.were_encrypted.append(session.ssl is not None or self._tls == "tls")
        return await self._reply("dot", server)

    def _sign_in(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        name = data.login.decode()
        is_right = self._users.get(name) == data.password.decode()
        if is_right:
            self.signed_in.append(name)
        return AuthResult(success=is_right, handled=False)

    async def _reply(self, step: str, server: SMTP) -> str:
        script = self.scripts[step]
        number = self.asked[step]
        self.asked[step] += 1
        reply = script if isinstance(script, str) else script[min(number, len(script) - 1)]
        assert server.transport is not None
        if reply == DROP:
            server.transport.close()
        if reply == SILENCE:
            await asyncio.sleep(30)
        if reply.startswith("421"):
            server.transport.write(reply.encode() + b"\r\n")
            server.transport.close()
        return reply


class Listener(Controller):
    """Leaves nothing open behind: clients of these tests hang up in the middle."""

    def __init__(self, double: SmtpDouble, listening: socket.socket, **named: Any) -> None:
        super().__init__(double, **named)
        self._listening = listening
        self._servers: list[SMTP] = []

    def _create_server(self) -> Coroutine[Any, Any, asyncio.Server]:
        return self.loop.create_server(
            self._factory_invoker, sock=self._listening, ssl=self.ssl_context
        )

    def factory(self) -> SMTP:
        server = super().factory()
        self._servers.append(server)
        return server

    def tidy(self) -> None:
        asyncio.run_coroutine_threadsafe(self._abort(), self.loop).result(5)

    async def _abort(self) -> None:
        for server in self._servers:
            for transport in (server.transport, server._original_transport):
                if transport is not None:
                    transport.abort()
            task = server._handler_coroutine
            if task is not None:
                task.cancel()
                await asyncio.wait([task])
                if not task.cancelled():
                    task.exception()  # seen, such as a TLS handshake that failed
        await asyncio.sleep(0)


@contextmanager
def running(double: SmtpDouble) -> Iterator[SmtpDouble]:
    controller = double.controller()
    controller.start()
    try:
        yield double
    finally:
        controller.tidy()
        controller.stop()
