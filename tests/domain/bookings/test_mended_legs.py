"""When a visit goes, whoever comes next is reckoned to leave from where she really is."""

import pytest

from doorstep.domain.bookings.days import planned_days
from doorstep.domain.bookings.people import load_workers
from doorstep.domain.bookings.reference import legs_of
from doorstep.domain.bookings.services.cancel import cancel_booking
from doorstep.domain.customers.models import Contact
from doorstep.domain.organization.selectors import get_company
from doorstep.engine import Route
from doorstep.engine.travel import leg_s
from tests.conftest import NOW
from tests.factories.bookings import (
    THURSDAY,
    World,
    actor_of,
    book,
    make_world,
    new_key,
    window_key,
)
from tests.factories.customers import make_account, make_contact
from tests.factories.identity import make_user

pytestmark = pytest.mark.django_db
FAR = (53.60, -2.05)


def far_away(name: str) -> Contact:
    account = make_account(name=name, latitude=FAR[0], longitude=FAR[1])
    email = f"{name}@example.com"
    return make_contact(account=account, email=email, user=make_user(email=email, name=name))


def thursday() -> Route:
    workers = load_workers(from_day=THURSDAY, to_day=THURSDAY, company=get_company())
    legs = legs_of(get_company(), NOW)
    days = planned_days(list(workers.values()), THURSDAY, THURSDAY, legs=legs)
    return next(route for route in days if route.day == THURSDAY)


@pytest.fixture
def world() -> World:
    return make_world()


def test_after_a_cancellation_the_next_leg_is_as_long_as_the_way_there(world: World) -> None:
    one, two = far_away("one"), far_away("two")
    gone = book(world, now=NOW, contact=one, key=window_key(from_hour=8, to_hour=10))
    book(world, now=NOW, contact=two, key=window_key(from_hour=10, to_hour=12))
    before = [stop for stop in thursday().stops if stop.place is not None]
    cancel_booking(booking=gone, reason="", request_key=new_key(), actor=actor_of(one), now=NOW)

    route = thursday()
    [left] = [stop for stop in route.stops if stop.place is not None]

    legs = legs_of(get_company(), NOW)
    assert legs is not None
    assert before[1].travel_s == 0
    assert left.travel_s == leg_s(legs, route.start, left.place, 1.0) > 0
    assert left.arrives_s == before[1].arrives_s
