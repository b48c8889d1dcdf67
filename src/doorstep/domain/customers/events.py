"""What happens to customers, as news for those above."""

from dataclasses import dataclass

from doorstep.platform.events.registry import Event


@dataclass(frozen=True)
class ContactCreated(Event):
    contact_id: int


@dataclass(frozen=True)
class ContactEmailChanged(Event):
    contact_id: int


@dataclass(frozen=True)
class InvitationCreated(Event):
    """An invitation that is to be sent by e-mail."""

    invitation_id: int
