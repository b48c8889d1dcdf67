import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from doorstep.connectors.base import InvalidSettings, PermanentFailure, TemporaryFailure
from doorstep.connectors.http import HttpClient
from doorstep.connectors.travel.base import UNROUTABLE, Leg
from doorstep.connectors.travel.valhalla import Settings, Valhalla
from doorstep.platform.values.geo import Coordinates
from tests.doubles.http import CUT, GARBAGE, SLOW, Reply, json_reply, running
from tests.doubles.valhalla import ValhallaDouble

HERE, NORTH, ISLAND = Coordinates(53.0, -2.0), Coordinates(53.1, -2.0), Coordinates(61.0, -2.0)


@pytest.fixture
def server() -> Iterator[ValhallaDouble]:
    with running(ValhallaDouble()) as double:
        yield double


@pytest.fixture
def client() -> Iterator[HttpClient]:
    client = HttpClient(allow_private=True, read_s=10)
    yield client
    client.close()


@pytest.fixture
def valhalla(server: ValhallaDouble, client: HttpClient) -> Valhalla:
    return Valhalla(Settings(base_url=server.url), client=client)


def test_reads_seconds_and_turns_kilometres_into_metres(valhalla: Valhalla) -> None:
    assert valhalla.matrix([HERE], [NORTH]) == ((Leg(1000, 10_000.0),),)


def test_a_place_without_a_road_is_unroutable(valhalla: Valhalla) -> None:
    assert valhalla.matrix([HERE], [NORTH, ISLAND])[0][1] == UNROUTABLE


def test_a_matrix_without_any_road_is_unroutable(valhalla: Valhalla) -> None:
    assert valhalla.matrix([HERE], [ISLAND]) == ((UNROUTABLE,),)


def test_a_large_matrix_is_asked_for_in_pieces(valhalla: Valhalla, server: ValhallaDouble) -> None:
    points = [Coordinates(50 + n / 1000, 1.0) for n in range(60)]

    matrix = valhalla.matrix(points, points)

    assert matrix[3][57] == Leg(540, 5400.0)
    assert len(server.requests) == 4


def test_a_server_with_fewer_pairs_gets_smaller_pieces(
    server: ValhallaDouble, client: HttpClient
) -> None:
    server.max_pairs = 20
    points = [Coordinates(50 + n / 1000, 1.0) for n in range(12)]

    matrix = Valhalla(Settings(base_url=server.url, max_pairs=20), client=client).matrix(
        points, points
    )

    assert matrix[0][11] == Leg(110, 1100.0)


def test_the_departure_is_sent_in_the_time_of_the_place(
    server: ValhallaDouble, client: HttpClient
) -> None:
    settings = Settings(base_url=server.url, zone="Europe/Berlin")

    Valhalla(settings, client=client).matrix(
        [HERE], [NORTH], datetime(2026, 11, 26, 9, 5, tzinfo=UTC)
    )

    question = json.loads(server.requests[0].body)
    assert question["date_time"] == {"type": 1, "value": "2026-11-26T10:05"}


def test_without_a_zone_no_departure_is_sent(valhalla: Valhalla, server: ValhallaDouble) -> None:
    valhalla.matrix([HERE], [NORTH], datetime(2026, 11, 26, 9, 5, tzinfo=UTC))

    assert "date_time" not in json.loads(server.requests[0].body)


def test_a_refusal_is_permanent_and_keeps_its_number(
    valhalla: Valhalla, server: ValhallaDouble
) -> None:
    server.max_pairs = 1

    with pytest.raises(PermanentFailure, match="valhalla_150"):
        valhalla.matrix([HERE], [HERE, NORTH])


@pytest.mark.parametrize(
    "reply",
    [GARBAGE, CUT, Reply(502), json_reply([]), json_reply({"sources_to_targets": [[None]]})],
)
def test_a_bad_answer_is_temporary(
    valhalla: Valhalla, server: ValhallaDouble, reply: Reply
) -> None:
    server.reply = reply

    with pytest.raises(TemporaryFailure):
        valhalla.matrix([HERE], [NORTH])


def test_an_answer_that_does_not_come_is_temporary(server: ValhallaDouble) -> None:
    server.reply = SLOW
    client = HttpClient(allow_private=True, read_s=0.5)

    with pytest.raises(TemporaryFailure, match="time_out"):
        Valhalla(Settings(base_url=server.url), client=client).matrix([HERE], [NORTH])

    client.close()


def test_refuses_a_zone_that_does_not_exist() -> None:
    with pytest.raises(InvalidSettings, match="zone"):
        Valhalla(Settings(base_url="http://valhalla", zone="Nowhere/City"))
