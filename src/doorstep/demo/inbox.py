"""Read what the demo has kept instead of sending it: mails as files of mail, texts as JSON."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage, MIMEPart
from pathlib import Path

from django.conf import settings

from doorstep.connectors.sms.folder import KeptText, list_texts

from .smtp_server import RECEIVED_HEADER, RECIPIENT_HEADER

NEWEST = 200
_NAME = re.compile(r"[0-9A-Za-z]{15,32}-[0-9a-f]{8}\Z")


class NoSuchMail(LookupError):
    """The inbox holds no mail of this name."""


@dataclass(frozen=True, slots=True)
class Attached:
    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class KeptMail:
    """One mail as the recipient's program would take it apart."""

    name: str
    recipient: str
    sender: str
    reply_to: str
    subject: str
    received_at: datetime
    text: str
    html: str
    source: str
    attachments: tuple[Attached, ...]


def inbox_folder() -> Path:
    return Path(settings.VAR_DIR) / "demo-inbox"


def list_messages() -> list[KeptMail | KeptText]:
    """The newest mails and text messages, newest first."""
    both: list[KeptMail | KeptText] = [*list_mails(), *list_texts(inbox_folder())[:NEWEST]]
    return sorted(both, key=lambda each: each.name, reverse=True)[:NEWEST]


def list_mails() -> list[KeptMail]:
    """The newest mails, newest first."""
    folder = inbox_folder()
    names = sorted((path.stem for path in folder.glob("*.eml")), reverse=True)
    return [get_mail(name) for name in names[:NEWEST] if _NAME.match(name)]


def get_mail(name: str) -> KeptMail:
    """Raises NoSuchMail, also for names that never were names of ours."""
    path = inbox_folder() / f"{name}.eml"
    if not _NAME.match(name) or not path.is_file():
        raise NoSuchMail(name)
    raw = path.read_bytes()
    mail = message_from_bytes(raw, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return KeptMail(
        name=name,
        recipient=_header(mail, RECIPIENT_HEADER) or _header(mail, "To"),
        sender=_header(mail, "From"),
        reply_to=_header(mail, "Reply-To"),
        subject=_header(mail, "Subject"),
        received_at=_received_at(mail),
        text=_content(mail.get_body(("plain",))),
        html=_content(mail.get_body(("html",))),
        source=raw.decode("utf-8", "replace"),
        attachments=tuple(_attached(part) for part in mail.iter_attachments()),
    )


def _header(mail: EmailMessage, name: str) -> str:
    return str(mail.get(name, ""))


def _content(part: MIMEPart | None) -> str:
    if part is None:
        return ""
    return str(part.get_content())


def _attached(part: MIMEPart) -> Attached:
    content = part.get_payload(decode=True)
    return Attached(
        name=part.get_filename() or "file",
        content_type=part.get_content_type(),
        content=content if isinstance(content, bytes) else b"",
    )


def _received_at(mail: EmailMessage) -> datetime:
    try:
        return datetime.fromisoformat(_header(mail, RECEIVED_HEADER))
    except ValueError:
        return datetime.fromtimestamp(0, UTC)
