import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from doorstep.connectors.base import (
    ConnectorError,
    PermanentFailure,
    TemporaryFailure,
    UnknownOutcome,
)
from doorstep.connectors.http import (
    HttpClient,
    HttpResponse,
    check_status,
    is_public,
    parse_retry_after,
)
from tests.doubles.http import CUT, GARBAGE, SLOW, HttpDouble, Reply, free_url, json_reply, running

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def server() -> Iterator[HttpDouble]:
    with running(HttpDouble(json_reply({"hello": "there"}))) as double:
        yield double


@pytest.fixture
def client() -> Iterator[HttpClient]:
    client = HttpClient(allow_private=True, read_s=10)
    yield client
    client.close()


@pytest.fixture
def impatient() -> Iterator[HttpClient]:
    """For answers that do not come."""
    client = HttpClient(allow_private=True, read_s=0.5)
    yield client
    client.close()


def test_hands_over_status_headers_and_body(server: HttpDouble, client: HttpClient) -> None:
    response = client.request("GET", server.url, params={"q": "ä b"})

    assert (response.status, response.json()) == (200, {"hello": "there"})
    assert response.headers["content-type"] == "application/json"
    assert server.requests[0].path == "/?q=%C3%A4+b"


def test_can_be_held_back_before_any_request(server: HttpDouble, client: HttpClient) -> None:
    turns = iter([None, TimeoutError("no longer")])

    def hold_back() -> None:
        if error := next(turns):
            raise error

    client.before_request = hold_back
    client.request("GET", server.url)
    with pytest.raises(TimeoutError, match="no longer"):
        client.request("GET", server.url)

    assert len(server.requests) == 1


def test_does_not_follow_a_redirect(server: HttpDouble, client: HttpClient) -> None:
    server.reply = Reply(302, headers={"Location": f"{server.url}/elsewhere"})

    assert client.request("GET", server.url).status == 302
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (CUT, "cut_off"),
        (Reply(body=b"x" * 2_000_000), "too_large"),
        (Reply(body=b"\x1f\x8b", headers={"Content-Encoding": "gzip"}), "compressed"),
    ],
)
def test_a_bad_answer_to_a_question_may_be_asked_again(
    server: HttpDouble, reply: Reply, code: str
) -> None:
    client = HttpClient(allow_private=True, read_s=10, max_bytes=1_000_000)
    server.reply = reply

    with pytest.raises(TemporaryFailure) as caught:
        client.request("GET", server.url)

    client.close()
    assert caught.value.code == code


def test_a_question_without_an_answer_may_be_asked_again(
    server: HttpDouble, impatient: HttpClient
) -> None:
    server.reply = SLOW

    with pytest.raises(TemporaryFailure, match="time_out"):
        impatient.request("GET", server.url)


def test_a_send_that_was_cut_off_may_have_arrived(server: HttpDouble, client: HttpClient) -> None:
    server.reply = CUT

    with pytest.raises(UnknownOutcome, match="cut_off"):
        client.request("POST", server.url, json={"text": "hi"})


def test_a_send_without_an_answer_may_have_arrived(
    server: HttpDouble, impatient: HttpClient
) -> None:
    server.reply = SLOW

    with pytest.raises(UnknownOutcome, match="time_out"):
        impatient.request("POST", server.url, json={"text": "hi"})


def test_a_post_that_only_asks_may_be_repeated(server: HttpDouble, client: HttpClient) -> None:
    server.reply = CUT

    with pytest.raises(TemporaryFailure):
        client.request("POST", server.url, json={}, repeatable=True)


def test_an_answer_that_drips_is_cut_off(server: HttpDouble) -> None:
    client = HttpClient(allow_private=True, read_s=10, total_s=0.2)
    server.reply = Reply(body=b"x" * 1000, drip_s=0.05)
    began = time.monotonic()

    with pytest.raises(TemporaryFailure) as caught:
        client.request("GET", server.url)

    client.close()
    assert caught.value.code == "too_slow"
    assert time.monotonic() - began < 10


