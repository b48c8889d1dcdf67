"""Accounts: changes are written down, and coordinates follow the address."""

import pytest
from django.core.exceptions import ValidationError
from procrastinate.contrib.django.models import ProcrastinateJob

from doorstep.domain.customers.errors import NotOfAccount
from doorstep.domain.customers.models import Account
from doorstep.domain.customers.services.accounts import (
    change_account,
    create_account,
    set_primary_contact,
)
from doorstep.platform.audit.selectors import history_of
from doorstep.platform.audit.services import SYSTEM
from tests.factories.customers import acme, carol, mallory

pytestmark = pytest.mark.django_db


def geocoding_jobs() -> int:
    return ProcrastinateJob.objects.filter(task_name="doorstep.places.geocode").count()


def test_a_new_address_is_looked_up_later() -> None:
    account = create_account(name="Bakery", street="1 Deansgate", city="Manchester", actor=SYSTEM)

    assert account.coordinates is None
    assert geocoding_jobs() == 1


def test_coordinates_that_are_given_are_not_looked_up() -> None:
    create_account(
        name="Bakery", street="1 Deansgate", latitude=53.48, longitude=-2.25, actor=SYSTEM
    )

    assert geocoding_jobs() == 0


def test_coordinates_off_the_earth_are_refused() -> None:
    with pytest.raises(ValidationError):
        create_account(name="Moon", latitude=91.0, longitude=0.0, actor=SYSTEM)


def test_a_moved_account_is_looked_up_again() -> None:
    assert change_account(account=acme(), street="2 Deansgate", actor=SYSTEM) == ["street"]

    assert geocoding_jobs() == 1


def test_nothing_happens_when_nothing_differs() -> None:
    account = acme()

    assert change_account(account=account, name="Acme", actor=SYSTEM) == []
    assert not history_of(account).exists()


def test_a_change_says_in_the_history_what_was_changed() -> None:
    change_account(account=acme(), is_excluded=True, actor=SYSTEM)

    assert history_of(acme()).get().data == {"fields": ["is_excluded"]}


def test_the_primary_contact_is_one_of_the_account() -> None:
    with pytest.raises(NotOfAccount):
        set_primary_contact(account=acme(), contact=mallory(), actor=SYSTEM)


def test_the_primary_contact_may_be_nobody() -> None:
    carol()

    assert set_primary_contact(account=acme(), contact=None, actor=SYSTEM)

    assert Account.objects.get(name="Acme").primary_contact is None
