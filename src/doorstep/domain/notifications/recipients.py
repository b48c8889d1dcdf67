"""Who is told, and in which language."""

from django.conf import settings

from doorstep.domain.bookings.models import Booking
from doorstep.domain.customers.models import Contact
from doorstep.domain.organization.models import Portal
from doorstep.domain.organization.selectors import get_company
from doorstep.platform.identity.models import User

from .models import Message


def find_contact_of_booking(booking: Booking) -> Contact | None:
    """Who reported the work; else who booked; else the account's primary contact (product
    reference 5.5)."""
    order = booking.work_order
    return order.reported_by or booking.booked_by or order.account.primary_contact


def find_contact_of_user(user: User) -> Contact | None:
    return Contact.objects.select_related("account").filter(user=user).first()


def portal_of(message: Message) -> Portal:
    """The portal whose name and colors the message wears: its own, else the default one, else one
    that carries the company's name."""
    if message.portal:
        return message.portal
    default = Portal.objects.filter(is_default=True).first()
    return default or Portal(company_name=get_company().name)


def language_of(message: Message) -> str:
    """Contact's language, else the account's, else the signed-in person's, else the portal's."""
    wishes = [portal_of(message).default_language]
    if message.user:
        wishes.insert(0, message.user.language)
    if message.contact:
        wishes[:0] = [message.contact.language, message.contact.account.language]
    known = {code for code, _name in settings.LANGUAGES}
    return next((wish for wish in wishes if wish in known), settings.LANGUAGE_CODE)
