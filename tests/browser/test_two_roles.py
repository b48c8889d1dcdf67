"""One visit, two people: the technician's phone drives it, the customer's page follows."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from doorstep.domain.bookings.models import Booking, ParentStatus
from doorstep.domain.organization.models import Portal
from doorstep.domain.tracking.models import SharingSession
from doorstep.platform.lib.db import database_now
from doorstep.platform.values.geo import Coordinates
from tests.conftest import NOW
from tests.doubles.served import Served
from tests.factories.bookings import World, book, make_link
from tests.factories.tracking import north_of

DOOR = Coordinates(53.48, -2.24)


@pytest.fixture(autouse=True)
def _clock() -> None:
    """The server beside us has the real one, and so have we."""


@pytest.fixture
def visit(world: World) -> Booking:
    """Planned for now."""
    Portal.objects.update(is_tracking_enabled=True, shows_technician_name=True)
    visit = book(world, now=NOW)
    now = database_now()
    arrives_at = now + (visit.arrives_at - visit.starts_at)
    times = {
        "starts_at": now,
        "arrives_at": arrives_at,
        "ends_at": arrives_at + (visit.ends_at - visit.arrives_at),
    }
    visit.assignments.update(**times)
    visit.timestamps.update(at=now)
    Booking.objects.filter(pk=visit.pk).update(
        promised_from=now, promised_to=now, created_at=now, **times
    )
    return Booking.objects.get(pk=visit.pk)


@pytest.fixture
def customer(chromium: Browser, served: Served, visit: Booking) -> Iterator[Page]:
    context = chromium.new_context(base_url=served.url, locale="en-GB")
    page = context.new_page()
    page.goto(make_link(visit, now=database_now()))
    yield page
    context.close()


@pytest.fixture
def technician(chromium: Browser, served: Served, world: World, visit: Booking) -> Iterator[Page]:
    """Her phone, five kilometers from the door."""
    client = Client()
    assert world.technician.user is not None
    client.force_login(world.technician.user)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context = chromium.new_context(
        base_url=served.url, locale="en-GB", viewport={"width": 390, "height": 844},
        permissions=["geolocation"], geolocation=_place(5_000),
        # It fetches pages ahead of time, of which only its own tests want to know.
        service_workers="block",
    )  # fmt: skip
    context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": served.url}]
    )
    page = context.new_page()
    page.goto("/technician/")
    yield page
    context.close()


def _place(metres: float) -> dict[str, float]:
    place = north_of(DOOR, metres)
    return {"latitude": place.latitude, "longitude": place.longitude, "accuracy": 10}


def test_what_the_technician_taps_the_customer_reads(
    technician: Page, customer: Page, visit: Booking
) -> None:
    technician.get_by_role("button", name="Start travel").click()
    technician.get_by_text("You are on the way").wait_for()
    technician.get_by_text("Sent at").wait_for()
    expect(customer.get_by_role("heading", name="Your technician is on the way")).to_be_visible()

    # Five kilometers away, and nothing tells where she set out; a little later she is near.
    expect(customer.get_by_text("Just setting off").last).to_be_visible()
    session = SharingSession.objects.get(booking=visit)
    assert session.latitude is not None
    SharingSession.objects.update(has_left=True, latitude=None, longitude=None, position_at=None)
    technician.context.set_geolocation(_place(1_000))  # type: ignore[arg-type]
    technician.reload()
    expect(customer.get_by_text("about 1 km away").last).to_be_visible()

    technician.get_by_role("button", name="Arrived").click()
    expect(customer.get_by_role("heading", name="Your technician is with you")).to_be_visible()
    assert "km away" not in customer.content()

    technician.get_by_role("button", name="Complete").click()
    expect(customer.get_by_role("heading", name="What was done")).to_be_visible()
    assert Booking.objects.get(pk=visit.pk).parent_status is ParentStatus.COMPLETED
