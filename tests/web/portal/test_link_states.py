"""What becomes of a link, for every state and every way to ask (reliability F71, F73)."""

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from doorstep.domain.bookings.models import Booking, BookingCode
from tests.factories.bookings import World, book, make_link

from .journey import text_of
from .visitors import CLOSED, OPEN, OVER, Change, base_of, block, cancel_form, come, expire, extend

PAGES = ("", "visit.ics", "move/", "move/review/", "cancel/")
FORMS = ("move/", "move/review/", "move/hold/extend/", "move/hold/release/", "cancel/")


def name_of(change: Change) -> str:
    return change.__name__


@pytest.fixture
def visit(world: World) -> Booking:
    return book(world, now=timezone.now(), details="The key is under the mat.")


@pytest.fixture
def link(visit: Booking) -> str:
    return make_link(visit, now=timezone.now())


@pytest.mark.parametrize("change", OPEN, ids=name_of)
@pytest.mark.parametrize("method", ["get", "head"])
def test_an_open_link_leads_to_its_visit(
    visit: Booking, link: str, change: Change, method: str
) -> None:
    change()

    answer = getattr(Client(), method)(link)

    assert (answer.status_code, answer.headers["Location"]) == (302, base_of(visit))
    assert "12 Deansgate" in text_of(come(link)[1])


@pytest.mark.parametrize("change", OVER, ids=name_of)
def test_of_a_visit_that_is_over_only_state_and_time_are_shown(
    world: World, visit: Booking, link: str, change: Change
) -> None:
    change()
    client, page = come(link)

    text = text_of(page)
    visit.refresh_from_db()
    assert "Your visit" in text
    assert f"{visit.promised_from:%-d} November 2026, London time" in text
    for hidden in ("Deansgate", visit.number, world.service.name, "under the mat", "Move the"):
        assert hidden not in page.content.decode()
    assert client.get(f"{base_of(visit)}visit.ics").status_code == 404
    for path in ("move/", "move/review/", "cancel/"):
        answer = client.get(f"{base_of(visit)}{path}")
        assert (answer.status_code, answer.headers["Location"]) == (302, base_of(visit))


@pytest.mark.parametrize("change", OVER, ids=name_of)
def test_what_is_over_is_not_changed_by_a_form_that_was_open(
    visit: Booking, link: str, change: Change
) -> None:
    client, _page = come(link)
    form = cancel_form(client, visit)
    change()
    before = rows()

    client.post(f"{base_of(visit)}cancel/", form)
    client.post(f"{base_of(visit)}move/", {"key": "x"})

    assert rows() == before


@pytest.mark.parametrize("change", CLOSED, ids=name_of)
@pytest.mark.parametrize("method", ["get", "head"])
def test_a_closed_link_answers_like_one_that_never_was(
    link: str, change: Change, method: str
) -> None:
    change()

    unknown = getattr(Client(), method)("/v/" + "7" * 26)
    closed = getattr(Client(), method)(link)

    assert said(closed) == said(unknown)
    assert closed.status_code == 404
    assert not closed.cookies.get("visit_link")


@pytest.mark.parametrize("change", CLOSED, ids=name_of)
def test_a_link_that_is_closed_shuts_the_pages_that_are_open(
    visit: Booking, link: str, change: Change
) -> None:
    client, _page = come(link)
    form = cancel_form(client, visit) | {"hold": "h", "key": "20261127T100000Z-20261127T120000Z"}
    change()
    before = rows()

    for path in PAGES:
        for ask in (client.get, client.head):
            assert ask(f"{base_of(visit)}{path}").status_code == 404, path
    for path in FORMS:
        assert client.post(f"{base_of(visit)}{path}", form).status_code == 404, path
    assert rows() == before


def test_an_expired_link_works_again_once_it_is_extended(visit: Booking, link: str) -> None:
    client, _page = come(link)
    expire()
    assert client.get(base_of(visit)).status_code == 404

    extend()

    assert client.get(base_of(visit)).status_code == 200


def test_closing_one_link_leaves_the_others_to_the_visit_open(visit: Booking, link: str) -> None:
    closed, _page = come(link)
    block()
    other, _page = come(make_link(visit, now=timezone.now()))

    assert closed.get(base_of(visit)).status_code == 404
    assert other.get(base_of(visit)).status_code == 200


def test_unknown_and_closed_links_take_the_same_queries(link: str) -> None:
    expire()
    asked = []
    for address in (link, "/v/" + "7" * 26, "/v/x"):
        with CaptureQueriesContext(connection) as found:
            Client().get(address)
        asked.append([query["sql"].partition("WHERE")[0] for query in found.captured_queries])

    assert len(asked[0]) > 1
    assert asked[0] == asked[1] == asked[2]


@pytest.mark.parametrize("method", ["get", "head", "options", "trace"])
def test_looking_by_link_changes_nothing_of_the_visit(
    visit: Booking, link: str, method: str
) -> None:
    client, _page = come(link)
    before = rows()

    for address in (link, *(f"{base_of(visit)}{path}" for path in (*PAGES, *FORMS))):
        getattr(client, method)(address)

    assert rows() == before


def test_only_looking_at_the_page_itself_counts_as_an_opening(visit: Booking, link: str) -> None:
    client = Client()
    for method in ("get", "head", "options"):
        getattr(client, method)(link)
    client.head(base_of(visit))
    client.options(base_of(visit))
    assert BookingCode.objects.get().open_count == 0

    client.get(base_of(visit))

    assert BookingCode.objects.get().open_count == 1


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_is_sent_to_a_link(link: str, method: str) -> None:
    assert getattr(Client(), method)(link).status_code == 405


def test_a_form_without_its_token_is_refused(visit: Booking, link: str) -> None:
    client, _page = come(link, Client(enforce_csrf_checks=True))
    before = rows()

    for path in FORMS:
        assert client.post(f"{base_of(visit)}{path}", {}).status_code == 403
    assert rows() == before


def said(answer: HttpResponse) -> tuple[object, ...]:
    headers = {name: value for name, value in answer.headers.items() if name != "Set-Cookie"}
    policy = headers.pop("Content-Security-Policy", "")
    tokenless = [
        line for line in answer.content.decode().splitlines() if "csrfmiddlewaretoken" not in line
    ]
    headers.pop("Content-Length", None)
    return answer.status_code, headers, policy.count("'nonce-"), tokenless


def rows() -> dict[str, str]:
    """A fingerprint of every table, without sessions, limits and the counts of openings."""
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        tables -= {"django_session", "bookings_bookingcode", "doorstep_cache"}
        parts = (
            f"SELECT '{table}', count(*) || ':' || coalesce(sum(hashtext(t::text)), 0) "
            f'FROM "{table}" t'
            for table in sorted(tables)
        )
        codes = (
            "SELECT 'codes', count(*) || ':' || coalesce(sum(hashtext(concat_ws('|', booking_id, "
            "contact_id, code_hash, expires_at, blocked_at, created_at))), 0) "
            "FROM bookings_bookingcode"
        )
        cursor.execute(" UNION ALL ".join([*parts, codes]))
        return dict(cursor.fetchall())
