"""The walk that the original documentation prescribes, with each service: from a typed mailbox to a
deleted visit (product reference 12.3, number 9)."""

import pytest

from doorstep.domain.bookings.models import Assignment, Booking
from doorstep.domain.calendars.models import CalendarLink, EventState, LinkState
from doorstep.domain.calendars.services.links import approve, ask_for_test, run_test
from doorstep.domain.calendars.services.sweep import due_calendars
from doorstep.domain.work.models import WorkOrder
from doorstep.platform.audit.services import SYSTEM
from tests.domain.calendars.scene import Scene
from tests.factories.resources import tina
from tests.unit.connectors.calendar.worlds import WORLDS

pytestmark = pytest.mark.django_db

EVERYWHERE = pytest.mark.parametrize("scene", sorted(WORLDS), indirect=True)


def look(scene: Scene) -> None:
    """What the worker does within ten seconds of a change."""
    assert [link.pk for link in due_calendars()] == [scene.link.pk]
    scene.sync()
    assert list(due_calendars()) == []


@EVERYWHERE
def test_a_visit_is_followed_from_the_first_booking_to_its_end(scene: Scene) -> None:
    CalendarLink.objects.update(state=LinkState.WAITING, tested_at=None)
    scene.link.refresh_from_db()
    assert list(due_calendars()) == []
    approve(link=scene.link, actor=SYSTEM)
    ask_for_test(link=scene.link, actor=SYSTEM)
    run_test(link_id=scene.link.pk, now=scene.now)
    look(scene)
    assert scene.events() == []

    booking = scene.book()
    look(scene)
    event = scene.only_event()
    part = booking.assignments.get()
    assert (event.starts_at, event.ends_at) == (part.arrives_at, part.ends_at)
    assert booking.work_order.number in event.title
    assert event.place_name == booking.work_order.one_line_address

    scene.move(booking, days=1)
    look(scene)
    event = scene.only_event()
    assert event.starts_at == Assignment.objects.get(booking=booking).arrives_at

    WorkOrder.objects.filter(pk=booking.work_order_id).update(summary="Bring a ladder")
    look(scene)
    assert scene.only_event() == event

    Booking.objects.filter(pk=booking.pk).delete()
    look(scene)
    assert scene.events() == []
    assert scene.row().state == EventState.REMOVED


@EVERYWHERE
def test_of_a_deleted_visit_only_an_event_that_still_is_ours_goes(scene: Scene) -> None:
    booking = scene.book()
    scene.sync()
    scene.world.user_strips_our_mark(scene.written())
    Booking.objects.filter(pk=booking.pk).delete()
    scene.sync()
    assert len(scene.events()) == 1
    assert scene.row().state == EventState.LEFT


@EVERYWHERE
def test_a_visit_given_to_somebody_else_disappears_here(scene: Scene) -> None:
    booking = scene.book()
    scene.sync()
    scene.move(booking, to=tina())
    scene.sync()
    assert scene.events() == []
    assert "Somebody else" in scene.row().reason


def test_a_visit_given_back_is_written_anew_where_its_old_event_was_let_go(scene: Scene) -> None:
    booking = scene.book()
    scene.sync()
    scene.world.user_strips_our_mark(scene.written())
    scene.move(booking, to=tina())
    scene.sync()
    assert scene.row().state == EventState.LEFT
    scene.move(booking, to=scene.company.technician)
    scene.sync()
    assert scene.row().state == EventState.WRITTEN
    assert len(scene.events()) == 2
