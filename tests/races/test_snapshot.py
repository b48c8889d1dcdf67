"""Processes that keep everybody's days in memory, and a database in which others write."""

import datetime as dt
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from django.db.utils import OperationalError
from django.test.utils import CaptureQueriesContext

from doorstep.domain.bookings.models import (
    Booking,
    BookingStatus,
    Hold,
    ParentStatus,
    PlanningChange,
    ResourceBlock,
)
from doorstep.domain.bookings.selectors import get_default_status
from doorstep.domain.bookings.services.cancel import cancel_booking
from doorstep.domain.bookings.services.hold import hold_offer, release_hold
from doorstep.domain.bookings.services.search import OfferList, _offers, search_offers
from doorstep.domain.bookings.services.status import set_status
from doorstep.domain.bookings.snapshot import Planning, open_planning, shared
from doorstep.domain.bookings.snapshot.changes import KEPT, MOST_CHANGES, look_since, prune_changes
from doorstep.domain.bookings.timetable import Promise
from doorstep.domain.customers.models import Contact
from doorstep.domain.organization.models import ArrivalWindow, Company, Portal, Territory
from doorstep.domain.resources.models import (
    BookableResource,
    BusinessClosure,
    DayHours,
    ResourceCharacteristic,
    TimeOff,
    WorkHours,
)
from doorstep.domain.work.models import (
    IncidentType,
    IncidentTypeNeed,
    PreferenceKind,
    ResourcePreference,
)
from doorstep.platform.lib.db import database_now
from tests.doubles.process import OtherProcess
from tests.factories.bookings import (
    THURSDAY,
    World,
    actor_of,
    book,
    hold,
    make_world,
    new_key,
    run_out,
    window_key,
    wish_for,
)
from tests.factories.customers import make_account, make_contact
from tests.factories.identity import make_user
from tests.factories.organization import make_window
from tests.factories.resources import give_skill, make_characteristic, make_technician

pytestmark = pytest.mark.django_db(transaction=True)

DAYS = 5


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def other(django_db_setup: None) -> Iterator[OtherProcess]:
    """Another process that has not looked yet."""
    process = OtherProcess(database=connection.settings_dict["NAME"])
    yield process
    process.end()


@pytest.fixture
def session() -> Iterator[psycopg.Connection[Any]]:
    """Another session of the same database, in which a transaction can stay open."""
    settings = connection.get_connection_params()
    known = ("dbname", "user", "password", "host", "port")
    with psycopg.connect(**{name: settings[name] for name in known if settings.get(name)}) as found:
        yield found
        found.rollback()


def as_answer(found: OfferList) -> dict[str, Any]:
    """As the other process tells it."""
    return {
        "windows": [
            [window.key, sorted(window.plan.resource_ids), window.plan.arrives_s]
            for window in found.windows
        ],
        "removed": {
            str(day): {str(rule): count for rule, count in counts.items()}
            for day, counts in found.removed.items()
        },
    }


def in_memory(world: World, now: datetime) -> dict[str, Any]:
    """What this process offers."""
    return as_answer(search_offers(wish=world.wish, now=now, from_day=THURSDAY, days=DAYS))


def in_rows(world: World, now: datetime) -> dict[str, Any]:
    """What the rows of the database say at this moment, without any memory."""
    return as_answer(_offers(Planning(None), world.wish, now, THURSDAY, DAYS))


def elsewhere(other: OtherProcess, world: World, now: datetime) -> dict[str, Any]:
    """What the other process offers."""
    found = other.ask(do="search", contact=world.contact.pk, now=now, day=THURSDAY, days=DAYS)
    return {"windows": found["windows"], "removed": found["removed"]}


def keys_of(answer: dict[str, Any]) -> set[str]:
    return {key for key, *_plan in answer["windows"]}


def whole_thursday(world: World) -> tuple[Any, ...]:
    begins = datetime(2026, 11, 26, 7, tzinfo=UTC)
    return (world.technician.pk, begins, begins + timedelta(hours=12))


OUTSIDE = (
    "INSERT INTO bookings_resourceblock (resource_id, lane, starts_at, ends_at, kind) "
    "VALUES (%s, 1, %s, %s, 'outside')"
)

# --- Many bookings at once -------------------------------------------------------------------


