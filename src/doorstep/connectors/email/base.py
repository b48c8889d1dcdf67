"""An e-mail out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from doorstep.connectors.base import Receipt


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file in the mail; `params` go to its content type, such as method=REQUEST for a
    calendar invitation."""

    name: str
    content_type: str
    content: bytes
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OutgoingEmail:
    """One mail to one person.

    `message_id` is the Message-ID without angle brackets and the same for every attempt, so that
    a mail sent twice shows once. Addresses may carry a name: "Acme <hello@acme.example>".
    """

    message_id: str
    from_address: str
    to: str
    subject: str
    text: str
    html: str = ""
    reply_to: str = ""
    language: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    attachments: tuple[Attachment, ...] = ()


class EmailSender(Protocol):
    """A service that sends mail."""

    def send(self, email: OutgoingEmail) -> Receipt:
        """Hand the mail over, or raise one of the three connector errors."""
        ...
