"""What tracking does about news of visits."""

from doorstep.domain.bookings.events import BookingReassigned, BookingStatusChanged
from doorstep.platform.events.registry import subscribe
from doorstep.platform.lib.db import database_now

from .services.sharing import end_sessions


@subscribe(BookingStatusChanged)
def end_trips_on_arrival(event: BookingStatusChanged) -> None:
    end_sessions(booking_id=event.booking_id, now=database_now())


@subscribe(BookingReassigned)
def end_trip_of_who_no_longer_comes(event: BookingReassigned) -> None:
    end_sessions(booking_id=event.booking_id, now=database_now())
