"""The stand-in's calendars in a real browser: no barrier, nothing sideways, usable by keyboard."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from doorstep.demo.graph.server import GraphServer
from tests.doubles import graph

from .test_accessibility import barriers, dresses, sideways

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def server() -> Iterator[GraphServer]:
    with graph.running() as server:
        user = server.user(graph.TOM)
        text = {"contentType": "text", "content": "Second floor\n" + "x" * 200}
        for day in range(5):
            at = MONDAY + timedelta(days=day, hours=9)
            user.adds(at, at + HOUR, subject="Boiler service", body=text, showAs="busy")
            user.adds(at, at + 2 * HOUR, subject="Lunch " + "y" * 80, showAs="free")
        user.deletes(user.adds(MONDAY, MONDAY + HOUR, subject="Gone"))
        yield server


@pytest.fixture
def page(chromium: Browser, server: GraphServer) -> Iterator[Page]:
    context = chromium.new_context(bypass_csp=True)  # for the tool that looks for barriers
    page = context.new_page()
    page.goto(f"{server.url}/calendar/{graph.TOM}?week=2026-11-23")
    yield page
    context.close()


def test_a_week_has_no_barrier_and_does_not_scroll_sideways(page: Page) -> None:
    page.locator("summary").first.click()
    found: list[str] = []

    for dress in dresses(page):
        found += [f"{dress}: {barrier}" for barrier in [*barriers(page), *sideways(page)]]

    assert not found, "\n".join(found)


def test_the_list_of_calendars_has_no_barrier(page: Page, server: GraphServer) -> None:
    page.goto(server.url)

    assert [barrier for _dress in dresses(page) for barrier in barriers(page)] == []


def test_an_event_is_opened_and_deleted_by_keyboard(page: Page, server: GraphServer) -> None:
    before = len(server.store.live(graph.TOM))

    page.locator("summary", has_text="Boiler").first.focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Delete").first.focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("listitem").filter(has_text="Restore")).to_have_count(2)
    assert len(server.store.live(graph.TOM)) == before - 1
