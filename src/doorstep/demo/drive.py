"""Drive a technician to a visit, so that anybody can watch it: along the road, step by step.

Everything goes the way of a real trip: the status is set as on the technician's page, positions
are reported like a phone's, and checked like them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from doorstep.domain.bookings.models import Assignment, Booking, ParentStatus
from doorstep.domain.bookings.selectors import get_default_status
from doorstep.domain.bookings.services.status import set_status
from doorstep.domain.places.services.drive import estimate_drive
from doorstep.domain.resources.models import BookableResource, ResourceKind
from doorstep.domain.tracking.models import PositionSource
from doorstep.domain.tracking.reports import SLACK_M, TOP_SPEED_MPS, Report
from doorstep.domain.tracking.services.estimate import place_of
from doorstep.domain.tracking.services.record import Recorded, record_positions
from doorstep.platform.audit.models import Source
from doorstep.platform.audit.services import Actor
from doorstep.platform.values.geo import Coordinates, distance_m

# With nothing known of where a trip begins: as far north of its end, in metres.
FROM_NOWHERE_M = 6_000
METRES_PER_DEGREE = 111_320.0
ACCURACY_M = 8.0


class CannotDrive(Exception):
    """Why there is nothing to watch, in a sentence."""


@dataclass(frozen=True, slots=True)
class Trip:
    """Who drives, to which visit, along which way; `seconds` is how long that really takes."""

    booking: Booking
    resource: BookableResource
    way: tuple[Coordinates, ...]
    seconds: float

    @property
    def metres(self) -> float:
        return sum(distance_m(a, b) for a, b in pairwise(self.way))

    @property
    def actor(self) -> Actor:
        return Actor(Source.TECHNICIAN, self.resource.user, label=self.resource.name)

    def at(self, part: float) -> Coordinates:
        """Where one is after this part (0 to 1) of the way."""
        left = self.metres * min(max(part, 0.0), 1.0)
        for a, b in pairwise(self.way):
            length = distance_m(a, b)
            if length > 0 and left <= length:
                share = left / length
                return Coordinates(
                    a.latitude + (b.latitude - a.latitude) * share,
                    a.longitude + (b.longitude - a.longitude) * share,
                )
            left -= length
        return self.way[-1]


def find_booking(name: str) -> Booking:
    """By its number, its work order's number or the code in its address. Raises CannotDrive."""
    bookings = Booking.objects.select_related("status", "work_order__portal")
    for field in ("number__iexact", "work_order__number__iexact", "code"):
        found = bookings.filter(**{field: name}).order_by("-promised_from").first()
        if found is not None:
            return found
    raise CannotDrive(f"There is no visit {name}.")


def next_booking(*, email: str, now: datetime) -> Booking:
    """The next scheduled visit of the contact with this address. Raises CannotDrive."""
    found = (
        Booking.objects.select_related("status", "work_order__portal")
        .filter(
            work_order__reported_by__email=email,
            status__parent__in=(ParentStatus.SCHEDULED, ParentStatus.TRAVELING),
            promised_to__gte=now,
        )
        .order_by("promised_from")
        .first()
    )
    if found is None:
        raise CannotDrive(f"{email} has no visit to come. Book one, or name one with --booking.")
    return found


def plan_trip(booking: Booking, *, start: Coordinates | None, now: datetime) -> Trip:
    """From `start`, or from where the technician's day begins. Raises CannotDrive."""
    if booking.parent_status not in (ParentStatus.SCHEDULED, ParentStatus.TRAVELING):
        raise CannotDrive(f"The visit is {booking.status}; nobody drives there any more.")
    if booking.work_order.portal and not booking.work_order.portal.is_tracking_enabled:
        raise CannotDrive("Its portal does not track technicians (see the portal's settings).")
    part = (
        Assignment.objects.filter(booking=booking, resource__kind=ResourceKind.USER)
        .select_related("resource__organizational_unit", "resource__user")
        .order_by("role", "pk")
        .first()
    )
    if part is None:
        raise CannotDrive("Nobody is assigned who could drive.")
    goal = place_of(booking, part.resource)
    if goal is None:
        raise CannotDrive("Nobody knows where the visit is: its address has no coordinates.")
    begin = start or part.resource.start
    if begin is None or distance_m(begin, goal) < 2 * SLACK_M:
        begin = Coordinates(
            min(goal.latitude + FROM_NOWHERE_M / METRES_PER_DEGREE, 90.0), goal.longitude
        )
    drive = estimate_drive(start=begin, end=goal, departs_at=now)
    way = drive.path if len(drive.path) > 1 else (begin, goal)
    return Trip(booking, part.resource, (begin, *way[1:-1], goal), max(drive.seconds, 1))


def most_speed(trip: Trip, *, every_s: float) -> float:
    """How many times faster than in reality one may go without being taken for a jump."""
    metres_per_s = trip.metres / trip.seconds
    return max((TOP_SPEED_MPS * every_s + SLACK_M) / (metres_per_s * every_s) * 0.9, 1.0)


def set_out(trip: Trip, *, now: datetime) -> Trip:
    """The technician starts traveling, unless she has already."""
    booking = trip.booking
    if booking.parent_status is ParentStatus.TRAVELING:
        return trip
    booking = _become(trip, booking, ParentStatus.TRAVELING, now)
    return Trip(booking, trip.resource, trip.way, trip.seconds)


def finish(trip: Trip, parent: ParentStatus, *, now: datetime) -> Trip:
    """The technician arrives, or is done."""
    booking = Booking.objects.get(pk=trip.booking.pk)
    return Trip(_become(trip, booking, parent, now), trip.resource, trip.way, trip.seconds)


def _become(trip: Trip, booking: Booking, parent: ParentStatus, now: datetime) -> Booking:
    status = get_default_status(parent)
    return set_status(booking=booking, status=status, actor=trip.actor, at=now)


def steps(trip: Trip, *, speed: float, every_s: float) -> Iterator[tuple[float, Coordinates]]:
    """The part of the way behind, and where that is, one report after the other; the last is the
    place itself."""
    count = max(int(trip.seconds / (speed * every_s)), 1)
    for number in range(count + 1):
        yield number / count, trip.at(number / count)


def report(trip: Trip, place: Coordinates, *, now: datetime) -> Recorded:
    """As the phone in the van does. Raises what `record_positions` raises."""
    return record_positions(
        resource=trip.resource,
        reports=[Report(now, place.latitude, place.longitude, ACCURACY_M)],
        source=PositionSource.SIMULATOR,
        now=now,
        booking=trip.booking,
    )


def time_left(trip: Trip, part: float, *, speed: float) -> timedelta:
    """Until arrival, by the clock on the wall."""
    return timedelta(seconds=round(trip.seconds * (1 - part) / speed))
