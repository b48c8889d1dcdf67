"""What technicians do to their events by hand, what is noticed of it, and what is put right."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from doorstep.domain.bookings.models import Assignment
from doorstep.domain.calendars.models import (
    CalendarLink,
    EventState,
    LinkState,
    SyncedEvent,
    WhenDeleted,
    WhenEdited,
)
from doorstep.domain.calendars.selectors import get_calendar_settings
from doorstep.domain.calendars.services.lease import LeaseLost, claim_now
from doorstep.domain.calendars.services.links import run_test
from doorstep.domain.calendars.services.reconcile import reconcile
from tests.domain.calendars.scene import Scene, heal
from tests.factories.bookings import window_key
from tests.factories.calendars import set_calendar_settings
from tests.unit.connectors.calendar.worlds import Trouble

pytestmark = pytest.mark.django_db

EVERYWHERE = pytest.mark.parametrize("scene", ["outlook", "google", "caldav"], indirect=True)


@EVERYWHERE
def test_an_untouched_calendar_shows_no_drift(scene: Scene) -> None:
    scene.book()
    scene.sync()
    scene.read_back()
    assert scene.link.reconciled_at is not None
    assert scene.link.drift_count == 0
    assert len(scene.events()) == 1


@EVERYWHERE
def test_a_deleted_event_stays_deleted_until_the_visit_changes(scene: Scene) -> None:
    booking = scene.book()
    scene.sync()
    scene.world.user_deletes(scene.written())
    scene.read_back()
    assert scene.link.missing_count == 1
    assert scene.row().state == EventState.MISSING
    assert scene.events() == []
    scene.move(booking, days=1)
    scene.sync()
    assert scene.only_event().starts_at == Assignment.objects.get(booking=booking).arrives_at


@EVERYWHERE
def test_a_deleted_event_that_changes_before_anybody_noticed_is_made_anew(scene: Scene) -> None:
    booking = scene.book()
    scene.sync()
    scene.world.user_deletes(scene.written())
    scene.move(booking, days=1)
    scene.sync()
    # Where its id leads to a bin, only reading back shows that nobody sees the change.
    scene.read_back()
    scene.read_back()
    assert scene.only_event().starts_at == Assignment.objects.get(booking=booking).arrives_at


def test_a_deleted_event_comes_back_at_once_by_setting(scene: Scene) -> None:
    set_calendar_settings(when_deleted=WhenDeleted.AT_ONCE)
    scene.book()
    scene.sync()
    scene.world.user_deletes(scene.written())
    scene.read_back()
    assert len(scene.events()) == 1
    scene.read_back()
    assert scene.link.missing_count == 0
    assert len(scene.events()) == 1


@EVERYWHERE
def test_a_deleted_event_never_comes_back_by_setting(scene: Scene) -> None:
    set_calendar_settings(when_deleted=WhenDeleted.NEVER)
    booking = scene.book()
    scene.sync()
    scene.world.user_deletes(scene.written())
    scene.read_back()
    scene.move(booking, days=1)
    scene.sync()
    scene.read_back()
    assert scene.events() == []


def test_an_event_taken_out_of_the_bin_again_is_followed(scene: Scene) -> None:
    booking = scene.book()
    scene.sync()
    # As if it had been missed: it is there, and our row says deleted.
    SyncedEvent.objects.update(state=EventState.MISSING)
    scene.read_back()
    assert scene.row().state == EventState.WRITTEN
    scene.move(booking, days=1)
    scene.sync()
    assert scene.only_event().starts_at == Assignment.objects.get(booking=booking).arrives_at


@EVERYWHERE
def test_an_event_moved_by_hand_stays_there_until_the_visit_changes(scene: Scene) -> None:
    booking = scene.book()
    scene.sync()
    scene.world.user_drags(scene.written(), by=timedelta(hours=2))
    moved = scene.only_event()
    scene.read_back()
    assert scene.link.edited_count == 1
    assert scene.only_event() == moved
    scene.move(booking, days=1)
    scene.sync()
    assert scene.only_event().starts_at == Assignment.objects.get(booking=booking).arrives_at


@EVERYWHERE
def test_an_event_moved_by_hand_is_put_right_by_setting(scene: Scene) -> None:
    set_calendar_settings(when_edited=WhenEdited.AT_ONCE)
    booking = scene.book()
    scene.sync()
    scene.world.user_drags(scene.written(), by=timedelta(hours=2))
    scene.read_back()
    assert scene.only_event().starts_at == booking.assignments.get().arrives_at
    assert booking.starts_at == type(booking).objects.get().starts_at


@EVERYWHERE
def test_what_a_technician_adds_to_an_event_is_kept(scene: Scene) -> None:
    booking = scene.book()
    scene.sync()
    scene.world.user_decorates(scene.written())
    scene.move(booking, days=1)
    scene.sync()
    assert scene.world.is_decorated()


@EVERYWHERE
def test_private_events_are_nobodys_business(scene: Scene) -> None:
    scene.world.user_adds("Dentist", scene.now, scene.now + timedelta(hours=1))
    scene.book()
    scene.sync()
    scene.read_back()
    assert len(scene.events()) == 2
    assert scene.link.drift_count == 0


def test_a_second_copy_of_ours_is_removed(scene: Scene) -> None:
    scene.book()
    scene.sync()
    # As after a restore: our row knows nothing, and the event is made by another name.
    SyncedEvent.objects.update(remote_id="", etag="", generation=2, state=EventState.WAITING)
    scene.sync()
    assert len(scene.events()) == 2
    scene.read_back()
    assert len(scene.events()) == 1
    assert scene.link.duplicate_count == 1


@EVERYWHERE
def test_rows_that_were_lost_find_their_events_again(scene: Scene) -> None:
    scene.book()
    scene.sync()
    SyncedEvent.objects.all().delete()
    scene.read_back()
    scene.read_back()
    assert len(scene.events()) == 1
    assert scene.row().state == EventState.WRITTEN


def test_an_event_of_a_visit_not_known_here_is_left_and_counted(scene: Scene) -> None:
    """Another installation may write to the same calendar."""
    booking = scene.book()
    scene.sync()
    SyncedEvent.objects.all().delete()
    booking.delete()
    scene.read_back()
    assert len(scene.events()) == 1
    assert scene.link.unknown_count == 1


def test_reading_back_happens_as_often_as_the_setting_says(scene: Scene) -> None:
    scene.book()
    scene.sync()
    first = scene.link.reconciled_at
    scene.sync()
    assert scene.link.reconciled_at == first
    CalendarLink.objects.update(reconciled_at=Now() - timedelta(minutes=61))
    scene.sync()
    assert scene.link.reconciled_at > first


@EVERYWHERE
def test_what_really_happened_is_no_edit_by_hand(scene: Scene) -> None:
    booking = scene.book()
    begun = booking.arrives_at + timedelta(minutes=3, microseconds=123_456)
    ended = begun + timedelta(minutes=40, microseconds=7)
    Assignment.objects.filter(booking=booking).update(arrives_at=begun, ends_at=ended)
    scene.sync()
    scene.read_back()
    assert scene.link.drift_count == 0


def test_who_lost_the_lease_asks_for_no_more_events(scene: Scene) -> None:
    for hour in (8, 10, 13):
        scene.book(window_key(from_hour=hour, to_hour=hour + 2))
    scene.sync()
    for row in SyncedEvent.objects.all():
        scene.world.user_deletes(row.written)
    lease = claim_now(scene.link.pk)
    assert lease is not None
    CalendarLink.objects.update(lease_code="another's")
    service = scene.world.service()
    asked = scene.world.requests()
    calendar = service.open(scene.link.mailbox)
    with pytest.raises(LeaseLost):
        reconcile(lease, scene.link, get_calendar_settings(), service, calendar, now=scene.now)
    assert scene.world.requests() == asked + 1


@EVERYWHERE
def test_the_event_of_a_test_whose_answer_was_lost_is_removed(scene: Scene) -> None:
    CalendarLink.objects.update(state=LinkState.TESTING)
    scene.world.trouble(Trouble.DONE_THEN_DROPPED)
    run_test(link_id=scene.link.pk, now=scene.now)
    assert len(scene.events()) == 1
    CalendarLink.objects.update(state=LinkState.TESTING, retry_at=None)
    heal(scene.world)
    run_test(link_id=scene.link.pk, now=scene.now)
    scene.sync()
    assert scene.events() == []
    assert scene.link.drift_count == 0
