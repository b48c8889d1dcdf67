"""Work that is not one technician at one door, from the search to the booking."""

from datetime import date, datetime

import pytest

from doorstep.domain.bookings.errors import OfferGone
from doorstep.domain.bookings.models import ResourceBlock
from doorstep.domain.bookings.services.search import search_offers
from doorstep.domain.resources.models import CrewMember, ResourceKind, TimeOff
from doorstep.domain.work.models import WorkLocation
from tests.factories.bookings import THURSDAY, World, book, make_world, window_key
from tests.factories.customers import make_account, make_contact
from tests.factories.identity import make_user
from tests.factories.resources import make_crew, make_hours, make_technician, tina
from tests.factories.work import make_incident_type

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


def with_service(world: World, **overrides: object) -> World:
    service = make_incident_type(**({"duration_minutes": 60} | overrides))
    return World(world.portal, world.technician, service, world.contact)


def offered(world: World, now: datetime, day: date = THURSDAY) -> int:
    return len(search_offers(wish=world.wish, now=now, from_day=day, days=1).windows)


def somebody() -> object:
    return make_contact(account=make_account(), user=make_user(), phone="")


def test_advice_by_phone_needs_no_travel_and_no_address(world: World, now: datetime) -> None:
    by_phone = with_service(world, work_location=WorkLocation.AGNOSTIC)
    account = world.contact.account
    account.latitude = account.longitude = None
    account.save()

    booking = book(by_phone, now=now)

    assignment = booking.assignments.get()
    assert assignment.starts_at == assignment.arrives_at
    assert assignment.latitude is None


def test_a_facility_takes_as_many_bookings_as_its_capacity(world: World, now: datetime) -> None:
    workshop = make_technician("Workshop", kind=ResourceKind.FACILITY, capacity=2, works=False)
    make_hours(workshop)
    at_ours = with_service(
        world,
        work_location=WorkLocation.FACILITY,
        resource_kind=ResourceKind.FACILITY,
        duration_minutes=240,
    )

    first = book(at_ours, now=now)
    second = book(at_ours, now=now, contact=somebody())
    with pytest.raises(OfferGone):
        book(at_ours, now=now, contact=somebody())

    lanes = {each.assignments.get().lane for each in (first, second)}
    assert lanes == {1, 2}


def test_a_job_for_two_is_not_offered_when_one_of_them_is_off(world: World, now: datetime) -> None:
    other = tina()
    pair = with_service(world)
    pair.service.roles.create(name="Fitter")
    pair.service.roles.create(name="Helper")
    assert offered(pair, now) == 4

    TimeOff.objects.create(
        resource=other,
        starts_at=datetime(2026, 11, 26, tzinfo=now.tzinfo),
        ends_at=datetime(2026, 11, 27, tzinfo=now.tzinfo),
    )

    assert offered(pair, now) == 0


def test_who_left_the_crew_before_the_visit_does_not_come(world: World, now: datetime) -> None:
    crew = make_crew([world.technician, tina(), make_technician("Old hand")])
    left = CrewMember.objects.get(crew=crew, member__name="Old hand")
    left.to_on = date(2026, 11, 25)
    left.save()

    booking = book(with_service(world, resource_kind="crew", crew_size=2), now=now)

    assert {each.resource.name for each in booking.assignments.all()} == {
        "Tom Technician",
        "Tina Technician",
    }


def test_a_crew_that_has_become_too_small_is_not_offered(world: World, now: datetime) -> None:
    crew = make_crew([world.technician, tina()])
    CrewMember.objects.filter(crew=crew, member=tina()).update(to_on=date(2026, 11, 25))

    assert offered(with_service(world, resource_kind="crew", crew_size=2), now) == 0


def test_a_pool_never_comes_to_a_door(world: World, now: datetime) -> None:
    make_technician("Pool", kind=ResourceKind.POOL, capacity=5)

    assert offered(with_service(world, resource_kind=ResourceKind.POOL), now) == 0


def test_who_has_no_place_to_start_from_does_not_come_to_a_door(
    world: World, now: datetime
) -> None:
    world.technician.start_place = "agnostic"
    world.technician.save()

    assert offered(world, now) == 0


def test_a_slow_driver_leaves_earlier(world: World, now: datetime) -> None:
    usual = book(world, now=now)
    travel = usual.arrives_at - usual.starts_at
    ResourceBlock.objects.all().delete()
    world.technician.speed_factor = "0.50"
    world.technician.save()

    slow = book(world, now=now, key=window_key(THURSDAY, 13, 15))

    assert slow.arrives_at - slow.starts_at > travel


def test_capacity_of_a_stretch_overrides_the_resources_own(world: World, now: datetime) -> None:
    rule = world.technician.work_hours.get(kind="work")
    rule.capacity = 0
    rule.save()

    assert offered(world, now) == 0


def test_a_pinned_visit_is_not_shifted_for_another(world: World, now: datetime) -> None:
    world.service.duration_minutes = 90
    world.service.save()
    pinned = book(world, now=now, key=window_key(THURSDAY, 13, 15))
    type(pinned).objects.filter(pk=pinned.pk).update(is_pinned=True)

    book(world, now=now, key=window_key(THURSDAY, 13, 15), contact=somebody())

    planned = pinned.arrives_at
    pinned.refresh_from_db()
    assert pinned.arrives_at == planned
