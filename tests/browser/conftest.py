"""A real Chromium against a real server. Without a Chromium these tests say so and are skipped."""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

from doorstep.domain.customers.models import Contact
from doorstep.platform.identity.models import User
from tests.conftest import CHROMIUM_NAMES
from tests.factories.bookings import World, make_world

# Playwright's event loop lives in this thread; the tests still use the database from it.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

# What a page missed it asks for after 4, 10 or 15 seconds; left alone, `expect` gives up after 5.
expect.set_options(timeout=20_000)

HERE = Path(__file__).parent
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
OpenPage = Callable[..., Page]


def find_chromium() -> str | None:
    return next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in Path(item.path).parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.django_db(transaction=True))


def follow(pressed: Locator) -> None:
    """Presses a button or link and waits for the whole page it leads to.

    A click alone returns as soon as the new page begins, when it may not have a single element.
    """
    with pressed.page.expect_navigation():
        pressed.click()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Closed after each file: the driver's event loop must not run under other tests."""
    path = find_chromium()
    if path is None:
        pytest.skip("browser tests skipped: no Chromium found")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(autouse=True)
def _clock(now: datetime) -> Iterator[None]:
    cache.clear()
    with time_machine.travel(now, tick=True):
        yield


@pytest.fixture
def world(transactional_db: None) -> World:
    return make_world()


@pytest.fixture
def open_page(chromium: Browser, live_server: object) -> Iterator[OpenPage]:
    """Opens a page with a width, a color scheme and a language, as a visitor, a contact or staff.

    What the page does wrong by itself (an exception in a script, a refused style) fails the test.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def _open(
        path: str,
        *,
        contact: Contact | None = None,
        staff: User | None = None,
        width: int = 1280,
        dark: bool = False,
        language: str = "en",
        scripts: bool = True,
        worker: bool = False,
    ) -> Page:
        context = chromium.new_context(
            base_url=str(live_server),
            viewport={"width": width, "height": 800},
            color_scheme="dark" if dark else "light",
            locale="en-GB",
            java_script_enabled=scripts,
            # It fetches pages ahead of time, of which only its own tests want to know.
            service_workers="allow" if worker else "block",
        )
        contexts.append(context)
        context.set_default_timeout(20_000)
        cookies = {settings.LANGUAGE_COOKIE_NAME: language}
        user = staff if contact is None else contact.user
        if user is not None:
            client = Client()
            client.force_login(user)
            cookies[settings.SESSION_COOKIE_NAME] = client.cookies[
                settings.SESSION_COOKIE_NAME
            ].value
        context.add_cookies(
            [{"name": name, "value": value, "url": str(live_server)}
             for name, value in cookies.items()]
        )  # fmt: skip
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text)
                if "Content Security Policy" in message.text else None)  # fmt: skip
        page.goto(path)
        return page

    yield _open
    for context in contexts:
        context.close()
    assert complaints == []
