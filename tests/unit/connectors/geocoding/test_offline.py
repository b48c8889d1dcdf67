from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import doorstep.demo
from doorstep.connectors.base import InvalidSettings
from doorstep.connectors.geocoding.base import AddressQuery, Precision
from doorstep.connectors.geocoding.offline import OfflineGeocoder, Settings
from doorstep.platform.values.geo import Coordinates, distance_m

TABLE = Path(doorstep.demo.__file__).parent / "data" / "manchester_streets.csv"
DIDSBURY = Coordinates(53.4160, -2.2310)


@pytest.fixture(scope="module")
def geocoder() -> OfflineGeocoder:
    return OfflineGeocoder(Settings(table=str(TABLE), zone="Europe/London"))


def test_finds_a_house_in_its_street(geocoder: OfflineGeocoder) -> None:
    query = AddressQuery("12 Barlow Moor Road", "M20 2PX", "Manchester")

    found = geocoder.geocode(query)[0]

    assert found.precision == Precision.STREET
    assert found.formatted == "12 Barlow Moor Road, Didsbury, Manchester M20"
    assert found.zone == "Europe/London"
    assert distance_m(found.coordinates, DIDSBURY) < 1500


@pytest.mark.parametrize(
    "street",
    ["12 barlow moor rd", "Barlow Moor Road 12", "12, Barlow Moor Road", "12 Bárlow Mòor Road",
     "12 Barlow Moore Road", "Flat 3, 12 Barlow Moor Road", "12 BARLOW MOOR ROAD, Didsbury"],
)  # fmt: skip
def test_forgives_spelling(geocoder: OfflineGeocoder, street: str) -> None:
    exact = geocoder.geocode(AddressQuery("Barlow Moor Road", "M20 2PX"))[0]

    found = geocoder.geocode(AddressQuery(street, "M20 2PX"))[0]

    assert found.formatted.endswith(exact.formatted)


@pytest.mark.parametrize("street", ["St Marys Rd", "Saint Mary's Road", "st. mary’s road"])
def test_knows_a_saint_from_a_street(geocoder: OfflineGeocoder, street: str) -> None:
    assert geocoder.geocode(AddressQuery(street, city="Moston"))[0].precision == Precision.STREET


def test_the_postcode_decides_between_streets_of_one_name(geocoder: OfflineGeocoder) -> None:
    in_chorlton = geocoder.geocode(AddressQuery("Barlow Moor Road", "M21 8AA"))

    assert [found.formatted for found in in_chorlton] == [
        "Barlow Moor Road, Chorlton, Manchester M21"
    ]


def test_the_district_decides_without_a_postcode(geocoder: OfflineGeocoder) -> None:
    found = geocoder.geocode(AddressQuery("5 Church Lane", city="Prestwich"))[0]

    assert found.formatted == "5 Church Lane, Prestwich, Manchester M25"


def test_a_street_just_across_the_district_border_is_found(geocoder: OfflineGeocoder) -> None:
    found = geocoder.geocode(AddressQuery("1 Lapwing Lane", "M20 2WS", "Didsbury"))[0]

    assert found.precision == Precision.STREET
    assert "West Didsbury" in found.formatted


def test_an_address_in_one_line_is_understood(geocoder: OfflineGeocoder) -> None:
    found = geocoder.geocode(AddressQuery("7 Ashley Road, Hale, WA15 9SF"))[0]

    assert found.formatted == "7 Ashley Road, Hale, Altrincham WA15"


def test_an_unknown_street_falls_back_to_the_district(geocoder: OfflineGeocoder) -> None:
    found = geocoder.geocode(AddressQuery("1 Nonesuch Crescent", "M20 2PX", "Didsbury"))[0]

    assert (found.precision, found.formatted) == (Precision.DISTRICT, "Didsbury, Manchester M20")
    assert distance_m(found.coordinates, DIDSBURY) < 500


def test_an_unknown_street_of_a_city_falls_back_to_the_city(geocoder: OfflineGeocoder) -> None:
    found = geocoder.geocode(AddressQuery("1 Nonesuch Crescent", city="Manchester"))

    assert [(place.precision, place.formatted) for place in found] == [
        (Precision.CITY, "Manchester")
    ]


def test_a_street_is_not_looked_for_in_another_town(geocoder: OfflineGeocoder) -> None:
    assert geocoder.geocode(AddressQuery("12 Barlow Moor Road", "80331", "München")) == []


def test_an_empty_address_is_nowhere(geocoder: OfflineGeocoder) -> None:
    assert geocoder.geocode(AddressQuery()) == []


def test_the_same_house_is_always_in_the_same_place(geocoder: OfflineGeocoder) -> None:
    query = AddressQuery("12a Beech Road", "M21 9EL")

    again = OfflineGeocoder(Settings(table=str(TABLE))).geocode(query)

    assert again[0].coordinates == geocoder.geocode(query)[0].coordinates


def test_houses_stand_along_the_street(geocoder: OfflineGeocoder) -> None:
    first, next_door, far = (
        geocoder.geocode(AddressQuery(f"{number} Beech Road", "M21 9EL"))[0].coordinates
        for number in (2, 4, 60)
    )

    assert 0 < distance_m(first, next_door) < 20
    assert distance_m(first, next_door) < distance_m(first, far) < 400


def test_no_more_candidates_than_asked_for(geocoder: OfflineGeocoder) -> None:
    assert len(geocoder.geocode(AddressQuery("Manchester Road"), limit=3)) == 3


@settings(max_examples=50, deadline=None)
@given(st.text(), st.text(max_size=12), st.text(max_size=20))
def test_any_text_has_an_answer(
    geocoder: OfflineGeocoder, street: str, postal_code: str, city: str
) -> None:
    geocoder.geocode(AddressQuery(street, postal_code, city))


def test_every_district_of_the_demo_city_can_be_found(geocoder: OfflineGeocoder) -> None:
    lines = TABLE.read_text(encoding="utf-8").splitlines()[1:]
    districts = {tuple(line.split(",")[1:3]) for line in lines}

    found = {
        district: geocoder.geocode(AddressQuery("", postcode, district))
        for district, postcode in districts
    }

    assert len(districts) >= 60
    assert all(places and places[0].precision == Precision.DISTRICT for places in found.values())


@pytest.mark.parametrize("content", ["", "city,street\na,b\n", "not\x00a table"])
def test_names_the_table_when_it_cannot_be_read(tmp_path: Path, content: str) -> None:
    table = tmp_path / "streets.csv"
    table.write_text(content)

    with pytest.raises(InvalidSettings, match=r"streets\.csv"):
        OfflineGeocoder(Settings(table=str(table)))


def test_names_the_table_when_it_is_missing(tmp_path: Path) -> None:
    with pytest.raises(InvalidSettings, match=r"missing\.csv"):
        OfflineGeocoder(Settings(table=str(tmp_path / "missing.csv")))
