from collections.abc import Iterator

import pytest

from doorstep.connectors.base import PermanentFailure, TemporaryFailure
from doorstep.connectors.http import HttpClient
from doorstep.connectors.travel.base import UNROUTABLE, Leg
from doorstep.connectors.travel.osrm import Osrm, Settings
from doorstep.platform.values.geo import Coordinates
from tests.doubles.http import CUT, GARBAGE, SLOW, Reply, free_url, json_reply, running
from tests.doubles.osrm import OsrmDouble

HERE, NORTH, ISLAND = Coordinates(53.0, -2.0), Coordinates(53.1, -2.0), Coordinates(61.0, -2.0)


@pytest.fixture
def server() -> Iterator[OsrmDouble]:
    with running(OsrmDouble()) as double:
        yield double


@pytest.fixture
def osrm(server: OsrmDouble) -> Iterator[Osrm]:
    # Waits for large answers on a busy machine too.
    client = HttpClient(allow_private=True, read_s=30)
    yield Osrm(Settings(base_url=f"{server.url}/"), client=client)
    client.close()


def test_reads_seconds_and_metres(osrm: Osrm) -> None:
    assert osrm.matrix([HERE], [NORTH, HERE]) == ((Leg(1000, 10_000.0), Leg(0, 0.0)),)


def test_rows_are_origins_and_columns_destinations(osrm: Osrm) -> None:
    further = Coordinates(53.3, -2.0)

    matrix = osrm.matrix([HERE, NORTH], [further])

    assert [row[0].seconds for row in matrix] == [3000, 2000]


def test_a_place_without_a_road_is_unroutable(osrm: Osrm) -> None:
    assert osrm.matrix([HERE], [NORTH, ISLAND])[0][1] == UNROUTABLE


def test_a_matrix_without_any_road_is_unroutable(osrm: Osrm) -> None:
    assert osrm.matrix([HERE, NORTH], [ISLAND]) == ((UNROUTABLE,), (UNROUTABLE,))


def test_seconds_are_rounded_up(osrm: Osrm, server: OsrmDouble) -> None:
    server.reply = json_reply({"code": "Ok", "durations": [[10.1]], "distances": [[99.5]]})

    assert osrm.matrix([HERE], [NORTH]) == ((Leg(11, 99.5),),)


@pytest.mark.parametrize(("rows", "columns"), [(1, 130), (130, 1), (70, 80), (120, 30)])
def test_a_large_matrix_is_asked_for_in_pieces(osrm: Osrm, rows: int, columns: int) -> None:
    origins = [Coordinates(50 + n / 1000, 1.0) for n in range(rows)]
    destinations = [Coordinates(40 - n / 1000, 1.0) for n in range(columns)]

    matrix = osrm.matrix(origins, destinations)

    assert len(matrix) == rows
    for row, origin in zip(matrix, origins, strict=True):
        metres = [round((origin.latitude - point.latitude) * 100_000) for point in destinations]
        assert [round(leg.metres or 0) for leg in row] == metres


def test_one_row_of_99_is_one_question(osrm: Osrm, server: OsrmDouble) -> None:
    osrm.matrix([HERE], [Coordinates(40 + n / 100, 1.0) for n in range(99)])

    assert len(server.requests) == 1


def test_nothing_to_ask_asks_nobody(osrm: Osrm, server: OsrmDouble) -> None:
    assert osrm.matrix([HERE], []) == ((),)
    assert osrm.matrix([], [HERE]) == ()
    assert server.requests == []


@pytest.mark.parametrize("code", ["TooBig", "InvalidQuery", "NoSegment"])
def test_a_refusal_is_permanent_and_keeps_its_code(
    osrm: Osrm, server: OsrmDouble, code: str
) -> None:
    server.reply = json_reply({"code": code}, status=400)

    with pytest.raises(PermanentFailure) as caught:
        osrm.matrix([HERE], [NORTH])

    assert caught.value.code == code


def test_a_server_with_a_smaller_table_refuses_ours(osrm: Osrm, server: OsrmDouble) -> None:
    server.max_table_size = 3

    with pytest.raises(PermanentFailure, match="TooBig"):
        osrm.matrix([HERE, NORTH], [HERE, NORTH])


@pytest.mark.parametrize(
    "reply",
    [
        GARBAGE,
        CUT,
        Reply(503),
        json_reply([]),
        json_reply({"code": "Ok"}),
        json_reply({"code": "Ok", "durations": [[1, 2]], "distances": [[1, 2]]}),
        json_reply({"code": "Ok", "durations": [["1"]], "distances": [[1]]}),
        json_reply({"code": "Ok", "durations": [[-1]], "distances": [[1]]}),
        json_reply({"code": "Ok", "durations": [[float("nan")]], "distances": [[1]]}),
        json_reply({"code": "Ok", "durations": [[10**400]], "distances": [[1]]}),
    ],
)
def test_a_bad_answer_is_temporary(osrm: Osrm, server: OsrmDouble, reply: Reply) -> None:
    server.reply = reply

    with pytest.raises(TemporaryFailure):
        osrm.matrix([HERE], [NORTH])


def test_an_answer_that_does_not_come_is_temporary(server: OsrmDouble) -> None:
    server.reply = SLOW
    client = HttpClient(allow_private=True, read_s=0.5)

    with pytest.raises(TemporaryFailure, match="time_out"):
        Osrm(Settings(base_url=server.url), client=client).matrix([HERE], [NORTH])

    client.close()


def test_a_server_that_is_away_is_temporary() -> None:
    with pytest.raises(TemporaryFailure, match="no_connection"):
        Osrm(Settings(base_url=free_url())).matrix([HERE], [NORTH])
