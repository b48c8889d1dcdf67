"""Every address of the project, asked for by everybody in every way (reliability F73, F74, F78)."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client

from tests.web.office.forms import Fields
from tests.web.office.world import World

from .addresses import Page, absent_address, all_pages, own_address
from .conftest import PEOPLE, Browser

PAGES = all_pages()
# Browsers fetch these without a sign-in; they hold the brand and addresses of files, nobody's data.
INSTALLING = {
    "technician/manifest.webmanifest",
    "technician/icon-%(size)s.png",
    "technician/sw.js",
}
GARBAGE = ("\u202e<script>{{7*7}}😀\r\nBcc: a@example.com", "9" * 40, "-1")


def test_the_walk_finds_the_pages() -> None:
    """A walk that finds nothing would pass everything."""
    templates = {page.template for page in PAGES}

    assert len(PAGES) > 150
    assert "visits/%(code)s/cancel/" in templates
    assert "office/work/workorder/%(object_id)s/cancel/" in templates


@pytest.mark.parametrize("who", PEOPLE)
def test_looking_breaks_and_changes_nothing(who: str, world: World, browser: Browser) -> None:
    client = browser(who)
    before = everything()

    for page in PAGES:
        if who in {"owner", "stranger", "technician"} and page.template.startswith("office/"):
            continue  # closed to them: see below
        address = own_address(page, world)
        assert_kind(ask_for(client.get, address), address)
        if who in {"anonymous", "owner"}:
            assert_kind(ask_for(client.head, address), address)

    assert everything() == before


@pytest.mark.parametrize("who", ["anonymous", "owner", "administrator"])
def test_ids_that_nobody_has_break_nothing(who: str, world: World, browser: Browser) -> None:
    client = browser(who)
    before = everything()

    for page in PAGES:
        if page.template.startswith("office/") == (who == "administrator"):
            for address in page.nonsense() if page.takes_an_id else ():
                answer = ask_for(client.get, address)
                assert_kind(answer, address)
                assert answer.status_code in {200, 302, 400, 404, 405}, address
    assert everything() == before


@pytest.mark.parametrize("who", ["anonymous", "owner", "technician", "administrator"])
def test_nonsense_in_forms_breaks_nothing(who: str, world: World, browser: Browser) -> None:
    client = browser(who)
    is_staff = who == "administrator"
    for page in PAGES:
        if who == "technician" and not page.template.startswith("technician/"):
            continue
        if page.template.startswith("office/") != is_staff or page.template.endswith("/history/"):
            continue
        address = own_address(page, world)
        form = form_of(ask_for(client.get, address))
        for value in GARBAGE[:1] if is_staff else GARBAGE:
            # The numbers of rows stay true, so that the rows are read as well.
            values = {name: old if "_FORMS" in name else value for name, old in form.items()}
            with undone(client):
                answer = ask_for(client.post, address, values | {"_form_submitted": "True"})
                assert_kind(answer, address)


@pytest.mark.parametrize("who", ["owner", "administrator"])
def test_no_form_is_taken_without_its_token(who: str, world: World, browser: Browser) -> None:
    client = browser(who, enforce_csrf_checks=True)
    before = everything()

    for page in PAGES:
        if page.template.startswith("unsubscribe/"):
            continue  # for mail programs, which have no token: the link itself is the secret
        address = own_address(page, world)
        # GPS platforms have no forms either; without their key they are told to show one.
        refused = 401 if page.template == "hooks/positions/" else 403
        assert ask_for(client.post, address, {}).status_code == refused, address
        kind = "text/plain"
        answer = ask_for(client.post, address, b"{}", content_type=kind)
        assert answer.status_code == refused, address
    assert everything() == before


@pytest.mark.parametrize("who", ["stranger", "technician", "dispatcher"])
def test_visits_of_others_do_not_exist(who: str, world: World, browser: Browser) -> None:
    client = browser(who)
    before = everything()

    # Who is nobody's contact is told so on every page alike: nothing about the visit.
    expected = 404 if who == "stranger" else 403
    for page in visit_pages():
        for ask in (client.get, client.head, client.post):
            answer = ask_for(ask, own_address(page, world))
            absent = ask_for(ask, absent_address(page, world))
            assert answer.status_code in {expected, 405}, page.template
            assert answer.status_code == absent.status_code
    assert everything() == before


def test_who_is_not_signed_in_cannot_tell_visits_from_nothing(
    world: World, browser: Browser
) -> None:
    client = browser("anonymous")
    for page in visit_pages():
        for ask in (client.get, client.post):
            answer = ask_for(ask, own_address(page, world))
            absent = ask_for(ask, absent_address(page, world))
            assert answer.status_code == absent.status_code
            assert answer.status_code == 405 or answer.url.startswith("/accounts/login/")


@pytest.mark.parametrize("who", ["owner", "stranger", "dispatcher"])
def test_the_technicians_pages_are_closed_to_others(
    who: str, world: World, browser: Browser
) -> None:
    client = browser(who)
    before = everything()

    # Customers are told that there is nothing; staff that they have no day of visits.
    expected = 403 if who == "dispatcher" else 404
    for page in PAGES:
        if page.template.startswith("technician/") and page.template not in INSTALLING:
            for ask in (client.get, client.post):
                answer = ask_for(ask, own_address(page, world))
                assert answer.status_code in {expected, 405}, page.template
    assert everything() == before


@pytest.mark.parametrize("who", ["stranger", "technician"])
def test_the_office_does_not_exist_for_others(who: str, world: World, browser: Browser) -> None:
    client = browser(who)
    own = {"office/login/", "office/logout/"}
    for page in PAGES:
        if page.template.startswith("office/") and page.template not in own:
            for ask in (client.get, client.post):
                assert ask_for(ask, own_address(page, world)).status_code == 404, page.template


# --- How to walk ----------------------------------------------------------------------------------


def visit_pages() -> list[Page]:
    return [page for page in PAGES if page.template.startswith("visits/")]


def ask_for(ask: Any, address: str, *values: Any, **options: Any) -> Any:
    # Limits have tests of their own; here they would hide the pages.
    cache.clear()
    return ask(address, *values, **options)


def assert_kind(answer: HttpResponse, address: str) -> None:
    """No error of ours, and nothing that leads to another site."""
    assert answer.status_code < 500, address
    location = answer.headers.get("Location", "/")
    assert location.startswith("/"), address
    assert not location.startswith("//"), address


def form_of(answer: HttpResponse) -> dict[str, str]:
    """What a page's forms would send."""
    if answer.status_code != 200 or "html" not in answer.headers["Content-Type"]:
        return {}
    parser = Fields()
    parser.feed(answer.content.decode())
    return {name: values[-1] for name, values in parser.values.items()}


@contextmanager
def undone(client: Client) -> Iterator[None]:
    """What happens inside never happened, to the database and to the browser."""
    cookies = SimpleCookie(client.cookies)
    try:
        with transaction.atomic():
            yield
            transaction.set_rollback(True)
    finally:
        client.cookies = cookies


def everything() -> dict[str, str]:
    """A fingerprint of each table except the sessions."""
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor)) - {"django_session"}
        parts = (
            f"SELECT '{table}', count(*) || ':' || coalesce(sum(hashtext(t::text)), 0) "
            f'FROM "{table}" t'
            for table in sorted(tables)
        )
        cursor.execute(" UNION ALL ".join(parts))
        return dict(cursor.fetchall())
