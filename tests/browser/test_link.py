"""One visit by the link in a message, in a real browser."""

from datetime import datetime

import pytest
from playwright.sync_api import expect

from doorstep.domain.bookings.models import Booking, BookingCode, ParentStatus
from doorstep.domain.bookings.selectors import get_default_status
from tests.factories.bookings import World, make_link

from .conftest import OpenPage, follow
from .pages import FRIDAY_MORNING, furnish
from .test_accessibility import barriers

WIDTH = 360


@pytest.fixture
def visit(world: World, now: datetime) -> Booking:
    return furnish(world, now=now)


@pytest.fixture
def link(visit: Booking, now: datetime) -> str:
    return make_link(visit, now=now)


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_no_page_behind_a_link_has_a_barrier(
    open_page: OpenPage, visit: Booking, link: str, dark: bool, language: str
) -> None:
    page = open_page(link, width=WIDTH, dark=dark, language=language)
    found = barriers(page)
    for path in ("move/", "cancel/"):
        page.goto(f"/visit/{visit.code}/{path}")
        found += barriers(page)
    Booking.objects.update(status=get_default_status(ParentStatus.COMPLETED))
    page.goto(f"/visit/{visit.code}/")
    found += barriers(page)
    BookingCode.objects.update(blocked_at=visit.created_at)
    page.reload()
    found += barriers(page)

    assert not found, "\n".join(found)
    assert page.evaluate("document.documentElement.scrollWidth") <= WIDTH


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_moves_and_cancels_by_link(
    open_page: OpenPage, visit: Booking, link: str, scripts: bool
) -> None:
    page = open_page(link, width=WIDTH, scripts=scripts)
    assert page.url.endswith(f"/visit/{visit.code}/")

    page.get_by_role("link", name="Move the visit").click()
    page.locator("#day-2026-11-27").click()
    page.locator(f"input[type=radio][value='{FRIDAY_MORNING}']").check(force=True)
    page.locator("#times form button").click()
    page.get_by_role("button", name="Hold it longer").click()
    expect(page.get_by_text("Your time is now held until")).to_be_visible()
    page.get_by_role("button", name="Move the visit").click()
    expect(page.get_by_role("heading", name="Your visit has a new time")).to_be_visible()
    expect(page.get_by_text("Friday, 27 November 2026, London time")).to_be_visible()

    page.get_by_role("link", name="Cancel the visit").click()
    page.get_by_role("button", name="Cancel the visit").click()
    expect(page.get_by_role("heading", name="Your visit is canceled")).to_be_visible()


def test_a_page_that_is_open_closes_when_the_link_is_blocked(
    open_page: OpenPage, visit: Booking, link: str
) -> None:
    page = open_page(link)
    BookingCode.objects.update(blocked_at=visit.created_at)

    page.get_by_role("link", name="Move the visit").click()

    expect(page.get_by_role("heading", name="This link opens no visit")).to_be_visible()


def test_the_language_can_be_changed_where_the_link_leads(
    open_page: OpenPage, visit: Booking, link: str
) -> None:
    page = open_page(link)

    page.get_by_label("Language").select_option("ar")
    follow(page.locator("form.language button"))

    assert page.url.endswith(f"/visit/{visit.code}/")
    assert page.evaluate("document.documentElement.dir") == "rtl"
