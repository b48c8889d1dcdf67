"""A text message out, and what else a service of text messages may be able to do.

Every service can `send`. The other abilities are protocols of their own, to be asked for with
isinstance; a service has those that its provider's interface allows.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from doorstep.connectors.base import Receipt
from doorstep.connectors.webhooks import DeliveryReport, InboundText, WebhookRequest


@dataclass(frozen=True, slots=True)
class OutgoingSms:
    """One text to one phone.

    `message_id` is ours and the same for every attempt; `to` is E.164; `valid_for_s` is how long
    the text is worth delivering, None for the provider's own limit. `marker` is a part of the text
    that no other text has, such as its link. `callback_url` is where reports shall come, if the
    provider wants to be told with each text. `language` is that of the text, such as "ar".
    """

    message_id: str
    to: str
    text: str
    valid_for_s: int | None = None
    marker: str = ""
    callback_url: str = ""
    language: str = ""


class SmsSender(Protocol):
    """A service that sends texts."""

    def send(self, sms: OutgoingSms) -> Receipt:
        """Hand the text over, or raise one of the three connector errors."""
        ...


@runtime_checkable
class FindsSent(Protocol):
    """A service that can be asked what it has taken over; for the time after an UnknownOutcome.

    A service without this ability takes the same `message_id` twice for one text, so that sending
    again does no harm.
    """

    def find(self, sms: OutgoingSms, since: datetime) -> Receipt | None:
        """The receipt of a text handed over after `since`, or None if the service has none.

        A text may show some seconds late, so look twice before it is sent again.
        """
        ...


@runtime_checkable
class ReadsWebhooks(Protocol):
    """A service that reports to us."""

    def read_webhook(self, request: WebhookRequest) -> tuple[DeliveryReport | InboundText, ...]:
        """What the request says; raises ForgedWebhook or UnreadableWebhook."""
        ...


@runtime_checkable
class Polls(Protocol):
    """A service that can be asked about one text, when no report has come for hours."""

    def state_of(self, provider_id: str) -> DeliveryReport:
        """The state now. Raises TemporaryFailure, or PermanentFailure for an unknown text."""
        ...


@runtime_checkable
class Checks(Protocol):
    """A service whose settings can be tried out without sending anything."""

    def check(self) -> str:
        """One sentence for staff about what answered; raises the errors of `send`."""
        ...
