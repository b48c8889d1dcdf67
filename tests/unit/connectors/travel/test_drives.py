"""What every connector that knows a drive does, each on its double."""

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from doorstep.connectors.base import (
    ConnectorError,
    CredentialsRefused,
    InvalidSettings,
    PermanentFailure,
    TemporaryFailure,
)
from doorstep.connectors.http import HttpClient
from doorstep.connectors.travel import azure_maps, google_routes, osrm, tomtom, valhalla
from doorstep.connectors.travel.base import Drives
from doorstep.platform.values.geo import Coordinates
from tests.doubles import azure_maps as azure_double
from tests.doubles import google_routes as google_double
from tests.doubles import osrm as osrm_double
from tests.doubles import tomtom as tomtom_double
from tests.doubles import valhalla as valhalla_double
from tests.doubles.http import CUT, GARBAGE, HANG_UP, SLOW, Reply, free_url, json_reply, running
from tests.doubles.traffic import KEY

HERE, THERE = Coordinates(53.47, -2.23), Coordinates(53.48, -2.24)
ISLAND = Coordinates(61.0, -2.24)
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LATER = datetime(2026, 11, 23, 16, 30, tzinfo=timezone(timedelta(hours=5, minutes=30)))
DRIVEN_S, JAM_S = 200, 120

Make = Callable[[str, HttpClient | None], Any]


def of_osrm(url: str, client: HttpClient | None = None) -> osrm.Osrm:
    return osrm.Osrm(osrm.Settings(base_url=url), client=client)


def of_valhalla(url: str, client: HttpClient | None = None) -> valhalla.Valhalla:
    return valhalla.Valhalla(valhalla.Settings(base_url=url), client=client)


def keyed(module: Any, connector: type, **more: object) -> Callable[..., Any]:
    def make(url: str, client: HttpClient | None = None, key: str = KEY) -> Any:
        settings = module.Settings(api_key=key, base_url=url, allows_private=True, **more)
        return connector(settings, client=client, now=lambda: NOW)

    return make


@dataclass(frozen=True)
class Kind:
    """`path` of an answer leads to the seconds, the metres and the line in it."""

    make: Callable[..., Any]
    double: type
    seconds: tuple[Any, ...]
    metres: tuple[Any, ...]
    line: tuple[Any, ...]


SERVERS = {
    "osrm": Kind(
        of_osrm, osrm_double.OsrmDouble,
        ("routes", 0, "duration"), ("routes", 0, "distance"), ("routes", 0, "geometry"),
    ),
    "valhalla": Kind(
        of_valhalla, valhalla_double.ValhallaDouble,
        ("trip", "summary", "time"), ("trip", "summary", "length"), ("trip", "legs", 0, "shape"),
    ),
}  # fmt: skip
WITH_TRAFFIC = {
    "google": Kind(
        keyed(google_routes, google_routes.GoogleRoutes, wants_path=True),
        google_double.GoogleRoutesDouble,
        ("routes", 0, "duration"), ("routes", 0, "distanceMeters"),
        ("routes", 0, "polyline", "encodedPolyline"),
    ),
    "azure": Kind(
        keyed(azure_maps, azure_maps.AzureMaps), azure_double.AzureMapsDouble,
        ("features", 1, "properties", "durationTrafficInSeconds"),
        ("features", 1, "properties", "distanceInMeters"),
        ("features", 1, "geometry", "coordinates"),
    ),
    "tomtom": Kind(
        keyed(tomtom, tomtom.TomTom), tomtom_double.TomTomDouble,
        ("routes", 0, "summary", "travelTimeInSeconds"),
        ("routes", 0, "summary", "lengthInMeters"), ("routes", 0, "legs", 0, "points"),
    ),
}  # fmt: skip
ALL = SERVERS | WITH_TRAFFIC


@dataclass
class Rig:
    kind: Kind
    double: Any
    connector: Any

    def good_answer(self) -> Any:
        self.connector.drive(HERE, THERE)
        return json.loads(self.double.answer(self.double.requests[-1]).body)


@contextmanager
def rig(name: str, *, read_s: float = 10, total_s: float = 10) -> Iterator[Rig]:
    kind = ALL[name]
    with running(kind.double()) as double:
        client = HttpClient(allow_private=True, read_s=read_s, total_s=total_s)
        yield Rig(kind, double, kind.make(double.url, client))
        client.close()


@pytest.fixture(params=ALL)
def any_of_them(request: pytest.FixtureRequest) -> Iterator[Rig]:
    with rig(request.param) as made:
        yield made


@pytest.fixture(params=WITH_TRAFFIC)
def keyed_one(request: pytest.FixtureRequest) -> Iterator[Rig]:
    with rig(request.param) as made:
        yield made


# --- All of them -----------------------------------------------------------------------------


def test_a_drive_has_its_time_its_length_and_its_path(any_of_them: Rig) -> None:
    found = any_of_them.connector.drive(HERE, THERE)

    assert isinstance(any_of_them.connector, Drives)
    assert found.seconds - (JAM_S if found.has_traffic else 0) == DRIVEN_S
    assert found.metres == 2000
    assert found.path == (HERE, Coordinates(53.47, -2.24), THERE)


