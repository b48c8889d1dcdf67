"""WCAG 2.2 AA as far as a machine can tell, on every page, in every dress."""

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

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
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_has_a_barrier(
    open_page: OpenPage, world: World, now: datetime, language: str
) -> None:
    visit = furnish(world, now=now)
    found: list[str] = []

    for name, page in each_page(open_page, world, visit, language=language):
        for dress in dresses(page):
            found += [f"{name}, {dress}: {barrier}" for barrier in barriers(page)]

    assert not found, "\n".join(found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_smallest_phone_needs_no_scrolling_sideways_and_a_thumb_hits_everything(
    open_page: OpenPage, world: World, now: datetime, language: str
) -> None:
    visit = furnish(world, now=now)
    found: list[str] = []

    for name, page in each_page(open_page, world, visit, language=language):
        for width in (360, 320):
            page.set_viewport_size({"width": width, "height": 800})
            found += [f"{name}, {width} px: {small}" for small in small_targets(page)]
        found += [f"{name}: {wide}" for wide in sideways(page)]

    assert not found, "\n".join(found)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_offices_why_no_time_has_no_barrier_and_does_not_scroll_sideways(
    open_page: OpenPage, world: World, now: datetime, dark: bool
) -> None:
    """Our part of the page; the frame around it is the admin theme's."""
    visit = furnish(world, now=now)
    address = reverse("office:why")
    # Bare, with a visit's days, and refused as no date.
    asked = ("", f"booking={visit.pk}&day=2026-11-26", f"booking={visit.pk}&day=never")
    found: list[str] = []

    for query in asked:
        page = open_page(f"{address}?{query}", staff=dana(), dark=dark)
        assert page.locator(".office-why").count() == 1
        for width in widths(page):
            found += [f"{query}, {width}: {barrier}" for barrier in barriers(page, ".office-why")]
            found += [f"{query}, {width}: {wide}" for wide in sideways(page)]

    assert page.locator(".office-refusal").count() == 1
    assert not found, "\n".join(found)


# Buttons and controls; links inside a line of text are exempt (2.5.8).
_SMALL_TARGETS = """() => [...document.querySelectorAll(
    "button, select, .button, .chip, a.day, .tabs a, .site-nav__link, .option, .choice, " +
    ".more__title, a.days__day, .star, .link-button, input:not([type=hidden]).input"
  )].filter(e => e.offsetParent).map(e => [e, e.getBoundingClientRect()])
  .filter(([e, r]) => r.height < 43.5)
  .map(([e, r]) => `${e.className || e.tagName} ${Math.round(r.width)}x${Math.round(r.height)}`)"""


def small_targets(page: Page) -> list[str]:
    """What a thumb would miss."""
    found: list[str] = page.evaluate(_SMALL_TARGETS)
    return found


def widths(page: Page) -> Iterator[str]:
    """Gives the page one width after the other; yields which.

    Nothing of ours asks for the width while a page loads but the strip of days, which only scrolls.
    """
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        yield f"{width} px"


def dresses(page: Page) -> Iterator[str]:
    """As widths(), in both color schemes.

    Not for the office: the admin theme chooses its colors while a page loads.
    """
    for width in widths(page):
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            yield f"{width} {scheme}"


def sideways(page: Page) -> list[str]:
    """How wide the page is where it is wider than its window."""
    assert page.viewport_size is not None
    wide: int = page.evaluate("document.documentElement.scrollWidth")
    return [f"{wide} px wide"] if wide > page.viewport_size["width"] else []


def barriers(page: Page, part: str = "html") -> list[str]:
    """What axe finds in this part of the page."""
    page.evaluate("document.getAnimations().forEach(each => each.finish())")
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(AXE.read_text())
    result = page.evaluate(
        """([part, tags]) => axe.run(
            part, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']}
        )""",
        [part, TAGS],
    )
    return [
        f"{each['id']} {node['target']} {node['failureSummary'][:200]}"
        for each in result["violations"]
        for node in each["nodes"]
    ]
