"""The main job, from signing in to the office: what a stranger would try first."""

import re
from datetime import datetime

from playwright.sync_api import Page, expect

from doorstep.domain.bookings.models import Booking
from tests.factories.bookings import World
from tests.factories.identity import PASSWORD, dana

from .conftest import OpenPage, follow
from .pages import FRIDAY_MORNING, THURSDAY_MORNING


def test_books_moves_cancels_books_again_and_is_seen_in_the_office(
    open_page: OpenPage, world: World, now: datetime
) -> None:
    page = open_page("/")

    _sign_in(page, world.contact.email)
    _book(page, day="2026-11-26", key=THURSDAY_MORNING)
    expect(page.get_by_role("heading", name="Your visit is booked")).to_be_visible()
    expect(page.get_by_text("Thursday, 26 November 2026, London time")).to_be_visible()

    page.get_by_role("link", name="Move the visit").click()
    _choose(page, day="2026-11-27", key=FRIDAY_MORNING)
    page.get_by_role("button", name="Move the visit").click()
    expect(page.get_by_text("Friday, 27 November 2026, London time")).to_be_visible()

    page.get_by_role("link", name="Cancel the visit").click()
    page.get_by_role("radio", name="It is no longer needed").check()
    page.get_by_role("button", name="Cancel the visit").click()
    expect(page.get_by_role("heading", name="Your visit is canceled")).to_be_visible()

    _book(page, day="2026-11-26", key=THURSDAY_MORNING)
    expect(page.get_by_role("heading", name="Your visit is booked")).to_be_visible()
    number = page.locator(".number").inner_text()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in").first).to_be_visible()

    _sign_in(page, dana().email)
    again = Booking.objects.select_related("work_order").get(number=number)
    page.goto("/office/bookings/booking/")
    expect(page.get_by_text(number).first).to_be_visible()
    page.goto("/office/work/workorder/")
    expect(page.get_by_text(again.work_order.number).first).to_be_visible()


def _sign_in(page: Page, email: str) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Email", exact=False).or_(
        page.get_by_label("E-mail", exact=False)
    ).first.fill(email)
    page.locator("input[type=password]").fill(PASSWORD)
    page.locator("main form").get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(re.compile(r"^(?!.*/accounts/login/)"))
    skip = page.get_by_role("button", name="Skip")
    if skip.count():
        follow(skip)


def _book(page: Page, *, day: str, key: str) -> None:
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Book a visit").click()
    page.locator("input[name=service]").first.check()
    page.get_by_role("button", name="Continue").click()
    _choose(page, day=day, key=key)
    page.locator("textarea").fill("Ring twice.")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Book this visit").click()


def _choose(page: Page, *, day: str, key: str) -> None:
    page.locator(f"#day-{day}").click()
    page.locator(f"input[type=radio][value='{key}']").check(force=True)
    page.locator("#times form button").click()
