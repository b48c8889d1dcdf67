"""The list of message types: what each is about, how long it is of use, how urgent it is.

To add one: a line here, its texts in words/defaults.py, a function in services/ that somebody
calls (subscribers.py for events), and a test.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class About(Enum):
    """What decides whether a message is still true and wanted; see wanted.py."""

    BOOKING = auto()
    INVITATION = auto()
    SIGN_IN = auto()
    STAFF = auto()


@dataclass(frozen=True, slots=True)
class MessageType:
    """`useful_for` bounds the trying: a message that cannot be sent that long is given up.

    `by_sms`: has a text for phones. `is_urgent`: passes quiet hours. `is_switchable`: a portal can
    switch it off. `is_optional`: carries the one-click way out of such messages. `names_time`: who
    got it knows when the visit is.
    """

    name: str
    label: Promise
    about: About
    useful_for: timedelta
    by_sms: bool = False
    has_calendar_file: bool = False
    is_urgent: bool = False
    is_switchable: bool = True
    is_optional: bool = False
    names_time: bool = False


INVITATION = MessageType("invitation", _("Invitation"), About.INVITATION, timedelta(days=3))
BOOKING_CONFIRMED = MessageType(
    "booking_confirmed", _("Booking confirmed"), About.BOOKING, timedelta(days=3),
    by_sms=True, has_calendar_file=True, is_urgent=True, names_time=True,
)  # fmt: skip
BOOKING_REMINDER = MessageType(
    "booking_reminder", _("Reminder"), About.BOOKING, timedelta(days=3),
    by_sms=True, is_optional=True, names_time=True,
)  # fmt: skip
TECHNICIAN_TRAVELING = MessageType(
    "technician_traveling", _("Technician on the way"), About.BOOKING, timedelta(hours=1),
    by_sms=True, is_urgent=True,
)  # fmt: skip
RUNNING_LATE = MessageType(
    "running_late", _("New arrival time"), About.BOOKING, timedelta(hours=2),
    by_sms=True, is_urgent=True,
)  # fmt: skip
BOOKING_RESCHEDULED = MessageType(
    "booking_rescheduled", _("Booking moved"), About.BOOKING, timedelta(days=3),
    by_sms=True, has_calendar_file=True, names_time=True,
)  # fmt: skip
BOOKING_CANCELED = MessageType(
    "booking_canceled", _("Booking canceled"), About.BOOKING, timedelta(days=3),
    by_sms=True, has_calendar_file=True,
)  # fmt: skip
BOOKING_COMPLETED = MessageType(
    "booking_completed", _("Visit completed"), About.BOOKING, timedelta(days=3),
    by_sms=True, is_optional=True,
)  # fmt: skip
STAFF_BOOKED = MessageType(
    "staff_booked", _("Office: a customer booked"), About.STAFF, timedelta(days=1)
)
STAFF_MOVED = MessageType(
    "staff_moved", _("Office: a customer moved a visit"), About.STAFF, timedelta(days=1)
)
STAFF_CANCELED = MessageType(
    "staff_canceled", _("Office: a customer canceled"), About.STAFF, timedelta(days=1)
)
STAFF_LATE = MessageType(
    "staff_late", _("Office: a visit is expected late"), About.STAFF, timedelta(hours=2),
    is_urgent=True,
)  # fmt: skip
STAFF_ALERT = MessageType(
    "staff_alert", _("Office: a message service is down"), About.STAFF, timedelta(hours=6),
    is_urgent=True, is_switchable=False,
)  # fmt: skip
PASSWORD_RESET = MessageType(
    "password_reset", _("Password reset"), About.SIGN_IN, timedelta(hours=6),
    is_urgent=True, is_switchable=False,
)  # fmt: skip
# Everything else the sign-in pages have to say by mail; account_mails.py holds the texts.
ACCOUNT_MAIL = MessageType(
    "account_mail", _("About the sign-in"), About.SIGN_IN, timedelta(days=1),
    is_urgent=True, is_switchable=False,
)  # fmt: skip

MESSAGE_TYPES = {
    message_type.name: message_type
    for message_type in (
        INVITATION,
        BOOKING_CONFIRMED,
        BOOKING_REMINDER,
        TECHNICIAN_TRAVELING,
        RUNNING_LATE,
        BOOKING_RESCHEDULED,
        BOOKING_CANCELED,
        BOOKING_COMPLETED,
        STAFF_BOOKED,
        STAFF_MOVED,
        STAFF_CANCELED,
        STAFF_LATE,
        STAFF_ALERT,
        PASSWORD_RESET,
        ACCOUNT_MAIL,
    )
}
SWITCHABLE = {name: each for name, each in MESSAGE_TYPES.items() if each.is_switchable}
NAMING_A_TIME = [name for name, each in MESSAGE_TYPES.items() if each.names_time]
