"""A technician's whole day on a phone, and her pages in every dress."""

import io
from collections.abc import Iterator
from datetime import datetime

import pytest
import time_machine
from django.core.cache import cache
from PIL import Image

from doorstep.domain.bookings.models import Booking, BookingPhoto, BookingSignature, ParentStatus
from tests.factories.bookings import World
from tests.factories.identity import dana
from tests.factories.on_site import at

from .conftest import OpenPage, follow
from .technician_pages import DAY, each_technician_page, furnish_day
from .test_accessibility import LANGUAGES, barriers, dresses, sideways, small_targets

P = ParentStatus


@pytest.fixture(autouse=True)
def _clock(now: datetime) -> Iterator[time_machine.Traveller]:
    """Visits are booked on Monday, and it is Thursday, a quarter past nine."""
    cache.clear()
    with time_machine.travel(now, tick=True) as clock:
        yield clock


@pytest.fixture
def clock(_clock: time_machine.Traveller) -> time_machine.Traveller:
    return _clock


@pytest.fixture
def visits(world: World, now: datetime, clock: time_machine.Traveller) -> list[Booking]:
    found = furnish_day(world, now=now)
    clock.move_to(at(9, 15))
    return found


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_whole_day_is_driven_from_the_phone(
    open_page: OpenPage,
    world: World,
    visits: list[Booking],
    clock: time_machine.Traveller,
    scripts: bool,
) -> None:
    _done, carols, later = visits
    page = open_page(DAY, staff=world.technician.user, width=390, scripts=scripts)

    # The morning: set out, arrive.
    page.get_by_role("button", name="Start travel").click()
    page.get_by_text("You are on the way").wait_for()
    clock.move_to(at(10, 5))
    page.clock.set_system_time(at(10, 5))
    page.reload()
    page.get_by_role("button", name="Arrived").click()
    page.get_by_text("You are at work").wait_for()

    # At work: what is required is asked for before it can be completed.
    follow(page.get_by_role("link", name="1 required item is still open"))
    page.get_by_role("button", name="Complete").click()
    page.get_by_text("Please tick this first: Test for gas leaks.").wait_for()
    page.get_by_role("button", name="Test for gas leaks").click()
    page.get_by_role("button", name="Test for gas leaks", pressed=True).wait_for()
    page.get_by_label("Note", exact=True).fill("Seal replaced.")
    page.get_by_label("Show it to the customer").check()
    page.get_by_role("button", name="Add note").click()
    page.get_by_text("shown to the customer").wait_for()
    photo = io.BytesIO()
    Image.new("RGB", (800, 600), "teal").save(photo, "JPEG")
    page.locator("#photos input[type=file]").set_input_files(
        {"name": "flue.jpg", "mimeType": "image/jpeg", "buffer": photo.getvalue()}
    )
    page.get_by_role("button", name="Add photo").click()
    page.locator("#photos img").wait_for()
    page.get_by_label("Name of who signs").fill("Carol Customer")
    if scripts:
        sheet = page.locator("canvas")
        sheet.scroll_into_view_if_needed()
        box = sheet.bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + 30, box["y"] + 60)
        page.mouse.down()
        page.mouse.move(box["x"] + 200, box["y"] + 30, steps=8)
        page.mouse.up()
    page.get_by_role("button", name="Save signature").click()
    page.locator(".signed").wait_for()
    clock.move_to(at(10, 55))
    page.get_by_role("button", name="Complete").click()
    page.get_by_text("This visit is done").wait_for()

    # On to the next one, with a break on the way.
    page.get_by_role("link", name="My day").first.click()
    page.get_by_role("button", name="Start travel").click()
    page.get_by_role("button", name="On break").click()
    page.get_by_text("You are on a break").wait_for()
    page.get_by_role("button", name="Travel on").click()
    page.get_by_role("button", name="Arrived").wait_for()

    carols.refresh_from_db()
    later.refresh_from_db()
    assert carols.parent_status is P.COMPLETED
    assert carols.arrived_at is not None
    assert carols.arrived_at.replace(second=0, microsecond=0) == at(10, 5)
    assert later.parent_status is P.TRAVELING
    assert BookingPhoto.objects.filter(booking=carols).count() == 1
    assert bool(BookingSignature.objects.get(booking=carols).picture) is scripts


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_of_the_technician_has_a_barrier(
    open_page: OpenPage, world: World, visits: list[Booking], language: str
) -> None:
    found: list[str] = []

    for name, page in each_technician_page(open_page, world, visits, language=language):
        for dress in dresses(page):
            found += [f"{name}, {dress}: {barrier}" for barrier in barriers(page)]
            found += [f"{name}, {dress}: {wide}" for wide in sideways(page)]

    assert not found, "\n".join(found)


def test_the_smallest_phone_needs_no_scrolling_sideways_and_a_thumb_hits_everything(
    open_page: OpenPage, world: World, visits: list[Booking]
) -> None:
    found: list[str] = []

    for name, page in each_technician_page(open_page, world, visits, width=320):
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > 320:
            found.append(f"{name}: {wide} px")
        found += [f"{name}: {small}" for small in small_targets(page)]

    assert not found, "\n".join(found)


def test_who_is_no_technician_meets_no_barrier_either(open_page: OpenPage, world: World) -> None:
    page = open_page(DAY, staff=dana(), width=360)

    assert page.get_by_role("link", name="Go to the office").count() == 1
    assert barriers(page) == []
