"""A visit stays what it was booked as, and what Doorstep does to it by itself leaves a trace."""

from datetime import datetime, timedelta

import pytest

from doorstep.domain.bookings.models import Booking, ParentStatus
from doorstep.domain.bookings.selectors import get_default_status
from doorstep.domain.bookings.services.cancel import cancel_bookings_of
from doorstep.domain.bookings.services.hold import hold_offer
from doorstep.domain.bookings.services.reschedule import reschedule_booking
from doorstep.domain.bookings.services.search import search_offers
from doorstep.domain.bookings.services.status import set_status
from doorstep.domain.work.models import RequirementNeed, RequirementStatus, WorkLocation
from doorstep.domain.work.services.work_orders import cancel_work_order
from doorstep.platform.audit.selectors import history_of
from doorstep.platform.audit.services import SYSTEM
from tests.factories.bookings import (
    FRIDAY,
    THURSDAY,
    World,
    actor_of,
    book,
    make_world,
    new_key,
    window_key,
    wish_for,
)
from tests.factories.customers import make_account, make_contact
from tests.factories.identity import make_user
from tests.factories.resources import make_characteristic

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


def move_to_friday(world: World, booking: Booking, now: datetime) -> Booking:
    booking = Booking.objects.get(pk=booking.pk)
    service = booking.work_order.incident_type
    wish = wish_for(world.contact, service, world.portal, booking)
    held = hold_offer(wish=wish, key=window_key(FRIDAY), contact=world.contact, now=now)
    return reschedule_booking(
        booking=booking,
        hold_code=held.code,
        contact=world.contact,
        request_key=new_key(),
        actor=actor_of(world.contact),
        now=now,
    )


def offered_on_friday(world: World, booking: Booking, now: datetime) -> int:
    booking = Booking.objects.get(pk=booking.pk)
    wish = wish_for(world.contact, booking.work_order.incident_type, world.portal, booking)
    return len(search_offers(wish=wish, now=now, from_day=FRIDAY, days=1).windows)


def test_a_moved_visit_keeps_its_duration(world: World, now: datetime) -> None:
    booking = book(world, now=now)
    type(world.service).objects.update(duration_minutes=120)

    moved = move_to_friday(world, booking, now)

    assert moved.ends_at - moved.arrives_at == timedelta(minutes=60)


def test_a_moved_visit_keeps_where_the_work_is_done(world: World, now: datetime) -> None:
    booking = book(world, now=now)
    type(world.service).objects.update(work_location=WorkLocation.AGNOSTIC)

    moved = move_to_friday(world, booking, now)

    assert moved.starts_at < moved.arrives_at


def test_a_service_that_asks_for_more_does_not_bind_older_visits(
    world: World, now: datetime
) -> None:
    booking = book(world, now=now)
    world.service.needs.create(characteristic=make_characteristic())

    assert offered_on_friday(world, booking, now) == 4


def test_a_visit_moves_to_people_who_meet_its_own_requirement(world: World, now: datetime) -> None:
    booking = book(world, now=now)
    requirement = booking.work_order.requirements.get()
    RequirementNeed.objects.create(requirement=requirement, characteristic=make_characteristic())

    assert offered_on_friday(world, booking, now) == 0


def test_a_visit_shifted_for_another_tells_so_in_its_history(world: World, now: datetime) -> None:
    type(world.service).objects.update(duration_minutes=90)
    world.service.refresh_from_db()
    first = book(world, now=now, key=window_key(THURSDAY, 13, 15))
    neighbor = make_contact(account=make_account(), user=make_user(), phone="")

    book(world, now=now, key=window_key(THURSDAY, 13, 15), contact=neighbor)

    planned = first.arrives_at
    first.refresh_from_db()

    # Newest first: holding and confirming the second each look for the best plan.
    shifts = [
        each.data["changes"]["planned_arrival"]
        for each in history_of(first)
        if each.action == "shifted"
    ]
    assert shifts[-1][0] == planned.isoformat()
    assert shifts[0][1] == first.arrives_at.isoformat() != planned.isoformat()


def test_work_taken_up_again_is_no_longer_completed(world: World, now: datetime) -> None:
    booking = book(world, now=now)
    done = get_default_status(ParentStatus.COMPLETED)
    booking = set_status(booking=booking, status=done, actor=SYSTEM, at=now)
    assert booking.completed_at == now

    at_work = get_default_status(ParentStatus.IN_PROGRESS)
    set_status(booking=booking, status=at_work, actor=SYSTEM, at=now)

    assert Booking.objects.get(pk=booking.pk).completed_at is None


def test_the_requirements_of_a_canceled_work_order_stay_canceled(
    world: World, now: datetime
) -> None:
    booking = book(world, now=now)

    cancel_work_order(work_order=booking.work_order, actor=SYSTEM)
    cancel_bookings_of(work_order_id=booking.work_order_id, now=now)

    booking.refresh_from_db()
    assert booking.parent_status is ParentStatus.CANCELED
    assert booking.work_order.requirements.get().status == RequirementStatus.CANCELED