def test_never_shows_a_window_that_was_taken_before_the_search_began(
    world: World, now: datetime
) -> None:
    """Fifty visits of 100 minutes, booked by two other processes; a window of an hour has room for
    the arrival of one."""
    hours = ((8, 9), (10, 11), (13, 14), (15, 16))
    world.portal.windows.all().delete()
    for from_hour, to_hour in hours:
        make_window(world.portal, from_hour, to_hour)
    IncidentType.objects.update(duration_minutes=100)
    world.service.refresh_from_db()
    first = dt.date(2026, 11, 24)
    days = [day for n in range(20) if (day := first + timedelta(days=n)).weekday() < 5][:13]
    wanted = [
        (make_contact(account=make_account(), user=make_user(), phone="").pk, key)
        for key in [window_key(day, *each) for day in days for each in hours][:50]
    ]
    bookers = [OtherProcess(database=connection.settings_dict["NAME"]) for _number in range(2)]
    seen_taken: set[int] = set()
    try:
        for booker in bookers:
            booker.ask(do="search", contact=world.contact.pk, now=now, day=THURSDAY, days=1)
        search_offers(wish=world.wish, now=now, from_day=first, days=20)
        for number, booker in enumerate(bookers):
            booker.send(do="book", now=now, wanted=wanted[number::2], pause_s=0.03)
        while len(seen_taken) < 2 or max(seen_taken) < len(wanted):
            taken = {
                Promise(*promise).key
                for promise in Booking.objects.values_list("promised_from", "promised_to")
            }
            with CaptureQueriesContext(connection) as queries:
                found = search_offers(wish=world.wish, now=now, from_day=first, days=20)
            assert not taken & {window.key for window in found.windows}
            assert len(queries) <= 2
            seen_taken.add(len(taken))
        answers = [booker.answer() for booker in bookers]
    finally:
        for booker in bookers:
            booker.end()

    assert not [each for found in answers for each in found if each == "OfferGone"]
    assert len(seen_taken) > 3, "the searches did not run beside the bookings"
    left = search_offers(wish=world.wish, now=now, from_day=first, days=20).windows
    offered = {window.key for window in left}
    assert {window_key(day, *each) for day in days for each in hours} & offered == {
        window_key(days[12], 13, 14),
        window_key(days[12], 15, 16),
    }


# --- Transactions ----------------------------------------------------------------------------


def test_a_slow_commit_is_seen_though_later_ones_were_seen_before(
    world: World, now: datetime, session: psycopg.Connection[Any]
) -> None:
    in_memory(world, now)
    session.execute(OUTSIDE, whole_thursday(world))
    for from_hour, to_hour in ((8, 10), (10, 12)):
        book(world, now=now, key=window_key(dt.date(2026, 11, 27), from_hour, to_hour))
        assert window_key() in keys_of(in_memory(world, now))

    session.commit()

    assert window_key() not in keys_of(in_memory(world, now))
    assert in_memory(world, now) == in_rows(world, now)


def test_what_is_rolled_back_is_never_seen(
    world: World, now: datetime, session: psycopg.Connection[Any]
) -> None:
    before = in_memory(world, now)
    session.execute(OUTSIDE, whole_thursday(world))
    assert in_memory(world, now) == before

    session.rollback()

    assert in_memory(world, now) == before


def test_what_a_transaction_has_written_is_seen_by_nobody_else(world: World, now: datetime) -> None:
    before = in_memory(world, now)
    with transaction.atomic():
        _resource, starts_at, ends_at = whole_thursday(world)
        ResourceBlock.objects.create(
            resource=world.technician, starts_at=starts_at, ends_at=ends_at, kind="outside"
        )
        assert window_key() not in keys_of(in_memory(world, now))
        transaction.set_rollback(True)

    assert in_memory(world, now) == before


def test_a_transaction_that_only_reads_looks_into_the_memory(world: World, now: datetime) -> None:
    in_memory(world, now)

    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        in_memory(world, now)

    assert len(queries) <= 2  # the savepoint's begin, and the look


# --- What others change ----------------------------------------------------------------------


def take_off(world: World) -> None:
    midday = datetime(2026, 11, 26, 12, tzinfo=UTC)
    TimeOff.objects.create(
        resource=world.technician, starts_at=midday - timedelta(hours=6), ends_at=midday
    )


def approve(world: World) -> None:
    TimeOff.objects.create(
        resource=world.technician,
        starts_at=datetime(2026, 11, 26, tzinfo=UTC),
        ends_at=datetime(2026, 11, 27, tzinfo=UTC),
        state="requested",
    )
    TimeOff.objects.update(state="approved")


def need_a_skill(world: World) -> None:
    IncidentTypeNeed.objects.create(
        incident_type=world.service, characteristic=make_characteristic(), minimum_rating=3
    )


