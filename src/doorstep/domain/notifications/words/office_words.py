"""Default words of the messages to the office. The office speaks English, so they stay out of the
catalogs that translators see."""

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from ..message_types import STAFF_ALERT, STAFF_BOOKED, STAFF_CANCELED, STAFF_LATE, STAFF_MOVED

_WHY = _(
    "You get this message because your address stands under “Tell the office” in the message "
    "settings of {company_name}."
)

OFFICE_DEFAULTS: dict[str, dict[str, StrOrPromise]] = {
    STAFF_BOOKED.name: {
        "subject": _("Booked: {account_name}, {day}, {window}"),
        "heading": _("A customer booked a visit"),
        "opening": _("{contact_name} booked a visit for {account_name}:"),
        "button": _("Open the booking"),
        "why": _WHY,
    },
    STAFF_MOVED.name: {
        "subject": _("Moved: {account_name}, now {day}, {window}"),
        "heading": _("A customer moved a visit"),
        "opening": _("{contact_name} moved a visit for {account_name}:"),
        "button": _("Open the booking"),
        "why": _WHY,
    },
    STAFF_CANCELED.name: {
        "subject": _("Canceled: {account_name}, {day}, {window}"),
        "heading": _("A customer canceled a visit"),
        "opening": _("{contact_name} canceled a visit for {account_name}:"),
        "button": _("Open the booking"),
        "closing": _("Reason given: {reason}"),
        "why": _WHY,
    },
    STAFF_LATE.name: {
        "subject": _("Expected around {arrival_estimate}: {account_name}, {window}"),
        "heading": _("A visit is expected at another time than promised"),
        "opening": _(
            "{technician_name} is expected with {account_name} around {arrival_estimate}, promised "
            "for {window}. The customer was told, as far as the portal's settings allow, and may "
            "move or cancel the visit."
        ),
        "button": _("Open the booking"),
        "why": _WHY,
    },
    STAFF_ALERT.name: {
        "subject": _("Trouble with {connector_name}"),
        "heading": _("A service refuses us"),
        "opening": _("{connector_name} does not take what we ask.\n\nIt answered: {problem}"),
        "button": _("Open the office"),
        "closing": _(
            "Messages wait, and go out by themselves as soon as it works again; arrival times are "
            "reckoned without traffic until then. This mail comes at most once an hour."
        ),
    },
}
