"""A confirmation takes over what is held as it is, unless something happened since."""

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from doorstep.domain.bookings import errors
from doorstep.domain.bookings.models import (
    Assignment,
    Booking,
    Hold,
    PlanningChange,
    ResourceBlock,
)
from doorstep.domain.bookings.services.cancel import cancel_booking
from doorstep.domain.bookings.services.confirm import _confirm_anew, _Submit, confirm_hold
from doorstep.domain.bookings.services.hold import extend_hold, hold_offer, release_hold
from doorstep.domain.bookings.services.placing import lock_resources
from doorstep.domain.bookings.services.replan_due import _look
from doorstep.domain.bookings.services.search import search_offers
from doorstep.domain.bookings.snapshot.changes import Mark, asking_whether_it_holds, prune_changes
from doorstep.domain.bookings.tasks import remove_expired_holds
from doorstep.domain.organization.models import ArrivalWindow, Company, Portal, Territory
from doorstep.domain.resources.models import BusinessClosure, ResourceCharacteristic, TimeOff
from doorstep.domain.work.models import (
    IncidentType,
    PreferenceKind,
    ResourcePreference,
    WorkLocation,
    WorkOrderType,
)
from doorstep.platform.lib.rows import run
from tests.factories.bookings import (
    FRIDAY,
    THURSDAY,
    World,
    actor_of,
    hold,
    make_world,
    new_key,
    run_out,
    window_key,
    wish_for,
)
from tests.factories.customers import make_account, make_contact
from tests.factories.identity import make_user
from tests.factories.resources import give_skill, make_characteristic, make_technician

from .conftest import wait_for_waiting

pytestmark = pytest.mark.django_db(transaction=True)

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture
def world() -> World:
    return make_world()


def confirm(world: World, held: Hold, now: datetime = MONDAY) -> Booking:
    return confirm_hold(
        hold_code=held.code,
        contact=world.contact,
        details="",
        request_key=new_key(),
        actor=actor_of(world.contact),
        now=now,
    )


def somebody_holds(world: World, key: str, **place: float) -> Hold:
    neighbor = make_contact(account=make_account(name="Next door", **place), user=make_user())
    wish = wish_for(neighbor, world.service, world.portal)
    return hold_offer(wish=wish, key=key, contact=neighbor, now=MONDAY)


def move_away(held: Hold, *, next_one: Hold) -> None:
    """Some forty kilometers further, reached in time, and no time to spare until the next one."""
    part, after = Assignment.objects.get(hold=held), Assignment.objects.get(hold=next_one)
    assert part.latitude is not None
    Assignment.objects.filter(pk=part.pk).update(
        latitude=part.latitude + 0.4,
        starts_at=part.starts_at - timedelta(minutes=100),
        ends_at=after.starts_at,
    )


def touch(held: Hold) -> None:
    """A change of its day that did not come from planning."""
    Assignment.objects.filter(hold=held).update(role=0)


def subjects(after: int) -> dict[str, set[int | None]]:
    """Whose days were noted behind this row, by subject."""
    found: dict[str, set[int | None]] = {}
    for change in PlanningChange.objects.filter(pk__gt=after):
        found.setdefault(change.subject, set()).add(change.resource)
    return found


def newest() -> int:
    return PlanningChange.objects.latest("pk").pk


def elsewhere(act: Callable[[], object]) -> None:
    """In a transaction of its own."""

    def run() -> None:
        try:
            act()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(timeout=30)


@contextmanager
def confirmed_behind_this(world: World, held: Hold) -> Iterator[list[Booking]]:
    """A transaction for whose end a confirmation has to wait; yields where that one comes."""
    booked: list[Booking] = []
    thread = threading.Thread(target=elsewhere, args=[lambda: booked.append(confirm(world, held))])
    with transaction.atomic():
        yield booked
        thread.start()
        thread.join(timeout=0.5)
        assert thread.is_alive()
    thread.join(timeout=30)


def is_as_it_was(held: Assignment, booking: Booking) -> bool:
    """Whether the very rows that were held are the booking's now."""
    return booking.assignments.get().pk == held.pk


