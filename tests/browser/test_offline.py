"""A technician's day without network: read, done, kept on the phone, and sent later in order."""

import io
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime

import pytest
import time_machine
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from PIL import Image
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Locator, Page, Route, expect

from doorstep.domain.bookings.models import (
    Booking,
    BookingNote,
    BookingPhoto,
    BookingSignature,
    ChecklistAnswer,
    StatusTimestamp,
)
from doorstep.domain.bookings.models import ParentStatus as P
from doorstep.domain.organization.models import Portal
from doorstep.domain.resources.models import BookableResource
from doorstep.domain.tracking.models import Position
from tests.factories.bookings import World
from tests.factories.on_site import at
from tests.factories.resources import tina
from tests.factories.tracking import become

from .conftest import OpenPage
from .technician_pages import DAY, furnish_day
from .test_accessibility import LANGUAGES, barriers, dresses, sideways, small_targets

KEPT = """async (paths) => {
  const name = (await caches.keys()).find(each => each.startsWith("doorstep-pages-"));
  if (!name) return false;
  const pages = await caches.open(name);
  for (const path of paths) if (!await pages.match(path, {ignoreVary: true})) return false;
  return true;
}"""
CONTROLLED = "Boolean(navigator.serviceWorker.controller)"
STATES = """navigator.serviceWorker.getRegistrations().then(all => all.map(each => [
  each.scope, ...["installing", "waiting", "active"].map(name => each[name]?.state)
]))"""
NAMES = "caches.keys().then(names => names.filter(each => each.startsWith('doorstep-pages-')))"


@pytest.fixture(autouse=True)
def _clock(now: datetime) -> Iterator[time_machine.Traveller]:
    cache.clear()
    with time_machine.travel(now, tick=True) as clock:
        yield clock


@pytest.fixture
def clock(_clock: time_machine.Traveller) -> time_machine.Traveller:
    return _clock


@pytest.fixture
def visits(world: World, now: datetime, clock: time_machine.Traveller) -> list[Booking]:
    """Thursday, a quarter past nine."""
    found = furnish_day(world, now=now)
    clock.move_to(at(9, 15))
    return found


def until(is_so: Callable[[], bool], page: Page, instead: str = "''") -> None:
    """Looks again until it is so; for what no element of the page shows. If it never is, the test
    fails with what `instead` is then."""
    for _attempt in range(300):
        try:
            if is_so():
                return
        except PlaywrightError as error:
            # Asked of a page that another one replaced before it answered.
            if "Execution context was destroyed" not in str(error):
                raise
        page.wait_for_timeout(100)
    raise AssertionError(f"it never came to be so: {page.evaluate(instead)}")


class Phone:
    """A page with its clock set as the server's, and a network that can go away."""

    def __init__(self, page: Page, clock: time_machine.Traveller) -> None:
        self.page = page
        self._clock = clock

    def set_time(self, moment: datetime) -> None:
        self._clock.move_to(moment)
        self.page.clock.set_system_time(moment)

    def keep(self, *visits: Booking) -> None:
        """Waits until the worker answers for this page and has kept the day and these visits.

        Of whoever has signed in now, and with the page that says there is no network.
        """
        until(lambda: bool(self.page.evaluate(CONTROLLED)), self.page, STATES)
        paths = [DAY, f"{DAY}offline/", *(f"{DAY}visits/{visit.code}/" for visit in visits)]
        paths += [f"{DAY}visits/{visit.code}/ahead/" for visit in visits]
        until(lambda: bool(self.page.evaluate(KEPT, paths)), self.page)

    def go_offline(self) -> None:
        self.page.context.set_offline(True)

    def go_online(self) -> None:
        self.page.context.set_offline(False)

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def waits(self, count: int) -> None:
        self.page.get_by_text(f"Waiting for the network: {count}").wait_for()

    @property
    def bar(self) -> Locator:
        return self.page.locator("[data-waits-list]")


