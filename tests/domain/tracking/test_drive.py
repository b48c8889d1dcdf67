"""The simulated drive that anybody can watch."""

from datetime import datetime, timedelta

import pytest

from doorstep.demo.drive import (
    CannotDrive,
    Trip,
    find_booking,
    finish,
    most_speed,
    next_booking,
    plan_trip,
    report,
    set_out,
    steps,
)
from doorstep.domain.bookings.models import Booking, ParentStatus
from doorstep.domain.organization.models import Portal
from doorstep.domain.tracking.models import SharingSession
from doorstep.platform.values.geo import Coordinates, distance_m
from tests.factories.bookings import World, book, make_world

pytestmark = pytest.mark.django_db
START = Coordinates(53.45, -2.30)


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def booking(world: World, now: datetime) -> Booking:
    booking = book(world, now=now)
    Portal.objects.update(is_tracking_enabled=True)
    return find_booking(str(booking.number))


def planned(booking: Booking, now: datetime) -> Trip:
    return plan_trip(booking, start=START, now=now)


def test_a_drive_is_believed_from_beginning_to_end(booking: Booking, now: datetime) -> None:
    trip = set_out(planned(booking, now), now=now)
    speed = most_speed(trip, every_s=3)
    for number, (_part, place) in enumerate(steps(trip, speed=speed, every_s=3)):
        at = now + timedelta(seconds=3 * (number + 1))
        assert report(trip, place, now=at).refusals == (None,)

    session = SharingSession.objects.get()
    assert session.position == trip.way[-1]
    assert session.has_left


def test_it_ends_with_the_visit_completed(booking: Booking, now: datetime) -> None:
    trip = set_out(planned(booking, now), now=now)
    trip = finish(trip, ParentStatus.IN_PROGRESS, now=now + timedelta(minutes=5))
    trip = finish(trip, ParentStatus.COMPLETED, now=now + timedelta(minutes=6))

    assert trip.booking.parent_status is ParentStatus.COMPLETED


def test_halfway_is_in_the_middle_of_the_way(booking: Booking, now: datetime) -> None:
    trip = planned(booking, now)
    middle = trip.at(0.5)

    behind, ahead = distance_m(trip.way[0], middle), distance_m(middle, trip.way[-1])
    assert behind == pytest.approx(ahead, rel=0.01)


def test_without_a_name_it_goes_to_the_customers_next_visit(
    booking: Booking, world: World, now: datetime
) -> None:
    assert next_booking(email=world.contact.email, now=now) == booking


def test_it_says_why_there_is_nothing_to_watch(booking: Booking, now: datetime) -> None:
    with pytest.raises(CannotDrive, match="no visit X"):
        find_booking("X")
    with pytest.raises(CannotDrive, match="no visit to come"):
        next_booking(email="nobody@example.com", now=now)
    Portal.objects.update(is_tracking_enabled=False)
    with pytest.raises(CannotDrive, match="does not track"):
        planned(find_booking(str(booking.number)), now)