def lose_a_skill(world: World) -> None:
    need_a_skill(world)
    give_skill(world.technician, IncidentTypeNeed.objects.get().characteristic, 3)
    ResourceCharacteristic.objects.all().delete()


def begin(world: World) -> None:
    booking = book(world, now=datetime(2026, 11, 23, 9, tzinfo=UTC))
    status = get_default_status(ParentStatus.TRAVELING)
    set_status(booking=booking, status=status, actor=actor_of(world.contact), at=database_now())


def regard_as_done(world: World) -> None:
    book(world, now=datetime(2026, 11, 23, 9, tzinfo=UTC))
    BookingStatus.objects.filter(parent="scheduled").update(is_default=False, parent="completed")


def cancel(world: World) -> None:
    booking = book(world, now=datetime(2026, 11, 23, 9, tzinfo=UTC))
    cancel_booking(
        booking=booking,
        reason="",
        request_key=new_key(),
        actor=actor_of(world.contact),
        now=datetime(2026, 11, 23, 9, tzinfo=UTC),
    )


def close(world: World) -> None:
    BusinessClosure.objects.create(name="Training", from_on=THURSDAY, to_on=THURSDAY)


def restrict(world: World) -> None:
    ResourcePreference.objects.create(
        account=world.contact.account, resource=world.technician, kind=PreferenceKind.RESTRICTED
    )


def work_alone_on_thursday(world: World) -> None:
    DayHours.objects.create(
        resource=world.technician, day=THURSDAY, from_time=dt.time(13), to_time=dt.time(17)
    )


def serve_elsewhere(world: World) -> None:
    world.contact.account.territory = Territory.objects.create(name="North")
    world.contact.account.save()
    world.technician.territories.add(world.contact.account.territory)
    world.technician.territories.clear()


def leave_time_between_visits(world: World) -> None:
    """The second visit between 10 and 12 follows the first at once, or there is no time for it."""
    Company.objects.update(minimum_gap_minutes=60)


EDITS: list[Callable[[World], object]] = [
    take_off,
    approve,
    need_a_skill,
    lose_a_skill,
    begin,
    regard_as_done,
    cancel,
    close,
    restrict,
    work_alone_on_thursday,
    serve_elsewhere,
    lambda world: book(world, now=datetime(2026, 11, 23, 9, tzinfo=UTC)),
    lambda world: hold(world, now=datetime(2026, 11, 23, 9, tzinfo=UTC)),
    lambda world: make_technician(),
    lambda world: BookableResource.objects.update(is_active=False),
    lambda world: BookableResource.objects.update(latitude=53.9, is_searchable=False),
    lambda world: WorkHours.objects.filter(kind="work").update(from_time=dt.time(11)),
    lambda world: WorkHours.objects.all().delete(),
    lambda world: ArrivalWindow.objects.filter(from_time=dt.time(8)).delete(),
    lambda world: ArrivalWindow.objects.filter(from_time=dt.time(8)).update(name="Early"),
    lambda world: Portal.objects.update(max_lead_days=2),
    lambda world: Company.objects.update(time_zone="Europe/Athens"),
    lambda world: Company.objects.update(travel_speed_kmh=5),
    leave_time_between_visits,
    lambda world: IncidentType.objects.update(resource_kind="equipment"),
]


@pytest.fixture(scope="module")
def watcher(django_db_setup: None) -> Iterator[OtherProcess]:
    """One process that lives through the tests of this module."""
    process = OtherProcess(database=connection.settings_dict["NAME"])
    yield process
    process.end()


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_is_seen_at_once_by_another_process(
    watcher: OtherProcess, world: World, now: datetime, edit: Callable[[World], object]
) -> None:
    before = elsewhere(watcher, world, now)

    edit(world)

    world.service.refresh_from_db()
    world.portal.refresh_from_db()
    assert elsewhere(watcher, world, now) == in_rows(world, now)
    assert in_memory(world, now) == in_rows(world, now)
    assert before["windows"]


def test_bulk_edits_beyond_what_can_be_caught_up_are_seen(world: World, now: datetime) -> None:
    in_memory(world, now)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO bookings_planningchange (subject, resource, starts_at, ends_at) "
            "SELECT 'days', %s, now(), now() FROM generate_series(1, %s)",
            [world.technician.pk, MOST_CHANGES],
        )
        cursor.execute(OUTSIDE, whole_thursday(world))

    assert window_key() not in keys_of(in_memory(world, now))


