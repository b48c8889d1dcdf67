"""Who is told, and in which language."""

from django.conf import settings

from doorstep.domain.bookings.models import Booking
from doorstep.domain.customers.models import Contact
from doorstep.domain.organization.models import Portal
from doorstep.domain.organization.selectors import get_company
from doorstep.platform.identity.models import User
from doorstep.platform.identity.roles import Role

from .message_types import MESSAGE_TYPES, About
from .models import Message, MessageSettings, SendTo


def find_contact_of_booking(booking: Booking, settings: MessageSettings) -> Contact | None:
    """Who reported the work; else as the portal says (product reference 5.5)."""
    order = booking.work_order
    if order.reported_by:
        return order.reported_by
    match settings.send_to:
        case SendTo.NOBODY:
            return None
        case SendTo.BOOKED_BY:
            return booking.booked_by or order.account.primary_contact
    return order.account.primary_contact


def find_contact_of_user(user: User) -> Contact | None:
    return Contact.objects.select_related("account").filter(user=user).first()


def portal_of(message: Message) -> Portal:
    """The portal whose name and colors the message wears: its own, else the default one, else one
    that carries the company's name."""
    return message.portal or fallback_portal()


def portal_of_booking(booking: Booking) -> Portal:
    return booking.work_order.portal or fallback_portal()


def fallback_portal() -> Portal:
    default = Portal.objects.filter(is_default=True).first()
    return default or Portal(company_name=get_company().name)


def alert_addresses() -> list[str]:
    """Who is told that messages do not go out: everybody named for news of customers, else the
    administrators."""
    named = {address for each in MessageSettings.objects.all() for address in each.staff_list}
    if named:
        return sorted(named)
    administrators = User.objects.filter(role=Role.ADMINISTRATOR, is_active=True)
    return sorted(administrators.values_list("email", flat=True))


def language_of(message: Message) -> str:
    """Contact's language, else the account's, else the signed-in person's, else the portal's; the
    office reads its own."""
    if MESSAGE_TYPES[message.message_type].about is About.STAFF:
        return settings.LANGUAGE_CODE
    if message.is_test:
        return message.language
    wishes = [portal_of(message).default_language]
    if message.user:
        wishes.insert(0, message.user.language)
    if message.contact:
        wishes[:0] = [message.contact.language, message.contact.account.language]
    known = {code for code, _name in settings.LANGUAGES}
    return next((wish for wish in wishes if wish in known), settings.LANGUAGE_CODE)
