"""Where an address is, by the built-in table of the demo city."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import Settings

from doorstep.connectors.base import TemporaryFailure
from doorstep.domain.customers.models import Account
from doorstep.domain.organization.models.company import GeocodingProvider
from doorstep.domain.places.services import follow_address, geocode_row, geocode_soon, locate
from doorstep.domain.places.tasks import geocode
from tests.doubles.http import HttpDouble, Reply, running
from tests.factories.customers import make_account, make_location
from tests.factories.organization import make_company, make_unit

pytestmark = pytest.mark.django_db

NOWHERE = {"latitude": None, "longitude": None, "time_zone": ""}
PORTLAND_STREET = {"street": "5 Portland Street", "city": "Manchester", "postal_code": "M1 4HB"}


@pytest.fixture(autouse=True)
def _company() -> None:
    make_company()


def jobs() -> list[dict[str, object]]:
    return [job.args for job in ProcrastinateJob.objects.order_by("pk")]


# --- Finding -----------------------------------------------------------------------------------


def test_a_street_of_the_city_is_found_with_its_zone() -> None:
    found = locate(**PORTLAND_STREET)

    assert found
    assert found.coordinates.latitude == pytest.approx(53.48, abs=0.01)
    assert found.zone == "Europe/London"


def test_a_city_alone_is_no_place_to_drive_to() -> None:
    assert locate(city="Manchester") is None


def test_a_table_of_ones_own_serves_by_setting(settings: Settings, tmp_path: Path) -> None:
    table = tmp_path / "streets.csv"
    table.write_text(
        "city,district,postcode,street,latitude,longitude\nGhent,Centre,9000,Veldstraat,51.05,3.72\n"
    )
    settings.DOORSTEP_OFFLINE_GEOCODER = str(table)

    found = locate(street="Veldstraat 1", city="Ghent", postal_code="9000")

    assert found
    assert found.coordinates.longitude == pytest.approx(3.72, abs=0.01)
    assert found.zone is None


# --- Filling rows ------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [make_account, make_unit, make_location])
def test_any_row_with_an_address_is_filled(make: type[Account]) -> None:
    row = make(**PORTLAND_STREET | NOWHERE)

    assert geocode_row(row=row)

    row.refresh_from_db()
    assert row.coordinates
    assert row.time_zone == "Europe/London"


def test_coordinates_that_are_there_stay() -> None:
    row = make_account(**PORTLAND_STREET, latitude=1.0, longitude=2.0)

    assert not geocode_row(row=row)


def test_coordinates_of_an_earlier_address_are_replaced() -> None:
    row = make_account(**PORTLAND_STREET, latitude=1.0, longitude=2.0)

    assert geocode_row(row=row, replace=True)

    row.refresh_from_db()
    assert row.latitude == pytest.approx(53.48, abs=0.01)


def test_coordinates_of_an_earlier_address_go_even_if_the_new_one_is_unknown() -> None:
    row = make_account(street="1 Nowhere", city="Atlantis", postal_code="")

    assert geocode_row(row=row, replace=True)

    row.refresh_from_db()
    assert row.coordinates is None


def test_a_zone_that_was_chosen_stays() -> None:
    row = make_account(**PORTLAND_STREET | NOWHERE | {"time_zone": "Europe/Paris"})

    geocode_row(row=row)

    row.refresh_from_db()
    assert row.time_zone == "Europe/Paris"


@pytest.mark.parametrize("change", [{"latitude": 0.0, "longitude": 0.0}, {"street": "1 Deansgate"}])
def test_nothing_is_written_over_what_somebody_changed_meanwhile(
    change: dict[str, object],
) -> None:
    row = make_account(**PORTLAND_STREET | NOWHERE)
    Account.objects.filter(pk=row.pk).update(**change)

    assert not geocode_row(row=row)


def test_an_unknown_address_changes_nothing() -> None:
    row = make_account(street="1 Nowhere", city="Atlantis", postal_code="", **NOWHERE)

    assert not geocode_row(row=row)


# --- Later -------------------------------------------------------------------------------------


def test_the_job_fills_the_row() -> None:
    row = make_account(**PORTLAND_STREET | NOWHERE)
    geocode_soon(row=row)

    [arguments] = jobs()
    assert geocode(**arguments)

    row.refresh_from_db()
    assert row.coordinates


def test_a_row_that_is_gone_is_no_trouble() -> None:
    assert not geocode(model="customers.account", pk=1234567, replace=False)


@pytest.fixture
def nominatim() -> Iterator[HttpDouble]:
    with running(HttpDouble()) as double:
        make_company(geocoding_provider=GeocodingProvider.NOMINATIM, geocoding_domain=double.url)
        yield double


def test_a_geocoder_that_is_busy_is_asked_again(nominatim: HttpDouble) -> None:
    row = make_account(**PORTLAND_STREET | NOWHERE)
    nominatim.reply = Reply(status=503)

    with pytest.raises(TemporaryFailure):
        geocode(model="customers.account", pk=row.pk, replace=False)


def test_a_geocoder_that_refuses_is_not_asked_again(nominatim: HttpDouble) -> None:
    row = make_account(**PORTLAND_STREET | NOWHERE)
    nominatim.reply = Reply(status=403)

    assert not geocode(model="customers.account", pk=row.pk, replace=False)


def test_a_geocoder_that_is_not_set_up_is_no_trouble() -> None:
    make_company(geocoding_provider=GeocodingProvider.PHOTON, geocoding_domain="")
    row = make_account(**PORTLAND_STREET | NOWHERE)

    assert not geocode(model="customers.account", pk=row.pk, replace=False)


@pytest.mark.parametrize(
    ("has_pin", "changed", "expected"),
    [
        (False, ["street"], [{"replace": False}]),
        (False, ["name"], [{"replace": False}]),
        (True, ["name"], []),
        (True, ["city"], [{"replace": True}]),
        (True, ["city", "latitude"], []),
    ],
)
def test_coordinates_follow_the_address_unless_typed(
    has_pin: bool, changed: list[str], expected: list[dict[str, bool]]
) -> None:
    row = make_account(**{} if has_pin else NOWHERE)

    follow_address(row=row, changed=changed)

    assert [{"replace": job["replace"]} for job in jobs()] == expected
