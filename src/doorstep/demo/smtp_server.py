"""The demo's own mail server: takes every mail and keeps it as a file, delivers none."""

from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

# The mail's own headers do not say to whom it was handed over; these do.
RECIPIENT_HEADER, RECEIVED_HEADER = "X-Demo-Recipient", "X-Demo-Received"
LARGEST_MAIL = 10 * 1024 * 1024


class InboxHandler:
    """One file per mail, named by time of arrival, so that names sort."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: ARG002, N802
        content = envelope.content or b""
        if isinstance(content, str):
            content = content.encode()
        now = datetime.now(UTC)
        recipients = ", ".join(_one_line(address) for address in envelope.rcpt_tos)
        head = f"{RECIPIENT_HEADER}: {recipients}\r\n{RECEIVED_HEADER}: {now.isoformat()}\r\n"
        path = self._folder / f"{now:%Y%m%dT%H%M%S%f}-{token_hex(4)}.eml"
        # A reader must never meet half a mail.
        unfinished = path.with_suffix(".part")
        unfinished.write_bytes(head.encode() + content)
        unfinished.rename(path)
        return "250 2.0.0 Kept in the demo inbox"


def start_smtp(*, port: int, folder: Path) -> Controller:
    """Start the server in a thread of this process; `stop()` on the result ends it.

    Raises OSError when the port is taken.
    """
    controller = Controller(
        InboxHandler(folder), hostname="127.0.0.1", port=port, data_size_limit=LARGEST_MAIL
    )
    controller.start()
    return controller


def _one_line(text: str) -> str:
    return "".join(sign for sign in text if sign.isprintable() and sign.isascii())
