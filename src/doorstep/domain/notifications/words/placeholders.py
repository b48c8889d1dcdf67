"""The placeholders that texts of messages may name: which there are, and which type has which.

`values` computes what they stand for, `words/samples` what a preview shows. The meanings are read
by the office. To add one: an entry here, its value, its sample, and the table in
docs/reference/message-texts.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ..message_types import (
    ACCOUNT_MAIL,
    BOOKING_CANCELED,
    BOOKING_COMPLETED,
    BOOKING_CONFIRMED,
    BOOKING_REMINDER,
    BOOKING_RESCHEDULED,
    INVITATION,
    PASSWORD_RESET,
    RUNNING_LATE,
    STAFF_ALERT,
    STAFF_BOOKED,
    STAFF_CANCELED,
    STAFF_LATE,
    STAFF_MOVED,
    TECHNICIAN_TRAVELING,
)


class Kind(StrEnum):
    """How a value is written into a text: as words, from left to right whatever the language, or
    as a link."""

    WORDS = "words"
    LEFT_TO_RIGHT = "left_to_right"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Placeholder:
    """`may_be_empty`: a line that names it is left out when it has no value."""

    name: str
    meaning: Promise
    kind: Kind = Kind.WORDS
    may_be_empty: bool = False


_LTR, _LINK = Kind.LEFT_TO_RIGHT, Kind.LINK
_COMPANY = (
    Placeholder("company_name", _("The company's name, as the portal shows it")),
    Placeholder("contact_email", _("The portal's contact e-mail"), _LTR, may_be_empty=True),
    Placeholder("contact_phone", _("The portal's contact phone"), _LTR, may_be_empty=True),
    Placeholder("page_title", _("The portal's page title")),
    Placeholder("footer", _("The portal's page footer"), may_be_empty=True),
)
_READER = (
    Placeholder("greeting", _("“Hello Carol,”, or “Hello,” when no name is known")),
    Placeholder("customer_name", _("The reader's first name"), may_be_empty=True),
)
_VISIT = (
    Placeholder("service", _("The service, as customers know it")),
    Placeholder("asset", _("The asset the visit is for"), may_be_empty=True),
    Placeholder("address", _("Where the visit is, in one line"), may_be_empty=True),
    Placeholder("booking_number", _("The number of the booking"), _LTR),
    Placeholder("day", _("The day of the visit")),
    Placeholder("short_day", _("The day of the visit, short, for text messages")),
    Placeholder("window", _("When the technician arrives, with the zone of the place of work")),
)
_PAGE = Placeholder("link", _("The link to the visit's page; it opens without signing in"), _LINK)
_OLD_TIME = (
    Placeholder("old_day", _("The day the customer was told before"), may_be_empty=True),
    Placeholder("old_window", _("The time the customer was told before"), may_be_empty=True),
)
_TECHNICIAN = Placeholder(
    "technician_name", _("The technician's name if the portal shows it, else “Your technician”")
)
_TRAVELING = (
    _TECHNICIAN,
    Placeholder("arrival_estimate", _("When the technician is expected, to five minutes")),
)
_COMPLETED = (
    _TECHNICIAN,
    Placeholder("completed_at", _("Day and time of completion")),
    Placeholder("survey_link", _("The portal's survey about this visit"), _LINK, may_be_empty=True),
)
_ACCOUNT = Placeholder("account_name", _("The account"))
_STAFF = (
    _ACCOUNT,
    Placeholder("contact_name", _("Who did it: the contact's name, or “Somebody”")),
    *_VISIT,
    Placeholder("link", _("The booking's page in the office"), _LINK),
)
_INVITATION = (
    _ACCOUNT,
    Placeholder("link", _("The link that accepts the invitation"), _LINK),
    Placeholder("code", _("The code to type instead of following the link"), _LTR),
    Placeholder("expires_on", _("The last day of the invitation"), may_be_empty=True),
)
_ALERT = (
    Placeholder("connector_name", _("The message service")),
    Placeholder("problem", _("What it answered")),
    Placeholder("link", _("Its page in the office"), _LINK),
)

_BY_TYPE = {
    INVITATION.name: (*_READER, *_INVITATION),
    BOOKING_CONFIRMED.name: (*_READER, *_VISIT, _PAGE),
    BOOKING_REMINDER.name: (*_READER, *_VISIT, _PAGE),
    TECHNICIAN_TRAVELING.name: (*_READER, *_VISIT, *_TRAVELING, _PAGE),
    RUNNING_LATE.name: (*_READER, *_VISIT, *_TRAVELING, _PAGE),
    BOOKING_RESCHEDULED.name: (*_READER, *_VISIT, *_OLD_TIME, _PAGE),
    BOOKING_CANCELED.name: (*_READER, *_VISIT, _PAGE),
    BOOKING_COMPLETED.name: (*_READER, *_VISIT, *_COMPLETED, _PAGE),
    STAFF_BOOKED.name: _STAFF,
    STAFF_MOVED.name: (*_STAFF, *_OLD_TIME),
    STAFF_CANCELED.name: (
        *_STAFF,
        Placeholder("reason", _("What the customer gave as the reason"), may_be_empty=True),
    ),
    STAFF_LATE.name: (*_STAFF, *_TRAVELING),
    STAFF_ALERT.name: _ALERT,
    PASSWORD_RESET.name: (
        *_READER,
        Placeholder("link", _("The link to choose a new password"), _LINK),
    ),
    # Its words are in account_mails.py.
    ACCOUNT_MAIL.name: (),
}


def placeholders_of(message_type: str) -> Mapping[str, Placeholder]:
    """By name, in the order in which the office reads them. KeyError for an unknown type."""
    return {each.name: each for each in (*_BY_TYPE[message_type], *_COMPANY)}


def reserved_names() -> frozenset[str]:
    """Names that no snippet of a portal's own may have."""
    return frozenset(name for each in _BY_TYPE for name in placeholders_of(each))