def test_who_was_held_for_becomes_the_bookings_with_the_time_where_it_was(world: World) -> None:
    held = hold(world, now=MONDAY)
    part, block = Assignment.objects.get(), ResourceBlock.objects.get()

    booking = confirm(world, held)

    kept = Assignment.objects.get()
    assert (kept.pk, kept.booking, kept.hold) == (part.pk, booking, None)
    assert (kept.starts_at, kept.arrives_at, kept.ends_at) == (
        part.starts_at,
        part.arrives_at,
        part.ends_at,
    )
    assert kept.requirement == booking.work_order.requirements.get()
    assert ResourceBlock.objects.get().pk == block.pk
    assert (booking.starts_at, booking.arrives_at, booking.ends_at) == (
        part.starts_at,
        part.arrives_at,
        part.ends_at,
    )
    assert not Hold.objects.exists()


def move_the_account(world: World) -> None:
    account = world.contact.account
    account.latitude = (account.latitude or 0) + 0.01
    account.save()


def change_the_type(world: World) -> None:
    WorkOrderType.objects.update(name="Something else")


LOOKED_AT_AGAIN: list[Callable[[World], object]] = [
    move_the_account,
    change_the_type,
    lambda world: IncidentType.objects.update(duration_minutes=45),
    lambda world: Portal.objects.update(max_radius=70),
    lambda world: ArrivalWindow.objects.filter(from_time=dt.time(8)).update(name="Early"),
    lambda world: Company.objects.update(travel_speed_kmh=30),
    lambda world: BusinessClosure.objects.create(name="Party", from_on=FRIDAY, to_on=FRIDAY),
    lambda world: make_technician(),
    lambda world: TimeOff.objects.create(
        resource=world.technician,
        starts_at=datetime(2026, 11, 27, tzinfo=UTC),
        ends_at=datetime(2026, 11, 28, tzinfo=UTC),
    ),
]


@pytest.mark.parametrize("change", LOOKED_AT_AGAIN)
def test_what_a_plan_rests_on_is_looked_at_again_when_it_changed(
    world: World, change: Callable[[World], object]
) -> None:
    held = hold(world, now=MONDAY)
    part = Assignment.objects.get()

    change(world)
    world.contact.refresh_from_db()

    assert not is_as_it_was(part, confirm(world, held))


def test_looking_again_leaves_statements_prepared(world: World) -> None:
    """Else whoever comes next would wait for plans."""
    held = hold(world, now=MONDAY)
    started = run("SELECT clock_timestamp()")[0][0]

    Portal.objects.update(max_radius=70)
    confirm(world, held)

    older = "SELECT count(*) FROM pg_prepared_statements WHERE prepare_time < %s"
    assert run(older, [started])[0][0] > 0


def test_an_account_that_came_to_another_territory_is_looked_at_again(world: World) -> None:
    north = Territory.objects.create(name="North")
    world.technician.territories.add(north)
    held = hold(world, now=MONDAY)
    part = Assignment.objects.get()

    world.contact.account.territory = north
    world.contact.account.save()

    assert not is_as_it_was(part, confirm(world, held))


def test_who_leaves_the_neighborhood_is_a_change_too(world: World) -> None:
    before = somebody_holds(world, window_key(from_hour=8, to_hour=10))
    held = hold(world, now=MONDAY)
    part = Assignment.objects.get(hold=held)

    release_hold(code=before.code, contact=before.contact)

    assert not is_as_it_was(part, confirm(world, held))


def test_a_neighbor_who_came_since_leaves_what_is_held_as_it_is(world: World) -> None:
    held = hold(world, now=MONDAY)
    part = Assignment.objects.get(hold=held)

    later = somebody_holds(world, window_key(from_hour=13, to_hour=15))
    confirm(World(world.portal, world.technician, world.service, later.contact), later)

    assert is_as_it_was(part, confirm(world, held))


def test_what_planning_put_beside_it_costs_no_second_look(world: World) -> None:
    """It respects what is held: the day is neither read nor checked again."""
    # What a process asks once in its life comes with the first.
    confirm(world, hold(world, now=MONDAY, key=window_key(FRIDAY)))
    alone = hold(world, now=MONDAY, key=window_key(FRIDAY, 13, 15))
    with CaptureQueriesContext(connection) as usual:
        confirm(world, alone)
    held = hold(world, now=MONDAY)

    later = somebody_holds(world, window_key(from_hour=13, to_hour=15))
    confirm(World(world.portal, world.technician, world.service, later.contact), later)
    somebody_holds(world, window_key(from_hour=15, to_hour=17))

    with CaptureQueriesContext(connection) as beside_others:
        confirm(world, held)
    assert len(beside_others) == len(usual)


