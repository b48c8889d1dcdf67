"""The page of a visit whose technician is on the way: a real browser follows a real server."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect

from doorstep.domain.bookings.models import Booking, BookingCode, ParentStatus
from doorstep.domain.bookings.services.codes import block_code, expire_code
from doorstep.domain.organization.models import Portal
from doorstep.domain.tracking.models import ArrivalEstimate
from doorstep.domain.tracking.services.sharing import pause_sharing
from doorstep.platform.audit.services import SYSTEM
from doorstep.platform.lib.db import database_now
from doorstep.platform.values.geo import Coordinates
from tests.conftest import NOW
from tests.doubles.served import Served
from tests.factories.bookings import World, book, make_link
from tests.factories.organization import LONDON
from tests.factories.tracking import become, north_of, report, set_out

from .test_accessibility import barriers

MINUTE = timedelta(minutes=1)
DOOR = Coordinates(53.48, -2.24)
FAR, NEAR, DOORSTEP = (north_of(DOOR, -metres) for metres in (5_000, 1_200, 60))
OpenLive = Callable[..., Page]


@pytest.fixture(autouse=True)
def _clock() -> None:
    """The server beside us has the real one, and so have we."""


@pytest.fixture
def visit(world: World) -> Booking:
    """Today between the last hour and the next, everything about the technician shown."""
    Portal.objects.update(
        is_tracking_enabled=True, shows_technician_name=True,
        shows_technician_photo=True, shows_technician_phone=True,
        contact_phone="+44 161 496 0000",
    )  # fmt: skip
    world.technician.phone = "+447700900555"
    world.technician.save()
    visit = book(world, now=NOW)
    now = database_now()
    Booking.objects.filter(pk=visit.pk).update(
        promised_from=now - 60 * MINUTE, promised_to=now + 60 * MINUTE,
        starts_at=now - 60 * MINUTE, arrives_at=now, ends_at=now + 60 * MINUTE,
    )  # fmt: skip
    visit.refresh_from_db()
    return visit


@pytest.fixture
def open_live(chromium: Browser, served: Served, visit: Booking) -> Iterator[OpenLive]:
    """The page of the visit as its link opens it. What goes wrong in a script fails the test."""
    contexts, complaints = [], []

    def _open(
        *, width: int = 360, dark: bool = False, language: str = "en", scripts: bool = True,
        streams: bool = True,
    ) -> Page:  # fmt: skip
        context = chromium.new_context(
            base_url=served.url,
            viewport={"width": width, "height": 800},
            color_scheme="dark" if dark else "light",
            locale="en-GB",
            java_script_enabled=scripts,
        )
        contexts.append(context)
        context.set_default_timeout(20_000)
        context.add_cookies([{"name": "language", "value": language, "url": served.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text)
                if "Content Security Policy" in message.text else None)  # fmt: skip
        if not streams:
            page.route("**/live?*", lambda route: route.abort())
        page.goto(make_link(visit, now=database_now()))
        return page

    yield _open
    for context in contexts:
        context.close()
    assert complaints == []


def set_off(world: World, visit: Booking) -> datetime:
    """Forty minutes ago, nine kilometers away. Gives the time it is now."""
    now = database_now()
    set_out(world, now=now - 40 * MINUTE, booking=visit)
    report(world.technician, north_of(DOOR, -9_000), at=now - 39 * MINUTE)
    return now


def seen_at(world: World, visit: Booking, place: Coordinates, *, minutes: int) -> None:
    """A position of this moment and an estimate from there."""
    now = database_now()
    report(world.technician, place, at=now)
    ArrivalEstimate.objects.update_or_create(
        booking=visit, resource=world.technician,
        defaults={
            "made_at": now, "arrives_at": now + minutes * MINUTE, "source": "test",
            "earliest_at": now + (minutes - 2) * MINUTE, "latest_at": now + (minutes + 3) * MINUTE,
            "latitude": place.latitude, "longitude": place.longitude,
            "path": [
                [place.latitude, place.longitude],
                [place.latitude + 0.004, place.longitude + 0.011],
                [DOOR.latitude - 0.008, DOOR.longitude + 0.012], [DOOR.latitude, DOOR.longitude],
            ],
        },
    )  # fmt: skip


# What the customer's page may show, by name.


def far_away(world: World, visit: Booking) -> None:
    set_off(world, visit)
    seen_at(world, visit, FAR, minutes=27)


def near(world: World, visit: Booking) -> None:
    far_away(world, visit)
    now = database_now()
    report(world.technician, NEAR, at=now + timedelta(seconds=90), now=now)
    seen_at(world, visit, NEAR, minutes=8)


def setting_off(world: World, visit: Booking) -> None:
    now = set_off(world, visit)
    report(world.technician, north_of(DOOR, -8_900), at=now - 10 * MINUTE)


def paused(world: World, visit: Booking) -> None:
    far_away(world, visit)
    pause_sharing(resource=world.technician, reason="Lunch", actor=SYSTEM, now=database_now())


def late(world: World, visit: Booking) -> None:
    set_off(world, visit)
    seen_at(world, visit, FAR, minutes=80)


def with_customer(world: World, visit: Booking) -> None:
    far_away(world, visit)
    become(visit, ParentStatus.IN_PROGRESS, at=database_now())


def on_break(world: World, visit: Booking) -> None:
    with_customer(world, visit)
    become(visit, ParentStatus.ON_BREAK, at=database_now())


STATES = (far_away, setting_off, paused, late, with_customer, on_break)


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_no_state_of_the_page_has_a_barrier(
    open_live: OpenLive, world: World, visit: Booking, state: Callable[[World, Booking], None]
) -> None:
    state(world, visit)
    found = []

    for width, dark, language in ((360, False, "en"), (1280, True, "ar"), (320, True, "he")):
        page = open_live(width=width, dark=dark, language=language)
        if state is far_away:
            expect(page.locator(".map__pin--person")).to_be_visible()
        found += barriers(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width

    assert not found, "\n".join(found)


def test_the_page_follows_a_trip_until_the_visit_is_done(
    open_live: OpenLive, world: World, visit: Booking
) -> None:
    page = open_live()
    expect(page.get_by_role("heading", name="Your technician is on the way")).to_have_count(0)

    setting_off(world, visit)
    now = database_now()
    expect(page.get_by_role("heading", name="Your technician is on the way")).to_be_visible()
    expect(
        page.get_by_text("Just setting off; the position follows soon.", exact=True)
    ).to_be_visible()
    seen_at(world, visit, FAR, minutes=27)
    expect(page.get_by_text("about 5 km away, as of")).to_be_visible()
    expect(page.locator(".map__pin--coarse")).to_be_visible()
    report(world.technician, NEAR, at=now + timedelta(seconds=100), now=now)
    expect(page.get_by_text("about 1 km away, as of")).to_be_visible()
    expect(page.locator(".map__pin--person:not(.map__pin--coarse)")).to_be_visible()
    expect(page.get_by_role("link", name="Call Tom Technician")).to_have_attribute(
        "href", "tel:+447700900555"
    )

    become(visit, ParentStatus.IN_PROGRESS, at=now)
    expect(page.get_by_role("heading", name="Your technician is with you")).to_be_visible()
    expect(page.locator(".map__pin")).to_have_count(0)
    assert "Tom Technician" not in page.content()
    become(visit, ParentStatus.COMPLETED, at=now + MINUTE)
    expect(page.locator("main .badge")).to_have_text("Completed")
    expect(page.get_by_role("status").first).to_have_text("The visit is completed.")


def test_a_screen_reader_is_told_what_matters_and_nothing_twice(
    open_live: OpenLive, world: World, visit: Booking
) -> None:
    far_away(world, visit)
    page = open_live()
    expect(page.locator(".map__pin--person")).to_be_visible()
    page.evaluate(
        """() => {
          window.told = [];
          const sayer = document.querySelector("[data-live-say]");
          new MutationObserver(() => window.told.push(sayer.textContent))
            .observe(sayer, {childList: true, characterData: true, subtree: true});
        }"""
    )
    now = database_now()

    # A position alone is no reason to interrupt anybody; a pause is.
    report(world.technician, NEAR, at=now + timedelta(seconds=100), now=now)
    expect(page.get_by_text("about 1 km away, as of")).to_be_visible()
    silent = page.evaluate("window.told")
    pause_sharing(resource=world.technician, reason="Lunch", actor=SYSTEM, now=now)
    expect(page.locator("[data-live-say]")).to_contain_text("Sharing of the position is paused.")

    assert silent == []
    assert len(page.evaluate("window.told")) == 1


@pytest.mark.parametrize("end", [block_code, expire_code], ids=["blocked", "expired"])
def test_an_open_page_forgets_everything_when_its_link_is_closed(
    open_live: OpenLive, world: World, visit: Booking, end: Callable[..., object]
) -> None:
    near(world, visit)
    page = open_live()
    expect(page.locator(".map__pin--person")).to_be_visible()

    end(code=BookingCode.objects.get(open_count=1), actor=SYSTEM, now=database_now())

    expect(page.get_by_role("heading", name="This link opens no visit")).to_be_visible()
    expect(page.locator(".map")).to_have_count(0)
    content = page.content()
    for secret in ("Tom Technician", "+447700900555", "Deansgate", "Boiler"):
        assert secret not in content


def test_without_streams_the_page_asks_from_time_to_time(
    open_live: OpenLive, world: World, visit: Booking
) -> None:
    far_away(world, visit)
    page = open_live(streams=False)
    expect(page.locator(".map__pin--coarse")).to_be_visible(timeout=30_000)

    now = database_now()
    report(world.technician, NEAR, at=now + timedelta(seconds=100), now=now)
    expect(page.get_by_text("about 1 km away, as of")).to_be_visible(timeout=30_000)
    become(visit, ParentStatus.IN_PROGRESS, at=now)
    expect(page.get_by_role("heading", name="Your technician is with you")).to_be_visible(
        timeout=30_000
    )


def test_the_page_goes_on_after_the_server_was_restarted(
    open_live: OpenLive, served: Served, world: World, visit: Booking
) -> None:
    far_away(world, visit)
    page = open_live()
    expect(page.locator(".map__pin--coarse")).to_be_visible()

    served.stop()
    served.start()
    now = database_now()
    report(world.technician, NEAR, at=now + timedelta(seconds=100), now=now)

    expect(page.get_by_text("about 1 km away, as of")).to_be_visible(timeout=40_000)


def test_without_scripts_the_page_says_everything_in_words(
    open_live: OpenLive, world: World, visit: Booking
) -> None:
    far_away(world, visit)
    page = open_live(scripts=False)

    expect(page.get_by_role("heading", name="Your technician is on the way")).to_be_visible()
    expect(page.get_by_text("Arriving around")).to_be_visible()
    expect(page.get_by_text("about 5 km away, as of")).to_be_visible()
    expect(page.locator("[data-map]")).to_be_hidden()


def test_the_map_is_moved_by_keyboard_and_lets_go(
    open_live: OpenLive, world: World, visit: Booking
) -> None:
    near(world, visit)
    page = open_live(width=1280)
    expect(page.locator(".map__pin--person")).to_be_visible()
    home = page.locator(".map__pin--home")
    before = home.bounding_box()

    page.locator("[data-map]").focus()
    page.keyboard.press("ArrowRight")
    show_all = page.get_by_role("button", name="Show everything")
    expect(show_all).to_be_visible()
    page.wait_for_function("x => document.querySelector('.map__pin--home')"
                           ".getBoundingClientRect().x < x - 20", arg=before["x"])  # fmt: skip
    show_all.click()
    expect(show_all).to_be_hidden()
    stops = []
    for _number in range(4):
        page.keyboard.press("Tab")
        stops.append(page.evaluate("document.activeElement.textContent.trim()"))

    assert any(stop.startswith("Call") for stop in stops), stops


def test_who_looks_around_on_the_map_is_not_pulled_back(
    open_live: OpenLive, world: World, visit: Booking
) -> None:
    far_away(world, visit)
    page = open_live(width=1280)
    # The map is where the press has put it at once.
    page.emulate_media(reduced_motion="reduce")
    page.reload()
    expect(page.locator(".map__pin--coarse")).to_be_visible()
    page.get_by_role("button", name="Zoom in").click()
    expect(page.get_by_role("button", name="Show everything")).to_be_visible()
    before = page.locator(".map__pin--home").bounding_box()

    now = database_now()
    report(world.technician, NEAR, at=now + timedelta(seconds=100), now=now)
    expect(page.get_by_text("about 1 km away, as of")).to_be_visible()
    page.wait_for_timeout(2000)

    assert page.locator(".map__pin--home").bounding_box() == before


def test_tiles_that_do_not_come_leave_a_map_on_paper(
    open_live: OpenLive, served: Served, world: World, visit: Booking
) -> None:
    served.stop()
    served.environment["DOORSTEP_MAP_TILES"] = "/nowhere/{z}/{x}/{y}.png"
    served.start()
    far_away(world, visit)
    page = open_live()

    expect(page.get_by_text("The map’s background cannot be loaded.")).to_be_visible()
    expect(page.locator(".map__pin--person")).to_be_visible()
    expect(page.locator(".map__square").first).to_be_attached()


def test_a_visit_over_midnight_fits_a_small_phone(open_live: OpenLive, visit: Booking) -> None:
    today = database_now().astimezone(ZoneInfo(LONDON)).replace(hour=0, minute=0, second=0)
    tomorrow = today + timedelta(days=1)
    Booking.objects.filter(pk=visit.pk).update(
        promised_from=tomorrow - 60 * MINUTE, promised_to=tomorrow + 60 * MINUTE
    )
    page = open_live(width=320)
    expect(page.get_by_text("the next day").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
