"""Every page of the technician by name, and how to get there."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from playwright.sync_api import Locator, Page

from doorstep.domain.bookings.models import Booking, BookingNote, BookingStatus
from doorstep.domain.bookings.models import ParentStatus as P
from doorstep.domain.resources.models import TimeOff, TimeOffState
from doorstep.domain.work.models import WorkOrder
from tests.factories.bookings import THURSDAY, World, book, window_key
from tests.factories.customers import make_asset
from tests.factories.days import book_at
from tests.factories.on_site import at, go, make_item

from .conftest import OpenPage

DAY = "/technician/"


def furnish_day(world: World, *, now: datetime) -> list[Booking]:
    """Tom has three visits on Thursday: one done, one of Carol's with everything, one to come."""
    service = world.service
    service.name = "Boiler service"
    service.description = "A full check and clean of the gas boiler."
    service.save()
    BookingStatus.objects.create(name="Running late", parent=P.TRAVELING)
    BookingStatus.objects.create(name="Partly done", parent=P.COMPLETED, completes_work_order=False)
    asset = make_asset(account=world.contact.account, name="Kitchen boiler", serial_number="HM-77")
    earlier = book(world, now=now, key=window_key(THURSDAY - timedelta(days=1)))
    carols = book(world, now=now, details="The dog is friendly. The boiler shows F28.")
    WorkOrder.objects.filter(bookings__in=[earlier, carols]).update(
        asset=asset, instructions="Bell is broken, please knock.\nParking in the yard."
    )
    go(earlier, P.IN_PROGRESS, at(10) - timedelta(days=1))
    go(earlier, P.COMPLETED, at(11) - timedelta(days=1))
    BookingNote.objects.create(booking=earlier, text="Pressure vessel pumped up.")
    done = book_at(world, 53.471, -2.231, now=now, hours=(8, 10))
    later = book_at(world, 53.55, -2.30, now=now, hours=(13, 15))
    TimeOff.objects.create(
        resource=world.technician, starts_at=at(16), ends_at=at(17), reason="Dentist",
        state=TimeOffState.APPROVED,
    )  # fmt: skip
    TimeOff.objects.create(
        resource=world.technician, starts_at=at(0) + timedelta(days=9),
        ends_at=at(0) + timedelta(days=12), state=TimeOffState.REQUESTED,
    )  # fmt: skip
    go(done, P.IN_PROGRESS, at(8, 10))
    go(done, P.COMPLETED, at(9))
    make_item(service, "Test for gas leaks", is_required=True, position=1)
    make_item(service, "Clean the burner", position=2)
    make_item(service, "Write the pressure into the booklet", position=3)
    return [done, carols, later]


def send(page: Page, button: Locator) -> None:
    """Presses it and waits for the answer's page.

    Not with follow(): before the queue loads the same page anew it changes the address, and that
    alone is a navigation.
    """
    with page.expect_event("load"):
        button.click()


def each_technician_page(
    open_page: OpenPage, world: World, visits: list[Booking], **how: Any
) -> Iterator[tuple[str, Page]]:
    """Yields (name, page) of every page, as Tom meets them in the course of Thursday."""
    done, carols, _later = visits
    address = f"{DAY}visits/{carols.code}/"
    page = open_page(DAY, staff=world.technician.user, **how)
    yield "day", page
    for name, path in (
        ("tomorrow", f"{DAY}?day=2026-11-27"),
        ("weekend", f"{DAY}?day=2026-11-28"),
        ("done", f"{DAY}visits/{done.code}/"),
        ("time off", f"{DAY}time-off/"),
        ("calendar", f"{DAY}calendar/"),
    ):
        page.goto(path)
        yield name, page
    send(page, page.locator("button[value=make]"))
    yield "calendar address", page
    page.goto(address)
    yield "visit", page
    send(page, page.locator("[data-parent=traveling]").first)
    send(page, page.locator("[data-parent=in_progress]").first)
    send(page, page.locator("button.item").nth(1))
    page.locator("#notes textarea").fill("Seal replaced, pressure 1.5 bar.")
    page.locator("#notes input[type=checkbox]").check()
    send(page, page.locator("#notes button[type=submit]"))
    page.locator("#signature input[name=name]").fill("Carol Customer")
    send(page, page.locator("#signature button[type=submit]"))
    for summary in page.locator("main summary").all():
        summary.click()
    yield "at work", page
    page.goto(address)
    send(page, page.locator("[data-parent=completed]").first)
    yield "refused", page
    page.goto(DAY)
    yield "day at work", page
