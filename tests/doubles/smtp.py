"""A real SMTP server on this machine whose replies a test writes."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

ACCEPT = "250 2.0.0 Taken over"
# Instead of an answer: break the line, or say nothing.
DROP, SILENCE = "drop", "silence"


class SmtpDouble:
    """Answers MAIL, RCPT and the dot after the text as told; keeps the mails it accepted."""

    def __init__(self, *, mail: str = ACCEPT, rcpt: str = ACCEPT, dot: str = ACCEPT) -> None:
        self.replies = {"mail": mail, "rcpt": rcpt, "dot": dot}
        self.mails: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.host, self.port = "127.0.0.1", free_port()

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return await self._reply("mail", server)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.recipients.append(address)
        envelope.rcpt_tos.append(address)
        return await self._reply("rcpt", server)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return await self._reply("dot", server)

    async def _reply(self, step: str, server: SMTP) -> str:
        reply = self.replies[step]
        if reply == DROP:
            assert server.transport is not None
            server.transport.close()
        if reply == SILENCE:
            await asyncio.sleep(30)
        return reply


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(double: SmtpDouble) -> Iterator[SmtpDouble]:
    controller = Controller(double, hostname=double.host, port=double.port)
    controller.start()
    try:
        yield double
    finally:
        controller.stop()
