"""Calendars are touched by triggers, in the transactions of those who change visits and orders."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime, timedelta
from threading import Event

import pytest
from django.db import transaction
from django.db.models.functions import Now

from doorstep.connectors.calendar.base import Mailbox
from doorstep.domain.bookings.models import Booking, ParentStatus
from doorstep.domain.bookings.selectors import get_default_status
from doorstep.domain.bookings.services.cancel import cancel_booking
from doorstep.domain.bookings.services.status import set_status
from doorstep.domain.calendars.models import CalendarLink, ChangeNotice, SyncedEvent
from doorstep.domain.calendars.selectors import get_calendar_settings
from doorstep.domain.calendars.services.lease import LeaseLost, claim, release, renew
from doorstep.domain.calendars.services.links import change_mailbox
from doorstep.domain.calendars.services.plan import plan
from doorstep.domain.calendars.services.sweep import due_calendars
from doorstep.domain.calendars.services.sync import sync_calendar
from doorstep.domain.work.models import WorkOrder
from doorstep.platform.audit.services import SYSTEM
from tests.doubles import graph
from tests.factories.bookings import actor_of, book, make_world, new_key
from tests.factories.calendars import make_calendar_account, make_calendar_link, make_synced_event

from .conftest import deadlocks, kinds, run_together, wait_for_waiting

pytestmark = pytest.mark.django_db(transaction=True)

LONGEST_S = 60.0


@pytest.mark.parametrize("what", ["status", "cancel"])
def test_an_edit_of_the_work_order_and_a_change_of_its_visit_wait_for_each_other_in_turn(
    now: datetime, what: str
) -> None:
    world = make_world()
    make_calendar_link(world.technician)
    booking = book(world, now=now)
    before, count = deadlocks(), ChangeNotice.objects.count()

    held = Event()

    def edit() -> None:
        """The row is locked first, and its calendars are touched behind that lock."""
        with transaction.atomic():
            WorkOrder.objects.select_for_update(no_key=True).get(pk=booking.work_order_id)
            held.set()
            wait_for_waiting(1)
            WorkOrder.objects.filter(pk=booking.work_order_id).update(summary="Bring a ladder")

    def change() -> None:
        assert held.wait(LONGEST_S)
        current = Booking.objects.get(pk=booking.pk)
        if what == "cancel":
            cancel_booking(
                booking=current,
                reason="",
                request_key=new_key(),
                actor=actor_of(world.contact),
                now=now,
            )
        else:
            status = get_default_status(ParentStatus.IN_PROGRESS)
            set_status(booking=current, status=status, actor=SYSTEM, at=now)

    tasks: list[Callable[[], object]] = [edit, change]
    assert kinds(run_together(tasks)) == {"NoneType": 2}
    assert deadlocks() == before
    assert ChangeNotice.objects.count() >= count + 2


def test_who_changes_a_visit_does_not_wait_for_who_holds_its_calendar(now: datetime) -> None:
    world = make_world()
    make_calendar_link(world.technician)
    booking = book(world, now=now)
    done, held = Event(), Event()

    def hold() -> bool:
        with transaction.atomic():
            CalendarLink.objects.select_for_update().get()
            held.set()
            return done.wait(LONGEST_S)

    def change() -> None:
        assert held.wait(LONGEST_S)
        status = get_default_status(ParentStatus.IN_PROGRESS)
        set_status(booking=booking, status=status, actor=SYSTEM, at=now)
        done.set()

    tasks: list[Callable[[], object]] = [hold, change]
    assert kinds(run_together(tasks)) == {"bool": 1, "NoneType": 1}
    assert done.is_set()


def test_a_change_that_is_committed_after_the_look_is_looked_at_again(now: datetime) -> None:
    world = make_world()
    link = make_calendar_link(world.technician)
    booking = book(world, now=now)
    held, looked = Event(), Event()

    def change() -> None:
        with transaction.atomic():
            status = get_default_status(ParentStatus.IN_PROGRESS)
            set_status(booking=booking, status=status, actor=SYSTEM, at=now)
            held.set()
            assert looked.wait(LONGEST_S)

    def look() -> None:
        assert held.wait(LONGEST_S)
        lease = claim(link.pk)
        assert lease is not None
        release(lease, next_in=timedelta(hours=1))
        assert list(due_calendars()) == []
        looked.set()

    tasks: list[Callable[[], object]] = [change, look]
    assert kinds(run_together(tasks)) == {"NoneType": 2}
    assert list(due_calendars()) == [link]


def test_a_worker_and_who_deletes_a_visit_wait_for_each_other_in_turn(now: datetime) -> None:
    with graph.running(welcomes_everybody=True) as server:
        world = make_world()
        account = make_calendar_account(
            connector="outlook",
            settings={**asdict(graph.settings(server)), "allows_private": True},
        )
        link = make_calendar_link(world.technician, account=account, mailbox=Mailbox(graph.TOM))
        booking = book(world, now=now)
        plan(link, get_calendar_settings(), now=now)
        CalendarLink.objects.update(reconciled_at=Now())
        before = deadlocks()
        held = Event()

        def delete() -> None:
            """As Django deletes it: first what points to it is let go, then its parts go."""
            with transaction.atomic():
                SyncedEvent.objects.filter(booking=booking).update(booking=None)
                held.set()
                wait_for_waiting(1)
                Booking.objects.filter(pk=booking.pk).delete()

        def work() -> None:
            assert held.wait(LONGEST_S)
            sync_calendar(link_id=link.pk, now=lambda: now)

        assert kinds(run_together([delete, work])) == {"NoneType": 2}
        assert deadlocks() == before
        sync_calendar(link_id=link.pk, now=lambda: now)
        assert server.store.live(graph.TOM) == []


def test_a_visit_is_deleted_although_a_worker_writes_it_down_at_that_moment(now: datetime) -> None:
    world = make_world()
    link = make_calendar_link(world.technician)
    booking = book(world, now=now)
    held, planned = Event(), Event()

    def delete() -> None:
        """As Django deletes it, but for a pause after it has let go of the events it sees."""
        with transaction.atomic():
            SyncedEvent.objects.filter(booking=booking).update(booking=None)
            held.set()
            assert planned.wait(LONGEST_S)
            Booking.objects.filter(pk=booking.pk)._raw_delete("default")
            WorkOrder.objects.filter(pk=booking.work_order_id).update(summary="Gone")

    def work() -> None:
        assert held.wait(LONGEST_S)
        make_synced_event(link, starts_at=now, booking=booking)
        planned.set()

    for part in booking.assignments.all():
        part.delete()
    booking.timestamps.all().delete()
    assert kinds(run_together([delete, work])) == {"NoneType": 2}
    assert SyncedEvent.objects.get().booking is None


def test_a_worker_and_who_types_another_mailbox_wait_for_each_other_in_turn(now: datetime) -> None:
    world = make_world()
    link = make_calendar_link(world.technician)
    event = make_synced_event(link, starts_at=now)
    lease = claim(link.pk)
    assert lease is not None
    before = deadlocks()
    held = Event()

    def work() -> None:
        """As results are recorded."""
        with suppress(LeaseLost), transaction.atomic():
            SyncedEvent.objects.filter(pk=event.pk).update(reason="written")
            held.set()
            wait_for_waiting(1)
            renew(lease)

    def change() -> None:
        assert held.wait(LONGEST_S)
        link.address = "other@acme.example"
        with transaction.atomic():
            change_mailbox(link=link, actor=SYSTEM)

    assert kinds(run_together([work, change])) == {"NoneType": 2}
    assert deadlocks() == before
    assert not SyncedEvent.objects.exists()
    assert CalendarLink.objects.get().address == "other@acme.example"
