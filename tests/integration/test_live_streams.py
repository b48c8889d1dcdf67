"""Streams of a real server: what they tell, to whom, and how they end."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from procrastinate.contrib.django.utils import connector_params

from doorstep.domain.bookings.models import Booking, BookingCode, ParentStatus
from doorstep.domain.bookings.services.codes import block_code, expire_code, set_expiry
from doorstep.domain.customers.models import Contact
from doorstep.domain.organization.models import Portal
from doorstep.interfaces.portal.links import COOKIE
from doorstep.interfaces.portal.live.listener import Listener
from doorstep.platform.audit.services import SYSTEM
from doorstep.platform.events.live import CHANNEL
from doorstep.platform.lib.db import database_now
from doorstep.platform.values.geo import Coordinates
from tests.conftest import NOW
from tests.doubles.served import Served, beside_test
from tests.factories.bookings import FRIDAY, World, book, make_link, make_world, window_key
from tests.factories.customers import mallory
from tests.factories.tracking import become, north_of, report, set_out

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.races]

DOOR = Coordinates(53.48, -2.24)
MINUTE = timedelta(minutes=1)
# Long enough for a slow machine; what should come comes at once.
PATIENCE_S = 30.0


class Follower:
    """An open stream, read frame by frame."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._lines = response.iter_lines()

    def next(self) -> tuple[str, Any]:
        """The next event that is no beat: its name and data. ("end", None) when it is over."""
        event = ""
        for line in self._lines:
            if line.startswith("event: "):
                event = line.removeprefix("event: ")
            elif line.startswith("data: ") and event != "beat":
                return event, json.loads(line.removeprefix("data: "))
        return "end", None

    def until(self, text: str) -> dict[str, Any]:
        """The first frame with this text in it."""
        for _number in range(20):
            event, data = self.next()
            assert event == "visit", (event, text)
            if text in str(data):
                return dict(data)
        raise AssertionError(text)


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as found:
        yield found


@pytest.fixture
def world(transactional_db: None) -> World:
    world = make_world()
    Portal.objects.update(is_tracking_enabled=True, shows_technician_name=True)
    return world


@pytest.fixture
def visit(world: World) -> Booking:
    """Today, as the server's clock sees it; nobody is on the way yet."""
    return today(book(world, now=NOW))


def today(visit: Booking) -> Booking:
    now = database_now()
    Booking.objects.filter(pk=visit.pk).update(
        promised_from=now, promised_to=now + 120 * MINUTE, starts_at=now,
        arrives_at=now + 30 * MINUTE, ends_at=now + 90 * MINUTE,
    )  # fmt: skip
    visit.refresh_from_db()
    return visit


def drive(world: World, visit: Booking) -> datetime:
    """Tom set out forty minutes ago, and has been near for a minute."""
    now = database_now()
    set_out(world, now=now - 40 * MINUTE, booking=visit)
    report(world.technician, north_of(DOOR, -9_000), at=now - 39 * MINUTE)
    report(world.technician, north_of(DOOR, -1_500), at=now - MINUTE)
    return now


def by_link(visit: Booking, contact: Contact | None = None) -> dict[str, str]:
    """The cookie of a browser that pressed a link to the visit."""
    client = Client()
    client.get(make_link(visit, now=database_now(), contact=contact))
    return {COOKIE: client.cookies[COOKIE].value}


def signed_in(contact: Contact) -> dict[str, str]:
    client = Client()
    client.force_login(contact.user)
    name = settings.SESSION_COOKIE_NAME
    return {name: client.cookies[name].value}


def follow(stack: ExitStack, served: Served, path: str, cookies: dict[str, str]) -> Follower:
    client = stack.enter_context(httpx.Client(base_url=served.url, timeout=PATIENCE_S))
    header = "; ".join(f"{name}={value}" for name, value in cookies.items())
    request = client.stream("GET", path, headers={"Cookie": header} if header else {})
    return Follower(stack.enter_context(request))


def link_path(visit: Booking) -> str:
    return f"/visit/{visit.code}/live?language=en"


def test_a_stream_tells_every_position_and_ends_with_the_visit(
    stack: ExitStack, served: Served, world: World, visit: Booking
) -> None:
    now = drive(world, visit)
    follower = follow(stack, served, link_path(visit), by_link(visit))

    event, first = follower.next()
    report(world.technician, north_of(DOOR, -700), at=now)
    second = follower.until("[53.4737")
    become(visit, ParentStatus.IN_PROGRESS, at=now)
    arrived = follower.until("is with you")
    become(visit, ParentStatus.COMPLETED, at=now + MINUTE)
    done = follower.until("The visit is completed.")

    assert event == "visit"
    assert first["map"]["people"][0]["place"] == [53.46651, -2.24]
    assert second["map"]["people"][0]["place"] == [53.4737, -2.24]
    assert "Tom" not in str(arrived)
    assert arrived["map"] is None
    assert (done["words"], done["map"]) == ("", None)
    assert follower.next() == ("end", None)


def test_nothing_between_us_may_keep_or_hold_back_what_it_says(
    stack: ExitStack, served: Served, visit: Booking
) -> None:
    headers = follow(stack, served, link_path(visit), by_link(visit)).response.headers

    assert headers["content-type"] == "text/event-stream; charset=utf-8"
    assert headers["cache-control"] == "no-store"
    assert headers["x-accel-buffering"] == "no"
    assert "noindex" in headers["x-robots-tag"]