def test_what_ran_out_is_looked_at_again_when_planning_put_something_beside_it(
    world: World,
) -> None:
    """Planning did not respect it any more."""
    before = somebody_holds(world, window_key(from_hour=8, to_hour=10))
    held = hold(world, now=MONDAY)
    part = Assignment.objects.get(hold=held)

    run_out(held)
    confirm(World(world.portal, world.technician, world.service, before.contact), before)

    assert not is_as_it_was(part, confirm(world, held))


def test_what_is_held_and_what_is_taken_over_is_noted_as_planned(world: World) -> None:
    start = newest()
    held = hold(world, now=MONDAY)
    made = newest()
    confirm(world, held)

    planned = {"planned": {world.technician.pk}}
    assert subjects(start) == subjects(made) == planned


@pytest.mark.parametrize(
    "change",
    [
        {"ends_at": datetime(2026, 11, 26, 18, tzinfo=UTC)},
        {"latitude": 53.0},
        {"lane": 2},
        {"role": 1},
    ],
)
def test_a_held_row_that_is_changed_is_noted_as_a_change_of_days(
    world: World, change: dict[str, object]
) -> None:
    hold(world, now=MONDAY)
    start = newest()

    Assignment.objects.update(**change)

    assert subjects(start) == {"days": {world.technician.pk}}


def test_a_row_that_becomes_a_visits_with_another_time_is_noted_as_a_change_of_days(
    world: World,
) -> None:
    booking = confirm(world, hold(world, now=MONDAY))
    booking.assignments.all().delete()
    later = somebody_holds(world, window_key(from_hour=13, to_hour=15))
    part = Assignment.objects.get(hold=later)
    start = newest()

    Assignment.objects.filter(pk=part.pk).update(
        booking=booking, hold=None, starts_at=part.starts_at - timedelta(minutes=5)
    )

    assert subjects(start) == {"days": {world.technician.pk}}


def test_a_row_that_goes_to_somebody_else_is_a_change_of_both_days(world: World) -> None:
    other = make_technician()
    hold(world, now=MONDAY)
    start = newest()

    Assignment.objects.update(resource=other)

    both = {world.technician.pk, other.pk}
    assert subjects(start) == {"days": both}


def test_a_visit_that_is_on_again_is_a_change_of_its_days(world: World) -> None:
    booking = confirm(world, hold(world, now=MONDAY))
    block = ResourceBlock.objects.get()
    ResourceBlock.objects.all().delete()
    start = newest()

    block.pk = None
    block.save(force_insert=True)

    assert subjects(start) == {"days": {booking.assignments.get().resource_id}}


def test_whoever_would_come_too_late_from_a_neighbor_is_planned_for_again(world: World) -> None:
    before = somebody_holds(world, window_key(from_hour=10, to_hour=12))
    held = hold(world, now=MONDAY, key=window_key(from_hour=13, to_hour=15))
    part = Assignment.objects.get(hold=held)

    move_away(before, next_one=held)

    assert not is_as_it_was(part, confirm(world, held))


def test_work_that_is_not_on_site_is_planned_again_when_its_day_changed(world: World) -> None:
    world.service.work_location = WorkLocation.AGNOSTIC
    world.service.save()
    later = somebody_holds(world, window_key(from_hour=13, to_hour=15))
    held = hold(world, now=MONDAY)
    part = Assignment.objects.get(hold=held)

    touch(later)

    assert not is_as_it_was(part, confirm(world, held))


def test_a_way_between_two_others_is_not_its_business(world: World) -> None:
    held = hold(world, now=MONDAY)
    part = Assignment.objects.get(hold=held)

    third = somebody_holds(world, window_key(from_hour=13, to_hour=15))
    fourth = somebody_holds(world, window_key(from_hour=15, to_hour=17))
    far = Assignment.objects.get(hold=fourth)
    Assignment.objects.filter(hold=third).update(ends_at=far.starts_at)
    Assignment.objects.filter(pk=far.pk).update(longitude=(far.longitude or 0) + 0.4)

    assert is_as_it_was(part, confirm(world, held))


