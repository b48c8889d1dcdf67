"""Trips: Tom on the way to Carol, and what his phone reports."""

from datetime import datetime, timedelta

from doorstep.domain.bookings.models import Booking, ParentStatus
from doorstep.domain.bookings.selectors import get_default_status
from doorstep.domain.bookings.services.status import set_status
from doorstep.domain.organization.models import Portal
from doorstep.domain.resources.models import BookableResource
from doorstep.domain.tracking.models import (
    Delay,
    PositionKey,
    PositionSource,
    SharingSession,
    Tracker,
    TrackingSettings,
)
from doorstep.domain.tracking.reports import Report
from doorstep.domain.tracking.services.keys import new_secret
from doorstep.domain.tracking.services.record import Recorded, record_positions
from doorstep.platform.audit.models import Source
from doorstep.platform.audit.services import Actor
from doorstep.platform.values.geo import Coordinates

from .bookings import World, book

# A thousandth of a degree of latitude is 111 metres.
METRES_PER_DEGREE = 111_195


def set_out(world: World, *, now: datetime, booking: Booking | None = None) -> Booking:
    """A visit of the world's technician, who travels to it from `now` on; its portal tracks."""
    Portal.objects.update(is_tracking_enabled=True)
    booking = booking or book(world, now=now)
    return become(booking, ParentStatus.TRAVELING, at=now)


def become(booking: Booking, parent: ParentStatus, *, at: datetime) -> Booking:
    """The visit with the default status of this parent, set on the technician's page."""
    actor = Actor(Source.TECHNICIAN, label="Tom")
    current = Booking.objects.get(pk=booking.pk)
    return set_status(booking=current, status=get_default_status(parent), actor=actor, at=at)


def north_of(place: Coordinates, metres: float) -> Coordinates:
    return Coordinates(place.latitude + metres / METRES_PER_DEGREE, place.longitude)


def report(
    resource: BookableResource,
    place: Coordinates,
    *,
    at: datetime,
    now: datetime | None = None,
    booking: Booking | None = None,
    accuracy_metres: float = 10.0,
) -> Recorded:
    """One report of the resource's phone, a second later unless `now` says otherwise."""
    return record_positions(
        resource=resource,
        reports=[Report(at, place.latitude, place.longitude, accuracy_metres)],
        source=PositionSource.PAGE,
        now=now or at + timedelta(seconds=1),
        booking=booking,
    )


def expect_late(booking: Booking, *, expected_at: datetime) -> Delay:
    """The visit is expected late, as was noticed an hour before the end of what was promised."""
    booking.expected_late_at = expected_at
    booking.save()
    return Delay.objects.create(
        booking=booking,
        noticed_at=booking.promised_to - timedelta(hours=1),
        expected_at=expected_at,
        promised_from=booking.promised_from,
        promised_to=booking.promised_to,
    )


def make_tracking(booking: Booking) -> None:
    """A row of everything tracking keeps: a trip that is over, a delay that is past, a platform."""
    part = booking.assignments.get()
    begin = booking.created_at
    SharingSession.objects.create(
        booking=booking, resource=part.resource, began_at=begin, ended_at=begin
    )
    Delay.objects.create(
        booking=booking,
        noticed_at=begin,
        expected_at=booking.promised_to + timedelta(minutes=30),
        promised_from=booking.promised_from,
        promised_to=booking.promised_to,
    )
    TrackingSettings.objects.create()
    Tracker.objects.create(device="van-7", resource=part.resource)
    key = PositionKey(name="Fleet")
    new_secret(key)
    key.save()
