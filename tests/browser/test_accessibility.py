"""WCAG 2.2 AA as far as a machine can tell, on every page, in every dress."""

from datetime import datetime

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import Page

from tests.factories.bookings import World
from tests.factories.identity import dana

from .conftest import OpenPage
from .pages import each_page, furnish

AXE = settings.NODE_MODULES / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS, LANGUAGES = (360, 1280), ("en", "ar")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_has_a_barrier(
    open_page: OpenPage, world: World, now: datetime, width: int, dark: bool, language: str
) -> None:
    visit = furnish(world, now=now)
    found: list[str] = []

    for name, page in each_page(open_page, world, visit, width=width, dark=dark, language=language):
        found += [f"{name}: {barrier}" for barrier in barriers(page)]

    assert not found, "\n".join(found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_scrolls_sideways_on_the_smallest_phone(
    open_page: OpenPage, world: World, now: datetime, language: str
) -> None:
    visit = furnish(world, now=now)
    found: list[str] = []

    for name, page in each_page(open_page, world, visit, width=320, language=language):
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > 320:
            found.append(f"{name}: {wide} px")

    assert not found, "\n".join(found)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_the_offices_why_no_time_has_no_barrier_and_does_not_scroll_sideways(
    open_page: OpenPage, world: World, now: datetime, width: int, dark: bool
) -> None:
    """Our part of the page; the frame around it is the admin theme's."""
    visit = furnish(world, now=now)
    address = reverse("office:why")
    # Bare, with a visit's days, and refused as no date.
    asked = ("", f"booking={visit.pk}&day=2026-11-26", f"booking={visit.pk}&day=never")
    found: list[str] = []

    for query in asked:
        page = open_page(f"{address}?{query}", staff=dana(), width=width, dark=dark)
        assert page.locator(".office-why").count() == 1
        found += [f"{query}: {barrier}" for barrier in barriers(page, ".office-why")]
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            found.append(f"{query}: {wide} px")

    assert page.locator(".office-refusal").count() == 1
    assert not found, "\n".join(found)


def test_what_is_pressed_is_large_enough(open_page: OpenPage, world: World, now: datetime) -> None:
    visit = furnish(world, now=now)
    found: list[str] = []

    for name, page in each_page(open_page, world, visit, width=360):
        found += [f"{name}: {small}" for small in small_targets(page)]

    assert not found, "\n".join(found)


# Buttons and controls; links inside a line of text are exempt (2.5.8).
_SMALL_TARGETS = """() => [...document.querySelectorAll(
    "button, select, .button, .chip, a.day, .tabs a, .site-nav__link, .option, .choice, .more__title, " +
    "a.days__day"
  )].filter(e => e.offsetParent).map(e => [e, e.getBoundingClientRect()])
  .filter(([e, r]) => r.height < 43.5)
  .map(([e, r]) => `${e.className || e.tagName} ${Math.round(r.width)}x${Math.round(r.height)}`)"""


def small_targets(page: Page) -> list[str]:
    """What a thumb would miss."""
    found: list[str] = page.evaluate(_SMALL_TARGETS)
    return found


def barriers(page: Page, part: str = "html") -> list[str]:
    """What axe finds in this part of the page."""
    page.evaluate("document.getAnimations().forEach(each => each.finish())")
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(AXE.read_text())
    result = page.evaluate(
        "([part, tags]) => axe.run(part, {runOnly: {type: 'tag', values: tags}})", [part, TAGS]
    )
    return [
        f"{each['id']} {node['target']} {node['failureSummary'][:200]}"
        for each in result["violations"]
        for node in each["nodes"]
    ]
