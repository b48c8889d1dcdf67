"""Requests of signed-in contacts, as a type for views."""

from doorstep.domain.customers.models import Contact
from doorstep.interfaces.web.requests import PageRequest
from doorstep.platform.audit.models import Source
from doorstep.platform.audit.services import Actor
from doorstep.platform.identity.models import User


class ContactRequest(PageRequest):
    """Made by `access.contact_required`."""

    contact: Contact
    user: User


def actor_of(request: ContactRequest) -> Actor:
    return Actor(Source.PORTAL, user=request.user)