@pytest.fixture
def phone(
    open_page: OpenPage, world: World, visits: list[Booking], clock: time_machine.Traveller
) -> Iterator[Phone]:
    """Tom's, on his day, with everything kept."""
    before = set(threading.enumerate())
    page = open_page(DAY, staff=world.technician.user, width=390, worker=True)
    found = Phone(page, clock)
    found.set_time(at(9, 15))
    found.page.reload()
    found.keep(*visits)
    yield found
    # What the worker still asks for must be answered before the tables are emptied: what comes
    # later meets the next test's tables. With the browser's connections the server's threads end.
    page.context.close()
    for thread in set(threading.enumerate()) - before:
        if thread.name.endswith("(process_request_thread)"):
            thread.join(timeout=5)


def sign_in(page: Page, resource: BookableResource) -> None:
    """As if through the form, in the browser of this page."""
    client = Client()
    assert resource.user is not None
    client.force_login(resource.user)
    name = settings.SESSION_COOKIE_NAME
    address = "/".join(page.url.split("/")[:3])
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": address}])


def stamps(booking: Booking) -> list[tuple[str, datetime]]:
    """Statuses with their times, as the technician's phone gave them."""
    rows = StatusTimestamp.objects.filter(booking=booking).exclude(parent=P.SCHEDULED)
    return [
        (row.parent, row.at.replace(second=0, microsecond=0)) for row in rows.order_by("at", "pk")
    ]


def take_photo(page: Page) -> None:
    file = io.BytesIO()
    Image.new("RGB", (400, 300), "teal").save(file, "JPEG")
    page.locator("#photos input[type=file]").set_input_files(
        {"name": "flue.jpg", "mimeType": "image/jpeg", "buffer": file.getvalue()}
    )
    page.get_by_role("button", name="Add photo").click()


def sign(page: Page) -> None:
    page.get_by_label("Name of who signs").fill("Carol Customer")
    sheet = page.locator("canvas")
    sheet.scroll_into_view_if_needed()
    box = sheet.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 30, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 30, steps=8)
    page.mouse.up()
    page.get_by_role("button", name="Save signature").click()


def test_a_day_goes_on_without_network_and_arrives_in_order_with_its_own_times(
    phone: Phone, visits: list[Booking]
) -> None:
    _done, carols, later = visits
    page = phone.page
    phone.go_offline()

    phone.set_time(at(9, 20))
    phone.press("Start travel")
    page.get_by_text("You are on the way").wait_for()
    phone.waits(1)
    phone.set_time(at(10, 5))
    phone.press("Arrived")
    page.get_by_text("You are at work").wait_for()
    page.get_by_role("link", name="Boiler service").first.click()
    page.get_by_text("You see what your phone kept at").wait_for()
    page.get_by_text("You are at work").wait_for()
    phone.set_time(at(10, 20))
    page.get_by_role("button", name="Test for gas leaks").click()
    page.get_by_role("button", name="Test for gas leaks", pressed=True).wait_for()
    page.get_by_label("Note", exact=True).fill("Seal replaced.")
    phone.press("Add note")
    phone.waits(4)
    take_photo(page)
    phone.waits(5)
    sign(page)
    phone.waits(6)
    phone.set_time(at(10, 55))
    phone.press("Complete")
    page.get_by_text("This visit is done").wait_for()
    page.get_by_role("link", name="My day").first.click()
    # As it was kept, this visit is still the next one.
    page.locator(f".now[data-code='{later.code}']").wait_for()
    phone.set_time(at(11))
    phone.press("Start travel")
    phone.waits(8)
    assert stamps(carols) == stamps(later) == []

    phone.set_time(at(11, 30))
    phone.go_online()
    page.get_by_text("Waiting for the network").wait_for(state="hidden")
    page.locator("html:not([data-kept])").wait_for()

    assert stamps(carols) == [
        (P.TRAVELING, at(9, 20)),
        (P.IN_PROGRESS, at(10, 5)),
        (P.COMPLETED, at(10, 55)),
    ]
    assert stamps(later) == [(P.TRAVELING, at(11))]
    note = BookingNote.objects.get(booking=carols, text="Seal replaced.")
    assert note.created_at.replace(second=0, microsecond=0) == at(10, 20)
    assert ChecklistAnswer.objects.filter(booking=carols).count() == 1
    assert BookingPhoto.objects.filter(booking=carols).count() == 1
    assert BookingSignature.objects.get(booking=carols).picture
    expect(page.get_by_role("button", name="Arrived")).to_have_count(1)