def test_what_ran_out_is_looked_at_again_when_its_day_changed(world: World) -> None:
    """Who plans counts its time as free by then."""
    before = somebody_holds(world, window_key(from_hour=8, to_hour=10))
    held = hold(world, now=MONDAY)
    part = Assignment.objects.get(hold=held)

    run_out(held)
    touch(before)

    assert not is_as_it_was(part, confirm(world, held))


def test_what_happens_on_other_days_or_to_other_people_changes_nothing(world: World) -> None:
    held = hold(world, now=MONDAY)
    part = Assignment.objects.get(hold=held)

    friday = somebody_holds(world, window_key(FRIDAY))
    confirm(World(world.portal, world.technician, world.service, friday.contact), friday)

    assert is_as_it_was(part, confirm(world, held))


def test_a_skill_that_was_lost_costs_the_time(world: World) -> None:
    skill = make_characteristic()
    give_skill(world.technician, skill)
    world.service.needs.create(characteristic=skill)
    held = hold(world, now=MONDAY)

    ResourceCharacteristic.objects.all().delete()

    with pytest.raises(errors.OfferGone):
        confirm(world, held)


def test_what_should_have_begun_is_looked_at_again(world: World) -> None:
    Portal.objects.update(min_lead_days=0)
    held = hold(world, now=MONDAY)
    part = Assignment.objects.get()

    late = part.starts_at + timedelta(minutes=5)

    booking = confirm(world, held, now=late)
    assert not is_as_it_was(part, booking)
    assert booking.starts_at >= late


def test_a_hold_that_ran_out_is_taken_over_while_nobody_came(world: World) -> None:
    held = hold(world, now=MONDAY)
    part = Assignment.objects.get()

    run_out(held)

    assert is_as_it_was(part, confirm(world, held))


def test_a_hold_that_was_extended_is_looked_at_again(world: World) -> None:
    """Somebody may have planned just when it had run out, before the extension was there."""
    held = hold(world, now=MONDAY)
    part = Assignment.objects.get()

    extend_hold(code=held.code, contact=world.contact)

    assert not is_as_it_was(part, confirm(world, held))


def test_a_hold_from_another_life_of_the_database_is_looked_at_again(world: World) -> None:
    held = hold(world, now=MONDAY)
    part = Assignment.objects.get()

    ahead = 10**9
    Hold.objects.update(seen=f"{ahead}:{ahead}:", made_by_xid=str(ahead))

    assert not is_as_it_was(part, confirm(world, held))


def test_a_hold_of_this_very_transaction_is_looked_at_again(world: World) -> None:
    with transaction.atomic():
        held = hold(world, now=MONDAY)
        part = Assignment.objects.get()
        elsewhere(make_account)

        assert not is_as_it_was(part, confirm(world, held))


def test_a_hold_of_which_nobody_can_tell_what_was_known_is_looked_at_again(world: World) -> None:
    """Planning within a transaction that has written reads rows, and remembers nothing."""
    with transaction.atomic():
        make_account()
        held = hold(world, now=MONDAY)
    part = Assignment.objects.get()

    assert not is_as_it_was(part, confirm(world, held))


def test_a_taken_over_visit_outlives_the_hour_of_its_hold(world: World) -> None:
    """The memory of the process has to learn that it is no hold any more."""
    world.service.duration_minutes = 90
    world.service.save()
    held = hold(world, now=MONDAY)
    Hold.objects.update(expires_at=datetime.now(UTC) + timedelta(seconds=1))
    stranger = make_contact(account=make_account(name="Stranger"), user=make_user())
    wish = wish_for(stranger, world.service, world.portal)
    search_offers(wish=wish, now=MONDAY)

    confirm(world, held)
    threading.Event().wait(1.1)

    seen = search_offers(wish=wish, now=MONDAY, from_day=THURSDAY, days=1).windows
    assert window_key() not in [window.key for window in seen]


