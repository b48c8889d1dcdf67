"""The content of one message, from its rows and from what was stored with it, in the active
language."""

import json
from datetime import datetime
from typing import Any

from doorstep.connectors.email.base import Attachment
from doorstep.domain.bookings.calendar_file import (
    CONTENT_TYPE,
    FILE_NAME,
    calendar_method,
    google_calendar_url,
    outlook_calendar_url,
    visit_calendar,
    visit_entry,
)
from doorstep.domain.bookings.models import Booking
from doorstep.domain.customers.models import Invitation
from doorstep.domain.organization.models import Portal
from doorstep.domain.organization.selectors import get_company
from doorstep.platform.lib.secrets import decrypt
from doorstep.platform.lib.site_time import format_date, get_zone

from .account_mails import account_mail_notes, account_mail_values
from .content import Content, card_of, company_values, reader_values, visit_values
from .facts import facts_of_visit, office_url
from .links import invitation_url, visit_url
from .message_types import (
    ACCOUNT_MAIL,
    BOOKING_CONFIRMED,
    BOOKING_REMINDER,
    BOOKING_RESCHEDULED,
    INVITATION,
    MESSAGE_TYPES,
    PASSWORD_RESET,
    STAFF_ALERT,
)
from .models import Message
from .unsubscribe import unsubscribe_url

# These offer to put the visit into a calendar.
_INTO_CALENDARS = {BOOKING_CONFIRMED.name, BOOKING_REMINDER.name, BOOKING_RESCHEDULED.name}
DRAFT = "draft"


def stored_context(message: Message) -> dict[str, Any]:
    """What the message was written with. Raises SecretUnreadable when the key is gone."""
    if not message.context_encrypted:
        return {}
    stored: dict[str, Any] = json.loads(decrypt(message.context_encrypted))
    return stored


def content_of(
    message: Message, portal: Portal, stored: dict[str, Any], *, now: datetime
) -> Content:
    """Raises KeyError for what should be stored and is not, SecretUnreadable."""
    common = company_values(portal) | reader_values(_first_name(message))
    match message.message_type:
        case INVITATION.name:
            assert message.invitation is not None
            return _invitation(message.invitation, portal, common)
        case PASSWORD_RESET.name:
            url = stored["url"]
            return Content(common | {"link": url}, url=url, secrets=(url,))
        case ACCOUNT_MAIL.name:
            url = stored.get("url", "")
            values = common | account_mail_values(stored)
            notes = account_mail_notes(stored)
            return Content(values, url=url, notes=notes, secrets=(url,) if url else ())
        case STAFF_ALERT.name:
            return _alert(stored, common)
    assert message.booking is not None
    return _visit(message, message.booking, portal, stored, common, now=now)


def _invitation(invitation: Invitation, portal: Portal, common: dict[str, str]) -> Content:
    code = decrypt(invitation.code_encrypted)
    url = invitation_url(code, portal)
    values = {
        "link": url,
        "code": code,
        "account_name": invitation.account.name,
        "expires_on": last_day_of(invitation),
    }
    return Content(common | values, url=url, code=code, secrets=(code,))


def last_day_of(invitation: Invitation) -> str:
    """Where the contact lives."""
    if invitation.expires_at is None:
        return ""
    own_zone = invitation.contact.time_zone if invitation.contact else ""
    zone = get_zone(own_zone or invitation.account.time_zone or get_company().time_zone)
    return format_date(invitation.expires_at, zone)


def _alert(stored: dict[str, Any], common: dict[str, str]) -> Content:
    values = {
        "connector_name": stored["connector"],
        "problem": stored["problem"],
        "link": stored.get("url") or office_url(None),
    }
    return Content(common | values, url=values["link"])


def _visit(
    message: Message,
    booking: Booking,
    portal: Portal,
    stored: dict[str, Any],
    common: dict[str, str],
    *,
    now: datetime,
) -> Content:
    code = stored.get("code", "")
    kind = message.message_type
    # A test goes to staff, who have nothing to unsubscribe from.
    is_optional = MESSAGE_TYPES[kind].is_optional and not message.is_test
    way_out = unsubscribe_url(message) if is_optional else ""
    facts = facts_of_visit(message, booking, portal, code=code, now=now)
    # A calendar keeps its entry for years; of our addresses only that for who signs in lasts.
    has_sign_in = message.contact is not None and message.contact.user_id is not None
    url = visit_url(booking, portal) if has_sign_in else ""
    entry = visit_entry(booking, url=url) if kind in _INTO_CALENDARS else None
    attachments: tuple[Attachment, ...] = ()
    if MESSAGE_TYPES[kind].has_calendar_file:
        file = visit_calendar(booking, now=now, url=url)
        method = {"method": calendar_method(booking)}
        attachments = (Attachment(FILE_NAME, CONTENT_TYPE, file, method),)
    return Content(
        values=common | visit_values(facts),
        url=facts.link,
        card=card_of(kind, facts),
        google_url=google_calendar_url(entry) if entry else "",
        outlook_url=outlook_calendar_url(entry) if entry else "",
        unsubscribe_url=way_out,
        attachments=attachments,
        secrets=tuple(filter(None, [code, way_out])),
    )


def _first_name(message: Message) -> str:
    contact = message.contact
    if contact is None and message.is_test and message.booking:
        order = message.booking.work_order
        contact = order.reported_by or message.booking.booked_by or order.account.primary_contact
    if contact:
        return contact.first_name or contact.full_name
    return message.user.name if message.user else ""