def test_two_hundred_absences_in_one_statement_are_one_change_each(
    world: World, now: datetime
) -> None:
    people = [world.technician, *(make_technician() for _number in range(9))]
    in_memory(world, now)
    before = PlanningChange.objects.count()

    TimeOff.objects.bulk_create(
        TimeOff(
            resource=person,
            starts_at=datetime(2026, 11, 24, hour, tzinfo=UTC) + timedelta(days=day),
            ends_at=datetime(2026, 11, 24, hour, 30, tzinfo=UTC) + timedelta(days=day),
        )
        for person in people
        for day in range(4)
        for hour in (8, 10, 13, 14, 15)
    )

    assert PlanningChange.objects.count() == before + len(people)
    assert in_memory(world, now) == in_rows(world, now)


# --- Holds -----------------------------------------------------------------------------------


def test_a_hold_frees_its_time_when_it_runs_out_and_nobody_says_so(
    watcher: OtherProcess, world: World, now: datetime
) -> None:
    IncidentType.objects.update(duration_minutes=100)
    held = hold(world, now=now)
    stranger = World(world.portal, world.technician, world.service, make_contact())
    elsewhere(watcher, stranger, now)
    ends_at = database_now() + timedelta(seconds=5)
    Hold.objects.update(expires_at=ends_at)
    assert window_key() not in keys_of(elsewhere(watcher, stranger, now))
    changes = PlanningChange.objects.count()

    while database_now() < ends_at:
        time.sleep(0.1)

    assert window_key() in keys_of(elsewhere(watcher, stranger, now))
    assert PlanningChange.objects.count() == changes
    assert Hold.objects.filter(pk=held.pk).exists()


def test_a_hold_made_longer_goes_on_taking_time(world: World, now: datetime) -> None:
    IncidentType.objects.update(duration_minutes=100)
    world.service.refresh_from_db()
    hold(world, now=now)
    stranger = World(world.portal, world.technician, world.service, make_contact())
    Hold.objects.update(expires_at=database_now() + timedelta(seconds=1))
    in_memory(stranger, now)

    Hold.objects.update(expires_at=database_now() + timedelta(minutes=5))
    time.sleep(1)

    assert window_key() not in keys_of(in_memory(stranger, now))


def test_what_a_contact_holds_counts_as_free_for_her(world: World, now: datetime) -> None:
    IncidentType.objects.update(duration_minutes=100)
    world.service.refresh_from_db()
    assert world.service.work_order_type  # a page comes with its rows
    hold(world, now=now)

    with CaptureQueriesContext(connection) as queries:
        offered = keys_of(in_memory(world, now))

    assert window_key() in offered
    assert len(queries) <= 2  # the hold is news
    assert in_memory(world, now) == in_rows(world, now)


def test_a_visit_to_be_moved_counts_as_free(world: World, now: datetime) -> None:
    IncidentType.objects.update(duration_minutes=100)
    world.service.refresh_from_db()
    booking = book(world, now=now)
    wish = wish_for(world.contact, world.service, world.portal, booking)

    found = search_offers(wish=wish, now=now, from_day=THURSDAY, days=DAYS)
    again = search_offers(wish=world.wish, now=now, from_day=THURSDAY, days=DAYS)

    assert window_key() in {window.key for window in found.windows}
    assert as_answer(found) == as_answer(_offers(Planning(None), wish, now, THURSDAY, DAYS))
    assert window_key() not in {window.key for window in again.windows}


# --- Queries ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("technicians", "days"), [(1, 1), (6, 14), (6, 60)])
def test_a_search_asks_one_thing_when_nothing_changed(
    world: World, now: datetime, technicians: int, days: int
) -> None:
    for _number in range(technicians - 1):
        make_technician()
    book(world, now=now)
    # As a page has it: with what it shows of the service and the account.
    contact = Contact.objects.select_related("account").get()
    service = IncidentType.objects.select_related("work_order_type").get()
    wish = wish_for(contact, service, Portal.objects.get())
    search_offers(wish=wish, now=now)

    with CaptureQueriesContext(connection) as queries:
        search_offers(wish=wish, now=now, days=days)

    assert len(queries) == 1


def test_an_old_transaction_does_not_make_every_search_load_anew(
    world: World, now: datetime, session: psycopg.Connection[Any]
) -> None:
    session.execute("SELECT pg_current_xact_id()")
    Company.objects.update(name="Renamed")
    in_memory(world, now)
    contact = Contact.objects.select_related("account").get()
    service = IncidentType.objects.select_related("work_order_type").get()
    wish = wish_for(contact, service, Portal.objects.get())

    with CaptureQueriesContext(connection) as queries:
        search_offers(wish=wish, now=now)

    assert len(queries) == 1


