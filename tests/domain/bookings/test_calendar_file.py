"""The visit in the customer's own calendar."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar

from doorstep.domain.bookings.calendar_file import (
    google_calendar_url,
    outlook_calendar_url,
    visit_calendar,
    visit_entry,
)
from doorstep.domain.bookings.models import Booking
from doorstep.domain.bookings.services.cancel import cancel_booking
from tests.factories.bookings import actor_of, book, make_world, new_key

pytestmark = pytest.mark.django_db

URL = "https://book.example.com/visits/x/"
TEN, TWELVE = datetime(2026, 11, 26, 10, tzinfo=UTC), datetime(2026, 11, 26, 12, tzinfo=UTC)


def event_of(booking: Booking, now: datetime) -> Any:
    (event,) = Calendar.from_ical(visit_calendar(booking, now=now, url=URL)).walk("VEVENT")
    return event


def test_the_entry_spans_the_promised_window(now: datetime) -> None:
    event = event_of(book(make_world(), now=now), now)

    assert (event["DTSTART"].dt, event["DTEND"].dt) == (TEN, TWELVE)


def test_an_exact_time_spans_the_work(now: datetime) -> None:
    booking = book(make_world(), now=now)
    booking.promised_to = booking.promised_from

    event = event_of(booking, now)

    assert event["DTEND"].dt - event["DTSTART"].dt == timedelta(minutes=60)


def test_it_says_where_what_and_how_to_change_it(now: datetime) -> None:
    booking = book(make_world(), now=now)

    event = event_of(booking, now)

    assert "12 Deansgate" in event["LOCATION"]
    assert "10:00–12:00, London time" in event["DESCRIPTION"]
    assert URL in event["DESCRIPTION"]
    assert booking.number in event["DESCRIPTION"]


def test_a_canceled_visit_replaces_the_entry_it_made(now: datetime) -> None:
    world = make_world()
    booking = book(world, now=now)
    before = event_of(booking, now)

    canceled = cancel_booking(
        booking=booking,
        reason="",
        request_key=new_key(),
        actor=actor_of(world.contact),
        now=now,
    )

    after = event_of(canceled, now)
    assert after["UID"] == before["UID"]
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert after["STATUS"] == "CANCELLED"


def test_nobody_is_asked_to_answer(now: datetime) -> None:
    content = visit_calendar(book(make_world(), now=now), now=now, url=URL)

    assert b"METHOD:PUBLISH" in content
    assert b"ATTENDEE" not in content


def test_names_cannot_bring_lines_into_the_file(now: datetime) -> None:
    booking = book(make_world(), now=now)
    booking.work_order.street = "1 High St\nATTENDEE:mailto:x@example.com"

    content = visit_calendar(booking, now=now, url=URL)

    assert b"\r\nATTENDEE" not in content


def test_the_links_carry_the_same_times_as_the_file(now: datetime) -> None:
    entry = visit_entry(book(make_world(), now=now), url=URL)

    assert "20261126T100000Z%2F20261126T120000Z" in google_calendar_url(entry)
    assert "startdt=2026-11-26T10%3A00%3A00Z" in outlook_calendar_url(entry)
