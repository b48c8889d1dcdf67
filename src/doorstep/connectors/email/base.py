"""An e-mail out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, runtime_checkable

from doorstep.connectors.base import Receipt
from doorstep.connectors.webhooks import DeliveryReport, WebhookRequest


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
    `headers` are further ones, such as List-Unsubscribe; every connector passes them on.
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
    """A service that sends mail.

    It may keep connections and tokens, is safe to share between threads, and is worth keeping as
    long as its settings stay as they are.
    """

    def send(self, email: OutgoingEmail) -> Receipt:
        """Hand the mail over, or raise one of the connector errors."""
        ...


# --- What only some services can -------------------------------------------------------------


@runtime_checkable
class FindsSent(Protocol):
    """A service that can be asked whether it sent a mail, after an UnknownOutcome."""

    def find(self, email: OutgoingEmail, since: datetime) -> Receipt | None:
        """The receipt of a mail handed over at or after `since`; None if there is none yet.

        Raises a connector error when the question could not be answered.
        """
        ...


@runtime_checkable
class ReadsWebhooks(Protocol):
    """A service that reports by itself what became of a mail."""

    def read_webhook(self, request: WebhookRequest) -> tuple[DeliveryReport, ...]:
        """The reports of a request; none for news that say nothing about arriving.

        Raises ForgedWebhook for a request that cannot prove its sender, and UnreadableWebhook.
        """
        ...


@runtime_checkable
class Checks(Protocol):
    """A service that can be tried without sending anything."""

    def check(self) -> str:
        """What was found in order, as a sentence for staff; raises a connector error if not."""
        ...
