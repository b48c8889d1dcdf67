"""A text message out."""

from dataclasses import dataclass
from typing import Protocol

from doorstep.connectors.base import Receipt


@dataclass(frozen=True, slots=True)
class OutgoingSms:
    """One text to one phone.

    `message_id` is ours and the same for every attempt; `to` is E.164; `valid_for_s` is how long
    the text is worth delivering, None for the provider's own limit.
    """

    message_id: str
    to: str
    text: str
    valid_for_s: int | None = None


class SmsSender(Protocol):
    """A service that sends texts."""

    def send(self, sms: OutgoingSms) -> Receipt:
        """Hand the text over, or raise one of the three connector errors."""
        ...
