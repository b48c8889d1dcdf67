"""Where the password may go, and what XML may not do."""

from collections.abc import Iterator

import pytest

from doorstep.connectors.base import TemporaryFailure
from doorstep.connectors.calendar.base import Mailbox, MailboxRefused
from doorstep.connectors.calendar.caldav import CaldavCalendar, Settings
from doorstep.connectors.calendar.caldav_client import (
    CaldavClient,
    Login,
    canonical,
    is_same_house,
)
from doorstep.connectors.calendar.caldav_xml import read_multi_status
from doorstep.connectors.http import HttpClient, HttpResponse
from tests.doubles.http import HttpDouble, Reply, Request, running

PRINCIPAL = """<?xml version="1.0"?><d:multistatus xmlns:d="DAV:"><d:response><d:href>/</d:href>
<d:propstat><d:prop><d:current-user-principal><d:href>{}</d:href></d:current-user-principal>
</d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response></d:multistatus>"""


class Server(HttpDouble):
    """Answers as `replies` say, by path; 404 else."""

    def __init__(self) -> None:
        super().__init__()
        self.replies: dict[str, Reply] = {}

    def answer(self, request: Request) -> Reply:
        return self.replies.get(request.path, Reply(404))


@pytest.fixture
def server() -> Iterator[Server]:
    with running(Server()) as server:
        yield server


@pytest.fixture
def stranger() -> Iterator[HttpDouble]:
    with running(HttpDouble(Reply(207, PRINCIPAL.format("/p/").encode()))) as stranger:
        yield stranger


def check(server: Server) -> str:
    settings = Settings(base_url=server.url, user="u", password="p", allows_private=True)
    return CaldavCalendar(settings).open(Mailbox("zoe", "Visits")).check()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_another_server_is_refused(
    server: Server, stranger: HttpDouble, status: int
) -> None:
    server.replies["/.well-known/caldav"] = Reply(
        status, headers={"Location": f"{stranger.url}/dav/"}
    )

    with pytest.raises(MailboxRefused, match="not the server that was entered") as caught:
        check(server)

    assert not stranger.requests
    assert not caught.value.heals


@pytest.mark.parametrize("location", ["//{}/dav/", "http://user:word@{}/dav/", "{}/dav"])
def test_a_redirect_in_disguise_leads_nowhere_else(
    server: Server, stranger: HttpDouble, location: str
) -> None:
    host = stranger.url.removeprefix("http://")
    server.replies["/.well-known/caldav"] = Reply(301, headers={"Location": location.format(host)})

    with pytest.raises(MailboxRefused):
        check(server)

    assert not stranger.requests


def test_a_link_in_an_answer_to_another_server_is_refused(
    server: Server, stranger: HttpDouble
) -> None:
    body = PRINCIPAL.format(f"{stranger.url}/p/").encode()
    server.replies["/.well-known/caldav"] = Reply(207, body)

    with pytest.raises(MailboxRefused, match="not the server that was entered"):
        check(server)

    assert not stranger.requests


def test_redirects_in_circles_end(server: Server) -> None:
    server.replies["/.well-known/caldav"] = Reply(301, headers={"Location": "/.well-known/caldav"})

    with pytest.raises(MailboxRefused, match="circles"):
        check(server)

    assert len(server.requests) == 6


def test_a_redirect_on_the_same_server_is_followed(server: Server) -> None:
    server.replies["/.well-known/caldav"] = Reply(301, headers={"Location": "/dav/"})
    server.replies["/dav/"] = Reply(207, PRINCIPAL.format("/dav/p/").encode())

    with pytest.raises(MailboxRefused):
        check(server)

    assert [each.path for each in server.requests] == ["/.well-known/caldav", "/dav/", "/dav/p/"]


