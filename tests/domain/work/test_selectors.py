"""What customers may choose, who is needed for it, and whom they want."""

from datetime import date

import pytest
from pytest_django import DjangoAssertNumQueries

from doorstep.domain.resources.models import ResourceKind
from doorstep.domain.work.models import PreferenceKind, ResourcePreference
from doorstep.domain.work.selectors import (
    NeedSpec,
    RoleSpec,
    customer_catalog,
    needed_roles,
    preferences_for,
)
from tests.factories.customers import acme, make_account, make_asset
from tests.factories.resources import make_characteristic, make_technician, tina, tom
from tests.factories.work import make_incident_type, make_role, make_work_order_type

pytestmark = pytest.mark.django_db


# --- Catalog -----------------------------------------------------------------------------------


def test_the_catalog_is_in_the_order_of_the_portal() -> None:
    last, first = make_incident_type(position=2), make_incident_type(position=1)

    assert list(customer_catalog(account=acme())) == [first, last]


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_customer_bookable": False}])
def test_the_catalog_leaves_out_what_is_not_offered(change: dict[str, bool]) -> None:
    make_incident_type(**change)

    assert not customer_catalog(account=acme()).exists()


def test_the_catalog_leaves_out_excluded_work_order_types() -> None:
    make_incident_type(work_order_type=make_work_order_type(is_excluded=True))

    assert not customer_catalog(account=acme()).exists()


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_excluded": True}])
def test_an_account_without_portal_has_no_catalog(change: dict[str, bool]) -> None:
    make_incident_type()

    assert not customer_catalog(account=make_account(**change)).exists()


def test_there_is_no_catalog_for_the_asset_of_somebody_else() -> None:
    make_incident_type()

    assert not customer_catalog(account=acme(), asset=make_asset()).exists()


def test_there_is_a_catalog_for_an_asset_of_the_account() -> None:
    service = make_incident_type()

    assert list(customer_catalog(account=acme(), asset=make_asset(account=acme()))) == [service]


def test_there_is_no_catalog_for_an_asset_out_of_use() -> None:
    make_incident_type()
    scrapped = make_asset(account=acme(), is_active=False)

    assert not customer_catalog(account=acme(), asset=scrapped).exists()


# --- Roles -------------------------------------------------------------------------------------


def test_an_incident_type_without_roles_is_one_role_itself() -> None:
    gas = make_characteristic()
    service = make_incident_type(needs={gas: 3}, crew_size=2)

    assert needed_roles(service) == (RoleSpec(0, "", ResourceKind.USER, 2, (NeedSpec(gas.pk, 3),)),)


def test_roles_are_counted_in_the_order_they_were_made() -> None:
    gas, crane = make_characteristic(), make_characteristic()
    service = make_incident_type(roles={"Fitter": {gas: None}})
    make_role(service, "Crane", needs={crane: 1}, resource_kind=ResourceKind.EQUIPMENT)

    assert needed_roles(service) == (
        RoleSpec(0, "Fitter", ResourceKind.USER, 0, (NeedSpec(gas.pk),)),
        RoleSpec(1, "Crane", ResourceKind.EQUIPMENT, 0, (NeedSpec(crane.pk, 1),)),
    )


def test_many_roles_take_two_queries(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    service = make_incident_type(roles={f"Role {number}": {} for number in range(5)})

    with django_assert_num_queries(2):
        needed_roles(service)


# --- Preferences -------------------------------------------------------------------------------


def test_preferences_of_account_and_incident_type_add_up() -> None:
    service = make_incident_type()
    ResourcePreference.objects.create(account=acme(), resource=tom(), kind=PreferenceKind.MUST)
    ResourcePreference.objects.create(
        incident_type=service, resource=tina(), kind=PreferenceKind.MUST
    )

    found = preferences_for(account=acme(), incident_type=service)

    assert found.must == {tom().pk, tina().pk}


def test_preferences_are_told_apart_by_kind() -> None:
    service, third = make_incident_type(), make_technician()
    for resource, kind in zip((tom(), tina(), third), PreferenceKind, strict=True):
        ResourcePreference.objects.create(account=acme(), resource=resource, kind=kind)

    found = preferences_for(account=acme(), incident_type=service)

    assert (found.preferred, found.restricted, found.must) == (
        {tom().pk}, {tina().pk}, {third.pk},
    )  # fmt: skip


def test_preferences_of_others_do_not_count() -> None:
    ResourcePreference.objects.create(
        account=make_account(), resource=tom(), kind=PreferenceKind.RESTRICTED
    )

    found = preferences_for(account=acme(), incident_type=make_incident_type())

    assert not found.restricted


@pytest.mark.parametrize(
    ("day", "counts"), [(22, False), (23, True), (25, True), (26, False), (None, True)]
)
def test_a_dated_preference_counts_on_its_days(day: int | None, counts: bool) -> None:
    ResourcePreference.objects.create(
        account=acme(),
        resource=tom(),
        kind=PreferenceKind.RESTRICTED,
        from_on=date(2026, 11, 23),
        to_on=date(2026, 11, 25),
    )

    found = preferences_for(
        account=acme(),
        incident_type=make_incident_type(),
        day=date(2026, 11, day) if day else None,
    )

    assert bool(found.restricted) == counts
