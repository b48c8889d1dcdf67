"""A visit in the customer's own calendar: the file (RFC 5545) and the links that add it.

Confirmation mail and visit page share this module, so that both say the same.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from urllib.parse import urlencode

from django.conf import settings
from django.utils.translation import gettext

from doorstep.connectors.calendar.base import CalendarEvent, Place
from doorstep.connectors.calendar.ics import published
from doorstep.domain.organization.models import Portal
from doorstep.domain.organization.selectors import get_company
from doorstep.platform.lib.site_time import format_date_and_window, get_zone

from .models import Booking, ParentStatus

CONTENT_TYPE = "text/calendar"
FILE_NAME = "visit.ics"


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """What a calendar shows of a visit: from and to are the promised window, or, for an exact
    time, the work itself."""

    summary: str
    description: str
    place: str
    from_at: datetime
    to_at: datetime


def visit_entry(booking: Booking, *, url: str) -> CalendarEntry:
    """Texts are in the active language; `url` leads to the visit's page, "" if none lasts."""
    order = booking.work_order
    zone = get_zone(booking.time_zone)
    is_exact = booking.promised_from == booking.promised_to
    when = format_date_and_window(booking.promised_from, booking.promised_to, zone, with_zone=True)
    lines = [gettext("Arrival: %(when)s") % {"when": when}]
    if booking.number:
        lines.append(gettext("Booking number: %(number)s") % {"number": booking.number})
    if order.incident_type.preparation:
        lines.append(
            gettext("Please prepare: %(what)s") % {"what": order.incident_type.preparation}
        )
    if url:
        lines.append(gettext("See, move or cancel: %(url)s") % {"url": url})
    service = order.incident_type.customer_name or order.incident_type.name
    return CalendarEntry(
        summary=f"{service} – {company_name(order.portal)}",
        description="\n".join(lines),
        place=order.one_line_address,
        from_at=booking.promised_from.astimezone(UTC),
        to_at=(
            booking.promised_from + timedelta(minutes=booking.duration_minutes)
            if is_exact
            else booking.promised_to
        ).astimezone(UTC),
    )


def visit_calendar(booking: Booking, *, now: datetime, url: str) -> bytes:
    """The calendar file of a visit; no answer is asked for.

    UID stays for ever and SEQUENCE grows with every change, so that a later file moves or cancels
    the entry an earlier one made.
    """
    return entry_calendar(
        visit_entry(booking, url=url),
        uid=f"{booking.code}@{settings.MESSAGE_ID_DOMAIN}",
        sequence=booking.version,
        now=now,
        url=url,
        method=calendar_method(booking),
        organizer=_organizer(booking),
    )


def entry_calendar(
    entry: CalendarEntry,
    *,
    uid: str,
    sequence: int,
    now: datetime,
    url: str = "",
    method: str = "PUBLISH",
    organizer: str = "",
) -> bytes:
    event = entry_event(
        entry, sequence=sequence, changed_at=now, url=url, is_canceled=method == "CANCEL"
    )
    return published(event, uid=uid, method=method, organizer=organizer or _sender(), sent_at=now)


def entry_event(
    entry: CalendarEntry, *, sequence: int, changed_at: datetime, url: str, is_canceled: bool
) -> CalendarEvent:
    """The entry as calendars take it. It bears no mark of ours: it is the customer's own."""
    return CalendarEvent(
        reference="",
        generation=0,
        sequence=sequence,
        title=entry.summary,
        text=entry.description,
        starts_at=entry.from_at,
        ends_at=entry.to_at,
        changed_at=changed_at,
        place=Place(entry.place),
        url=url,
        is_busy=not is_canceled,
        is_canceled=is_canceled,
    )


def calendar_method(booking: Booking) -> str:
    """What the file asks of a calendar (RFC 5546, 4.1): to show the visit, or to drop it."""
    return "CANCEL" if booking.parent_status is ParentStatus.CANCELED else "PUBLISH"


def google_calendar_url(entry: CalendarEntry) -> str:
    """Opens Google Calendar with the entry filled in."""
    values = {
        "action": "TEMPLATE",
        "text": entry.summary,
        "dates": f"{entry.from_at:%Y%m%dT%H%M%SZ}/{entry.to_at:%Y%m%dT%H%M%SZ}",
        "details": entry.description,
        "location": entry.place,
    }
    return f"https://calendar.google.com/calendar/render?{urlencode(values)}"


def outlook_calendar_url(entry: CalendarEntry) -> str:
    """Opens Outlook on the web with the entry filled in."""
    values = {
        "path": "/calendar/action/compose",
        "rru": "addevent",
        "subject": entry.summary,
        "startdt": f"{entry.from_at:%Y-%m-%dT%H:%M:%SZ}",
        "enddt": f"{entry.to_at:%Y-%m-%dT%H:%M:%SZ}",
        "body": entry.description,
        "location": entry.place,
    }
    return f"https://outlook.live.com/calendar/0/action/compose?{urlencode(values)}"


def company_name(portal: Portal | None) -> str:
    """As customers know it; visits made by staff have no portal, and are those of the default."""
    portal = portal or Portal.objects.filter(is_default=True).first()
    return portal.company_name if portal else get_company().name


def _organizer(booking: Booking) -> str:
    portal = booking.work_order.portal
    return portal.contact_email if portal else ""


def _sender() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
