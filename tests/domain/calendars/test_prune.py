"""Rows of visits long past go; what is still to be done for them does not."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from doorstep.domain.calendars.models import ChangeNotice, EventState, FeedEvent, SyncedEvent
from doorstep.domain.calendars.services.feeds import issue_feed
from doorstep.domain.calendars.services.prune import forget_old_events, forget_old_notices
from doorstep.platform.audit.services import SYSTEM
from tests.conftest import NOW
from tests.domain.calendars.scene import Scene
from tests.factories.bookings import make_world
from tests.factories.calendars import (
    make_calendar_link,
    make_synced_event,
    set_calendar_settings,
)

pytestmark = pytest.mark.django_db

LONG_AGO = NOW - timedelta(days=98)


@pytest.mark.parametrize(
    "state",
    [
        EventState.WRITTEN,
        EventState.REMOVED,
        EventState.LEFT,
        EventState.MISSING,
        EventState.FAILED,
    ],
)
def test_what_left_the_window_three_months_ago_is_forgotten(state: EventState) -> None:
    link = make_calendar_link(make_world().technician)
    make_synced_event(link, starts_at=LONG_AGO, state=state)
    recent = make_synced_event(link, starts_at=NOW - timedelta(days=96), state=state)
    assert forget_old_events(now=NOW) == 1
    assert SyncedEvent.objects.get() == recent


def test_notices_nobody_comes_for_are_forgotten_after_a_day() -> None:
    link = make_calendar_link(make_world().technician)
    old, recent = ChangeNotice.objects.create(link=link), ChangeNotice.objects.create(link=link)
    ChangeNotice.objects.filter(pk=old.pk).update(at=Now() - timedelta(days=2))
    assert forget_old_notices() == 1
    assert ChangeNotice.objects.get() == recent


@pytest.mark.parametrize("state", [EventState.WAITING, EventState.REMOVING])
def test_what_is_still_to_be_done_is_kept(state: EventState) -> None:
    link = make_calendar_link(make_world().technician)
    make_synced_event(link, starts_at=LONG_AGO, state=state)
    assert forget_old_events(now=NOW) == 0


def test_what_feeds_told_of_visits_long_past_is_forgotten(scene: Scene) -> None:
    booking = scene.book()
    feed, _code = issue_feed(owner=scene.company.technician, actor=SYSTEM, now=NOW)
    told = FeedEvent.objects.create(
        feed=feed, booking=booking, digest="1", sequence=1, changed_at=NOW
    )
    assert forget_old_events(now=scene.now + timedelta(days=90)) == 0
    assert forget_old_events(now=scene.now + timedelta(days=120)) == 1
    assert not FeedEvent.objects.filter(pk=told.pk).exists()


def test_a_longer_window_keeps_rows_longer() -> None:
    link = make_calendar_link(make_world().technician)
    make_synced_event(link, starts_at=LONG_AGO)
    set_calendar_settings(days_back=30)
    assert forget_old_events(now=NOW) == 0


def test_a_forgotten_visit_that_is_moved_ahead_has_one_event(scene: Scene) -> None:
    booking = scene.book()
    scene.sync()
    forget_old_events(now=scene.now + timedelta(days=120))
    assert not SyncedEvent.objects.exists()
    scene.move(booking, days=1)
    scene.sync()
    assert scene.only_event().starts_at == booking.assignments.get().arrives_at
