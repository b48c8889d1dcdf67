from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

from doorstep.connectors.base import InvalidSettings, PermanentFailure, TemporaryFailure
from doorstep.connectors.geocoding.base import AddressQuery, Precision
from doorstep.connectors.geocoding.geopy_adapter import (
    GeopyGeocoder,
    Nominatim,
    Pelias,
    PeliasSettings,
    Photon,
    Settings,
)
from doorstep.platform.values.geo import Coordinates
from tests.doubles.http import CUT, GARBAGE, SLOW, HttpDouble, Reply, json_reply, running

QUERY = AddressQuery("12 Beech Road", "M21 9EL", "Manchester", "United Kingdom")


def nominatim_place(rank: int) -> dict[str, object]:
    return {"lat": "53.44", "lon": "-2.28", "display_name": "Beech Road", "place_rank": rank}


def feature(**properties: str) -> dict[str, object]:
    return {"features": [{"geometry": {"coordinates": [-2.28, 53.44]}, "properties": properties}]}


@pytest.fixture
def server() -> Iterator[HttpDouble]:
    with running(HttpDouble(json_reply([nominatim_place(30)]))) as double:
        yield double


@pytest.fixture
def nominatim(server: HttpDouble) -> Nominatim:
    settings = Settings(server.url, user_agent="Acme Repairs", timeout_s=1.5, allows_private=True)
    return Nominatim(settings)


def test_asks_in_one_line_under_the_name_of_the_company(
    server: HttpDouble, nominatim: Nominatim
) -> None:
    nominatim.geocode(QUERY, limit=3)

    request = server.requests[0]
    query = parse_qs(urlsplit(request.path).query)
    assert query["q"] == ["12 Beech Road, M21 9EL Manchester, United Kingdom"]
    assert query["limit"] == ["3"]
    assert request.headers["user-agent"] == "Acme Repairs"


def test_reads_a_place(nominatim: Nominatim) -> None:
    place = nominatim.geocode(QUERY)[0]

    assert place.coordinates == Coordinates(53.44, -2.28)
    assert (place.precision, place.formatted, place.zone) == (Precision.HOUSE, "Beech Road", None)


@pytest.mark.parametrize(
    ("rank", "precision"),
    [
        (30, Precision.HOUSE),
        (26, Precision.STREET),
        (20, Precision.DISTRICT),
        (16, Precision.CITY),
        (0, Precision.CITY),
    ],
)
def test_nominatim_tells_precision_by_rank(
    server: HttpDouble, nominatim: Nominatim, rank: int, precision: Precision
) -> None:
    server.reply = json_reply([nominatim_place(rank)])

    assert nominatim.geocode(QUERY)[0].precision == precision


@pytest.mark.parametrize(("kind", "precision"), [("house", "house"), ("city", "city")])
def test_photon_tells_precision_by_type(server: HttpDouble, kind: str, precision: str) -> None:
    server.reply = json_reply(feature(type=kind, name="Beech Road"))

    place = Photon(Settings(server.url, allows_private=True)).geocode(QUERY)[0]

    assert (place.precision, place.coordinates) == (precision, Coordinates(53.44, -2.28))


def test_pelias_tells_precision_by_layer_and_sends_its_key(server: HttpDouble) -> None:
    server.reply = json_reply(feature(layer="street", name="Beech Road"))

    pelias = Pelias(PeliasSettings(server.url, allows_private=True, api_key="k-1"))

    assert pelias.geocode(QUERY)[0].precision == Precision.STREET
    assert "api_key=k-1" in server.requests[0].path


@pytest.mark.parametrize(
    ("geocoder", "reply"),
    [(Nominatim, json_reply([])), (Photon, json_reply({"features": []}))],
)
def test_an_unknown_address_has_no_candidates(
    server: HttpDouble, geocoder: type[GeopyGeocoder], reply: Reply
) -> None:
    server.reply = reply

    assert geocoder(Settings(server.url, allows_private=True)).geocode(QUERY) == []


def test_an_empty_address_asks_nobody(server: HttpDouble, nominatim: Nominatim) -> None:
    assert nominatim.geocode(AddressQuery()) == []
    assert server.requests == []


@pytest.mark.parametrize(
    "reply",
    [
        GARBAGE,
        CUT,
        SLOW,
        Reply(500),
        Reply(503),
        json_reply([{"lat": "north"}]),
        json_reply([{"lat": "nan", "lon": "0", "display_name": "x"}]),
        json_reply([{"display_name": "nowhere"}]),
        json_reply(7),
    ],
)
def test_a_bad_answer_is_temporary(server: HttpDouble, nominatim: Nominatim, reply: Reply) -> None:
    server.reply = reply

    with pytest.raises(TemporaryFailure):
        nominatim.geocode(QUERY)


@pytest.mark.parametrize("status", [301, 400, 401, 403])
def test_a_refusal_is_permanent(server: HttpDouble, nominatim: Nominatim, status: int) -> None:
    server.reply = Reply(status)

    with pytest.raises(PermanentFailure):
        nominatim.geocode(QUERY)


def test_a_busy_service_says_how_long_to_wait(server: HttpDouble, nominatim: Nominatim) -> None:
    server.reply = Reply(429, headers={"Retry-After": "99999"})

    with pytest.raises(TemporaryFailure) as caught:
        nominatim.geocode(QUERY)

    assert (caught.value.code, caught.value.retry_after_s) == ("too_many", 3600)


def test_a_private_address_needs_permission(server: HttpDouble) -> None:
    with pytest.raises(PermanentFailure, match="address_forbidden"):
        Nominatim(Settings(server.url)).geocode(QUERY)


def test_refuses_an_address_without_scheme() -> None:
    with pytest.raises(InvalidSettings, match="base_url"):
        Nominatim(Settings("nominatim.example.com"))
