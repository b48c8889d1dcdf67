"""Several programs read one feed, and people make it anew, all at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier

import pytest
from django.db import connection
from icalendar import Calendar

from doorstep.domain.bookings.models import Booking
from doorstep.domain.calendars.models import CalendarFeed, FeedEvent
from doorstep.domain.calendars.services.feed_content import read_feed
from doorstep.domain.calendars.services.feeds import issue_feed
from doorstep.platform.audit.services import SYSTEM
from tests.factories.bookings import book, make_world

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 6


def test_readers_at_once_are_told_the_same(now: datetime) -> None:
    world = make_world()
    booking = book(world, now=now)
    feed, _code = issue_feed(owner=world.contact, actor=SYSTEM, now=now)
    read_feed(feed, now=now)
    before = FeedEvent.objects.get().sequence
    Booking.objects.filter(pk=booking.pk).update(time_zone="Europe/Paris")
    start = Barrier(THREADS)

    def read(_number: int) -> bytes | None:
        try:
            start.wait()
            return read_feed(feed, now=now)
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as threads:
        (content,) = set(threads.map(read, range(THREADS)))

    assert content is not None
    (event,) = Calendar.from_ical(content).walk("VEVENT")
    assert event["SEQUENCE"] == FeedEvent.objects.get().sequence == before + 1


def test_of_several_made_at_once_one_is_left(now: datetime) -> None:
    world = make_world()
    book(world, now=now)
    start = Barrier(THREADS)

    def make_and_read(_number: int) -> None:
        try:
            start.wait()
            feed, _code = issue_feed(owner=world.contact, actor=SYSTEM, now=now)
            read_feed(feed, now=now)
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(make_and_read, range(THREADS)))

    assert CalendarFeed.objects.count() == THREADS
    live = CalendarFeed.objects.get(revoked_at=None)
    assert read_feed(live, now=now) is not None
    assert FeedEvent.objects.get().feed == live
