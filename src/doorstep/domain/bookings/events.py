"""What happens to bookings, as news for those above."""

from dataclasses import dataclass

from doorstep.platform.events.registry import Event


@dataclass(frozen=True)
class BookingConfirmed(Event):
    booking_id: int


@dataclass(frozen=True)
class BookingRescheduled(Event):
    """The promise changed. Instants are ISO 8601."""

    booking_id: int
    old_promised_from: str
    old_promised_to: str
    by_customer: bool = False


@dataclass(frozen=True)
class BookingCanceled(Event):
    booking_id: int
    by_customer: bool = False


@dataclass(frozen=True)
class BookingStatusChanged(Event):
    booking_id: int
    old_parent: str
    new_parent: str


@dataclass(frozen=True)
class BookingReassigned(Event):
    """Somebody else comes; the promise is the same."""

    booking_id: int
    old_resource_id: int
    new_resource_id: int


@dataclass(frozen=True)
class ProblemReported(Event):
    """The technician is late or cannot do the visit; the note says why."""

    booking_id: int
    note_id: int
    is_late: bool
