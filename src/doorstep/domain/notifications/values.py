"""What the texts may name of a booking or an invitation, as plain values in the active language."""

from typing import Any

from doorstep.domain.bookings.calendar_file import (
    google_calendar_url,
    outlook_calendar_url,
    visit_entry,
)
from doorstep.domain.bookings.models import Booking
from doorstep.domain.customers.models import Invitation
from doorstep.domain.organization.models import Portal
from doorstep.domain.organization.selectors import get_company
from doorstep.platform.lib.secrets import decrypt
from doorstep.platform.lib.site_time import format_date, format_window, get_zone

from .links import invitation_url, visit_url


def booking_values(booking: Booking, portal: Portal) -> dict[str, Any]:
    """Times are those at the place of work, with its zone named."""
    order = booking.work_order
    zone = get_zone(booking.time_zone)
    url = visit_url(booking, portal)
    entry = visit_entry(booking, url=url)
    return {
        "url": url,
        "google_url": google_calendar_url(entry),
        "outlook_url": outlook_calendar_url(entry),
        "number": booking.number or order.number,
        "service": order.incident_type.customer_name or order.incident_type.name,
        "day": format_date(booking.promised_from, zone),
        "window": format_window(booking.promised_from, booking.promised_to, zone, with_zone=True),
        "address_lines": order.address_lines,
        "asset": order.asset.name if order.asset else "",
        "preparation": order.incident_type.preparation,
    }


def invitation_values(invitation: Invitation, portal: Portal) -> dict[str, Any]:
    """Raises SecretUnreadable when the key that encrypted the code is gone."""
    code = decrypt(invitation.code_encrypted)
    own_zone = invitation.contact.time_zone if invitation.contact else ""
    zone = get_zone(own_zone or invitation.account.time_zone or get_company().time_zone)
    return {
        "code": code,
        "url": invitation_url(code, portal),
        "account": invitation.account.name,
        "expires_on": (format_date(invitation.expires_at, zone) if invitation.expires_at else ""),
    }
