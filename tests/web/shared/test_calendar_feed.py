"""The address a calendar program subscribes to."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client, RequestFactory
from icalendar import Calendar

from doorstep.domain.bookings.services.cancel import cancel_booking
from doorstep.domain.calendars.models import CalendarFeed
from doorstep.domain.calendars.services.feeds import issue_feed, revoke_feed
from doorstep.interfaces.web.calendar_feed import GUESSES, READINGS
from doorstep.interfaces.web.rate_limit import is_over
from doorstep.platform.audit.services import SYSTEM
from tests.factories.bookings import World, actor_of, book, make_world, new_key

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock(now: datetime) -> Iterator[None]:
    cache.clear()
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def address(world: World, now: datetime) -> str:
    _feed, code = issue_feed(owner=world.contact, actor=SYSTEM, now=now)
    return f"/calendar/{code}.ics"


def get(address: str, **headers: str) -> HttpResponse:
    return Client().get(address, headers=headers)


def test_a_program_without_a_sign_in_gets_the_calendar(
    world: World, address: str, now: datetime
) -> None:
    book(world, now=now)

    answer = get(address)

    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Content-Disposition"] == 'inline; filename="visits.ics"'
    assert len(Calendar.from_ical(answer.content).walk("VEVENT")) == 1


def test_nobody_else_keeps_it_or_hears_of_it(address: str) -> None:
    for answer in (get(address), get(address, if_none_match=get(address)["ETag"])):
        assert answer["Cache-Control"] == "private, no-cache"
        assert answer["X-Robots-Tag"] == "noindex, nofollow"
        assert answer["Referrer-Policy"] == "no-referrer"
        assert not answer.cookies


def test_what_did_not_change_is_not_sent_again(world: World, address: str, now: datetime) -> None:
    booking = book(world, now=now)
    etag = get(address)["ETag"]

    with time_machine.travel(now + timedelta(hours=6), tick=False):
        again = get(address, if_none_match=etag)
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", etag)

    cancel_booking(
        booking=booking, reason="", request_key=new_key(), actor=actor_of(world.contact), now=now
    )
    changed = get(address, if_none_match=etag)
    assert changed.status_code == 200
    assert changed["ETag"] != etag
    assert b"STATUS:CANCELLED" in changed.content


def test_head_tells_the_same_without_the_calendar(world: World, address: str) -> None:
    answer, head = get(address), Client().head(address)

    assert (head.status_code, head.content) == (200, b"")
    for name in ("ETag", "Content-Type", "Cache-Control"):
        assert head[name] == answer[name]


def test_codes_that_open_nothing_are_told_apart_by_nobody(
    world: World, address: str, now: datetime
) -> None:
    revoke_feed(feed=CalendarFeed.objects.get(), actor=SYSTEM, now=now)
    unknown = f"/calendar/{'0' * 26}.ics"

    answers = [get(each) for each in (address, unknown, "/calendar/x.ics", "/calendar/ .ics")]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert len({str(sorted(answer.headers.items())) for answer in answers}) == 1
    assert not any(answer.cookies for answer in answers)


def test_no_log_keeps_a_code(address: str, caplog: pytest.LogCaptureFixture) -> None:
    for number in range(GUESSES.address.amount + 1):
        get(f"/calendar/guess{number}.ics")

    assert get(address).status_code == 429
    assert Client().post(address).status_code == 405
    assert "guess" not in caplog.text
    assert address not in caplog.text


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_it_is_only_read(address: str, method: str) -> None:
    assert getattr(Client(), method)(address).status_code == 405


def test_the_language_is_its_owners_and_not_the_programs(
    world: World, address: str, now: datetime
) -> None:
    book(world, now=now)

    assert get(address, accept_language="de").content == get(address).content


def test_guesses_are_limited(address: str) -> None:
    for number in range(GUESSES.address.amount):
        assert get(f"/calendar/guess{number}.ics").status_code == 404

    answer = get(address)

    assert answer.status_code == 429
    assert answer["Retry-After"]


def test_programs_that_ask_for_what_was_revoked_shut_out_nobody(
    world: World, address: str, now: datetime
) -> None:
    revoke_feed(feed=CalendarFeed.objects.get(), actor=SYSTEM, now=now)
    _feed, code = issue_feed(owner=world.technician, actor=SYSTEM, now=now)

    for _reading in range(GUESSES.address.amount + 1):
        assert get(address).status_code == 404

    assert get(f"/calendar/{code}.ics").status_code == 200


def test_who_is_shut_out_shuts_out_nobody_else(address: str) -> None:
    for number in range(GUESSES.address.amount):
        Client().get(f"/calendar/guess{number}.ics", REMOTE_ADDR="192.0.2.1")

    assert Client().get(address, REMOTE_ADDR="192.0.2.1").status_code == 429
    assert Client().get(address, REMOTE_ADDR="198.51.100.1").status_code == 200


def test_readings_are_limited(address: str) -> None:
    request = RequestFactory().get(address)
    request.user = AnonymousUser()
    for _reading in range(READINGS.amount):
        is_over(request, READINGS)

    assert get(address).status_code == 429