def test_the_day_and_its_visits_are_read_without_network(
    phone: Phone, visits: list[Booking]
) -> None:
    page = phone.page
    phone.go_offline()

    page.reload()
    page.get_by_text("You see what your phone kept at").wait_for()
    expect(page.get_by_role("button", name="Start travel")).to_have_count(1)
    page.goto(f"{DAY}visits/{visits[2].code}/")
    page.get_by_role("heading", name="Boiler service").wait_for()
    page.goto(f"{DAY}time-off/")
    page.get_by_role("heading", name="No network").wait_for()


def test_a_page_that_came_past_the_worker_is_taken_care_of_too(phone: Phone) -> None:
    """As one that is loaded while the worker begins, or with Shift held."""
    session = phone.page.context.new_cdp_session(phone.page)
    with phone.page.expect_navigation():
        session.send("Page.reload", {"ignoreCache": True})

    until(lambda: bool(phone.page.evaluate(CONTROLLED)), phone.page, STATES)


def test_what_the_office_changed_meanwhile_is_told_and_the_rest_waits_for_a_decision(
    phone: Phone, visits: list[Booking]
) -> None:
    _done, carols, later = visits
    page = phone.page
    phone.go_offline()
    phone.press("Start travel")
    phone.press("Arrived")
    phone.waits(2)
    page.goto(f"{DAY}visits/{carols.code}/")
    page.get_by_label("Note", exact=True).fill("Nobody there.")
    phone.press("Add note")
    phone.waits(3)
    become(carols, P.CANCELED, at=at(9, 16))

    phone.go_online()
    page.get_by_text("Not taken: 1").wait_for()
    page.get_by_text("Waiting for your decision: 1").wait_for()
    page.get_by_text("This visit is canceled").wait_for()
    refused = phone.bar.locator("[data-state=refused]")
    assert "Start travel" in refused.inner_text()
    assert "Not taken: " in refused.locator("[data-reason]").inner_text()
    assert BookingNote.objects.filter(booking=carols, text="Nobody there.").exists()

    with page.expect_navigation():
        phone.press("I have read it")
    with page.expect_navigation():
        phone.press("Discard")
        phone.bar.locator("li").first.wait_for(state="detached")
    assert stamps(carols) == [(P.CANCELED, at(9, 16))]

    # The next visit is not held up by it.
    page.goto(DAY)
    phone.press("Start travel")
    page.get_by_text("You are on the way").wait_for()
    assert stamps(later) == [(P.TRAVELING, at(9, 15))]


def test_two_pages_of_one_phone_send_everything_once(phone: Phone, visits: list[Booking]) -> None:
    page = phone.page
    phone.go_offline()
    page.goto(f"{DAY}visits/{visits[1].code}/")
    other = page.context.new_page()
    other.goto(DAY)
    for number in range(3):
        page.get_by_label("Note", exact=True).fill(f"Note {number}")
        phone.press("Add note")
        phone.waits(number + 1)
    other.get_by_text("Waiting for the network: 3").wait_for()

    phone.go_online()
    for each in (page, other):
        each.get_by_text("Waiting for the network").wait_for(state="hidden")
        each.locator("html:not([data-kept])").wait_for()
    notes = BookingNote.objects.filter(booking=visits[1], text__startswith="Note ")
    assert sorted(note.text for note in notes) == ["Note 0", "Note 1", "Note 2"]


def test_an_answer_that_got_lost_does_nothing_twice(phone: Phone, visits: list[Booking]) -> None:
    page = phone.page
    page.goto(f"{DAY}visits/{visits[1].code}/")

    def lose(route: Route) -> None:
        route.fetch()
        # The route may be taken down while its answer is on the way.
        with suppress(PlaywrightError):
            route.abort()

    page.context.route("**/note/", lose)
    page.get_by_label("Note", exact=True).fill("Seal replaced.")
    phone.press("Add note")
    phone.waits(1)
    notes = BookingNote.objects.filter(booking=visits[1], text="Seal replaced.")
    assert notes.count() == 1

    page.context.unroute("**/note/")
    page.evaluate("window.dispatchEvent(new Event('online'))")
    page.get_by_text("Waiting for the network").wait_for(state="hidden")
    assert notes.count() == 1