def test_nothing_happened_where_nobody_listens(client: HttpClient) -> None:
    with pytest.raises(TemporaryFailure) as caught:
        client.request("POST", free_url(), json={})

    assert caught.value.code == "no_connection"


def test_garbage_is_no_json(server: HttpDouble, client: HttpClient) -> None:
    server.reply = GARBAGE

    with pytest.raises(TemporaryFailure, match="bad_answer"):
        client.request("GET", server.url).json()


@pytest.mark.parametrize("body", [b"", b"[" * 100_000, b"\xff"])
def test_strange_json_is_garbage_too(body: bytes) -> None:
    with pytest.raises(TemporaryFailure):
        HttpResponse(200, {}, body).json()


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://example.com/", "http://", "x", ""])
def test_refuses_what_is_not_a_web_address(client: HttpClient, url: str) -> None:
    with pytest.raises(PermanentFailure, match="bad_url"):
        client.request("GET", url)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0", "2130706433"]
)
def test_does_not_reach_this_machine_unless_allowed(server: HttpDouble, host: str) -> None:
    client = HttpClient()

    with pytest.raises(ConnectorError) as caught:
        client.request("GET", f"http://{host}:{server.port}/")

    client.close()
    assert caught.value.code in ("address_forbidden", "host_unknown")
    assert server.requests == []


def test_one_private_address_among_public_ones_is_enough_to_refuse() -> None:
    client = HttpClient(resolve=lambda host, port: ["93.184.216.34", "10.0.0.7"])

    with pytest.raises(PermanentFailure, match="address_forbidden"):
        client.request("GET", "http://rebind.example/")

    client.close()


def test_connects_to_the_address_that_was_resolved_once(server: HttpDouble) -> None:
    asked: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    client = HttpClient(allow_private=True, resolve=resolve)
    client.request("GET", f"http://maps.example:{server.port}/")
    client.close()

    assert asked == ["maps.example"]
    assert server.requests[0].headers["host"] == f"maps.example:{server.port}"


def test_tries_the_next_address_when_one_does_not_answer(server: HttpDouble) -> None:
    client = HttpClient(allow_private=True, resolve=lambda host, port: ["::1", "127.0.0.1"])

    response = client.request("GET", f"http://maps.example:{server.port}/")

    client.close()
    assert response.status == 200


def test_a_name_without_an_address_may_have_one_later() -> None:
    client = HttpClient(resolve=lambda host, port: [])

    with pytest.raises(TemporaryFailure, match="host_unknown"):
        client.request("GET", "http://nowhere.example/")

    client.close()


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
     "0.0.0.0", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1",
     "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "ff02::1"],
)  # fmt: skip
def test_an_inside_address_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:4700::1111", "::ffff:93.184.216.34"])
def test_an_outside_address_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_trouble_over_there_is_temporary(status: int) -> None:
    with pytest.raises(TemporaryFailure, match=f"http_{status}"):
        check_status(HttpResponse(status, {}, b""))


@pytest.mark.parametrize("status", [301, 302, 400, 401, 403, 404, 422])
def test_our_own_mistakes_are_permanent(status: int) -> None:
    with pytest.raises(PermanentFailure, match=f"http_{status}"):
        check_status(HttpResponse(status, {}, b""))


def test_the_wait_the_provider_asked_for_is_handed_on() -> None:
    with pytest.raises(TemporaryFailure) as caught:
        check_status(HttpResponse(429, {"retry-after": "17"}, b""))

    assert caught.value.retry_after_s == 17


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("86400", 3600),
        ("9" * 5000, 3600),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90),
        (format_datetime(NOW - timedelta(days=1), usegmt=True), 0),
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("٣", None),
    ],
)
def test_reads_retry_after(value: str | None, seconds: float | None) -> None:
    assert parse_retry_after(value, NOW) == seconds