@pytest.mark.parametrize("how", [block_code, expire_code], ids=["blocked", "expired"])
def test_a_stream_ends_the_moment_its_link_does(
    stack: ExitStack, served: Served, world: World, visit: Booking, how: Any
) -> None:
    now = drive(world, visit)
    follower = follow(stack, served, link_path(visit), by_link(visit))
    follower.next()

    how(code=BookingCode.objects.get(open_count=0, purpose="booking_confirmed"),
        actor=SYSTEM, now=now)  # fmt: skip

    assert follower.next() == ("closed", 1)
    assert follower.next() == ("end", None)


def test_a_stream_ends_at_the_instant_at_which_its_link_expires(
    stack: ExitStack, served: Served, world: World, visit: Booking
) -> None:
    drive(world, visit)
    cookies = by_link(visit)
    ends_at = database_now() + timedelta(seconds=6)
    set_expiry(code=BookingCode.objects.get(purpose="booking_confirmed"),
               expires_at=ends_at, actor=SYSTEM)  # fmt: skip
    follower = follow(stack, served, link_path(visit), cookies)

    found = [follower.next(), follower.next()]

    assert [event for event, _data in found] == ["visit", "closed"]
    assert ends_at <= database_now() < ends_at + timedelta(seconds=30)


def test_signing_out_ends_the_stream(
    stack: ExitStack, served: Served, world: World, visit: Booking
) -> None:
    drive(world, visit)
    cookies = signed_in(world.contact)
    follower = follow(stack, served, f"/visits/{visit.code}/live", cookies)
    follower.next()

    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = cookies[settings.SESSION_COOKIE_NAME]
    client.post("/accounts/logout/")
    report(world.technician, north_of(DOOR, -700), at=database_now())

    assert follower.next() == ("closed", 1)


def test_nobody_else_gets_a_stream(
    stack: ExitStack, served: Served, world: World, visit: Booking
) -> None:
    drive(world, visit)
    other = today(book(world, now=NOW, key=window_key(FRIDAY)))
    tries = {
        "a stranger": (link_path(visit), {}),
        "a forged cookie": (link_path(visit), {COOKIE: "1:abc:def"}),
        "the link of another visit": (link_path(visit), by_link(other)),
        "signed out": (f"/visits/{visit.code}/live", {}),
        "no session": (f"/visits/{visit.code}/live", {settings.SESSION_COOKIE_NAME: "x" * 32}),
        "somebody else": (f"/visits/{visit.code}/live", signed_in(mallory())),
        "no visit": ("/visit/nothing/live", by_link(visit)),
    }

    found = {
        who: follow(ExitStack(), served, path, cookies).response.status_code
        for who, (path, cookies) in tries.items()
    }

    assert found == dict.fromkeys(tries, 404)


def test_more_streams_than_an_address_may_have_are_refused(
    stack: ExitStack, served: Served, visit: Booking
) -> None:
    served.stop()
    served.environment["DOORSTEP_LIVE_STREAMS_PER_ADDRESS"] = "3"
    served.start()
    cookies = by_link(visit)
    inner = stack.enter_context(ExitStack())
    open_ones = [follow(inner, served, link_path(visit), cookies) for _number in range(3)]
    refused = follow(stack, served, link_path(visit), cookies).response

    assert [each.response.status_code for each in open_ones] == [200, 200, 200]
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "60")

    inner.close()
    assert wait_for_status(served, link_path(visit), cookies) == 200


def wait_for_status(served: Served, path: str, cookies: dict[str, str]) -> int:
    """The status once the server has noticed that others have gone."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        with ExitStack() as stack:
            status = follow(stack, served, path, cookies).response.status_code
        if status == 200 or time.monotonic() > deadline:
            return status
        time.sleep(0.2)


def test_the_server_stops_at_once_and_ends_its_streams(
    stack: ExitStack, served: Served, visit: Booking
) -> None:
    follower = follow(stack, served, link_path(visit), by_link(visit))
    follower.next()

    served.terminate()

    assert follower.next() == ("end", None)
    # It would wait twenty seconds for a request that does not end.
    served.wait(10)


def test_several_processes_stop_with_streams_open_too(
    stack: ExitStack, visit: Booking, tmp_path: Path
) -> None:
    server = Served(
        log=tmp_path / "serve.log",
        environment=beside_test(connection.settings_dict["NAME"]),
        processes=2,
    )
    server.start()
    try:
        followers = [
            follow(stack, server, link_path(visit), by_link(visit)) for _number in range(4)
        ]
        for follower in followers:
            follower.next()

        server.terminate()

        assert [follower.next() for follower in followers] == [("end", None)] * 4
        server.wait(10)
    finally:
        server.stop()


def test_the_listener_hears_again_after_its_connection_was_cut(transactional_db: None) -> None:
    heard: list[int] = []
    returns: list[None] = []

    async def until(condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not condition():
                await asyncio.sleep(0.05)

    async def scenario(database: psycopg.Connection[Any]) -> None:
        listener = Listener(on_change=heard.append, on_return=lambda: returns.append(None))
        listening = asyncio.create_task(listener.run())
        try:
            await until(lambda: len(returns) == 1)
            database.execute("SELECT pg_notify(%s, '41')", [CHANNEL])
            await until(lambda: heard == [41])
            database.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND query = %s",
                [f"LISTEN {CHANNEL}"],
            )
            await until(lambda: len(returns) == 2)
            database.execute("SELECT pg_notify(%s, '42')", [CHANNEL])
            await until(lambda: heard == [41, 42])
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    with psycopg.connect(**connector_params(), autocommit=True) as database:
        asyncio.run(scenario(database))
