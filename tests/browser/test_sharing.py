"""The technician's phone tells where it is, as the person who holds it allows."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from doorstep.domain.bookings.models import Booking, ParentStatus
from doorstep.domain.tracking.models import Position, SharingSession
from tests.factories.bookings import World
from tests.factories.tracking import become, set_out

from .conftest import OpenPage

DAY = "/technician/"
PLACE = {"latitude": 53.4321, "longitude": -2.2345, "accuracy": 12}


@pytest.fixture
def trip(world: World, now: datetime) -> Booking:
    """Begun this minute."""
    return set_out(world, now=now)


def allow(page: Page) -> None:
    page.clock.set_system_time(timezone.now())
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation(PLACE)  # type: ignore[arg-type]
    page.reload()


def test_the_phone_sends_where_it_is(open_page: OpenPage, world: World, trip: Booking) -> None:
    page = open_page(DAY, staff=world.technician.user, width=390)
    allow(page)

    page.get_by_text("Sent at").wait_for()
    session = SharingSession.objects.get()
    assert (session.latitude, session.longitude) == (53.4321, -2.2345)


def test_who_does_not_allow_it_reads_what_that_means(
    open_page: OpenPage, world: World, trip: Booking
) -> None:
    page = open_page(DAY, staff=world.technician.user, width=390)

    page.get_by_text("Your phone does not allow it").wait_for()
    assert not Position.objects.exists()


def test_a_phone_whose_clock_is_wrong_says_so(
    open_page: OpenPage, world: World, trip: Booking
) -> None:
    page = open_page(DAY, staff=world.technician.user, width=390)
    page.clock.set_system_time(timezone.now() + timedelta(hours=3))
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation(PLACE)  # type: ignore[arg-type]
    page.reload()

    page.get_by_text("The clock of your phone is wrong").wait_for()
    assert not Position.objects.exists()


def test_without_network_it_is_sent_later(open_page: OpenPage, world: World, trip: Booking) -> None:
    page = open_page(DAY, staff=world.technician.user, width=390)
    page.route("**/technician/positions/", lambda route: route.abort())
    allow(page)
    page.get_by_text("it is sent later").wait_for()
    assert not Position.objects.exists()

    page.unroute("**/technician/positions/")
    page.evaluate("window.dispatchEvent(new Event('online'))")
    page.get_by_text("Sent at").wait_for()
    assert Position.objects.count() == 1


def test_a_phone_that_lies_still_tries_again_by_itself(
    open_page: OpenPage, world: World, trip: Booking
) -> None:
    page = open_page(DAY, staff=world.technician.user, width=390)
    page.clock.install(time=timezone.now())
    page.route("**/technician/positions/", lambda route: route.abort())
    allow(page)
    page.get_by_text("it is sent later").wait_for()

    page.unroute("**/technician/positions/")
    page.clock.fast_forward("00:10")
    page.get_by_text("Sent at").wait_for()
    assert Position.objects.count() == 1


def test_it_ends_with_the_trip_on_a_page_that_is_open(
    open_page: OpenPage, world: World, trip: Booking, now: datetime
) -> None:
    page = open_page(DAY, staff=world.technician.user, width=390)
    allow(page)
    page.get_by_text("Sent at").wait_for()
    become(trip, ParentStatus.IN_PROGRESS, at=timezone.now())

    page.evaluate(
        "localStorage.setItem('doorstep-positions', JSON.stringify([{latitude: 53.4, "
        "longitude: -2.2, accuracy: 5, at: new Date().toISOString()}]));"
        "window.dispatchEvent(new Event('online'))"
    )
    page.get_by_text("Sharing has ended").wait_for()
    assert page.evaluate("localStorage.getItem('doorstep-positions')") == "[]"
    assert Position.objects.count() == 1


def test_a_pause_sends_nothing(open_page: OpenPage, world: World, trip: Booking) -> None:
    page = open_page(DAY, staff=world.technician.user, width=390)
    allow(page)
    page.get_by_text("Sent at").wait_for()
    page.get_by_text("Pause", exact=True).click()
    page.get_by_label("Why?").fill("Fuel")
    page.get_by_role("button", name="Pause sharing").click()
    page.get_by_text("is paused").wait_for()

    assert SharingSession.objects.get().pause_reason == "Fuel"
    assert page.locator("[data-share]").count() == 0
