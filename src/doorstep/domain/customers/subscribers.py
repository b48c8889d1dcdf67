"""New contacts, and new addresses of contacts, are invited if a portal wants that."""

from doorstep.platform.events.registry import subscribe

from .events import ContactCreated, ContactEmailChanged
from .services.invitations import invite_automatically


@subscribe(ContactCreated)
def invite_new_contact(event: ContactCreated) -> None:
    invite_automatically(contact_id=event.contact_id)


@subscribe(ContactEmailChanged)
def invite_new_address(event: ContactEmailChanged) -> None:
    invite_automatically(contact_id=event.contact_id)
