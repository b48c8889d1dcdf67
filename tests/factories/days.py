"""Days full of visits all over town, and a look at whether their promises are kept."""

from dataclasses import replace
from datetime import date, datetime

from doorstep.domain.bookings.days import ONE_DAY, planned_days
from doorstep.domain.bookings.models import Assignment, Booking, ParentStatus
from doorstep.domain.bookings.people import load_workers
from doorstep.domain.bookings.seconds import second
from doorstep.domain.customers.models import Contact
from doorstep.domain.organization.selectors import get_company
from doorstep.domain.resources.models import BookableResource
from doorstep.engine import Route, StraightLine, validate_route
from doorstep.engine.travel import leg_s

from .bookings import THURSDAY, World, book, window_key
from .customers import make_account, make_contact
from .identity import make_user


def customer_at(latitude: float, longitude: float, **overrides: object) -> Contact:
    """Somebody who can book, living there."""
    account = make_account(latitude=latitude, longitude=longitude)
    contact = make_contact(account=account, **overrides)
    contact.user = make_user(email=contact.email, name=contact.first_name)
    contact.save()
    return contact


def book_at(
    world: World,
    latitude: float,
    longitude: float,
    *,
    now: datetime,
    hours: tuple[int, int] = (10, 12),
    day: date = THURSDAY,
) -> Booking:
    """A visit there, promised within these hours."""
    key = window_key(day, *hours)
    return book(world, now=now, key=key, contact=customer_at(latitude, longitude))


def resource_of(booking: Booking) -> BookableResource:
    """Who comes, if it is one alone."""
    return Assignment.objects.get(booking=booking).resource


def broken_promises(first: date, last: date) -> list[object]:
    """Whatever is wrong with the days in the database, all visits taken from their rows anew."""
    company = get_company()
    travel = StraightLine(
        company.detour_factor, company.travel_speed_kmh, company.travel_extra_seconds
    )
    rows = list(BookableResource.objects.all())
    speeds = {row.pk: float(row.speed_factor) for row in rows}
    found: list[object] = []
    workers = load_workers(from_day=first - ONE_DAY, to_day=last + ONE_DAY, company=company)
    for route in planned_days(workers.values(), first, last, legs=travel):
        if first <= route.day <= last:
            speed = speeds[route.resource_id]
            found += validate_route(_with_whole_legs(route, travel, speed), travel, speed)
    for row in Assignment.objects.filter(booking__status__parent=ParentStatus.SCHEDULED):
        booking = row.booking
        assert booking is not None
        if (
            not second(booking.promised_from)
            <= second(row.arrives_at)
            <= second(booking.promised_to)
        ):
            found.append((booking, "promise"))
        if (booking.starts_at, booking.ends_at) != (row.starts_at, row.ends_at):
            found.append((booking, "times"))
        if (row.block.resource_id, row.block.starts_at) != (row.resource_id, row.starts_at):
            found.append((booking, "block"))
    return found


def _with_whole_legs(route: Route, travel: StraightLine, speed: float) -> Route:
    """Whoever moves a visit away leaves the next leg as planned, from the place that is gone.
    The time is there; departing earlier shows it."""
    here, stops = route.start, []
    for stop in route.stops:
        needed_s = leg_s(travel, here, stop.place, speed)
        departs_s = min(stop.departs_s, stop.arrives_s - needed_s)
        stops.append(stop if stop.place is None else replace(stop, departs_s=departs_s))
        here = stop.place or here
    return replace(route, stops=tuple(stops))
