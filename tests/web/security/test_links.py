"""Whoever came by a link: the one visit, and for the rest a stranger (reliability F73, F74)."""

import pytest
from django.http import HttpResponse
from django.test import Client

from tests.conftest import NOW
from tests.factories.bookings import make_link
from tests.web.office.world import World

from .addresses import Page, absent_address, own_address
from .conftest import PEOPLE, Browser
from .test_every_address import PAGES, ask_for, assert_kind, everything

OPENINGS = "bookings_bookingcode"


def link_pages() -> list[Page]:
    return [page for page in PAGES if page.template.startswith("visit/")]


def come(client: Client, world: World) -> Client:
    assert ask_for(client.get, make_link(world.booking, now=NOW)).status_code == 302
    return client


def told(answer: HttpResponse) -> tuple[int, str]:
    return answer.status_code, answer.headers.get("Location", "")


def test_the_walk_knows_the_pages_behind_a_link() -> None:
    templates = {page.template for page in PAGES}

    assert len(link_pages()) >= 10
    assert "v/%(code)s" in templates
    assert {each.replace("visit/", "visits/", 1) for each in templates if each[:6] == "visit/"} == {
        each for each in templates if each[:7] == "visits/"
    } - {"visits/%(code)s/again/"}  # books, for which one signs in


def test_a_link_opens_no_other_page_of_the_project(world: World, browser: Browser) -> None:
    bearer, stranger = come(browser("anonymous"), world), browser("anonymous")
    before = everything()

    for page in PAGES:
        if page.template.startswith(("visit/", "v/")):
            continue
        address = own_address(page, world)
        asks = [(bearer.get, stranger.get)]
        # What holds a token of its own in its address acts for it, whoever sends it.
        if not page.template.startswith(("office/", "unsubscribe/", "hooks/")):
            asks.append((bearer.post, stranger.post))
        for by_link, by_nobody in asks:
            assert told(ask_for(by_link, address)) == told(ask_for(by_nobody, address)), address
    assert everything() == before


def test_looking_by_link_changes_nothing_but_the_count_of_openings(
    world: World, browser: Browser
) -> None:
    bearer = come(browser("anonymous"), world)
    before = everything()

    for page in PAGES:
        if page.template.startswith(("visit/", "v/")):
            for ask in (bearer.get, bearer.head, bearer.options):
                assert_kind(ask_for(ask, own_address(page, world)), page.template)

    after = everything()
    changed = {table for table in before if before[table] != after[table]}
    assert changed <= {OPENINGS, "doorstep_cache"}


@pytest.mark.parametrize("who", PEOPLE)
def test_without_the_link_its_pages_exist_for_nobody(
    who: str, world: World, browser: Browser
) -> None:
    client = browser(who)
    before = everything()

    for page in link_pages():
        for ask in (client.get, client.head, client.post):
            answer = ask_for(ask, own_address(page, world))
            absent = ask_for(ask, absent_address(page, world))
            assert answer.status_code in {404, 405}, page.template
            assert told(answer) == told(absent)
    assert everything() == before