def test_who_signs_out_leaves_nothing_behind_and_is_warned_of_what_would_be_lost(
    phone: Phone, visits: list[Booking]
) -> None:
    page = phone.page
    page.context.route("**/note/", lambda route: route.abort())
    page.goto(f"{DAY}visits/{visits[1].code}/")
    page.get_by_label("Note", exact=True).fill("Seal replaced.")
    phone.press("Add note")
    phone.waits(1)

    phone.press("Sign out")
    page.get_by_role("dialog", name="Not everything is sent yet").wait_for()
    phone.press("Stay signed in")
    phone.waits(1)
    phone.press("Sign out")
    phone.press("Sign out and lose it")
    page.wait_for_url(lambda address: "/technician/" not in address)
    assert page.evaluate(NAMES) == []
    phone.go_offline()
    with pytest.raises(PlaywrightError, match="ERR_"):
        page.goto(DAY)


def test_signing_out_needs_the_network(phone: Phone) -> None:
    phone.go_offline()
    phone.press("Sign out")

    phone.page.get_by_text("Signing out needs the network.").wait_for()
    assert phone.page.evaluate(NAMES) != []


def test_a_session_that_is_over_shows_no_kept_page_and_keeps_what_waits(
    phone: Phone, world: World, visits: list[Booking]
) -> None:
    page = phone.page
    phone.go_offline()
    phone.press("Start travel")
    phone.waits(1)
    Session.objects.all().delete()
    phone.go_online()
    page.get_by_text("Please sign in, then it is sent. Waiting: 1").wait_for()
    page.goto(DAY)
    page.wait_for_url("**/accounts/login/**")
    until(lambda: page.evaluate(NAMES) == [], page)

    sign_in(page, world.technician)
    page.goto(DAY)
    until(lambda: bool(stamps(visits[1])), page)
    page.get_by_text("Please sign in").wait_for(state="hidden")
    assert stamps(visits[1]) == [(P.TRAVELING, at(9, 15))]


def test_the_next_one_on_the_same_phone_sees_nothing_of_the_one_before(
    phone: Phone, visits: list[Booking]
) -> None:
    page = phone.page
    page.context.route("**/status/", lambda route: route.abort())
    phone.press("Start travel")
    phone.waits(1)
    before = page.evaluate(NAMES)

    sign_in(page, tina())
    page.goto(DAY)
    until(lambda: page.evaluate(NAMES) not in ([], before), page)
    phone.keep()
    assert not set(page.evaluate(NAMES)) & set(before)
    assert "Waiting" not in page.locator("[data-offline]").inner_text()
    page.context.unroute("**/status/")
    page.evaluate("window.dispatchEvent(new Event('online'))")
    phone.go_offline()
    page.goto(f"{DAY}visits/{visits[1].code}/")
    expect(page.get_by_role("heading", level=1)).to_have_text("No network")
    assert stamps(visits[1]) == []


def test_a_page_of_the_one_before_that_comes_late_is_not_kept(
    phone: Phone, visits: list[Booking]
) -> None:
    page = phone.page
    before = page.evaluate(NAMES)
    late: list[Route] = []
    day = f"{DAY}?day=2027-03-01"
    page.context.route(lambda address: address.endswith(day), lambda route: late.append(route))
    page.evaluate(
        """day => navigator.serviceWorker.controller.postMessage({
            keep: [], here: day, user: document.querySelector("[data-offline]").dataset.offline,
        })""",
        day,
    )
    until(lambda: bool(late), page)

    sign_in(page, tina())
    page.goto(DAY)
    until(lambda: page.evaluate(NAMES) not in ([], before), page)
    # The last that the worker fetches for her.
    until(lambda: bool(page.evaluate(KEPT, [f"{DAY}?day=2026-11-27"])), page)
    hers = page.evaluate(NAMES)
    late[0].fulfill(
        headers={"Content-Type": "text/html", "Doorstep-User": before[0].split("-")[-1]},
        body="<html lang=en>",
    )
    page.wait_for_timeout(500)
    assert page.evaluate(NAMES) == hers


