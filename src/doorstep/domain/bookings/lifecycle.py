"""Allowed changes of a booking's status, and the work order status that follows. Pure functions."""

from collections.abc import Collection
from dataclasses import dataclass

from doorstep.domain.work.models import SystemStatus

from .models.status import ParentStatus as P

# Product reference 6.1 and 6.4; "back" steps let a technician put a slip right.
ALLOWED: dict[P, frozenset[P]] = {
    P.SCHEDULED: frozenset({P.TRAVELING, P.IN_PROGRESS, P.COMPLETED, P.CANCELED}),
    P.TRAVELING: frozenset({P.SCHEDULED, P.ON_BREAK, P.IN_PROGRESS, P.COMPLETED, P.CANCELED}),
    P.ON_BREAK: frozenset({P.TRAVELING, P.IN_PROGRESS, P.COMPLETED, P.CANCELED}),
    P.IN_PROGRESS: frozenset({P.ON_BREAK, P.COMPLETED, P.CANCELED}),
    P.COMPLETED: frozenset({P.IN_PROGRESS}),
    P.CANCELED: frozenset(),
}
# Statuses in which a booking takes its resources' time.
TAKES_TIME = frozenset(P) - {P.CANCELED}


@dataclass(frozen=True, slots=True)
class BookingState:
    """One booking as the work order sees it."""

    parent: P
    completes_work_order: bool = True


def may_change(old: P, new: P) -> bool:
    """Whether a booking may go from one parent status to another; staying is always allowed."""
    return old == new or new in ALLOWED[old]


def derive_system_status(bookings: Collection[BookingState]) -> SystemStatus:
    """The work order status that follows from its bookings (table in product reference 6.2).

    Canceled bookings count as none. Once anything is under way, or one visit is done while another
    is still to come, the work order is in progress.
    """
    live = [booking for booking in bookings if booking.parent is not P.CANCELED]
    parents = {booking.parent for booking in live}
    done = {booking.completes_work_order for booking in live if booking.parent is P.COMPLETED}
    under_way = parents & {P.TRAVELING, P.ON_BREAK, P.IN_PROGRESS}
    if under_way or (P.SCHEDULED in parents and True in done):
        return SystemStatus.IN_PROGRESS
    if P.SCHEDULED in parents:
        return SystemStatus.SCHEDULED
    if True in done:
        return SystemStatus.COMPLETED
    return SystemStatus.UNSCHEDULED