def test_who_is_planned_for_this_moment_is_waited_for(world: World) -> None:
    """Somebody who plans has the technician's lock: what she writes is seen."""
    before = somebody_holds(world, window_key(from_hour=10, to_hour=12))
    held = hold(world, now=MONDAY, key=window_key(from_hour=13, to_hour=15))
    part = Assignment.objects.get(hold=held)

    with confirmed_behind_this(world, held) as booked:
        lock_resources([world.technician.pk])
        move_away(before, next_one=held)

    assert not is_as_it_was(part, booked[0])


def test_who_finds_other_people_held_than_were_locked_looks_again(world: World) -> None:
    """Whoever changed what is held had its lock: the people were read before he was done."""
    other = make_technician()
    held = hold(world, now=MONDAY)
    part = Assignment.objects.get(hold=held)
    stand_in = other if part.resource == world.technician else world.technician

    with confirmed_behind_this(world, held) as booked:
        Hold.objects.select_for_update().get()
        Assignment.objects.filter(pk=part.pk).update(resource=stand_in)

    assert not is_as_it_was(part, booked[0])


def test_a_key_that_booked_another_time_is_refused_and_what_is_held_stays(world: World) -> None:
    submit = {"contact": world.contact, "details": "", "request_key": new_key(), "now": MONDAY}
    actor = actor_of(world.contact)
    confirm_hold(hold_code=hold(world, now=MONDAY).code, actor=actor, **submit)
    second = hold(world, now=MONDAY, key=window_key(FRIDAY))

    with pytest.raises(errors.KeyReused):
        confirm_hold(hold_code=second.code, actor=actor, **submit)

    assert Booking.objects.count() == 1
    assert Hold.objects.get() == second


def test_who_looks_again_finds_what_a_twin_booked_while_she_waited(world: World) -> None:
    """Both clicks came with one key, and the one that was faster never asked for its lock."""
    held = hold(world, now=MONDAY)
    key, actor = new_key(), actor_of(world.contact)
    assert actor.user is not None
    again = _Submit(actor.user, key, held.code, world.contact, "", actor, MONDAY)
    booked: list[Booking] = []

    def click() -> None:
        booked.append(
            confirm_hold(
                hold_code=held.code, contact=world.contact, details="", request_key=key,
                actor=actor, now=MONDAY,
            )
        )  # fmt: skip

    @transaction.atomic
    def look_again() -> None:
        booked.append(_confirm_anew(again))

    threads = [threading.Thread(target=elsewhere, args=[act]) for act in (click, look_again)]
    with transaction.atomic():
        lock_resources([world.technician.pk])
        for number, thread in enumerate(threads, 1):
            thread.start()
            wait_for_waiting(number)
    for thread in threads:
        thread.join(timeout=30)

    assert booked == [Booking.objects.get()] * 2


def test_who_had_to_wait_too_long_for_the_technician_is_asked_again(world: World) -> None:
    held = hold(world, now=MONDAY)
    is_locked, may_end = threading.Event(), threading.Event()

    def occupy() -> None:
        with transaction.atomic():
            lock_resources([world.technician.pk])
            is_locked.set()
            may_end.wait(timeout=30)

    thread = threading.Thread(target=lambda: elsewhere(occupy))
    thread.start()
    assert is_locked.wait(timeout=30)
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '2s'")
    timer = threading.Timer(2.5, may_end.set)
    timer.start()

    try:
        assert confirm(world, held).assignments.get().resource == world.technician
    finally:
        may_end.set()
        thread.join(timeout=30)
        connection.close()


def test_a_hold_rests_on_the_service_as_it_is_and_not_as_the_page_read_it(world: World) -> None:
    read_before = world.wish
    IncidentType.objects.update(duration_minutes=30)

    hold_offer(wish=read_before, key=window_key(), contact=world.contact, now=MONDAY)

    part = Assignment.objects.get()
    assert part.ends_at - part.arrives_at == timedelta(minutes=30)


# --- What else could go wrong -------------------------------------------------------------------