@pytest.mark.parametrize(
    ("url", "other", "expected"),
    [
        ("https://caldav.icloud.com", "https://p34-caldav.icloud.com:443/1/", True),
        ("https://cloud.example.com", "https://cloud.example.com/dav/", True),
        ("https://example.com", "https://dav.example.com", True),
        ("https://a.example.co.uk", "https://b.example.co.uk", True),
        ("https://a.example.co.uk", "https://b.evil.co.uk", False),
        ("https://acme.com.au", "https://evil.com.au", False),
        ("https://cloud.example.com", "https://example.com.evil.net", False),
        ("https://cloud.example.com", "https://evilexample.com", False),
        ("https://cloud.example.com", "http://cloud.example.com", False),
        ("https://cloud.example.com", "ftp://cloud.example.com", False),
        ("https://10.0.0.1", "https://10.0.0.2", False),
        ("https://10.0.0.1", "https://10.0.0.1:8443", False),
        ("https://nas", "https://router", False),
        ("https://com", "https://evil.com", False),
        ("https://cloud.example.com", "https://", False),
        ("https://cloud.example.com", "https://[::1", False),
    ],
)
def test_the_password_stays_in_the_house(url: str, other: str, expected: bool) -> None:
    client = CaldavClient(HttpClient(), url, Login("u", "p", is_own=False))

    assert client.is_allowed(other) is expected


def test_a_house_is_known_whatever_the_case_of_its_name() -> None:
    assert is_same_house("https://Cloud.Example.com", "https://cloud.example.com")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://x.example/zoe/a%40b.ics", "https://x.example/zoe/a@b.ics"),
        ("https://x.example/Zo%C3%AB%20A/", "https://x.example/Zo%C3%AB%20A/"),
        ("https://x.example/Zoë/", "https://x.example/Zo%C3%AB/"),
        ("https://x.example/a%2Fb/c", "https://x.example/a%2Fb/c"),
        ("https://X.example:443/a", "https://x.example/a"),
        ("https://x.example:8443/a?b=c", "https://x.example:8443/a?b=c"),
        ("https://user:word@x.example/a", "https://x.example/a"),
        ("http://[::1]:5232/a", "http://[::1]:5232/a"),
    ],
)
def test_one_address_has_one_spelling(url: str, expected: str) -> None:
    assert canonical(url) == canonical(canonical(url)) == expected


BOMB = (
    '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>'
    '<d:multistatus xmlns:d="DAV:"><d:response><d:href>&c;</d:href></d:response></d:multistatus>'
)


@pytest.mark.parametrize(
    "body",
    [
        BOMB.encode(),
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><d:multistatus xmlns:d="DAV:">'
        b"<d:response><d:href>&a;</d:href></d:response></d:multistatus>",
        b'<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd"><d:multistatus xmlns:d="DAV:"/>',
        b'<?xml version="1.0" encoding="klingon"?><d:multistatus xmlns:d="DAV:"/>',
        b'<?xml version="1.0" encoding="utf-16"?><d:multistatus xmlns:d="DAV:"/>',
        '<d:multistatus xmlns:d="DAV:"><d:x>Größe</d:x></d:multistatus>'.encode("latin-1"),
        b"<html>Welcome to the hotel network</html>",
        b'<multistatus xmlns="somebody:else"/>',
        b'<d:multistatus xmlns:d="DAV:"><d:response/></d:multistatus>',
        b'<d:multistatus xmlns:d="DAV:">' + b"<d:x>" * 50_000,
        b"",
    ],
    ids=[
        "bomb",
        "file",
        "dtd",
        "charset",
        "not utf-16",
        "latin-1",
        "html",
        "namespace",
        "no href",
        "deep",
        "empty",
    ],
)
def test_xml_with_tricks_is_a_bad_answer(body: bytes) -> None:
    with pytest.raises(TemporaryFailure, match="bad_answer"):
        list(read_multi_status(HttpResponse(207, {}, body)))


def test_a_server_that_answers_with_a_bomb_is_worth_another_try(server: Server) -> None:
    server.replies["/.well-known/caldav"] = Reply(207, BOMB.encode())

    with pytest.raises(TemporaryFailure):
        check(server)


def test_properties_that_were_refused_are_not_there() -> None:
    body = (
        b'<d:multistatus xmlns:d="DAV:"><d:response><d:href>/a/</d:href><d:propstat><d:prop>'
        b"<d:displayname>Secret</d:displayname></d:prop><d:status>HTTP/1.1 403 Forbidden"
        b"</d:status></d:propstat></d:response><d:response><d:href>/gone/</d:href>"
        b"<d:status>HTTP/1.1 404 Not Found</d:status></d:response></d:multistatus>"
    )

    (found,) = read_multi_status(HttpResponse(207, {}, body))

    assert (found.href, found.text("{DAV:}displayname")) == ("/a/", "")
