"""Words for statuses and doors. A company's own status names are shown as it wrote them."""

from django.utils.translation import gettext as _

from doorstep.domain.bookings.models import BookingStatus, ParentStatus
from doorstep.platform.audit.models import Source

TONES = {
    ParentStatus.SCHEDULED: "accent",
    ParentStatus.TRAVELING: "success",
    ParentStatus.IN_PROGRESS: "success",
    ParentStatus.ON_BREAK: "warning",
    ParentStatus.CANCELED: "danger",
}


def parent_words(parent: ParentStatus) -> str:
    match parent:
        case ParentStatus.SCHEDULED:
            return _("Scheduled")
        case ParentStatus.TRAVELING:
            return _("Traveling")
        case ParentStatus.ON_BREAK:
            return _("On break")
        case ParentStatus.IN_PROGRESS:
            return _("In progress")
        case ParentStatus.COMPLETED:
            return _("Completed")
        case ParentStatus.CANCELED:
            return _("Canceled")


def status_words(status: BookingStatus) -> str:
    """The name as the company wrote it; one it never changed is translated."""
    parent = ParentStatus(status.parent)
    if status.is_default and status.name.lower() == parent.value.replace("_", " "):
        return parent_words(parent)
    return status.name


def source_words(source: str) -> str:
    """Through which door something was done."""
    match source:
        case Source.PORTAL:
            return _("on the portal")
        case Source.LINK:
            return _("by a link in a message")
        case Source.OFFICE:
            return _("from the office")
        case Source.TECHNICIAN:
            return _("on the technician's page")
        case Source.API:
            return _("by another program")
        case _other:
            return _("by the system")


def state_sentence(parent: ParentStatus) -> str:
    """What a technician does at the moment, above her next action."""
    match parent:
        case ParentStatus.TRAVELING:
            return _("You are on the way")
        case ParentStatus.ON_BREAK:
            return _("You are on a break")
        case ParentStatus.IN_PROGRESS:
            return _("You are at work")
        case ParentStatus.COMPLETED:
            return _("This visit is done")
        case ParentStatus.CANCELED:
            return _("This visit is canceled")
        case _other:
            return _("Next visit")
