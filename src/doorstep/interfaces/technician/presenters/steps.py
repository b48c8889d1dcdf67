"""Which statuses a technician may set next: one big button, and the others beside it."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from doorstep.domain.bookings.lifecycle import may_change
from doorstep.domain.bookings.models import Booking, BookingStatus, ParentStatus
from doorstep.domain.work.models import WorkLocation
from doorstep.platform.lib.tokens import new_code

from .words import status_words

P = ParentStatus
_ICONS = {
    P.SCHEDULED: "back",
    P.TRAVELING: "truck",
    P.ON_BREAK: "pause",
    P.IN_PROGRESS: "wrench",
    P.COMPLETED: "check",
}


@dataclass(frozen=True, slots=True)
class Step:
    """`key` makes pressing it twice harmless."""

    status_id: int
    parent: str
    label: str
    icon: str
    key: str


@dataclass(frozen=True, slots=True)
class Steps:
    """`beside` stands next to the big button, `more` is folded away."""

    main: Step | None
    beside: tuple[Step, ...]
    more: tuple[Step, ...]


def steps_for(
    booking: Booking, status: BookingStatus, statuses: Iterable[BookingStatus], *, before_break: P
) -> Steps:
    """What comes after `status`, which the visit has or may come to have.

    `before_break` is the status a visit on break was in before.
    """
    old = P(status.parent)
    goal = _next_parent(booking, old, before_break)
    main: Step | None = None
    beside: list[Step] = []
    more: list[Step] = []
    for each in sorted(statuses, key=lambda each: (not each.is_default, each.pk)):
        parent = P(each.parent)
        if parent is P.CANCELED or each.pk == status.pk or not may_change(old, parent):
            continue
        step = Step(each.pk, each.parent, _label(each, old, parent), _ICONS[parent], new_code())
        if parent is goal and main is None:
            main = step
        elif (parent is goal and parent is P.IN_PROGRESS) or (
            parent is P.ON_BREAK and each.is_default and old is not P.ON_BREAK
        ):
            beside.append(step)
        else:
            more.append(step)
    return Steps(main, tuple(beside), tuple(more))


def _next_parent(booking: Booking, old: P, before_break: P) -> P | None:
    match old:
        case P.SCHEDULED:
            is_on_site = booking.work_order.work_location == WorkLocation.ONSITE
            return P.TRAVELING if is_on_site else P.IN_PROGRESS
        case P.TRAVELING:
            return P.IN_PROGRESS
        case P.ON_BREAK:
            return before_break
        case P.IN_PROGRESS:
            return P.COMPLETED
    return None


def _label(status: BookingStatus, old: P, new: P) -> str:
    """What pressing it says. A company's own statuses carry their own names."""
    if not status.is_default or new is old:
        return status_words(status)
    match old, new:
        case P.ON_BREAK, P.TRAVELING:
            return _("Travel on")
        case P.ON_BREAK, P.IN_PROGRESS:
            return _("Go on working")
        case P.COMPLETED, P.IN_PROGRESS:
            return _("Take it up again")
        case P.TRAVELING, P.IN_PROGRESS:
            return _("Arrived")
        case _any, P.TRAVELING:
            return _("Start travel")
        case _any, P.IN_PROGRESS:
            return _("Start work")
        case _any, P.COMPLETED:
            return _("Complete")
        case _any, P.SCHEDULED:
            return _("I have not left yet")
    return status_words(status)