@pytest.mark.parametrize("who", ["the customer", "housekeeping"])
def test_who_removes_a_hold_that_is_being_confirmed_takes_nothing_of_the_booking(
    world: World, who: str
) -> None:
    held = hold(world, now=MONDAY)
    Hold.objects.update(expires_at=datetime.now(UTC) - timedelta(hours=2))

    def remove() -> None:
        if who == "the customer":
            release_hold(code=held.code, contact=world.contact)
        else:
            remove_expired_holds(0)

    thread = threading.Thread(target=lambda: elsewhere(remove))
    with transaction.atomic():
        booking = confirm(world, held)
        thread.start()
        thread.join(timeout=0.5)
        assert thread.is_alive()
    thread.join(timeout=30)

    assert booking.assignments.get().block


def test_a_hold_that_goes_takes_its_time_with_it(world: World) -> None:
    held = hold(world, now=MONDAY)

    Hold.objects.filter(pk=held.pk).delete()

    assert not Assignment.objects.exists()
    assert not ResourceBlock.objects.exists()


def test_a_neighbors_hold_that_ran_out_is_a_change_though_nobody_noted_it(world: World) -> None:
    """Whoever was to come from there has another way now."""
    near = world.contact.account
    before = somebody_holds(
        world,
        window_key(from_hour=8, to_hour=10),
        latitude=(near.latitude or 0) + 0.001,
        longitude=near.longitude or 0,
    )
    held = hold(world, now=MONDAY)
    part = Assignment.objects.get(hold=held)

    run_out(before)

    booking = confirm(world, held)
    assert not is_as_it_was(part, booking)
    assert booking.assignments.get().travel > part.travel


def test_a_contact_who_came_to_another_account_is_looked_at_again(world: World) -> None:
    here = world.contact.account
    same = {"latitude": here.latitude, "longitude": here.longitude, "time_zone": here.time_zone}
    other = make_account(name="Same house", territory=here.territory, **same)
    ResourcePreference.objects.create(
        account=other, resource=world.technician, kind=PreferenceKind.RESTRICTED
    )
    held = hold(world, now=MONDAY)

    world.contact.account = other
    world.contact.save()

    with pytest.raises(errors.OfferGone):
        confirm(world, held)


def test_what_was_pruned_may_have_been_a_change(world: World) -> None:
    """A change whose transaction was open when the time was found, beside one that was done."""
    held = hold(world, now=MONDAY)
    part = Assignment.objects.get()
    with connection.cursor() as cursor:
        # Below all that is open on this server: what another test has open keeps later ones.
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        lowest = cursor.fetchone()[0]
        still_open, done, highest = lowest - 4, lowest - 3, lowest - 1
        Hold.objects.update(seen=f"{still_open}:{highest}:{still_open}")
        PlanningChange.objects.all().delete()
        cursor.execute(
            "INSERT INTO bookings_planningchange (xid, subject, created_at) "
            "SELECT xid::text::xid8, 'reference', now() - interval '2 hours' "
            "FROM unnest(%s::bigint[]) AS xid",
            [[still_open, done]],
        )
    assert prune_changes() == 2

    assert not is_as_it_was(part, confirm(world, held))
    mark = Mark(f"{still_open}:{highest}:{still_open}")
    assert run(*asking_whether_it_holds(mark)) == [(False,)]


def test_a_day_is_another_one_when_a_hold_became_a_visit_and_another_visit_went(
    world: World,
) -> None:
    zone = ZoneInfo("Europe/London")
    held = hold(world, now=MONDAY)
    visits = []
    for hours in ((13, 15), (15, 17)):
        theirs = somebody_holds(world, window_key(THURSDAY, *hours))
        somebody = World(world.portal, world.technician, world.service, theirs.contact)
        visits.append(confirm(somebody, theirs))
    before = _look(THURSDAY, FRIDAY, zone)

    cancel_booking(
        booking=visits[0],
        reason="",
        request_key=new_key(),
        actor=actor_of(visits[0].booked_by or world.contact),
        now=MONDAY,
    )
    Hold.objects.filter(pk=held.pk).update(seen=_snapshot())
    part = Assignment.objects.get(hold=held)
    assert is_as_it_was(part, confirm(world, held))

    assert _look(THURSDAY, FRIDAY, zone) != before


def _snapshot() -> str:
    ((found,),) = run("SELECT pg_current_snapshot()::text")
    return str(found)
