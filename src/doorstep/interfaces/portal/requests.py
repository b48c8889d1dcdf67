"""Requests of customers, as types for views."""

from doorstep.domain.bookings.models import BookingCode
from doorstep.domain.customers.models import Contact
from doorstep.interfaces.web.requests import PageRequest
from doorstep.platform.audit.models import Source
from doorstep.platform.audit.services import Actor
from doorstep.platform.identity.models import User


class ContactRequest(PageRequest):
    """Made by `access.contact_required`."""

    contact: Contact
    user: User


class VisitRequest(PageRequest):
    """Made by `access.visit_required`: a contact who signed in, or who came by a link.

    By a link she is the contact it was sent to, whoever is signed in on that browser.
    """

    contact: Contact
    actor: Actor
    link: BookingCode | None


def actor_of(request: ContactRequest) -> Actor:
    return Actor(Source.PORTAL, user=request.user)
