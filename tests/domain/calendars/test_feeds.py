"""Calendars to subscribe to: who sees what in them, and how changes are told."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import recurring_ical_events
import vobject
from django.db import IntegrityError, transaction
from icalendar import Calendar

from doorstep.domain.bookings.models import Assignment, Booking, ParentStatus
from doorstep.domain.bookings.selectors import get_default_status
from doorstep.domain.bookings.services.cancel import cancel_booking
from doorstep.domain.bookings.services.hold import hold_offer
from doorstep.domain.bookings.services.reschedule import reschedule_booking
from doorstep.domain.calendars.errors import NoFeedForThem
from doorstep.domain.calendars.models import CalendarFeed, CalendarSettings
from doorstep.domain.calendars.services.feed_content import read_feed
from doorstep.domain.calendars.services.feeds import (
    Owner,
    find_feed,
    find_live_feed,
    issue_feed,
    revoke_feed,
)
from doorstep.domain.customers.models import Contact
from doorstep.domain.resources.models import BookableResource
from doorstep.platform.audit.models import LogEntry
from doorstep.platform.audit.services import SYSTEM
from tests.factories.bookings import (
    FRIDAY,
    THURSDAY,
    World,
    actor_of,
    book,
    make_world,
    new_key,
    window_key,
    wish_for,
)
from tests.factories.customers import acme, make_contact, mallory
from tests.factories.days import book_at
from tests.factories.identity import make_user
from tests.factories.resources import make_crew, tina
from tests.unit.connectors.calendar.ics_lines import content_lines

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


def feed_of(owner: Owner, now: datetime) -> CalendarFeed:
    return find_live_feed(owner) or issue_feed(owner=owner, actor=SYSTEM, now=now)[0]


def content_of(owner: Owner, now: datetime) -> bytes:
    content = read_feed(feed_of(owner, now), now=now)
    assert content is not None
    return content


def events_of(owner: Owner, now: datetime) -> list[Any]:
    return Calendar.from_ical(content_of(owner, now)).walk("VEVENT")


def event_of(owner: Owner, now: datetime) -> Any:
    (event,) = events_of(owner, now)
    return event


def cancel(booking: Booking, world: World, now: datetime) -> None:
    cancel_booking(
        booking=booking, reason="", request_key=new_key(), actor=actor_of(world.contact), now=now
    )


def move_to_friday(booking: Booking, world: World, now: datetime) -> None:
    held = hold_offer(
        wish=wish_for(world.contact, world.service, world.portal, booking),
        key=window_key(FRIDAY, 8, 10),
        contact=world.contact,
        now=now,
    )
    reschedule_booking(
        booking=booking,
        hold_code=held.code,
        contact=world.contact,
        request_key=new_key(),
        actor=actor_of(world.contact),
        now=now,
    )


# --- Whose visits ------------------------------------------------------------------------------


def test_a_technician_gets_the_planned_work(world: World, now: datetime) -> None:
    booking = book(world, now=now)
    part = Assignment.objects.get(booking=booking)

    event = event_of(world.technician, now)

    assert (event["DTSTART"].dt, event["DTEND"].dt) == (part.arrives_at, part.ends_at)
    assert booking.work_order.number in event["SUMMARY"]
    assert "10:00–12:00" in event["DESCRIPTION"]
    assert "12 Deansgate" in event["LOCATION"]
    assert event["URL"].endswith(f"/technician/visits/{booking.code}/")


def test_a_customer_gets_the_promised_window_and_no_plan(world: World, now: datetime) -> None:
    booking = book(world, now=now)

    event = event_of(world.contact, now)

    assert (event["DTSTART"].dt, event["DTEND"].dt) == (booking.promised_from, booking.promised_to)
    assert event["URL"].endswith(f"/visits/{booking.code}/")
    assert "technician" not in content_of(world.contact, now).decode().lower()


def test_who_cannot_sign_in_gets_no_link_that_asks_for_it(world: World, now: datetime) -> None:
    book(world, now=now)
    world.contact.user = None
    world.contact.save()

    event = event_of(world.contact, now)

    assert "URL" not in event
    assert "/visits/" not in event["DESCRIPTION"]


def test_a_customer_reads_her_language(world: World, now: datetime) -> None:
    world.contact.language = "de"
    world.contact.save()
    book(world, now=now)

    assert "Ankunft" in event_of(world.contact, now)["DESCRIPTION"]


def test_visits_of_others_are_in_nobodys_feed(world: World, now: datetime) -> None:
    tina()
    booking = book(world, now=now)
    assert Assignment.objects.get(booking=booking).resource == world.technician
    neighbor = make_contact(account=acme(), user=make_user(email="n@example.com"))

    assert not events_of(tina(), now)
    assert not events_of(mallory(), now)
    assert not events_of(neighbor, now)


def test_a_contact_sees_what_she_booked_and_the_primary_contact_all(
    world: World, now: datetime
) -> None:
    neighbor = make_contact(account=acme(), user=make_user(email="n@example.com"))
    book(world, now=now)
    hers = book(world, now=now, contact=neighbor, key=window_key(FRIDAY))

    assert event_of(neighbor, now)["UID"].startswith(f"{hers.code}@")
    assert len(events_of(world.contact, now)) == 2


def test_who_travels_in_a_crew_has_its_visits_once(world: World, now: datetime) -> None:
    crew = make_crew([world.technician, tina()])
    booking = book(world, now=now)
    Assignment.objects.filter(booking=booking).update(crew=crew)
    part = Assignment.objects.get(booking=booking)
    part.pk, part.resource = None, tina()
    part.save()

    assert len(events_of(world.technician, now)) == 1
    assert len(events_of(tina(), now)) == 1


def test_the_window_is_that_of_the_settings_and_rolls(world: World, now: datetime) -> None:
    book(world, now=now)
    CalendarSettings.objects.create(feed_days_back=1, feed_days_ahead=2)

    counts = [len(events_of(world.technician, now + timedelta(days=days))) for days in range(7)]

    assert counts == [0, 0, 1, 1, 1, 0, 0]  # read from Wednesday to Friday, always at nine


# --- How changes are told ----------------------------------------------------------------------


def later_sequences(
    world: World, now: datetime, change: Callable[[Booking], None]
) -> tuple[Any, Any, Any, Any]:
    """The technician's and the customer's event before and after."""
    booking = book(world, now=now)
    tom, carol = world.technician, world.contact
    before = event_of(tom, now), event_of(carol, now)
    change(Booking.objects.get(pk=booking.pk))
    later = now + timedelta(minutes=5)
    return *before, event_of(tom, later), event_of(carol, later)


def test_nothing_changes_by_being_read(world: World, now: datetime) -> None:
    book(world, now=now)
    first = content_of(world.technician, now), content_of(world.contact, now)

    later = now + timedelta(hours=3)

    assert (content_of(world.technician, later), content_of(world.contact, later)) == first


def test_a_planned_time_shifted_by_a_neighbor_is_a_change_for_the_technician_alone(
    world: World, now: datetime
) -> None:
    def shift(booking: Booking) -> None:
        part = Assignment.objects.get(booking=booking)
        step = timedelta(minutes=15)
        Assignment.objects.filter(pk=part.pk).update(
            arrives_at=part.arrives_at + step, ends_at=part.ends_at + step
        )

    toms, carols, toms_after, carols_after = later_sequences(world, now, shift)

    assert toms_after["DTSTART"].dt == toms["DTSTART"].dt + timedelta(minutes=15)
    assert toms_after["SEQUENCE"] == toms["SEQUENCE"] + 1
    assert toms_after["LAST-MODIFIED"].dt == now + timedelta(minutes=5)
    assert carols_after.to_ical() == carols.to_ical()


def test_a_move_is_told_under_the_same_name(world: World, now: datetime) -> None:
    toms, carols, toms_after, carols_after = later_sequences(
        world, now, lambda booking: move_to_friday(booking, world, now)
    )

    for before, after in ((toms, toms_after), (carols, carols_after)):
        assert after["UID"] == before["UID"]
        assert after["SEQUENCE"] > before["SEQUENCE"]
        assert after["DTSTART"].dt.date() == FRIDAY


def test_a_cancellation_is_told_as_such(world: World, now: datetime) -> None:
    toms, carols, toms_after, carols_after = later_sequences(
        world, now, lambda booking: cancel(booking, world, now)
    )

    for before, after in ((toms, toms_after), (carols, carols_after)):
        assert (after["UID"], after["STATUS"]) == (before["UID"], "CANCELLED")
        assert after["SEQUENCE"] > before["SEQUENCE"]
        assert after["TRANSP"] == "TRANSPARENT"
        assert after["SUMMARY"].startswith("Canceled: ")


def test_a_new_address_of_the_place_is_a_change(world: World, now: datetime) -> None:
    def rename(booking: Booking) -> None:
        booking.work_order.street = "14 Deansgate"
        booking.work_order.save()

    toms, carols, toms_after, carols_after = later_sequences(world, now, rename)

    for before, after in ((toms, toms_after), (carols, carols_after)):
        assert after["SEQUENCE"] > before["SEQUENCE"]
        assert "14 Deansgate" in after["LOCATION"]


def test_back_to_what_it_was_is_one_more_change(world: World, now: datetime) -> None:
    booking = book(world, now=now)
    order = booking.work_order
    numbers = []
    for street in ("12 Deansgate", "14 Deansgate", "12 Deansgate"):
        order.street = street
        order.save()
        numbers.append(event_of(world.technician, now)["SEQUENCE"])

    assert numbers == [numbers[0], numbers[0] + 1, numbers[0] + 2]


def test_numbers_are_never_below_those_of_the_file_in_messages(world: World, now: datetime) -> None:
    booking = book(world, now=now)
    event_of(world.contact, now)
    Booking.objects.filter(pk=booking.pk).update(
        version=9, promised_to=booking.promised_to + timedelta(hours=1)
    )

    assert event_of(world.contact, now)["SEQUENCE"] == 9


def test_numbers_go_on_when_a_visit_was_out_of_the_window(world: World, now: datetime) -> None:
    booking = book(world, now=now)
    before = event_of(world.technician, now)["SEQUENCE"]
    assert not events_of(world.technician, now + timedelta(days=30))
    part = Assignment.objects.get(booking=booking)
    Assignment.objects.filter(pk=part.pk).update(
        starts_at=part.starts_at + timedelta(days=30),
        arrives_at=part.arrives_at + timedelta(days=30),
        ends_at=part.ends_at + timedelta(days=30),
    )

    assert event_of(world.technician, now + timedelta(days=30))["SEQUENCE"] > before


def test_numbers_go_on_in_a_feed_made_anew(world: World, now: datetime) -> None:
    booking = book(world, now=now)
    before = event_of(world.contact, now)["SEQUENCE"]
    issue_feed(owner=world.contact, actor=SYSTEM, now=now)
    issue_feed(owner=world.contact, actor=SYSTEM, now=now)
    Booking.objects.filter(pk=booking.pk).update(
        promised_to=booking.promised_to + timedelta(hours=1)
    )

    assert event_of(world.contact, now)["SEQUENCE"] == before + 1


def test_a_visit_given_to_somebody_else_leaves(world: World, now: datetime) -> None:
    booking = book(world, now=now)
    assert events_of(world.technician, now)
    Assignment.objects.filter(booking=booking).update(resource=tina())

    assert not events_of(world.technician, now)
    assert events_of(tina(), now)


def test_a_visit_canceled_before_anybody_read_of_it_is_not_told(
    world: World, now: datetime
) -> None:
    booking = book(world, now=now)
    cancel(booking, world, now)

    assert not events_of(world.contact, now)


def test_a_visit_that_is_over_stays_in_the_window(world: World, now: datetime) -> None:
    booking = book(world, now=now)
    Booking.objects.filter(pk=booking.pk).update(
        status=get_default_status(ParentStatus.COMPLETED), completed_at=now
    )

    assert event_of(world.technician, now)["STATUS"] == "CONFIRMED"


# --- Who may have one --------------------------------------------------------------------------


def test_the_code_is_told_once_and_stored_nowhere(world: World, now: datetime) -> None:
    feed, code = issue_feed(owner=world.contact, actor=actor_of(world.contact), now=now)

    assert find_feed(code) == feed
    assert feed.created_by == world.contact.user
    stored = str(list(CalendarFeed.objects.values_list()) + list(LogEntry.objects.values_list()))
    assert code not in stored


@pytest.mark.parametrize("code", ["", "x", "😀", "x" * 3000, "\x00"])
def test_what_is_no_code_opens_nothing(world: World, now: datetime, code: str) -> None:
    issue_feed(owner=world.contact, actor=SYSTEM, now=now)

    assert find_feed(code) is None


def test_a_new_address_ends_the_old_one(world: World, now: datetime) -> None:
    old, _code = issue_feed(owner=world.contact, actor=SYSTEM, now=now)

    new, _code = issue_feed(owner=world.contact, actor=SYSTEM, now=now)

    assert read_feed(old, now=now) is None
    assert read_feed(new, now=now) is not None


def test_a_revoked_feed_is_read_by_nobody(world: World, now: datetime) -> None:
    feed, _code = issue_feed(owner=world.technician, actor=SYSTEM, now=now)

    revoke_feed(feed=feed, actor=SYSTEM, now=now)
    revoke_feed(feed=feed, actor=SYSTEM, now=now + timedelta(hours=1))

    assert read_feed(feed, now=now) is None
    assert find_live_feed(world.technician) is None
    assert CalendarFeed.objects.get().revoked_at == now
    assert LogEntry.objects.filter(action="revoked a calendar feed").count() == 1


def _leave(contact: Contact) -> None:
    contact.is_active = False


def _lose_sign_in(contact: Contact) -> None:
    contact.allows_sign_in = False


def _close_account(contact: Contact) -> None:
    contact.account.is_active = False
    contact.account.save()


def _lock_user(owner: Owner) -> None:
    assert owner.user is not None
    owner.user.is_active = False
    owner.user.save()


@pytest.mark.parametrize("happens", [_leave, _lose_sign_in, _close_account, _lock_user])
def test_a_contact_who_may_not_see_visits_reads_none(
    world: World, now: datetime, happens: Callable[[Contact], None]
) -> None:
    feed, code = issue_feed(owner=world.contact, actor=SYSTEM, now=now)

    happens(world.contact)
    world.contact.save()

    found = find_feed(code)
    assert found == feed
    assert read_feed(found, now=now) is None
    with pytest.raises(NoFeedForThem):
        issue_feed(owner=world.contact, actor=SYSTEM, now=now)


def _retire(resource: BookableResource) -> None:
    resource.is_active = False


@pytest.mark.parametrize("happens", [_retire, _lock_user])
def test_a_technician_who_left_reads_nothing(
    world: World, now: datetime, happens: Callable[[BookableResource], None]
) -> None:
    _feed, code = issue_feed(owner=world.technician, actor=SYSTEM, now=now)

    happens(world.technician)
    world.technician.save()

    found = find_feed(code)
    assert found is not None
    assert read_feed(found, now=now) is None


def test_a_deleted_contact_takes_her_feed_along(world: World, now: datetime) -> None:
    stranger = mallory()
    _feed, code = issue_feed(owner=stranger, actor=SYSTEM, now=now)

    stranger.delete()

    assert find_feed(code) is None


def test_the_database_knows_one_owner_and_one_live_feed(world: World, now: datetime) -> None:
    values = {"code_hash": "a", "created_at": now}
    for owners in ({}, {"contact": world.contact, "resource": world.technician}):
        with pytest.raises(IntegrityError), transaction.atomic():
            CalendarFeed.objects.create(**values, **owners)
    issue_feed(owner=world.contact, actor=SYSTEM, now=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        CalendarFeed.objects.create(**values, contact=world.contact)


def test_readings_are_noted_to_the_minute(world: World, now: datetime) -> None:
    feed = feed_of(world.contact, now)

    read_feed(feed, now=now + timedelta(seconds=59, microseconds=5))

    feed.refresh_from_db()
    assert feed.last_read_at == now


# --- Readers of others -------------------------------------------------------------------------

NASTY = "\u202eMüller; Söhne, «Ünïcode»\r\nATTENDEE:mailto:x@example.com \\N \x07👩‍🔧 " + "ä" * 90
# Place, and the local time of a visit that begins in the hour the clocks are changed.
CHANGE_DAYS = [
    ("Australia/Lord_Howe", "2026-04-05T01:45"),
    ("Pacific/Apia", "2026-12-31T00:30"),
    ("Africa/Casablanca", "2026-02-15T02:30"),
    ("Europe/Berlin", "2026-10-25T02:30"),
    ("America/New_York", "2026-11-01T01:30"),
]


@pytest.mark.parametrize("fold", [0, 1])
@pytest.mark.parametrize(("zone", "local"), CHANGE_DAYS)
def test_readers_of_others_see_the_same_instants(
    world: World, now: datetime, zone: str, local: str, fold: int
) -> None:
    booking = book(world, now=now)
    starts_at = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone), fold=fold)
    starts_at = starts_at.astimezone(UTC)
    ends_at = starts_at + timedelta(hours=1)
    Booking.objects.filter(pk=booking.pk).update(
        promised_from=starts_at, promised_to=ends_at, time_zone=zone
    )
    Assignment.objects.filter(booking=booking).update(
        starts_at=starts_at, arrives_at=starts_at, ends_at=ends_at
    )

    for owner in (world.technician, world.contact):
        content = content_of(owner, starts_at)
        (seen,) = recurring_ical_events.of(Calendar.from_ical(content)).between(
            starts_at - timedelta(hours=1), ends_at + timedelta(hours=1)
        )
        assert (seen.start, seen.end) == (starts_at, ends_at)
        event = vobject.readOne(content.decode(), validate=True).vevent
        assert (event.dtstart.value, event.dtend.value) == (starts_at, ends_at)


def test_names_of_any_kind_stay_inside_their_lines(world: World, now: datetime) -> None:
    world.contact.account.name = NASTY[:100]
    world.contact.account.save()
    world.technician.name = NASTY[:100]
    world.technician.save()
    world.service.name = world.service.customer_name = NASTY[:100]
    world.service.save()
    booking = book(world, now=now)
    booking.work_order.street = booking.work_order.summary = NASTY[:100]
    booking.work_order.save()

    for owner in (world.technician, world.contact):
        content = content_of(owner, now)
        names = [line.name for line in content_lines(content)]
        assert "ATTENDEE" not in names
        assert "Söhne" in vobject.readOne(content.decode(), validate=True).vevent.summary.value


def test_a_feed_asks_the_database_little(
    world: World, now: datetime, django_assert_max_num_queries: Any
) -> None:
    hours = ((8, 10), (10, 12), (13, 15))
    for each in hours:
        book(world, now=now, key=window_key(THURSDAY, *each))
    book_at(world, 53.48, -2.24, now=now, hours=(15, 17))
    for owner in (world.technician, world.contact):
        content_of(owner, now)
        with django_assert_max_num_queries(16):
            content_of(owner, now)
