"""What a message has to say besides its words: the values of the placeholders, the details card,
the links and files. Made of facts, real ones or a preview's, as texts in the active language."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext

from doorstep.connectors.email.base import Attachment
from doorstep.domain.organization.models import Portal
from doorstep.platform.lib.site_time import (
    format_date,
    format_date_and_window,
    format_short_date,
    format_window,
)

from .facts import VisitFacts
from .message_types import (
    BOOKING_CANCELED,
    BOOKING_COMPLETED,
    BOOKING_RESCHEDULED,
    MESSAGE_TYPES,
    RUNNING_LATE,
    STAFF_CANCELED,
    STAFF_LATE,
    STAFF_MOVED,
    TECHNICIAN_TRAVELING,
    About,
)
from .words.fill import isolated, one_line

# Types whose visit will not take place as the card says it.
_CALLED_OFF = {BOOKING_CANCELED.name, STAFF_CANCELED.name}
# Types that tell when somebody is expected, besides what was promised.
_EXPECTED = {TECHNICIAN_TRAVELING.name, RUNNING_LATE.name, STAFF_LATE.name}
_MOVED = {BOOKING_RESCHEDULED.name, STAFF_MOVED.name}
# Nothing has to be prepared for these any more.
_DONE = _CALLED_OFF | {BOOKING_COMPLETED.name}


@dataclass(frozen=True, slots=True)
class Card:
    """The visit at a glance; `is_struck` when this time no longer holds."""

    title: str
    subtitle: str
    service: str
    number: str
    before: str = ""
    asset: str = ""
    address_lines: tuple[str, ...] = ()
    preparation: str = ""
    is_struck: bool = False


@dataclass(frozen=True, slots=True)
class Content:
    """`values` are the placeholders' by name. `code` is one to type, `notes` are small lines after
    the text. What `secrets` name is blotted out before anything is stored."""

    values: Mapping[str, str]
    url: str = ""
    card: Card | None = None
    code: str = ""
    notes: tuple[str, ...] = ()
    google_url: str = ""
    outlook_url: str = ""
    unsubscribe_url: str = ""
    attachments: tuple[Attachment, ...] = ()
    secrets: tuple[str, ...] = field(default=(), repr=False)


def company_values(portal: Portal) -> dict[str, str]:
    return {
        "company_name": portal.company_name,
        "contact_email": portal.contact_email,
        "contact_phone": portal.contact_phone,
        "page_title": portal.title,
        "footer": portal.page_footer,
    }


def reader_values(name: str) -> dict[str, str]:
    told = isolated(one_line(name))
    greeting = gettext("Hello %(name)s,") % {"name": told} if told else gettext("Hello,")
    return {"greeting": greeting, "customer_name": name}


def visit_values(facts: VisitFacts) -> dict[str, str]:
    """Times are those at the place of work, with its zone named."""
    zone = facts.zone
    old_day = format_date(facts.told_from, zone) if facts.told_from else ""
    old_window = (
        format_window(facts.told_from, facts.told_to, zone, with_zone=True)
        if facts.told_from
        else ""
    )
    return {
        "service": facts.service,
        "asset": facts.asset,
        "address": ", ".join(facts.address_lines),
        "booking_number": facts.number,
        "day": format_date(facts.from_at, zone),
        "short_day": format_short_date(facts.from_at, zone),
        "window": format_window(facts.from_at, facts.to_at, zone, with_zone=True),
        "old_day": old_day,
        "old_window": old_window,
        "technician_name": facts.technician or gettext("Your technician"),
        "arrival_estimate": (
            format_window(facts.arrival_at, None, zone, with_zone=True) if facts.arrival_at else ""
        ),
        "completed_at": _short_moment(facts),
        "survey_link": facts.survey_url,
        "account_name": facts.account,
        "contact_name": facts.contact or "Somebody",
        "reason": facts.reason,
        "link": facts.link,
    }


def card_of(message_type: str, facts: VisitFacts) -> Card:
    zone = facts.zone
    window = format_window(facts.from_at, facts.to_at, zone, with_zone=True)
    title, subtitle = format_date(facts.from_at, zone), gettext("Arrival: %(window)s")
    if message_type in _EXPECTED and facts.arrival_at:
        window = format_window(facts.arrival_at, None, zone, with_zone=True)
        subtitle = gettext("Expected arrival: around %(window)s")
    elif message_type == BOOKING_COMPLETED.name and facts.completed_at:
        title = format_date(facts.completed_at, zone)
        window = format_window(facts.completed_at, None, zone, with_zone=True)
        subtitle = gettext("Completed: %(window)s")
    before = ""
    if facts.told_from and message_type in _MOVED:
        before = format_date_and_window(facts.told_from, facts.told_to, zone, with_zone=True)
    for_staff = MESSAGE_TYPES[message_type].about is About.STAFF
    return Card(
        title=title,
        subtitle=subtitle % {"window": window},
        before=before,
        service=facts.service,
        number=facts.number,
        asset=facts.asset,
        address_lines=facts.address_lines,
        preparation="" if for_staff or message_type in _DONE else facts.preparation,
        is_struck=message_type in _CALLED_OFF,
    )


def _short_moment(facts: VisitFacts) -> str:
    """ "Thu, 26 Nov, 11:40, London time": short enough for a text message."""
    if facts.completed_at is None:
        return ""
    day = format_short_date(facts.completed_at, facts.zone)
    return f"{day}, {format_window(facts.completed_at, None, facts.zone, with_zone=True)}"
