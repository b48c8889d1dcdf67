"""Why there was a time, or none, on real rows."""

from datetime import date, datetime

import pytest

from doorstep.domain.bookings.errors import NotBookable
from doorstep.domain.bookings.services.explain import Day, Person, explain_wish
from doorstep.domain.bookings.services.search import search_offers
from doorstep.domain.resources.models import TimeOff
from doorstep.domain.work.models import RoleTemplate
from doorstep.engine import Rule
from tests.factories.bookings import FRIDAY, THURSDAY, World, book, make_world, window_key
from tests.factories.resources import tina

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


def explained(world: World, now: datetime, day: date = THURSDAY) -> Day:
    return explain_wish(wish=world.wish, now=now, from_day=day).days[0]


def only(day: Day) -> Person:
    (person,) = day.people
    return person


def fill_thursday(world: World, now: datetime, minutes: int = 100) -> None:
    """Every window holds a visit, and another one of the same length fits nowhere."""
    world.service.duration_minutes = minutes
    world.service.save()
    for from_hour, to_hour in ((8, 10), (10, 12), (13, 15), (15, 17)):
        book(world, now=now, key=window_key(from_hour=from_hour, to_hour=to_hour))


def test_it_counts_what_the_search_counts_and_knows_the_same_windows(
    world: World, now: datetime
) -> None:
    tina()
    fill_thursday(world, now)
    found = search_offers(wish=world.wish, now=now, days=7)

    told = explain_wish(wish=world.wish, now=now, days=7)

    assert {day.day: day.removed for day in told.days if day.removed is not None} == found.removed
    assert [len(day.open) for day in told.days] == [len(day.windows) for day in found.days]


def test_a_full_day_names_the_gap_that_came_nearest(world: World, now: datetime) -> None:
    fill_thursday(world, now)

    person = only(explained(world, now))

    assert (person.name, person.verdict.rule) == ("Tom Technician", Rule.NO_GAP)
    assert "needs 100 min of work and" in person.words
    assert "Acme" in person.words  # whose visit bounds it
    assert "min are missing for " in person.words


def test_times_are_those_of_the_place_of_work(world: World, now: datetime) -> None:
    account = world.contact.account
    account.time_zone = "Europe/Paris"
    account.save()
    fill_thursday_in_paris = window_key(from_hour=7, to_hour=9)
    book(world, now=now, key=fill_thursday_in_paris)

    assert "08:00–10:00" in (*explained(world, now).open, *explained(world, now).closed)
    assert "13:00–15:00" in only(explained(world, now)).words


def test_somebody_free_can_come(world: World, now: datetime) -> None:
    day = explained(world, now)

    assert len(day.open) == 4
    assert only(day).words == "Can come: 08:00–10:00, 10:00–12:00, 13:00–15:00, 15:00–17:00."


def test_an_absence_bounds_a_gap_by_that_name(world: World, now: datetime) -> None:
    TimeOff.objects.create(
        resource=world.technician,
        starts_at=datetime.fromisoformat("2026-11-26T08:20+00:00"),
        ends_at=datetime.fromisoformat("2026-11-26T16:30+00:00"),
    )

    assert only(explained(world, now)).words.startswith("After a break or an absence")


def test_rules_are_told_in_words(world: World, now: datetime) -> None:
    world.technician.is_searchable = False
    world.technician.save()

    day = explained(world, now)

    assert only(day).words == "Not available to search."
    assert [(str(text), count) for text, count in day.counts] == [("Not available to search", 1)]


def test_the_role_is_named_where_a_job_has_several(world: World, now: datetime) -> None:
    RoleTemplate.objects.create(incident_type=world.service, name="Lead")
    RoleTemplate.objects.create(incident_type=world.service, name="Help")

    person = only(explained(world, now))

    assert person.role == "Lead"
    assert person.words.startswith("Has time (")


def test_who_came_nearest_stands_first(world: World, now: datetime) -> None:
    fill_thursday(world, now)
    away = tina()
    away.is_searchable = False
    away.save()

    assert [person.name for person in explained(world, now).people] == [
        "Tom Technician", away.name,
    ]  # fmt: skip


def test_outside_the_lead_time_nobody_is_looked_at(world: World, now: datetime) -> None:
    day = explained(world, now, date(2026, 11, 23))

    assert (day.is_bookable, day.people, day.open) == (False, (), ())


def test_a_day_without_windows_has_nothing_to_explain(world: World, now: datetime) -> None:
    world.portal.windows.all().delete()

    day = explained(world, now, FRIDAY)

    assert (day.is_bookable, day.people) == (True, ())


def test_what_cannot_be_booked_is_refused(world: World, now: datetime) -> None:
    world.service.is_customer_bookable = False

    with pytest.raises(NotBookable):
        explain_wish(wish=world.wish, now=now)
