"""Many customers want one window."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction

from doorstep.domain.bookings.errors import OfferGone
from doorstep.domain.bookings.models import Assignment, Booking, Hold, ResourceBlock
from doorstep.domain.bookings.problem import load_problem
from doorstep.domain.bookings.services.confirm import confirm_hold
from doorstep.domain.bookings.services.placing import write_plan
from doorstep.domain.bookings.services.search import search_offers
from doorstep.domain.bookings.timetable import Promise, find_target
from doorstep.domain.bookings.wish import zone_of
from doorstep.domain.customers.models import Contact
from doorstep.engine import Offer, find_offers
from tests.factories.bookings import (
    THURSDAY,
    World,
    actor_of,
    book,
    hold,
    make_world,
    new_key,
    window_key,
    wish_for,
)
from tests.factories.customers import make_account, make_contact
from tests.factories.identity import make_user
from tests.factories.resources import make_technician

from .conftest import deadlocks, kinds, overlaps, run_together

pytestmark = pytest.mark.django_db(transaction=True)

CONTENDERS = 200


def crowd(count: int) -> list[Contact]:
    contacts = []
    for number in range(count):
        user = make_user(email=f"crowd{number}@example.com", password=None)
        contacts.append(make_contact(account=make_account(), user=user, phone=""))
    return contacts


def room_for_one(world: World) -> None:
    """Ninety minutes before the break at noon: ten to twelve has room for one visit only."""
    world.service.duration_minutes = 90
    world.service.save()


def test_of_two_hundred_customers_exactly_one_gets_the_window(now: datetime) -> None:
    world = make_world()
    room_for_one(world)
    contacts = crowd(CONTENDERS)
    before = deadlocks()

    results = run_together(
        [lambda contact=contact: book(world, now=now, contact=contact) for contact in contacts]
    )

    assert kinds(results) == {"Booking": 1, "OfferGone": CONTENDERS - 1}
    assert Booking.objects.count() == 1
    assert overlaps() == 0
    assert deadlocks() == before


def test_the_losers_are_offered_what_is_left(now: datetime) -> None:
    world = make_world()
    room_for_one(world)
    contacts = crowd(8)

    run_together(
        [lambda contact=contact: book(world, now=now, contact=contact) for contact in contacts]
    )
    left = search_offers(wish=world.wish, now=now, from_day=THURSDAY, days=2)

    assert left.windows
    assert window_key() not in [window.key for window in left.windows]


def test_ten_technicians_serve_exactly_ten_customers(now: datetime) -> None:
    world = make_world()
    room_for_one(world)
    for _number in range(9):
        make_technician()
    contacts = crowd(60)
    before = deadlocks()

    results = run_together(
        [lambda contact=contact: book(world, now=now, contact=contact) for contact in contacts]
    )

    assert kinds(results) == {"Booking": 10, "OfferGone": 50}
    assert Assignment.objects.values("resource").distinct().count() == 10
    assert overlaps() == 0
    assert deadlocks() == before


def hold_unguarded(world: World, contact: Contact, now: datetime) -> Hold:
    """The same search and the same writes as a real hold, only without lock and second look."""
    wish = wish_for(contact, world.service, world.portal)
    target = find_target(world.portal, zone_of(wish), Promise.parse(window_key()), now)
    offers = find_offers(load_problem(wish=wish, targets=[target], now=now)).best
    if not offers:
        raise OfferGone
    return write_unguarded(world, contact, offers[0])


def write_unguarded(world: World, contact: Contact, offer: Offer) -> Hold:
    promise = Promise.of(offer.target)
    hold = Hold.objects.create(
        contact=contact,
        portal=world.portal,
        incident_type=world.service,
        time_zone="Europe/London",
        promised_from=promise.from_at,
        promised_to=promise.to_at,
        expires_at=datetime(2030, 1, 1, tzinfo=UTC),
    )
    with transaction.atomic():
        write_plan(offer, hold=hold)
    return hold


def test_without_lock_and_constraint_the_window_is_sold_many_times(now: datetime) -> None:
    """The twin of the first test."""
    world = make_world()
    room_for_one(world)
    contacts = crowd(20)

    with unguarded():
        run_together(
            [lambda contact=contact: hold_unguarded(world, contact, now) for contact in contacts]
        )
        found = overlaps()
        ResourceBlock.objects.all().delete()

    assert found > 0


def test_without_them_ten_technicians_are_promised_more_than_ten_times(now: datetime) -> None:
    """The twin of "ten technicians"."""
    world = make_world()
    room_for_one(world)
    for _number in range(9):
        make_technician()
    contacts = crowd(40)

    with unguarded():
        results = run_together(
            [lambda contact=contact: hold_unguarded(world, contact, now) for contact in contacts]
        )
        ResourceBlock.objects.all().delete()

    assert kinds(results)["Hold"] > 10


def test_without_a_second_look_a_hold_that_ran_out_is_kept_beside_the_next(now: datetime) -> None:
    """The twin of "a hold that runs out": the first customer still has the offer on her screen."""
    world = make_world()
    room_for_one(world)
    wish = world.wish
    target = find_target(world.portal, zone_of(wish), Promise.parse(window_key()), now)
    on_screen = find_offers(load_problem(wish=wish, targets=[target], now=now)).best[0]
    [rival] = crowd(1)

    with unguarded():
        hold_unguarded(world, rival, now)
        write_unguarded(world, world.contact, on_screen)
        found = overlaps()
        ResourceBlock.objects.all().delete()

    assert found == 1


class unguarded:  # noqa: N801 (reads as a function in a with statement)
    """Without the exclusion constraint, for the length of a with statement."""

    def __enter__(self) -> None:
        self.constraint = next(
            each for each in ResourceBlock._meta.constraints if each.name == "block_no_overlap"
        )
        with connection.schema_editor() as editor:
            editor.remove_constraint(ResourceBlock, self.constraint)

    def __exit__(self, *_: object) -> None:
        with connection.schema_editor() as editor:
            editor.add_constraint(ResourceBlock, self.constraint)


def test_the_constraint_alone_stops_raw_rows_that_overlap(now: datetime) -> None:
    world = make_world()
    book(world, now=now)
    taken = ResourceBlock.objects.get()
    taken.pk = None
    taken.kind, taken.assignment = "outside", None

    with pytest.raises(IntegrityError, match="block_no_overlap"), transaction.atomic():
        taken.save(force_insert=True)


def test_back_to_back_blocks_are_accepted(now: datetime) -> None:
    world = make_world()
    book(world, now=now)
    taken = ResourceBlock.objects.get()

    ResourceBlock.objects.create(
        resource=world.technician,
        starts_at=taken.ends_at,
        ends_at=taken.ends_at.replace(hour=taken.ends_at.hour + 1),
        kind="outside",
    )

    assert overlaps() == 0


def test_a_double_submit_makes_one_booking(now: datetime) -> None:
    world = make_world()
    held = hold(world, now=now)
    key = new_key()

    results = run_together(
        [
            lambda: confirm_hold(
                hold_code=held.code,
                contact=world.contact,
                details="",
                request_key=key,
                actor=actor_of(world.contact),
                now=now,
            )
        ]
        * 20
    )

    assert kinds(results) == {"Booking": 20}
    assert len({booking.pk for booking in results}) == 1
    assert Booking.objects.count() == 1


def test_with_a_key_of_its_own_each_submit_books_again(now: datetime) -> None:
    """The twin: it is the key that makes two presses of the button one booking."""
    world = make_world()

    first, second = book(world, now=now), book(world, now=now)

    assert first != second
    assert Booking.objects.count() == 2
