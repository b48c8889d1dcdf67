"""What tracking does about news of visits."""

from doorstep.domain.bookings.events import BookingReassigned, BookingStatusChanged
from doorstep.domain.bookings.models import Assignment
from doorstep.platform.events.registry import subscribe
from doorstep.platform.lib.db import database_now

from .events import ArrivalEstimated
from .services.outlook import ask_to_look_ahead
from .services.sharing import end_sessions


@subscribe(BookingStatusChanged)
def end_trips_on_arrival(event: BookingStatusChanged) -> None:
    end_sessions(booking_id=event.booking_id, now=database_now())


@subscribe(BookingReassigned)
def end_trip_of_who_no_longer_comes(event: BookingReassigned) -> None:
    end_sessions(booking_id=event.booking_id, now=database_now())


@subscribe(BookingStatusChanged)
def look_at_the_rest_of_the_day(event: BookingStatusChanged) -> None:
    for part in Assignment.objects.filter(booking=event.booking_id).order_by("resource"):
        ask_to_look_ahead(part.resource_id)


@subscribe(ArrivalEstimated)
def look_at_visits_after_the_next(event: ArrivalEstimated) -> None:
    ask_to_look_ahead(event.resource_id)
