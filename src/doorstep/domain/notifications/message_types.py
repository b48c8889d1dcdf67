"""The list of message types: what each is about, and how long it is of use.

To add one: a line here, its texts under templates/notifications/<name>/, a function in
services/compose.py that somebody calls (subscribers.py for events), and a test.
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


@dataclass(frozen=True, slots=True)
class MessageType:
    """`useful_for` bounds the trying: a message that cannot be sent that long is given up."""

    name: str
    label: Promise
    about: About
    useful_for: timedelta
    has_calendar_file: bool = False


INVITATION = MessageType("invitation", _("Invitation"), About.INVITATION, timedelta(days=3))
BOOKING_CONFIRMED = MessageType(
    "booking_confirmed",
    _("Booking confirmed"),
    About.BOOKING,
    timedelta(days=3),
    has_calendar_file=True,
)
PASSWORD_RESET = MessageType(
    "password_reset", _("Password reset"), About.SIGN_IN, timedelta(hours=6)
)
# Everything else the sign-in pages have to say by mail; account_mails.py holds the texts.
ACCOUNT_MAIL = MessageType("account_mail", _("About the sign-in"), About.SIGN_IN, timedelta(days=1))

MESSAGE_TYPES = {
    message_type.name: message_type
    for message_type in (INVITATION, BOOKING_CONFIRMED, PASSWORD_RESET, ACCOUNT_MAIL)
}
