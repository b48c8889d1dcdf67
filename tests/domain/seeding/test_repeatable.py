"""Making the demo company: the same each time, as a whole or not at all, on any day."""

from datetime import UTC, datetime
from functools import cache

import pytest
from django.db import IntegrityError, transaction

from doorstep.demo.seed.company import NotEmpty, seed_company
from doorstep.domain.bookings.models import Assignment, Booking
from doorstep.domain.customers.models import Account, Contact, CustomerAsset
from doorstep.domain.organization.models import Company, Portal
from doorstep.domain.work.models import Priority
from doorstep.engine import StraightLine, validate_route
from doorstep.platform.identity.models import User
from tests.domain.demo.conftest import NOW
from tests.domain.demo.days import routes
from tests.factories.customers import make_account


@cache
def made(*, now: datetime = NOW, seed: int = 1) -> tuple[object, ...]:
    """What a run makes, without numbers that the database counts up; the run is taken back."""
    with transaction.atomic():
        seed_company(now=now, seed=seed)
        found = (
            list(Contact.objects.order_by("email").values_list("email", "phone", "account__name")),
            list(CustomerAsset.objects.order_by("serial_number").values_list("serial_number")),
            list(
                Booking.objects.order_by("code").values_list(
                    "code", "number", "promised_from", "starts_at", "ends_at", "status__name"
                )
            ),
            sorted(Assignment.objects.values_list("booking__code", "resource__name", "starts_at")),
        )
        transaction.set_rollback(True)
    return found


def test_the_same_seed_gives_the_same_company(db):
    assert made() == made.__wrapped__()


def test_another_seed_gives_other_people(db):
    assert made()[0] != made(seed=2)[0]


def test_the_time_of_the_day_changes_what_is_done_but_not_the_plan(db):
    morning, evening = made(), made(now=NOW.replace(hour=21))
    assert morning[3] == evening[3]
    assert morning[2] != evening[2]


@pytest.mark.parametrize(
    "day",
    [
        datetime(2026, 12, 24, 23, 30, tzinfo=UTC),
        datetime(2027, 1, 3, 12, 0, tzinfo=UTC),
        datetime(2027, 3, 28, 0, 59, tzinfo=UTC),
    ],
    ids=["Christmas Eve", "Sunday after New Year", "the clocks go forward"],
)
def test_it_can_be_made_on_a_day_such_as(db, day):
    seed_company(now=day)
    for person, route in routes():
        assert not validate_route(route, StraightLine(), float(person.speed_factor))


def test_a_company_that_fails_halfway_is_not_there_at_all(db):
    Priority.objects.create(name="Urgent")
    with pytest.raises(IntegrityError), transaction.atomic():
        seed_company(now=NOW)
    assert not Company.objects.filter(name__startswith="Northbank").exists()
    assert not User.objects.exists()
    assert not Portal.objects.exists()


def test_it_does_not_mix_with_a_company_of_ones_own(db):
    make_account(name="Acme")
    with pytest.raises(NotEmpty):
        seed_company(now=NOW)
    assert Account.objects.count() == 1
