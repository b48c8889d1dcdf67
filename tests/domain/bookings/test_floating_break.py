"""A break with a length floats between its times and is kept whatever is booked around it."""

import datetime as dt
from itertools import pairwise

import pytest

from doorstep.domain.bookings.days import planned_days
from doorstep.domain.bookings.people import load_workers
from doorstep.domain.organization.selectors import get_company
from doorstep.domain.resources.models import HoursKind, WorkHours
from doorstep.engine import Route
from tests.conftest import NOW
from tests.factories.bookings import THURSDAY, World, book, make_world, window_key

pytestmark = pytest.mark.django_db
HALF_AN_HOUR = 30 * 60


@pytest.fixture
def world() -> World:
    """Tom's break of half an hour may be taken any time between 11 and 14."""
    world = make_world()
    WorkHours.objects.filter(kind=HoursKind.BREAK).update(
        from_time=dt.time(11), to_time=dt.time(14), break_minutes=30
    )
    return world


def thursday() -> Route:
    workers = load_workers(from_day=THURSDAY, to_day=THURSDAY, company=get_company())
    days = planned_days(list(workers.values()), THURSDAY, THURSDAY, legs=None)
    return next(route for route in days if route.day == THURSDAY)


def test_it_lies_where_there_is_room_and_may_move_within_its_times(world: World) -> None:
    [found] = thursday().stops

    assert not found.is_fixed
    assert found.duration_s == HALF_AN_HOUR
    assert found.promised_to_s - found.promised_from_s == 5 * HALF_AN_HOUR
    assert found.promised_from_s <= found.arrives_s <= found.promised_to_s


def test_it_makes_way_for_a_visit_and_stays_in_the_day(world: World) -> None:
    book(world, now=NOW, key=window_key(from_hour=10, to_hour=12))
    book(world, now=NOW, key=window_key(from_hour=10, to_hour=12))

    stops = thursday().stops
    [lunch] = [stop for stop in stops if stop.id < 0]

    assert len(stops) == 3
    assert lunch.promised_from_s <= lunch.arrives_s <= lunch.promised_to_s
    assert all(a.ends_s <= b.departs_s for a, b in pairwise(stops))
