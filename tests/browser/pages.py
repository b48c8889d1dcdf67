"""Every page of the portal by name, and how to get there."""

import io
from datetime import datetime, timedelta

from PIL import Image
from playwright.sync_api import Page

from doorstep.domain.bookings.models import Booking
from doorstep.domain.notifications.models import Channel
from doorstep.domain.notifications.unsubscribe import make_token
from tests.factories.bookings import World, book, window_key
from tests.factories.customers import make_asset
from tests.factories.tracking import expect_late

from .conftest import OpenPage, follow

THURSDAY_MORNING = window_key()
FRIDAY_MORNING = "20261127T080000Z-20261127T100000Z"


def furnish(world: World, *, now: datetime) -> Booking:
    """Carol has an asset, a visit on Thursday, and somebody to call."""
    portal = world.portal
    portal.contact_phone, portal.contact_email = "+44 161 496 0000", "help@example.com"
    portal.page_footer = "Acme Ltd, Manchester"
    portal.save()
    world.service.preparation = "Please clear the space around the boiler."
    world.service.customer_description = "Cleaning and a safety check."
    world.service.save()
    make_asset(account=world.contact.account, name="Kitchen boiler")
    return book(world, now=now, details="The dog is friendly.")


def choose_asset_and_service(page: Page) -> None:
    """From the first question to the choice of a time."""
    page.goto("/book/asset/")
    page.get_by_role("radio", name="Kitchen boiler").check()
    follow(page.get_by_role("button", name="Continue"))
    page.locator("input[name=service]").first.check()
    follow(page.get_by_role("button", name="Continue"))


def hold_friday_morning(page: Page) -> None:
    """From the choice of a time to the details."""
    page.goto("/book/time/?day=2026-11-27")
    page.locator(f"input[value='{FRIDAY_MORNING}'][type=radio]").check(force=True)
    follow(page.locator("#times form button"))


def picture() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (64, 48), "teal").save(written, "PNG")
    return written.getvalue()


def each_page(open_page: OpenPage, world: World, visit: Booking, **how: object):
    """Yields (name, page) of every page, as a customer meets them."""
    stranger = open_page("/", **how)
    yield "landing", stranger
    for path in ("/accounts/login/", "/accounts/password/reset/", "/invitation/", "/nothing/"):
        stranger.goto(path)
        yield path, stranger
    way_out = f"/unsubscribe/{make_token(Channel.EMAIL, world.contact.email)}/"
    for path in (way_out, "/unsubscribe/broken/"):
        stranger.goto(path)
        yield path, stranger
    stranger.goto(way_out)
    follow(stranger.locator("main form button"))
    yield "unsubscribed", stranger
    page = open_page("/", contact=world.contact, **how)
    for path in (
        "/",
        "/?show=past",
        "/profile/",
        "/profile/calendar/",
        f"/visits/{visit.code}/",
        f"/visits/{visit.code}/?done=booked",
        f"/visits/{visit.code}/move/",
        f"/visits/{visit.code}/cancel/",
        "/book/asset/",
        "/book/service/",
    ):
        page.goto(path)
        yield path, page
    page.goto("/profile/calendar/")
    follow(page.locator("button[value=make]"))
    yield "calendar address", page
    page.goto("/book/service/")
    page.locator("input[name=service]").first.check()
    follow(page.locator("main form button[type=submit]"))
    yield "time", page
    page.goto("/book/time/?view=month")
    yield "month", page
    hold_friday_morning(page)
    yield "details", page
    follow(page.locator("#details-form .actions button"))
    yield "review", page
    page.goto(f"/visits/{visit.code}/photos/")
    follow(page.locator(".photo-form button"))
    yield "no photo", page
    page.set_input_files("input[type=file]", {"name": "a.png", "mimeType": "", "buffer": picture()})
    page.locator("input[name=caption]").fill("The type plate, seen from below")
    follow(page.locator(".photo-form button"))
    page.locator(".sent-photos").wait_for()
    yield "photos", page
    page.goto(f"/visits/{visit.code}/move/?day=2026-11-27")
    page.locator(f"input[value='{FRIDAY_MORNING}'][type=radio]").check(force=True)
    follow(page.locator("#times form button"))
    yield "move review", page
    expect_late(visit, expected_at=visit.promised_to + timedelta(minutes=98))
    for path in ("/", f"/visits/{visit.code}/"):
        page.goto(path)
        yield f"late, {path}", page
    follow(page.locator(".late form button"))
    yield "waits", page
    page.goto(f"/visits/{visit.code}/cancel/")
    follow(page.locator(".cancel-form .button"))
    yield "canceled", page
