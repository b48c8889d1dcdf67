"""Searching offers on real rows."""

from datetime import date, datetime, time, timedelta

import pytest

from doorstep.domain.bookings.errors import NoPlace, NotBookable
from doorstep.domain.bookings.models import Assignment
from doorstep.domain.bookings.services.search import find_first, search_offers
from doorstep.domain.bookings.timetable import bookable_range
from doorstep.domain.organization.models import Portal
from doorstep.domain.organization.models.booking_policy import OfferMode
from doorstep.domain.resources.models import BusinessClosure, DayHours, TimeOff
from doorstep.domain.work.models import PreferenceKind, ResourcePreference
from tests.factories.bookings import FRIDAY, THURSDAY, World, book, make_world, window_key
from tests.factories.customers import make_asset, make_location
from tests.factories.organization import make_territory
from tests.factories.resources import give_skill, make_characteristic, make_crew, tina
from tests.factories.work import make_incident_type

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


def keys(world: World, now: datetime, day: date = THURSDAY) -> list[str]:
    found = search_offers(wish=world.wish, now=now, from_day=day, days=1)
    return [window.key for window in found.windows]


def test_offers_every_window_of_a_free_day(world: World, now: datetime) -> None:
    assert keys(world, now) == [
        window_key(from_hour=8, to_hour=10),
        window_key(from_hour=10, to_hour=12),
        window_key(from_hour=13, to_hour=15),
        window_key(from_hour=15, to_hour=17),
    ]


def test_the_plan_brings_the_technician_in_time(world: World, now: datetime) -> None:
    first = search_offers(wish=world.wish, now=now, from_day=THURSDAY, days=1).windows[0]

    (assignment,) = first.plan.assignments

    assert assignment.resource_id == world.technician.pk
    assert first.promised_from <= first.arrives_at <= first.promised_to
    assert assignment.departs_s < assignment.arrives_s


def test_nothing_is_offered_where_somebody_is_booked_already(world: World, now: datetime) -> None:
    for from_hour, to_hour in ((8, 10), (10, 12), (13, 15), (15, 17)):
        world.service.duration_minutes = 100
        world.service.save()
        book(world, now=now, key=window_key(from_hour=from_hour, to_hour=to_hour))

    assert keys(world, now) == []


def test_both_lead_time_bounds_are_included(world: World, now: datetime) -> None:
    found = search_offers(wish=world.wish, now=now, from_day=date(2026, 11, 23), days=70)

    bookable = [day.day for day in found.days if day.is_bookable]
    assert (bookable[0], bookable[-1]) == (date(2026, 11, 24), date(2027, 1, 22))


def test_lead_time_counts_days_at_the_place_of_work(world: World) -> None:
    from zoneinfo import ZoneInfo

    late = datetime(2026, 11, 23, 23, 30, tzinfo=ZoneInfo("UTC"))

    in_auckland = bookable_range(world.portal, ZoneInfo("Pacific/Auckland"), late)
    in_london = bookable_range(world.portal, ZoneInfo("Europe/London"), late)

    assert in_auckland[0] - in_london[0] == timedelta(days=1)


def test_a_closure_leaves_the_day_empty(world: World, now: datetime) -> None:
    BusinessClosure.objects.create(name="Training", from_on=THURSDAY, to_on=THURSDAY)

    assert keys(world, now) == []


def test_time_off_is_respected(world: World, now: datetime) -> None:
    midday = datetime(2026, 11, 26, 12, tzinfo=now.tzinfo)
    TimeOff.objects.create(
        resource=world.technician, starts_at=midday - timedelta(hours=6), ends_at=midday
    )

    assert keys(world, now) == [
        window_key(from_hour=13, to_hour=15),
        window_key(from_hour=15, to_hour=17),
    ]


def test_single_day_hours_replace_the_weekly_ones(world: World, now: datetime) -> None:
    DayHours.objects.create(
        resource=world.technician, day=THURSDAY, from_time=time(13), to_time=time(17)
    )

    assert window_key(from_hour=8, to_hour=10) not in keys(world, now)
    assert window_key(from_hour=13, to_hour=15) in keys(world, now)


def test_a_missing_skill_hides_the_technician(world: World, now: datetime) -> None:
    skill = make_characteristic()
    world.service.needs.create(characteristic=skill, minimum_rating=3)
    assert keys(world, now) == []

    give_skill(world.technician, skill, 3)

    assert len(keys(world, now)) == 4


def test_a_certificate_must_be_valid_on_the_day_of_the_visit(world: World, now: datetime) -> None:
    skill = make_characteristic()
    world.service.needs.create(characteristic=skill)
    give_skill(world.technician, skill, 3, valid_to_on=THURSDAY)

    assert len(keys(world, now, THURSDAY)) == 4
    assert keys(world, now, FRIDAY) == []


def test_territory_is_strict(world: World, now: datetime) -> None:
    world.contact.account.territory = make_territory()
    world.contact.account.save()
    assert keys(world, now) == []

    world.technician.territories.add(world.contact.account.territory)

    assert len(keys(world, now)) == 4


def test_the_radius_counts_from_the_technicians_start(world: World, now: datetime) -> None:
    world.portal.max_radius = 1
    assert keys(world, now) == []

    world.portal.max_radius = 2

    assert len(keys(world, now)) == 4


