"""Booking by keyboard, without scripts, and with a script that only comforts."""

from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from doorstep.domain.bookings.models import Booking, Hold
from doorstep.platform.lib.db import database_now
from tests.factories.bookings import World

from .conftest import OpenPage, follow
from .pages import FRIDAY_MORNING, choose_asset_and_service, furnish, hold_friday_morning


def test_books_with_the_keyboard_alone(open_page: OpenPage, world: World, now: datetime) -> None:
    furnish(world, now=now)
    page = open_page("/", contact=world.contact)

    _go_on(page, "Book a visit")
    _tab_to(page, "Kitchen boiler", times=20)
    page.keyboard.press("Space")
    _go_on(page, "Continue")
    _tab_to(page, world.service.customer_name, times=20)
    page.keyboard.press("Space")
    _go_on(page, "Continue")
    _tab_to(page, "Friday, 27 November 2026", times=30)
    page.keyboard.press("Enter")
    expect(page.locator("#times-status")).to_have_text("4 free times on Friday, 27 November 2026.")
    _tab_to(page, "08:00–10:00", times=20)
    page.keyboard.press("Space")
    _go_on(page, "Continue")
    _go_on(page, "Continue")
    _go_on(page, "Book this visit")

    expect(page.get_by_role("heading", name="Your visit is booked")).to_be_visible()
    assert Booking.objects.filter(promised_from__date="2026-11-27").count() == 1


def test_windows_are_walked_with_the_arrow_keys(
    open_page: OpenPage, world: World, now: datetime
) -> None:
    furnish(world, now=now)
    page = open_page("/", contact=world.contact)
    choose_asset_and_service(page)
    page.locator("input[name=key][type=radio]").first.focus()

    page.keyboard.press("ArrowDown")

    expect(page.locator("input[name=key][type=radio]").nth(1)).to_be_checked()


def test_the_day_that_was_switched_to_keeps_the_focus(
    open_page: OpenPage, world: World, now: datetime
) -> None:
    furnish(world, now=now)
    page = open_page("/", contact=world.contact)
    choose_asset_and_service(page)
    page.locator("#day-2026-11-27").focus()

    page.keyboard.press("Enter")

    expect(page.locator(".windows__day")).to_have_text("Friday, 27 November 2026")
    expect(page.locator("#day-2026-11-27")).to_be_focused()


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_chosen_day_is_in_view_on_a_phone(
    open_page: OpenPage, world: World, now: datetime, language: str
) -> None:
    furnish(world, now=now)
    page = open_page("/book/service/", contact=world.contact, width=360, language=language)
    page.locator("input[name=service]").first.check()
    page.locator("main form button[type=submit]").click()

    page.locator("#day-2026-11-30").click()
    expect(page.locator("#day-2026-11-30.is-selected")).to_be_in_viewport(ratio=1)
    page.reload()

    expect(page.locator("#day-2026-11-30.is-selected")).to_be_in_viewport(ratio=1)


def test_books_without_scripts(open_page: OpenPage, world: World, now: datetime) -> None:
    furnish(world, now=now)
    page = open_page("/", contact=world.contact, scripts=False, width=360)

    choose_asset_and_service(page)
    page.locator("#day-2026-11-27").click()
    page.locator(f"input[value='{FRIDAY_MORNING}'][type=radio]").check(force=True)
    page.locator("#times form button").click()
    page.locator("textarea").fill("Ring twice.")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Book this visit").click()

    expect(page.get_by_role("heading", name="Your visit is booked")).to_be_visible()
    expect(page.get_by_text("Ring twice.")).to_be_visible()


def test_moves_and_cancels_without_scripts(
    open_page: OpenPage, world: World, now: datetime
) -> None:
    visit = furnish(world, now=now)
    page = open_page(f"/visits/{visit.code}/", contact=world.contact, scripts=False)

    page.get_by_role("link", name="Move the visit").click()
    page.locator("#day-2026-11-27").click()
    page.locator(f"input[value='{FRIDAY_MORNING}'][type=radio]").check(force=True)
    page.locator("#times form button").click()
    page.get_by_role("button", name="Move the visit").click()
    expect(page.get_by_role("heading", name="Your visit has a new time")).to_be_visible()
    page.get_by_role("link", name="Cancel the visit").click()
    page.get_by_role("button", name="Cancel the visit").click()

    expect(page.get_by_role("heading", name="Your visit is canceled")).to_be_visible()


def test_warns_before_the_hold_ends(open_page: OpenPage, world: World, now: datetime) -> None:
    furnish(world, now=now)
    page = open_page("/", contact=world.contact)
    choose_asset_and_service(page)
    hold_friday_morning(page)
    expect(page.locator("[data-hold-warning]")).to_be_hidden()
    Hold.objects.update(expires_at=database_now() + timedelta(seconds=100))

    page.reload()

    expect(page.locator("[data-hold-warning]")).to_be_visible()


def test_says_when_the_hold_has_ended_and_still_books(
    open_page: OpenPage, world: World, now: datetime
) -> None:
    furnish(world, now=now)
    page = open_page("/", contact=world.contact)
    choose_asset_and_service(page)
    hold_friday_morning(page)
    follow(page.get_by_role("button", name="Continue"))
    # Long enough for the page to come: without a hold it would be another one.
    Hold.objects.update(expires_at=database_now() + timedelta(seconds=6))
    page.reload()
    expect(page.locator("[data-hold-over]")).to_be_visible()

    page.get_by_role("button", name="Book this visit").click()

    expect(page.get_by_role("heading", name="Your visit is booked")).to_be_visible()


def test_holding_longer_keeps_what_was_typed(
    open_page: OpenPage, world: World, now: datetime
) -> None:
    furnish(world, now=now)
    page = open_page("/", contact=world.contact)
    choose_asset_and_service(page)
    hold_friday_morning(page)
    page.locator("textarea").fill("Third floor")

    follow(page.get_by_role("button", name="Hold it longer"))

    expect(page.locator("textarea")).to_have_value("Third floor")


def test_counts_letters_down(open_page: OpenPage, world: World, now: datetime) -> None:
    furnish(world, now=now)
    page = open_page("/", contact=world.contact)
    choose_asset_and_service(page)
    hold_friday_morning(page)

    page.locator("textarea").fill("x" * 2001)

    expect(page.get_by_text("Characters too many: 1")).to_be_visible()


def test_a_double_press_books_once(open_page: OpenPage, world: World, now: datetime) -> None:
    furnish(world, now=now)
    page = open_page("/", contact=world.contact)
    choose_asset_and_service(page)
    hold_friday_morning(page)
    follow(page.get_by_role("button", name="Continue"))

    page.get_by_role("button", name="Book this visit").dblclick()

    expect(page.get_by_role("heading", name="Your visit is booked")).to_be_visible()
    assert Booking.objects.count() == 2


def _tab_to(page: Page, name: str, *, times: int) -> None:
    """Press Tab until what has the focus is called so."""
    for _press in range(times):
        page.keyboard.press("Tab")
        text = page.evaluate(
            "(document.activeElement.closest('label') || document.activeElement).textContent"
        )
        if name in " ".join(text.split()):
            return
    raise AssertionError(f"Tab does not lead to {name!r}")


def _go_on(page: Page, name: str) -> None:
    with page.expect_navigation():
        _tab_to(page, name, times=40)
        page.keyboard.press("Enter")
