"""The least time between two visits, from the office's setting to the rows.

Tom works 8 to 17 with a break from 12 to 13; all visits take an hour. Of two between 10 and 12 one
follows the other at once, or there is no time for the second.
"""

from datetime import datetime, timedelta

import pytest
from django.core.exceptions import ValidationError

from doorstep.domain.bookings.errors import OfferGone
from doorstep.domain.bookings.models import Assignment
from doorstep.domain.bookings.services.explain import explain_wish
from doorstep.domain.bookings.services.hold import hold_offer
from doorstep.domain.bookings.services.replan import replan_days
from doorstep.domain.bookings.services.search import search_offers
from doorstep.domain.organization.models import Company
from doorstep.domain.organization.selectors import get_company
from doorstep.engine.replan import Effort
from tests.factories.bookings import THURSDAY, World, book, make_world, window_key
from tests.factories.days import book_at, broken_promises, resource_of
from tests.factories.resources import tina

pytestmark = pytest.mark.django_db
NORTH = (53.51, -2.25)


@pytest.fixture
def world() -> World:
    get_company()
    return make_world()


def leave(minutes: int) -> None:
    Company.objects.update(minimum_gap_minutes=minutes)


def is_open(world: World, now: datetime) -> bool:
    found = search_offers(wish=world.wish, now=now, from_day=THURSDAY, days=1)
    return window_key() in [window.key for window in found.windows]


def test_a_window_without_the_time_between_is_not_offered(world: World, now: datetime) -> None:
    book(world, now=now)
    assert is_open(world, now)

    leave(45)

    assert not is_open(world, now)


def test_the_plan_that_is_stored_leaves_it(world: World, now: datetime) -> None:
    leave(45)
    for hours in ((8, 10), (8, 10), (13, 15), (13, 15)):
        book(world, now=now, key=window_key(THURSDAY, *hours))

    for half in (0, 2):
        first, second = Assignment.objects.order_by("arrives_at")[half : half + 2]
        assert second.arrives_at - first.ends_at >= timedelta(minutes=45)
        assert second.starts_at == second.arrives_at  # nobody drives in that time
    assert broken_promises(THURSDAY, THURSDAY) == []


def test_a_window_that_was_offered_before_is_refused(world: World, now: datetime) -> None:
    book(world, now=now)
    assert is_open(world, now)
    leave(45)

    with pytest.raises(OfferGone):
        hold_offer(wish=world.wish, key=window_key(), contact=world.contact, now=now)


def test_visits_that_are_closer_together_already_stay_and_others_fit_in(
    world: World, now: datetime
) -> None:
    book(world, now=now)
    book(world, now=now)
    leave(45)

    afternoon = book(world, now=now, key=window_key(from_hour=13, to_hour=15))

    arrivals = list(Assignment.objects.order_by("arrives_at"))
    assert arrivals[1].arrives_at == arrivals[0].ends_at
    assert arrivals[2].booking == afternoon


def test_who_asks_why_there_was_no_time_gets_the_same_answer(world: World, now: datetime) -> None:
    leave(45)
    book(world, now=now)

    day = explain_wish(wish=world.wish, now=now, from_day=THURSDAY).days[0]

    assert "10:00–12:00" in day.closed
    assert "13:00–15:00" in day.open


@pytest.mark.parametrize(("minutes", "people"), [(0, 1), (45, 2)])
def test_planning_keeps_it_when_a_visit_changes_hands(
    world: World, now: datetime, minutes: int, people: int
) -> None:
    leave(45)
    tina()
    visits = [book_at(world, *NORTH, now=now) for _number in range(2)]
    leave(minutes)

    replan_days(first=THURSDAY, last=THURSDAY, now=now, effort=Effort(rounds=300))

    assert len({resource_of(each) for each in visits}) == people
    assert broken_promises(THURSDAY, THURSDAY) == []


def test_the_office_cannot_ask_for_half_a_day(world: World) -> None:
    company = get_company()
    company.minimum_gap_minutes = 241

    with pytest.raises(ValidationError, match="240"):
        company.full_clean()
