"""Visits that concern more than one technician's calendar."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import pytest
from django.db.models.functions import Now

from doorstep.connectors.calendar.base import Mailbox
from doorstep.demo.graph.faults import Fault
from doorstep.demo.graph.server import GraphServer
from doorstep.domain.bookings.models import Assignment, Booking
from doorstep.domain.bookings.services.assign import move_booking
from doorstep.domain.bookings.timetable import Promise
from doorstep.domain.calendars.models import CalendarLink, EventState, SyncedEvent
from doorstep.domain.calendars.services.sweep import due_calendars
from doorstep.domain.calendars.services.sync import sync_calendar
from doorstep.domain.organization.models import ConnectorAccount
from doorstep.domain.resources.models import CrewMember
from doorstep.platform.audit.services import SYSTEM
from tests.doubles import graph
from tests.factories.bookings import World, book, make_world
from tests.factories.calendars import make_calendar_account, make_calendar_link
from tests.factories.resources import make_crew, tina

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
TOM, TINA = "tom@contoso.example", "tina@contoso.example"


@pytest.fixture
def server() -> Iterator[GraphServer]:
    with graph.running(welcomes_everybody=True) as running:
        yield running


@pytest.fixture
def world(server: GraphServer) -> World:
    made = make_world()
    settings = {**asdict(graph.settings(server)), "allows_private": True}
    account = make_calendar_account(connector="outlook", settings=settings)
    make_calendar_link(made.technician, account=account, mailbox=Mailbox(TOM))
    make_calendar_link(tina(), account=account, mailbox=Mailbox(TINA))
    return made


def sync_all(now: datetime) -> None:
    """Every calendar that may be tried."""
    CalendarLink.objects.update(due_at=Now(), retry_at=None)
    SyncedEvent.objects.update(due_at=Now())
    for link in CalendarLink.objects.order_by("pk"):
        sync_calendar(link_id=link.pk, now=lambda: now)


def shown(server: GraphServer, address: str) -> int:
    return len(server.store.live(address))


def send_tina_too(booking: Booking) -> Assignment:
    """Her part of the visit, beside Tom's."""
    part = booking.assignments.get()
    part.pk, part.resource, part.role = None, tina(), 1
    part.save()
    return part


def give_to_tina(booking: Booking, now: datetime) -> None:
    move_booking(
        booking=Booking.objects.get(pk=booking.pk),
        promise=Promise(booking.promised_from, booking.promised_to),
        resource_ids=[tina().pk],
        actor=SYSTEM,
        now=now,
    )


def test_a_visit_given_away_appears_there_and_disappears_here(
    world: World, server: GraphServer, now: datetime
) -> None:
    booking = book(world, now=now)
    sync_all(now)
    mine, other = (TOM, TINA) if shown(server, TOM) else (TINA, TOM)
    if mine == TINA:
        pytest.fail("the visit was to be Tom's")
    give_to_tina(booking, now)
    sync_all(now)
    assert (shown(server, mine), shown(server, other)) == (0, 1)


def test_it_disappears_later_where_the_mailbox_is_down_for_a_day(
    world: World, server: GraphServer, now: datetime
) -> None:
    booking = book(world, now=now)
    sync_all(now)
    server.gateway.faults.add(Fault(503, "ServiceUnavailable"), mailbox=TOM, times=None)
    give_to_tina(booking, now)
    for _hour in range(24):
        sync_all(now)
    assert (shown(server, TOM), shown(server, TINA)) == (1, 1)
    row = SyncedEvent.objects.get(link__address=TOM)
    assert row.state == EventState.REMOVING
    server.gateway.faults.clear()
    sync_all(now)
    assert (shown(server, TOM), shown(server, TINA)) == (0, 1)


def test_a_visit_given_back_is_one_event_again(
    world: World, server: GraphServer, now: datetime
) -> None:
    booking = book(world, now=now)
    sync_all(now)
    Assignment.objects.filter(booking=booking).update(resource=tina())
    sync_all(now)
    Assignment.objects.filter(booking=booking).update(resource=world.technician)
    sync_all(now)
    assert (shown(server, TOM), shown(server, TINA)) == (1, 0)


def test_each_who_comes_has_it_in_the_calendar(
    world: World, server: GraphServer, now: datetime
) -> None:
    booking = book(world, now=now)
    part = send_tina_too(booking)
    sync_all(now)
    assert (shown(server, TOM), shown(server, TINA)) == (1, 1)
    part.delete()
    sync_all(now)
    assert (shown(server, TOM), shown(server, TINA)) == (1, 0)


def test_one_mailbox_that_is_gone_does_not_hold_up_another(
    world: World, server: GraphServer, now: datetime
) -> None:
    booking = book(world, now=now)
    Assignment.objects.filter(booking=booking).update(resource=tina())
    refused = Fault(404, "MailboxNotEnabledForRESTAPI")
    server.gateway.faults.add(refused, mailbox=TOM, times=None)
    sync_all(now)
    assert shown(server, TINA) == 1


def test_trouble_with_one_profile_does_not_hold_up_another(
    world: World, server: GraphServer, now: datetime
) -> None:
    booking = book(world, now=now)
    send_tina_too(booking)
    with graph.running(welcomes_everybody=True) as other:
        settings = {**asdict(graph.settings(other)), "allows_private": True}
        account = make_calendar_account(connector="outlook", settings=settings)
        CalendarLink.objects.filter(address=TINA).update(account=account)
        refused = Fault(429, "ApplicationThrottled", retry_after_s=60, is_for_account=True)
        server.gateway.faults.add(refused, times=None)
        sync_all(now)
        assert (shown(server, TOM), shown(other, TINA)) == (0, 1)
    paused = ConnectorAccount.objects.exclude(paused_until=None)
    assert list(paused) == [CalendarLink.objects.get(address=TOM).account]


def test_who_joins_a_crew_later_has_its_visits_in_the_calendar(
    world: World, server: GraphServer, now: datetime
) -> None:
    booking = book(world, now=now)
    crew = make_crew([world.technician])
    Assignment.objects.filter(booking=booking).update(crew=crew)
    sync_all(now)
    assert (shown(server, TOM), shown(server, TINA)) == (1, 0)
    CalendarLink.objects.update(due_at=datetime(2030, 1, 1, tzinfo=UTC))
    joined = CrewMember.objects.create(crew=crew, member=tina())
    assert {link.address for link in due_calendars()} == {TOM, TINA}
    sync_all(now)
    assert (shown(server, TOM), shown(server, TINA)) == (1, 1)
    CalendarLink.objects.update(due_at=datetime(2030, 1, 1, tzinfo=UTC))
    Assignment.objects.filter(booking=booking).update(ends_at=booking.ends_at + HOUR)
    assert {link.address for link in due_calendars()} == {TOM, TINA}
    CalendarLink.objects.get(address=TINA).notices.all().delete()
    joined.delete()
    assert {link.address for link in due_calendars()} == {TOM, TINA}
    sync_all(now)
    assert (shown(server, TOM), shown(server, TINA)) == (1, 0)