def test_a_restricted_technician_does_not_come(world: World, now: datetime) -> None:
    ResourcePreference.objects.create(
        account=world.contact.account, resource=world.technician, kind=PreferenceKind.RESTRICTED
    )

    assert keys(world, now) == []


def test_the_preferred_technician_comes_even_from_further_away(world: World, now: datetime) -> None:
    far = tina()
    ResourcePreference.objects.create(
        account=world.contact.account, resource=far, kind=PreferenceKind.PREFERRED
    )

    found = search_offers(wish=world.wish, now=now, from_day=THURSDAY, days=1)

    assert {plan.resource_id for w in found.windows for plan in w.plan.assignments} == {far.pk}


def test_exact_times_follow_the_grid(world: World, now: datetime) -> None:
    world.portal.offer_mode = OfferMode.GRID
    world.portal.grid_minutes = 60
    world.portal.save()

    found = search_offers(wish=world.wish, now=now, from_day=THURSDAY, days=1)

    hours = [window.promised_from.hour for window in found.windows]
    # Eight is too early to be reached from home, noon is the break.
    assert hours == [9, 10, 11, 13, 14, 15]
    assert all(window.arrives_at == window.promised_from for window in found.windows)


def test_a_crew_comes_with_all_its_members(world: World, now: datetime) -> None:
    second = tina()
    crew = make_crew([world.technician, second])
    service = make_incident_type(duration_minutes=60, crew_size=2, resource_kind="crew")
    wish = World(world.portal, world.technician, service, world.contact).wish

    window = search_offers(wish=wish, now=now, from_day=THURSDAY, days=1).windows[0]

    assert window.plan.resource_ids == {world.technician.pk, second.pk}
    assert {each.crew_id for each in window.plan.assignments} == {crew.pk}
    assert len({each.arrives_s for each in window.plan.assignments}) == 1


def test_an_asset_elsewhere_moves_the_place_of_work(world: World, now: datetime) -> None:
    from dataclasses import replace

    location = make_location(
        account=world.contact.account, street="1 Quay", latitude=53.60, longitude=-2.40
    )
    asset = make_asset(account=world.contact.account, location=location)

    here = search_offers(wish=world.wish, now=now, from_day=THURSDAY, days=1).windows[0]
    there = search_offers(
        wish=replace(world.wish, asset=asset), now=now, from_day=THURSDAY, days=1
    ).windows[0]

    assert there.added_travel_s > here.added_travel_s


def test_without_coordinates_nothing_can_be_offered(world: World, now: datetime) -> None:
    world.contact.account.latitude = world.contact.account.longitude = None

    with pytest.raises(NoPlace):
        search_offers(wish=world.wish, now=now)


def test_a_dated_restriction_counts_on_its_days_only(world: World, now: datetime) -> None:
    ResourcePreference.objects.create(
        account=world.contact.account,
        resource=world.technician,
        kind=PreferenceKind.RESTRICTED,
        from_on=THURSDAY,
        to_on=THURSDAY,
    )

    found = search_offers(wish=world.wish, now=now, from_day=date(2026, 11, 25), days=3)

    assert [len(day.windows) for day in found.days] == [4, 0, 4]


@pytest.mark.parametrize("flaw", ["inactive", "hidden", "excluded", "portal off", "account"])
def test_what_is_not_offered_cannot_be_searched(world: World, now: datetime, flaw: str) -> None:
    service, portal, account = world.service, world.portal, world.contact.account
    if flaw == "inactive":
        service.is_active = False
    elif flaw == "hidden":
        service.is_customer_bookable = False
    elif flaw == "excluded":
        service.work_order_type.is_excluded = True
    elif flaw == "portal off":
        portal.is_self_scheduling_enabled = False
    else:
        account.is_excluded = True

    with pytest.raises(NotBookable):
        search_offers(wish=world.wish, now=now)


def test_finds_the_next_available_beyond_the_first_fortnight(world: World, now: datetime) -> None:
    BusinessClosure.objects.create(
        name="Long rest", from_on=date(2026, 11, 1), to_on=date(2026, 12, 20)
    )

    found = find_first(wish=world.wish, now=now)

    assert found is not None
    assert found.promised_from.date() == date(2026, 12, 21)


def test_the_number_of_queries_does_not_grow_with_the_company(
    world: World, now: datetime, django_assert_max_num_queries
) -> None:
    for number in range(5):
        make_crew([tina(), world.technician], name=f"Crew {number}")
        book(
            world,
            now=now,
            key=window_key(day=date(2026, 11, 24 + number % 3), from_hour=13, to_hour=15),
        )
    Portal.objects.get()

    with django_assert_max_num_queries(22):
        search_offers(wish=world.wish, now=now)


def test_visits_shift_inside_their_promise_to_make_room(world: World, now: datetime) -> None:
    """Two hours of work promised for 10 to 12 can begin late, so a short job fits before it."""
    world.service.duration_minutes = 90
    world.service.save()
    book(world, now=now, key=window_key(from_hour=8, to_hour=10))
    planned = Assignment.objects.get().arrives_at

    book(world, now=now, key=window_key(from_hour=10, to_hour=12))

    assert Assignment.objects.order_by("arrives_at").first().arrives_at <= planned