def test_one_more_booking_costs_one_more_query(world: World, now: datetime) -> None:
    in_memory(world, now)
    book(world, now=now)
    wish = world.wish

    with CaptureQueriesContext(connection) as queries:
        search_offers(wish=wish, now=now)

    assert len(queries) <= 2


# --- When things go wrong --------------------------------------------------------------------


def test_a_refresh_that_fails_half_way_is_forgotten(
    world: World, now: datetime, session: psycopg.Connection[Any]
) -> None:
    in_memory(world, now)
    with connection.cursor() as cursor:
        cursor.execute(OUTSIDE, whole_thursday(world))
        cursor.execute("SET lock_timeout = '200ms'")
    session.execute("LOCK TABLE bookings_bookingstatus IN ACCESS EXCLUSIVE MODE")
    try:
        with pytest.raises(OperationalError):
            in_memory(world, now)
    finally:
        session.rollback()

    assert window_key() not in keys_of(in_memory(world, now))
    assert in_memory(world, now) == in_rows(world, now)


def test_a_new_process_offers_the_same(
    other: OtherProcess, watcher: OtherProcess, world: World, now: datetime
) -> None:
    elsewhere(watcher, world, now)
    book(world, now=now)
    before = elsewhere(watcher, world, now)

    assert elsewhere(other, world, now) == before


def wait_for_older_transactions() -> None:
    """Pruning spares what an open transaction may yet look for, a look reaches back to the oldest,
    and other tests of the same server have transactions open."""
    deadline = time.monotonic() + 150
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT coalesce(max(xid::text::bigint) < "
                "pg_snapshot_xmin(pg_current_snapshot())::text::bigint, true) "
                "FROM bookings_planningchange"
            )
            if cursor.fetchone()[0]:
                return
        time.sleep(0.02)
    raise AssertionError("some transaction stays open for minutes")


def test_who_was_away_longer_than_changes_are_kept_loads_anew(world: World, now: datetime) -> None:
    in_memory(world, now)
    state = shared.shared.fresh(now)
    assert state is not None
    with connection.cursor() as cursor:
        cursor.execute(OUTSIDE, whole_thursday(world))
    PlanningChange.objects.update(created_at=database_now() - KEPT - timedelta(minutes=1))
    wait_for_older_transactions()

    assert prune_changes() > 0

    assert look_since(state.mark).is_lost
    assert window_key() not in keys_of(in_memory(world, now))


def test_who_looked_lately_misses_nothing_by_pruning(world: World, now: datetime) -> None:
    PlanningChange.objects.update(created_at=database_now() - KEPT - timedelta(minutes=1))
    wait_for_older_transactions()
    in_memory(world, now)
    state = shared.shared.fresh(now)
    assert state is not None

    prune_changes()
    prune_changes()

    assert not look_since(state.mark).is_lost
    assert PlanningChange.objects.count() == 1


def test_the_memory_is_one_processs_own(world: World, now: datetime) -> None:
    in_memory(world, now)
    mine = shared.shared

    shared._start_again()  # as a forked child does

    assert shared.shared is not mine
    assert in_memory(world, now) == in_rows(world, now)


def test_a_day_beyond_the_days_kept_is_read_from_the_rows(world: World, now: datetime) -> None:
    Portal.objects.update(max_lead_days=300)
    world.portal.refresh_from_db()
    in_memory(world, now)

    found = search_offers(wish=world.wish, now=now, from_day=dt.date(2027, 8, 2), days=1)

    assert len(found.windows) == 4


def test_days_come_in_as_time_goes_by(world: World, now: datetime) -> None:
    in_memory(world, now)
    later = now + timedelta(days=30)

    found = search_offers(wish=world.wish, now=later, from_day=dt.date(2027, 2, 18), days=1)
    planning = open_planning(later)

    assert len(found.windows) == 4
    assert planning.is_shared


def test_released_and_run_out_holds_leave_nothing_behind(world: World, now: datetime) -> None:
    in_memory(world, now)
    for _number in range(3):
        held = hold_offer(wish=world.wish, key=window_key(), contact=world.contact, now=now)
        in_memory(world, now)
        release_hold(code=held.code, contact=world.contact)
    run_out(hold(world, now=now))
    in_memory(world, now)

    state = shared.shared.fresh(now)

    assert state is not None
    assert not any(state._held.values())