def test_what_is_older_than_two_days_is_dropped(phone: Phone, visits: list[Booking]) -> None:
    page = phone.page
    # Before it becomes old: what is still being kept would fetch it anew.
    phone.go_offline()
    page.evaluate(
        """async (address) => {
            const name = (await caches.keys()).find(each => each.startsWith("doorstep-pages-"));
            const pages = await caches.open(name);
            const found = await pages.match(address, {ignoreVary: true});
            const headers = new Headers(found.headers);
            const old = Number(headers.get("Doorstep-Kept-At")) - 49 * 3600 * 1000;
            headers.set("Doorstep-Kept-At", String(old));
            await pages.put(address, new Response(await found.text(), {headers}));
        }""",
        f"{DAY}visits/{visits[2].code}/",
    )

    page.goto(f"{DAY}visits/{visits[2].code}/")
    page.get_by_role("heading", name="No network").wait_for()


def share(phone: Phone) -> None:
    """Sets out to the next customer, who may follow."""
    Portal.objects.update(is_tracking_enabled=True)
    phone.page.context.grant_permissions(["geolocation"])
    phone.page.context.set_geolocation({"latitude": 53.4321, "longitude": -2.2345, "accuracy": 12})
    phone.press("Start travel")
    phone.page.get_by_text("Sent at").wait_for()


def test_sharing_ends_with_the_arrival_though_the_server_has_not_heard_of_it(phone: Phone) -> None:
    page = phone.page
    share(phone)
    phone.go_offline()

    phone.press("Arrived")
    page.get_by_text("Sharing has ended").wait_for()
    assert page.evaluate("localStorage.getItem('doorstep-positions')") == "[]"


def test_positions_wait_while_a_status_does(phone: Phone) -> None:
    """The server must not take the way to the next customer for the way to the one before."""
    page = phone.page
    share(phone)
    known = Position.objects.count()
    page.context.route("**/status/", lambda route: route.abort())
    page.get_by_text("More", exact=True).first.click()
    phone.press("Running late")
    phone.waits(1)

    page.evaluate(
        "localStorage.setItem('doorstep-positions', JSON.stringify([{latitude: 53.44, "
        "longitude: -2.24, accuracy: 5, at: new Date().toISOString()}]));"
        "window.dispatchEvent(new Event('online'))"
    )
    page.get_by_text("No network: it is sent later").wait_for()
    assert Position.objects.count() == known

    with page.expect_navigation():
        page.context.unroute("**/status/")
        page.evaluate("window.dispatchEvent(new Event('online'))")
    page.get_by_text("Waiting for the network").wait_for(state="hidden")
    until(lambda: "53.44" not in page.evaluate("localStorage.getItem('doorstep-positions')"), page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_waits_has_no_barrier(
    open_page: OpenPage,
    world: World,
    visits: list[Booking],
    clock: time_machine.Traveller,
    language: str,
) -> None:
    page = open_page(DAY, staff=world.technician.user, width=360, language=language)
    found: list[str] = []
    page.context.route("**/problem/", lambda route: route.fulfill(status=413, body=""))
    page.context.route("**/status/", lambda route: route.abort())
    page.locator("[data-parent=traveling]").first.click()
    page.locator("[data-parent=in_progress]").first.wait_for()
    page.locator(".problem summary").click()
    page.locator(".problem textarea").fill("Traffic")
    page.locator(".problem button").click()
    page.locator("[data-waits-more] summary").click()
    page.locator("[data-kind=problem]").wait_for()
    page.context.unroute("**/status/")
    no = {"refusals": ["No."]}
    page.context.route("**/status/", lambda route: route.fulfill(status=409, json=no))
    with page.expect_navigation():
        page.evaluate("window.dispatchEvent(new Event('online'))")
    page.locator("[data-state=refused]").first.wait_for()
    for dress in dresses(page):
        found += [f"{dress}: {barrier}" for barrier in barriers(page)]
        found += [f"{dress}: {wide}" for wide in sideways(page)]
    found += small_targets(page)

    assert not found, "\n".join(found)
