"""Changes that meet: two people move one visit, a hold runs out, crews share members."""

import random
from datetime import datetime

import pytest
from django.db import transaction

from doorstep.domain.bookings.errors import DomainError
from doorstep.domain.bookings.models import Assignment, Booking, Hold, ResourceBlock
from doorstep.domain.bookings.services.assign import move_booking
from doorstep.domain.bookings.services.confirm import confirm_hold
from doorstep.domain.bookings.services.hold import hold_offer
from doorstep.domain.bookings.services.reschedule import reschedule_booking
from doorstep.domain.bookings.timetable import Promise
from doorstep.domain.resources.models import BookableResource
from doorstep.platform.audit.models import LogEntry, Source
from doorstep.platform.audit.services import Actor
from tests.factories.bookings import (
    FRIDAY,
    World,
    actor_of,
    book,
    hold,
    make_world,
    new_key,
    run_out,
    window_key,
    wish_for,
)
from tests.factories.customers import make_account, make_contact
from tests.factories.identity import dana, make_user
from tests.factories.resources import make_crew, make_technician
from tests.factories.work import make_incident_type

from .conftest import deadlocks, kinds, overlaps, run_together

pytestmark = pytest.mark.django_db(transaction=True)


def customers_move(world: World, booking: Booking, now: datetime):
    wish = wish_for(world.contact, world.service, world.portal, booking)
    held = hold_offer(wish=wish, key=window_key(FRIDAY), contact=world.contact, now=now)
    return lambda: reschedule_booking(
        booking=booking,
        hold_code=held.code,
        contact=world.contact,
        request_key=new_key(),
        actor=actor_of(world.contact),
        now=now,
    )


def dispatchers_move(booking: Booking, now: datetime):
    return lambda: move_booking(
        booking=booking,
        promise=Promise.parse(window_key(FRIDAY, 15, 17)),
        actor=Actor(Source.OFFICE, dana()),
        now=now,
    )


def test_of_customer_and_dispatcher_one_moves_the_visit(now: datetime) -> None:
    world = make_world()
    for _round in range(10):
        booking = book(world, now=now)
        dana()

        results = run_together(
            [customers_move(world, booking, now), dispatchers_move(booking, now)]
        )

        assert kinds(results) == {"Booking": 1, "ChangedMeanwhile": 1}
        assert LogEntry.objects.filter(object_id=booking.pk, action="rescheduled").count() == 1
        assert ResourceBlock.objects.filter(assignment__booking=booking).count() == 1
        assert overlaps() == 0
        ResourceBlock.objects.all().delete()
        Hold.objects.all().delete()


def test_without_the_version_both_believe_to_have_moved_the_visit(now: datetime) -> None:
    """The twin: each re-reads the visit and so misses that it is no longer what was on screen."""
    world = make_world()
    booking = book(world, now=now)
    dana()

    def blind(move):
        def run() -> object:
            for _attempt in range(3):
                with transaction.atomic():
                    Booking.objects.filter(pk=booking.pk).update(version=booking.version)
                try:
                    return move()
                except DomainError:
                    continue
            return None

        return run

    results = run_together(
        [blind(customers_move(world, booking, now)), blind(dispatchers_move(booking, now))]
    )

    assert kinds(results)["Booking"] == 2


def test_a_hold_that_runs_out_goes_to_one_of_two(now: datetime) -> None:
    world = make_world()
    world.service.duration_minutes = 90
    world.service.save()
    for number in range(5):
        held = hold(world, now=now)
        run_out(held)
        rival = make_contact(
            account=make_account(), user=make_user(email=f"rival{number}@example.com"), phone=""
        )

        results = run_together(
            [
                lambda held=held: confirm_hold(
                    hold_code=held.code,
                    contact=world.contact,
                    details="",
                    request_key=new_key(),
                    actor=actor_of(world.contact),
                    now=now,
                ),
                lambda rival=rival: book(world, now=now, contact=rival),
            ]
        )

        assert kinds(results)["Booking"] == 1
        assert all(isinstance(each, Booking | DomainError) for each in results)
        assert overlaps() == 0
        ResourceBlock.objects.all().delete()
        Hold.objects.all().delete()


def test_crews_that_share_members_never_deadlock(now: datetime) -> None:
    world = make_world()
    world.service.duration_minutes = 90
    members = [world.technician, *(make_technician() for _number in range(4))]
    shuffled = random.Random(7)
    for number in range(12):
        make_crew(shuffled.sample(members, 3), name=f"Crew {number}")
    service = make_incident_type(duration_minutes=90, crew_size=3, resource_kind="crew")
    crews = World(world.portal, world.technician, service, world.contact)
    contacts = [make_contact(account=make_account(), user=make_user(), phone="") for _ in range(40)]
    before = deadlocks()

    results = run_together(
        [lambda contact=contact: book(crews, now=now, contact=contact) for contact in contacts]
    )

    # Five members cannot be in two crews of three at once.
    assert kinds(results) == {"Booking": 1, "OfferGone": 39}
    assert Assignment.objects.count() == 3
    assert overlaps() == 0
    assert deadlocks() == before


def test_locking_in_any_order_deadlocks(now: datetime) -> None:
    """The twin: the same rows, locked as they come."""
    ids = [make_technician().pk for _number in range(4)]
    before = deadlocks()

    def lock(order: list[int]) -> str:
        with transaction.atomic():
            for pk in order:
                BookableResource.objects.select_for_update(no_key=True).get(pk=pk)
        return "done"

    for _round in range(20):
        run_together([lambda: lock(ids), lambda: lock(ids[::-1])] * 4)
        if deadlocks() > before:
            break

    assert deadlocks() > before
