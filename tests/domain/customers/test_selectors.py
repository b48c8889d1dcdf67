"""What a customer may see, and what a stranger may not."""

import pytest

from doorstep.domain.customers.models import Account, Contact, CustomerAsset
from doorstep.domain.customers.selectors import assets_of, contact_of, get_asset
from doorstep.platform.identity.models import User
from tests.factories.customers import acme, carol, make_asset, make_location, mallory
from tests.factories.identity import dana

pytestmark = pytest.mark.django_db


def user_of(contact: Contact) -> User:
    assert contact.user
    return contact.user


def test_a_user_is_her_contact() -> None:
    assert contact_of(user_of(carol())) == carol()


def test_staff_are_nobodys_contact() -> None:
    assert contact_of(dana()) is None


@pytest.mark.parametrize("change", [{"is_active": False}, {"allows_sign_in": False}])
def test_a_contact_who_may_not_sign_in_any_more_is_none(change: dict[str, bool]) -> None:
    user = user_of(carol())
    Contact.objects.update(**change)

    assert contact_of(user) is None


def test_a_contact_of_an_excluded_account_is_none() -> None:
    user = user_of(carol())
    Account.objects.update(is_excluded=True)

    assert contact_of(user) is None


def test_a_user_who_was_switched_off_is_none() -> None:
    user = user_of(carol())
    user.is_active = False

    assert contact_of(user) is None


def test_a_contact_sees_the_assets_of_her_account_that_are_in_use() -> None:
    mine = make_asset(account=acme())
    make_asset(account=acme(), is_active=False)
    make_asset()

    assert list(assets_of(carol())) == [mine]


def test_where_an_asset_stands_is_read_along(django_assert_num_queries: object) -> None:
    house = make_location(account=acme(), street="1 Canal Street")
    cellar = make_location(account=acme(), parent=house)
    make_asset(account=acme(), location=cellar)
    contact = carol()

    with django_assert_num_queries(1):  # type: ignore[operator]
        [asset] = assets_of(contact)
        assert asset.place == house


def test_an_asset_is_found_by_its_id() -> None:
    boiler = make_asset(account=acme())

    assert get_asset(str(boiler.pk), contact=carol()) == boiler


def test_the_asset_of_somebody_else_is_not_there() -> None:
    boiler = make_asset(account=acme())

    with pytest.raises(CustomerAsset.DoesNotExist):
        get_asset(boiler.pk, contact=mallory())


@pytest.mark.parametrize("nonsense", ["", "x", "-1", "1.5", "\0", "9" * 400, "١٢"])
def test_nonsense_is_not_there(nonsense: str) -> None:
    with pytest.raises(CustomerAsset.DoesNotExist):
        get_asset(nonsense, contact=carol())
