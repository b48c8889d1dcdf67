"""What stands in a technician's calendar after a pass."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db.models.functions import Now

from doorstep.connectors.calendar.base import Importance
from doorstep.domain.bookings.models import Assignment, Booking
from doorstep.domain.calendars.models import (
    CalendarLink,
    EventState,
    LinkState,
    WhenCanceled,
)
from doorstep.domain.calendars.services.lease import claim, release
from doorstep.domain.calendars.services.links import delete_link, pause
from doorstep.domain.calendars.services.sweep import due_calendars
from doorstep.domain.calendars.services.sync import sync_calendar
from doorstep.domain.work.models import Priority, WorkOrder
from doorstep.platform.audit.services import SYSTEM
from doorstep.platform.lib.db import database_now
from tests.domain.calendars.scene import Scene
from tests.factories.bookings import window_key
from tests.factories.calendars import set_calendar_settings

pytestmark = pytest.mark.django_db


def test_a_visit_appears_once_with_its_planned_time_and_place(scene: Scene) -> None:
    booking = scene.book()
    scene.sync()
    scene.sync()
    event = scene.only_event()
    part = booking.assignments.get()
    assert (event.starts_at, event.ends_at) == (part.arrives_at, part.ends_at)
    assert booking.work_order.number in event.title
    assert event.place_name == booking.work_order.one_line_address
    assert event.attendees == 0
    assert scene.row().state == EventState.WRITTEN


def test_the_text_says_what_a_technician_needs(scene: Scene) -> None:
    booking = scene.book()
    order = booking.work_order
    WorkOrder.objects.filter(pk=order.pk).update(
        summary="No hot water", priority=Priority.objects.create(name="Urgent", level=1)
    )
    scene.sync()
    text = scene.only_event().text
    for words in (
        "10:00–12:00",
        order.number,
        str(order.incident_type),
        order.account.name,
        "No hot water",
        "Urgent",
        str(scene.company.contact),
        f"/technician/visits/{booking.code}/",
    ):
        assert words in text


@pytest.mark.parametrize(
    ("level", "importance"),
    [(1, Importance.HIGH), (5, Importance.NORMAL), (9, Importance.LOW), (None, Importance.NORMAL)],
)
def test_the_priority_of_the_order_is_the_importance_of_the_event(
    scene: Scene, level: int | None, importance: Importance
) -> None:
    scene.book()
    if level is not None:
        WorkOrder.objects.update(priority=Priority.objects.create(name="Other", level=level))
    scene.sync()
    assert scene.only_event().importance == importance


def test_the_event_bears_the_coordinates_of_the_visit(scene: Scene) -> None:
    part = scene.book().assignments.get()
    scene.sync()
    assert part.latitude is not None
    assert scene.only_event().latitude == pytest.approx(part.latitude)


def test_an_event_follows_its_visit_with_everything_fresh(scene: Scene) -> None:
    booking = scene.book()
    scene.sync()
    WorkOrder.objects.filter(pk=booking.work_order_id).update(summary="Bring a ladder")
    scene.move(booking, days=1)
    scene.sync()
    event = scene.only_event()
    assert event.starts_at == Assignment.objects.get(booking=booking).arrives_at
    assert "Bring a ladder" in event.text


def test_a_change_of_the_work_order_alone_changes_no_event(scene: Scene) -> None:
    booking = scene.book()
    scene.sync()
    asked = scene.world.requests()
    WorkOrder.objects.filter(pk=booking.work_order_id).update(summary="Bring a ladder")
    scene.sync()
    assert "ladder" not in scene.only_event().text
    assert scene.world.requests() == asked


def test_a_change_of_the_work_order_is_followed_by_setting(scene: Scene) -> None:
    booking = scene.book()
    scene.sync()
    set_calendar_settings(follows_work_order=True)
    WorkOrder.objects.filter(pk=booking.work_order_id).update(summary="Bring a ladder")
    scene.sync()
    assert "Bring a ladder" in scene.only_event().text


def test_a_new_address_is_written_whatever_the_settings(scene: Scene) -> None:
    booking = scene.book()
    scene.sync()
    WorkOrder.objects.filter(pk=booking.work_order_id).update(street="7 New Street")
    scene.sync()
    assert scene.only_event().place_name.startswith("7 New Street")


def test_a_visit_made_months_ahead_enters_by_itself(scene: Scene) -> None:
    booking = scene.book()
    scene.move(booking, days=21)
    scene.sync()
    assert scene.events() == []
    scene.later(days=11)
    scene.sync()
    assert scene.only_event().starts_at == Assignment.objects.get(booking=booking).arrives_at


def test_a_visit_that_ended_long_ago_is_not_written(scene: Scene) -> None:
    scene.book()
    scene.later(days=20)
    scene.sync()
    assert scene.events() == []


def test_a_written_visit_is_followed_beyond_the_window(scene: Scene) -> None:
    booking = scene.book()
    scene.sync()
    scene.move(booking, days=28)
    scene.sync()
    assert scene.only_event().starts_at == Assignment.objects.get(booking=booking).arrives_at


def test_what_time_carries_out_of_the_window_stays(scene: Scene) -> None:
    scene.book()
    scene.sync()
    scene.later(days=30)
    scene.read_back()
    assert len(scene.events()) == 1


# --- Canceled, deleted, given away ---------------------------------------------------------------


def test_a_canceled_visit_stays_as_it_is_unless_a_setting_says_otherwise(scene: Scene) -> None:
    booking = scene.book()
    scene.sync()
    before = scene.only_event()
    scene.cancel(booking)
    scene.sync()
    assert scene.only_event() == before
    assert scene.row().state == EventState.LEFT
    assert "canceled" in scene.row().reason


def test_a_canceled_visit_is_marked_and_free_by_setting(scene: Scene) -> None:
    set_calendar_settings(when_canceled=WhenCanceled.MARK)
    booking = scene.book()
    scene.sync()
    scene.cancel(booking)
    scene.sync()
    event = scene.only_event()
    assert event.title.startswith("Canceled: ")
    assert not event.is_busy


def test_a_canceled_visit_is_removed_by_setting(scene: Scene) -> None:
    set_calendar_settings(when_canceled=WhenCanceled.REMOVE)
    booking = scene.book()
    scene.sync()
    scene.cancel(booking)
    scene.sync()
    assert scene.events() == []
    assert scene.row().state == EventState.REMOVED


def test_a_visit_canceled_before_it_was_written_never_appears(scene: Scene) -> None:
    booking = scene.book()
    scene.cancel(booking)
    scene.sync()
    assert scene.events() == []


def test_the_event_of_a_deleted_visit_ahead_is_removed(scene: Scene) -> None:
    booking = scene.book()
    scene.sync()
    Booking.objects.filter(pk=booking.pk).delete()
    scene.sync()
    assert scene.events() == []


def test_the_event_of_a_deleted_visit_in_the_past_stays_and_says_so(scene: Scene) -> None:
    booking = scene.book()
    scene.sync()
    scene.later(days=5)
    Booking.objects.filter(pk=booking.pk).delete()
    scene.sync()
    assert len(scene.events()) == 1
    assert scene.row().state == EventState.LEFT
    assert scene.row().reason


def test_an_event_that_lost_our_mark_is_not_removed(scene: Scene) -> None:
    booking = scene.book()
    scene.sync()
    scene.world.user_strips_our_mark(scene.written())
    Booking.objects.filter(pk=booking.pk).delete()
    scene.sync()
    assert len(scene.events()) == 1
    assert scene.row().state == EventState.LEFT


# --- Switched off and on -------------------------------------------------------------------------


def test_switched_off_nothing_is_written_and_nothing_removed(scene: Scene) -> None:
    booking = scene.book()
    scene.sync()
    set_calendar_settings(is_enabled=False, when_canceled=WhenCanceled.REMOVE)
    asked = scene.world.requests()
    scene.book(window_key(from_hour=13, to_hour=15))
    scene.cancel(booking)
    assert scene.sync() is None
    assert scene.world.requests() == asked
    assert len(scene.events()) == 1


def test_switched_on_again_it_catches_up_without_duplicates(scene: Scene) -> None:
    booking = scene.book()
    scene.sync()
    set_calendar_settings(is_enabled=False)
    scene.move(booking, days=1)
    scene.book(window_key(from_hour=13, to_hour=15))
    set_calendar_settings(is_enabled=True)
    scene.read_back()
    starts = sorted(part.arrives_at for part in Assignment.objects.all())
    assert [event.starts_at for event in scene.events()] == starts


@pytest.mark.parametrize(
    "state", [LinkState.WAITING, LinkState.APPROVED, LinkState.PAUSED, LinkState.TESTING]
)
def test_a_calendar_that_is_not_enabled_is_left_alone(scene: Scene, state: LinkState) -> None:
    scene.book()
    CalendarLink.objects.update(state=state)
    assert scene.sync() is None
    assert scene.world.requests() == 0


# --- Promptness ----------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["move", "cancel", "delete", "order", "neighbour"])
def test_every_change_of_a_visit_makes_its_calendar_due(scene: Scene, what: str) -> None:
    booking = scene.book()
    scene.sync()
    CalendarLink.objects.update(due_at=datetime(2030, 1, 1, tzinfo=UTC))
    assert list(due_calendars()) == []
    match what:
        case "move":
            scene.move(booking, days=1)
        case "cancel":
            scene.cancel(booking)
        case "delete":
            Booking.objects.filter(pk=booking.pk).delete()
        case "order":
            WorkOrder.objects.update(summary="Other")
        case "neighbour":
            Assignment.objects.update(ends_at=booking.ends_at + timedelta(minutes=5))
    assert list(due_calendars()) == [scene.link]


def test_a_change_while_a_worker_looks_has_it_look_again(scene: Scene) -> None:
    booking = scene.book()
    lease = claim(scene.link.pk)
    assert lease is not None
    scene.move(booking, days=1)
    release(lease, next_in=timedelta(hours=1))
    assert claim(scene.link.pk) is not None


def test_the_next_turn_comes_when_the_setting_says(scene: Scene) -> None:
    set_calendar_settings(cycle_minutes=40)
    scene.sync()
    assert list(due_calendars()) == []
    wait = scene.link.due_at - database_now()
    assert timedelta(minutes=39) < wait <= timedelta(minutes=40)


def test_without_a_change_it_is_left_alone_until_its_turn(scene: Scene) -> None:
    lease = claim(scene.link.pk)
    assert lease is not None
    assert claim(scene.link.pk) is None
    release(lease, next_in=timedelta(hours=1))
    assert claim(scene.link.pk) is None


def test_what_is_paused_in_the_middle_of_a_pass_is_not_written(scene: Scene) -> None:
    scene.book()

    def pausing() -> datetime:
        pause(link=scene.link, actor=SYSTEM)
        return scene.now

    done = sync_calendar(link_id=scene.link.pk, now=pausing)
    assert done is not None
    assert done.written == 0
    assert scene.events() == []


def test_a_calendar_deleted_in_the_middle_of_a_pass_ends_it(scene: Scene) -> None:
    scene.sync()

    def deleting() -> datetime:
        delete_link(link=scene.link, actor=SYSTEM)
        return scene.now

    CalendarLink.objects.update(due_at=Now())
    done = sync_calendar(link_id=scene.link.pk, now=deleting)
    assert done is not None
    assert "deleted" in done.problem


def test_who_lost_the_lease_plans_nothing(scene: Scene) -> None:
    scene.book()

    def losing() -> datetime:
        CalendarLink.objects.update(lease_code="another's")
        return scene.now

    done = sync_calendar(link_id=scene.link.pk, now=losing)
    assert done is not None
    assert "another worker" in done.problem
    assert not scene.link.events.exists()