def test_where_no_road_leads_there_is_no_drive(any_of_them: Rig) -> None:
    assert any_of_them.connector.drive(HERE, ISLAND) is None


def test_to_the_same_place_it_takes_no_time(any_of_them: Rig) -> None:
    any_of_them.double.jam_s = 0

    found = any_of_them.connector.drive(HERE, HERE)

    assert (found.seconds, found.metres) == (0, 0)


@pytest.mark.parametrize(
    "reply", [GARBAGE, CUT, HANG_UP, Reply(503), json_reply([]), json_reply(None),
              json_reply({"code": "Ok"}), json_reply({"code": "Ok", "routes": []}),
              json_reply({"routes": [None], "features": [None], "trip": {"legs": 3}})],
)  # fmt: skip
def test_a_bad_answer_is_temporary(any_of_them: Rig, reply: Reply) -> None:
    any_of_them.double.reply = reply

    with pytest.raises(TemporaryFailure):
        any_of_them.connector.drive(HERE, THERE)


@pytest.mark.parametrize("name", ALL)
def test_an_answer_that_does_not_come_is_temporary(name: str) -> None:
    with rig(name, read_s=0.5) as made:
        made.double.reply = SLOW

        with pytest.raises(TemporaryFailure, match="time_out"):
            made.connector.drive(HERE, THERE)


@pytest.mark.parametrize("name", ALL)
def test_an_answer_that_drips_is_cut_short(name: str) -> None:
    with rig(name, total_s=0.5) as made:
        made.double.reply = Reply(body=b"{" + b" " * 1000, drip_s=0.2)

        with pytest.raises(TemporaryFailure, match="too_slow"):
            made.connector.drive(HERE, THERE)


@pytest.mark.parametrize("part", ["seconds", "metres", "line"])
@pytest.mark.parametrize(
    "value", [-1, float("nan"), 10**400, "1", "12 s", None, {}, True, "é", "_" * 100, [[["x", 1]]],
              [[[200, 100]]], [{"latitude": 99, "longitude": 0}], [{"latitude": "1"}], "?~~~~~~~?"],
)  # fmt: skip
def test_nonsense_in_the_place_of_a_number_or_a_line_is_temporary(
    any_of_them: Rig, part: str, value: object
) -> None:
    answer = any_of_them.good_answer()
    *way, last = getattr(any_of_them.kind, part)
    inside = answer
    for step in way:
        inside = inside[step]
    inside[last] = value
    # Azure without seconds of traffic has those without.
    if (last, value) == ("durationTrafficInSeconds", None):
        inside["durationInSeconds"] = None
    any_of_them.double.reply = json_reply(answer)

    with pytest.raises(TemporaryFailure):
        any_of_them.connector.drive(HERE, THERE)


@pytest.mark.parametrize("name", ALL)
def test_a_service_that_is_away_is_temporary(name: str) -> None:
    with pytest.raises(TemporaryFailure, match="no_connection"):
        ALL[name].make(free_url()).drive(HERE, THERE)


def test_another_refusal_is_permanent(any_of_them: Rig) -> None:
    any_of_them.double.reply = Reply(
        400,
        b'{"code": "InvalidValue", "error_code": 154, "error": {"code": "BadRequest",'
        b' "status": "INVALID_ARGUMENT"}, "detailedError": {"code": "BAD_INPUT"}}',
    )
    if any_of_them.kind is ALL["valhalla"]:
        any_of_them.double.reply = json_reply({"error_code": 154, "error": "too far"}, status=400)

    with pytest.raises(PermanentFailure):
        any_of_them.connector.drive(HERE, THERE)


# --- Those with traffic ----------------------------------------------------------------------


def test_traffic_is_in_the_time_and_said_to_be(keyed_one: Rig) -> None:
    keyed_one.double.jam_s = 700

    found = keyed_one.connector.drive(HERE, THERE)

    assert found.seconds == DRIVEN_S + 700
    assert found.has_traffic


def test_a_departure_later_today_is_asked_for_in_utc(keyed_one: Rig) -> None:
    assert keyed_one.connector.drive(HERE, THERE, LATER) is not None

    assert keyed_one.double.departure == "2026-11-23T11:00:00Z"


@pytest.mark.parametrize("departs_at", [None, NOW, NOW - timedelta(hours=3)])
def test_a_departure_now_or_in_the_past_is_now(keyed_one: Rig, departs_at: datetime | None) -> None:
    assert keyed_one.connector.drive(HERE, THERE, departs_at) is not None

    assert keyed_one.double.departure is None


def test_a_wrong_key_is_refused_in_words(keyed_one: Rig) -> None:
    connector = keyed_one.kind.make(keyed_one.double.url, key="another-key")

    with pytest.raises(CredentialsRefused, match="refuses the API key"):
        connector.check()


@pytest.mark.parametrize("status", [401, 403])
def test_a_key_that_may_not_ask_is_refused(keyed_one: Rig, status: int) -> None:
    keyed_one.double.reply = json_reply({"error": {"status": "PERMISSION_DENIED"}}, status=status)

    with pytest.raises(CredentialsRefused):
        keyed_one.connector.drive(HERE, THERE)


def test_a_quota_that_is_used_up_says_how_long_to_wait(keyed_one: Rig) -> None:
    keyed_one.double.reply = Reply(429, b"{}", {"Retry-After": "90"})

    with pytest.raises(TemporaryFailure, match="quota") as caught:
        keyed_one.connector.drive(HERE, THERE)

    assert caught.value.retry_after_s == 90
    assert not isinstance(caught.value, CredentialsRefused)


def test_the_test_says_what_came(keyed_one: Rig) -> None:
    told = keyed_one.connector.check()

    assert told.startswith("It answers, with traffic: 4.1 km in ")


def test_the_key_is_in_no_log_and_in_no_error(
    keyed_one: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    errors: list[ConnectorError] = []
    wrong = json_reply({"error": {"code": KEY, "status": KEY, "message": KEY,
                                  "details": [{"reason": f"API {KEY}"}]},
                        "detailedError": {"code": f"{KEY}!"}}, status=400)  # fmt: skip
    # As an operator may set it to find out what is wrong; httpx itself is kept at warnings.
    with caplog.at_level(logging.DEBUG), caplog.at_level(logging.WARNING, logger="httpx"):
        assert keyed_one.connector.drive(HERE, THERE) is not None
        for reply in (wrong, Reply(403, KEY.encode()), Reply(302), GARBAGE, HANG_UP):
            keyed_one.double.reply = reply
            with pytest.raises(ConnectorError) as caught:
                keyed_one.connector.drive(HERE, THERE)
            errors.append(caught.value)

    assert KEY not in caplog.text
    for error in errors:
        assert KEY not in f"{error} {error!r} {error.__cause__}"
    assert KEY not in repr(vars(keyed_one.connector)["_settings"])


@pytest.mark.parametrize("name", WITH_TRAFFIC)
@pytest.mark.parametrize("key", ["", "two words", "line\n", "clé"])
def test_a_key_that_cannot_be_one_is_refused_when_it_is_typed(name: str, key: str) -> None:
    with pytest.raises(InvalidSettings, match="api_key"):
        WITH_TRAFFIC[name].make("https://example.com", key=key)


@pytest.mark.parametrize("module", [google_routes, azure_maps, tomtom])
def test_the_key_travels_encrypted_but_in_our_own_network(module: Any) -> None:
    assert module.Settings(api_key=KEY).base_url.startswith("https://")
    with pytest.raises(InvalidSettings, match="base_url"):
        module.Settings(api_key=KEY, base_url="http://example.com")
    module.Settings(api_key=KEY, base_url="http://gateway", allows_private=True)


# --- Each on its own -------------------------------------------------------------------------


def test_google_without_traffic_says_so() -> None:
    with rig("google") as made:
        made.double.falls_back = True
        found = made.connector.drive(HERE, THERE)

    assert (found.seconds, found.has_traffic) == (DRIVEN_S, False)


def test_google_is_not_asked_for_a_path_that_may_not_be_drawn() -> None:
    make = keyed(google_routes, google_routes.GoogleRoutes)
    with running(google_double.GoogleRoutesDouble()) as double:
        found = make(double.url).drive(HERE, THERE)

    assert (found.seconds, found.path) == (DRIVEN_S + JAM_S, ())
    assert "polyline" not in double.requests[0].headers["x-goog-fieldmask"]


def test_google_names_the_reason_for_a_refused_key() -> None:
    with rig("google") as made:
        made.double.reply = google_double.refusal(400, "INVALID_ARGUMENT", "API_KEY_INVALID")
        with pytest.raises(CredentialsRefused, match="API_KEY_INVALID"):
            made.connector.drive(HERE, THERE)


def test_azure_without_traffic_says_so() -> None:
    with rig("azure") as made:
        made.double.knows_traffic = False
        found = made.connector.drive(HERE, THERE)

    assert (found.seconds, found.has_traffic) == (DRIVEN_S, False)


def test_tomtom_over_its_rate_is_no_wrong_key() -> None:
    with rig("tomtom") as made:
        made.double.reply = tomtom_double.gateway_refusal(
            "Developer Over Qps", "ERR_403_DEVELOPER_OVER_QPS"
        )
        with pytest.raises(TemporaryFailure, match="quota") as caught:
            made.connector.drive(HERE, THERE)

    assert not isinstance(caught.value, CredentialsRefused)


def test_a_place_too_far_from_any_road_is_no_road_to_tomtom() -> None:
    with rig("tomtom") as made:
        made.double.reply = tomtom_double.refusal("MAP_MATCHING_FAILURE")

        assert made.connector.drive(HERE, THERE) is None
