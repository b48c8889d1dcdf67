"""From an offer to a booking, and its change and end."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from doorstep.domain.bookings import errors
from doorstep.domain.bookings.models import (
    Assignment,
    Booking,
    BookingStatus,
    Hold,
    ParentStatus,
    ResourceBlock,
)
from doorstep.domain.bookings.selectors import get_default_status, get_visit, visits_of
from doorstep.domain.bookings.services.assign import move_booking
from doorstep.domain.bookings.services.cancel import cancel_booking, cancel_bookings_of
from doorstep.domain.bookings.services.confirm import confirm_hold
from doorstep.domain.bookings.services.hold import extend_hold, get_hold, hold_offer, release_hold
from doorstep.domain.bookings.services.reschedule import reschedule_booking
from doorstep.domain.bookings.services.search import search_offers
from doorstep.domain.bookings.services.status import set_status
from doorstep.domain.bookings.timetable import Promise
from doorstep.domain.work.models import RequirementStatus, SystemStatus, WorkOrder
from doorstep.platform.audit.models import Source
from doorstep.platform.audit.selectors import history_of
from doorstep.platform.audit.services import Actor
from doorstep.platform.lib.db import database_now
from tests.factories.bookings import (
    FRIDAY,
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
from tests.factories.customers import make_account, make_contact, mallory
from tests.factories.identity import dana, make_user
from tests.factories.resources import make_crew, make_technician, tina
from tests.factories.work import make_incident_type

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


def move(world: World, booking: Booking, key: str, now: datetime, **overrides: object) -> Booking:
    wish = wish_for(world.contact, world.service, world.portal, booking)
    held = hold_offer(wish=wish, key=key, contact=world.contact, now=now)
    values = {
        "booking": booking,
        "hold_code": held.code,
        "contact": world.contact,
        "request_key": new_key(),
        "actor": actor_of(world.contact),
        "now": now,
    }
    return reschedule_booking(**(values | overrides))


def cancel(booking: Booking, actor: Actor, now: datetime, reason: str = "") -> Booking:
    return cancel_booking(
        booking=booking, reason=reason, request_key=new_key(), actor=actor, now=now
    )


# --- Hold ---------------------------------------------------------------------------------------


def test_a_hold_takes_the_technicians_time(world: World, now: datetime) -> None:
    hold(world, now=now)

    block = ResourceBlock.objects.get()

    assert block.resource == world.technician
    assert block.ends_at - block.starts_at > timedelta(minutes=60)


def test_a_held_window_is_hidden_from_others_once_it_is_full(world: World, now: datetime) -> None:
    world.service.duration_minutes = 90
    world.service.save()
    hold(world, now=now)
    stranger = wish_for(mallory(), world.service, world.portal)

    seen = search_offers(wish=stranger, now=now, from_day=THURSDAY, days=1).windows

    assert window_key() not in [window.key for window in seen]


def test_the_holder_still_sees_what_she_holds(world: World, now: datetime) -> None:
    world.service.duration_minutes = 90
    world.service.save()
    hold(world, now=now)

    seen = search_offers(wish=world.wish, now=now, from_day=THURSDAY, days=1).windows

    assert window_key() in [window.key for window in seen]


def test_choosing_another_time_releases_the_first(world: World, now: datetime) -> None:
    first = hold(world, now=now)

    second = hold(world, now=now, key=window_key(from_hour=13, to_hour=15))

    assert list(Hold.objects.all()) == [second]
    assert not Assignment.objects.filter(hold=first.pk).exists()


def test_losing_another_time_keeps_the_first(world: World, now: datetime) -> None:
    world.service.duration_minutes = 90
    world.service.save()
    stranger = wish_for(mallory(), world.service, world.portal)
    hold_offer(wish=stranger, key=window_key(), contact=mallory(), now=now)
    first = hold(world, now=now, key=window_key(from_hour=13, to_hour=15))

    with pytest.raises(errors.OfferGone):
        hold(world, now=now, key=window_key())

    assert Hold.objects.filter(pk=first.pk).exists()


def test_an_expired_hold_no_longer_takes_time(world: World, now: datetime) -> None:
    world.service.duration_minutes = 90
    world.service.save()
    run_out(hold(world, now=now))
    wish = wish_for(mallory(), world.service, world.portal)

    taken = hold_offer(wish=wish, key=window_key(), contact=mallory(), now=now)

    assert list(Hold.objects.all()) == [taken]


def test_extending_gives_the_full_time_again(world: World, now: datetime) -> None:
    held = hold(world, now=now)
    Hold.objects.update(expires_at=database_now() + timedelta(minutes=1))

    extend_hold(code=held.code, contact=world.contact)

    held.refresh_from_db()
    left = held.expires_at - database_now()
    assert timedelta(minutes=9) < left <= timedelta(minutes=world.portal.hold_minutes)


def test_a_hold_ends_by_the_databases_clock(world: World, now: datetime) -> None:
    """The clock of the process that asks may be wrong by hours."""
    held = hold(world, now=now - timedelta(hours=5))

    assert timedelta(minutes=9) < held.expires_at - database_now()
    assert get_hold(code=held.code, contact=world.contact) == held


def test_a_strangers_hold_does_not_exist(world: World, now: datetime) -> None:
    held = hold(world, now=now)

    with pytest.raises(errors.HoldNotFound):
        get_hold(code=held.code, contact=mallory())


def test_releasing_frees_the_time(world: World, now: datetime) -> None:
    held = hold(world, now=now)

    assert release_hold(code=held.code, contact=world.contact)

    assert not ResourceBlock.objects.exists()


@pytest.mark.parametrize(
    "key",
    [
        "",
        "rubbish",
        "20261126T100000Z-20261126T110000Z",  # not one of the portal's windows
        "20261126T101500Z-20261126T121500Z",  # off the grid
        "20261122T100000Z-20261122T120000Z",  # yesterday
        "20261123T100000Z-20261123T120000Z",  # before the minimum lead time
        "20270301T100000Z-20270301T120000Z",  # after the maximum
        "20261126T100000Z-20261126T120000Z\x00",
        "20261126T100000Z-20261126T120000Z-x",
        "99991231T235959Z-99991231T235959Z",
        "00010101T000000Z-00010101T000000Z",
    ],
)
def test_a_tampered_offer_is_refused(world: World, now: datetime, key: str) -> None:
    with pytest.raises(errors.InvalidOffer):
        hold_offer(wish=world.wish, key=key, contact=world.contact, now=now)

    assert not Hold.objects.exists()


# --- Confirm ------------------------------------------------------------------------------------


def test_confirming_makes_work_order_requirement_and_booking(world: World, now: datetime) -> None:
    booking = book(world, now=now, details="The gate code is 12.")

    order = booking.work_order
    assert order.reported_by == world.contact
    assert order.one_line_address == world.contact.account.one_line_address
    assert order.system_status == SystemStatus.SCHEDULED
    assert booking.assignments.get().requirement == order.requirements.get()
    assert booking.notes.get().text == "The gate code is 12."
    assert booking.number.startswith("V-")


def test_the_block_covers_travel_and_work(world: World, now: datetime) -> None:
    booking = book(world, now=now)

    block = ResourceBlock.objects.get()

    assert (block.starts_at, block.ends_at) == (booking.starts_at, booking.ends_at)
    assert booking.starts_at < booking.arrives_at
    assert booking.ends_at - booking.arrives_at == timedelta(minutes=60)


def test_confirming_uses_up_the_hold(world: World, now: datetime) -> None:
    book(world, now=now)

    assert not Hold.objects.exists()


def test_confirming_is_written_into_history(world: World, now: datetime) -> None:
    booking = book(world, now=now)

    entry = history_of(booking).get(action="confirmed")

    assert entry.actor == world.contact.user
    assert entry.source == Source.PORTAL


def test_history_names_who_comes(world: World, now: datetime) -> None:
    booking = book(world, now=now)

    entry = history_of(booking).get(action="confirmed")

    assert entry.data["resources"] == ["Tom Technician"]


def test_a_status_timestamp_marks_the_beginning(world: World, now: datetime) -> None:
    booking = book(world, now=now)

    stamp = booking.timestamps.get()

    assert (stamp.parent, stamp.at) == (ParentStatus.SCHEDULED, now)


def test_the_second_submit_gets_the_first_answer(world: World, now: datetime) -> None:
    held = hold(world, now=now)
    submit = {
        "hold_code": held.code,
        "contact": world.contact,
        "details": "",
        "request_key": new_key(),
        "actor": actor_of(world.contact),
        "now": now,
    }

    first, second = confirm_hold(**submit), confirm_hold(**submit)

    assert first == second
    assert WorkOrder.objects.count() == 1


def test_a_key_with_other_answers_is_refused(world: World, now: datetime) -> None:
    held = hold(world, now=now)
    submit = {
        "hold_code": held.code,
        "contact": world.contact,
        "request_key": new_key(),
        "actor": actor_of(world.contact),
        "now": now,
    }
    confirm_hold(**submit, details="")

    with pytest.raises(errors.KeyReused):
        confirm_hold(**submit, details="something else")


@pytest.mark.parametrize("flaw", ["service", "technician", "skill", "account", "portal", "policy"])
def test_what_changed_since_the_page_was_shown_is_checked_again(
    world: World, now: datetime, flaw: str
) -> None:
    from tests.factories.resources import make_characteristic

    held = hold(world, now=now)
    if flaw == "service":
        world.service.is_customer_bookable = False
        world.service.save()
    elif flaw == "technician":
        world.technician.is_active = False
        world.technician.save()
    elif flaw == "skill":
        world.service.needs.create(characteristic=make_characteristic())
    elif flaw == "account":
        world.contact.account.is_excluded = True
        world.contact.account.save()
    elif flaw == "portal":
        world.portal.is_self_scheduling_enabled = False
        world.portal.save()
    else:
        world.portal.min_lead_days = 10
        world.portal.save()

    with pytest.raises(errors.DomainError):
        confirm_hold(
            hold_code=held.code,
            contact=world.contact,
            details="",
            request_key=new_key(),
            actor=actor_of(world.contact),
            now=now,
        )

    assert not Booking.objects.exists()
    assert not WorkOrder.objects.exists()


def test_when_the_held_technician_falls_out_another_one_comes(world: World, now: datetime) -> None:
    held = hold(world, now=now)
    other = tina()
    world.technician.is_active = False
    world.technician.save()

    booking = confirm_hold(
        hold_code=held.code,
        contact=world.contact,
        details="",
        request_key=new_key(),
        actor=actor_of(world.contact),
        now=now,
    )

    assert booking.assignments.get().resource == other


def test_a_hold_that_ran_out_still_counts_while_nobody_took_it(world: World, now: datetime) -> None:
    held = hold(world, now=now)

    booking = confirm_hold(
        hold_code=held.code,
        contact=world.contact,
        details="",
        request_key=new_key(),
        actor=actor_of(world.contact),
        now=now + timedelta(hours=2),
    )

    assert booking.promised_from == held.promised_from


def test_a_crew_is_booked_with_a_block_for_each_member(world: World, now: datetime) -> None:
    crew = make_crew([world.technician, tina()])
    service = make_incident_type(duration_minutes=60, crew_size=2, resource_kind="crew")

    booking = book(World(world.portal, world.technician, service, world.contact), now=now)

    assert booking.assignments.count() == 2
    assert {each.crew for each in booking.assignments.all()} == {crew}
    assert ResourceBlock.objects.count() == 2


def test_each_role_of_a_group_gets_a_resource_of_its_own(world: World, now: datetime) -> None:
    tina()
    service = make_incident_type(duration_minutes=60)
    service.roles.create(name="Fitter")
    service.roles.create(name="Electrician")

    booking = book(World(world.portal, world.technician, service, world.contact), now=now)

    assert len({each.resource for each in booking.assignments.all()}) == 2
    assert {each.requirement.name for each in booking.assignments.all()} == {
        "Fitter",
        "Electrician",
    }
    assert len({each.arrives_at for each in booking.assignments.all()}) == 1


# --- Reschedule ---------------------------------------------------------------------------------


def test_moving_changes_promise_and_block_together(world: World, now: datetime) -> None:
    booking = book(world, now=now)

    moved = move(world, booking, window_key(FRIDAY, 13, 15), now)

    assert moved.promised_from == datetime(2026, 11, 27, 13, tzinfo=UTC)
    block = ResourceBlock.objects.get()
    assert (block.starts_at, block.ends_at) == (moved.starts_at, moved.ends_at)
    assert moved.work_order_id == booking.work_order_id


def test_the_old_time_is_kept_while_the_new_one_is_held(world: World, now: datetime) -> None:
    booking = book(world, now=now)
    wish = wish_for(world.contact, world.service, world.portal, booking)

    hold_offer(wish=wish, key=window_key(FRIDAY, 13, 15), contact=world.contact, now=now)

    assert ResourceBlock.objects.filter(assignment__booking=booking).exists()
    assert ResourceBlock.objects.filter(assignment__hold__isnull=False).exists()


def test_a_visit_can_move_into_time_it_takes_itself(world: World, now: datetime) -> None:
    """Nine to eleven and ten to twelve cannot both be in the plan of one technician."""
    world.service.duration_minutes = 90
    world.service.save()
    world.portal.windows.create(from_time="09:00", to_time="11:00")
    booking = book(world, now=now, key=window_key(THURSDAY, 9, 11))

    moved = move(world, booking, window_key(THURSDAY, 10, 12), now)

    assert moved.promised_from.hour == 10
    assert ResourceBlock.objects.count() == 1


def test_a_lost_new_time_keeps_the_old_one(world: World, now: datetime) -> None:
    world.service.duration_minutes = 90
    world.service.save()
    booking = book(world, now=now)
    book(world, now=now, contact=mallory(), key=window_key(FRIDAY))

    with pytest.raises(errors.OfferGone):
        move(world, booking, window_key(FRIDAY), now)

    booking.refresh_from_db()
    assert booking.promised_from.day == 26
    assert ResourceBlock.objects.filter(assignment__booking=booking).exists()


def test_a_visit_changed_meanwhile_is_not_moved(world: World, now: datetime) -> None:
    booking = book(world, now=now)
    seen = Booking.objects.get(pk=booking.pk)
    move_booking(
        booking=booking,
        promise=Promise.parse(window_key(FRIDAY, 8, 10)),
        actor=Actor(Source.OFFICE, dana()),
        now=now,
    )

    with pytest.raises(errors.ChangedMeanwhile):
        move(world, seen, window_key(FRIDAY, 13, 15), now)


def test_inside_the_cutoff_a_visit_cannot_be_moved(world: World, now: datetime) -> None:
    booking = book(world, now=now)
    late = datetime(2026, 11, 25, 10, 1, tzinfo=UTC)

    with pytest.raises(errors.PastChangeCutoff, match="24"):
        move(world, booking, window_key(FRIDAY), late)


def test_at_the_cutoff_itself_a_visit_can_still_be_moved(world: World, now: datetime) -> None:
    booking = book(world, now=now)
    just_in_time = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)

    assert move(world, booking, window_key(FRIDAY), just_in_time).promised_from.day == 27


@pytest.mark.parametrize(
    "parent", [ParentStatus.TRAVELING, ParentStatus.IN_PROGRESS, ParentStatus.COMPLETED]
)
def test_once_started_the_customer_cannot_move_it(
    world: World, now: datetime, parent: ParentStatus
) -> None:
    booking = book(world, now=now)
    started = set_status(
        booking=booking,
        status=get_default_status(parent),
        actor=Actor(Source.OFFICE, dana()),
        at=now,
    )

    with pytest.raises(errors.NotChangeable):
        move(world, started, window_key(FRIDAY), now)


def test_a_dispatcher_may_move_inside_the_cutoff_and_choose_the_technician(
    world: World, now: datetime
) -> None:
    other = tina()
    booking = book(world, now=now)

    moved = move_booking(
        booking=booking,
        promise=Promise.parse(window_key(THURSDAY, 13, 15)),
        actor=Actor(Source.OFFICE, dana()),
        now=datetime(2026, 11, 26, 7, tzinfo=UTC),
        resource_ids=[other.pk],
    )

    assert moved.assignments.get().resource == other


def test_moving_past_other_visits_keeps_every_block_apart(world: World, now: datetime) -> None:
    keys = [window_key(THURSDAY, *hours) for hours in ((8, 10), (10, 12), (13, 15))]
    bookings = [book(world, now=now, key=key) for key in keys]

    move(world, bookings[0], window_key(THURSDAY, 15, 17), now)

    blocks = list(ResourceBlock.objects.order_by("starts_at"))
    assert all(a.ends_at <= b.starts_at for a, b in pairwise(blocks))


# --- Cancel and status ----------------------------------------------------------------------------


def test_canceling_frees_the_time_and_keeps_the_reason(world: World, now: datetime) -> None:
    booking = book(world, now=now)

    canceled = cancel(booking, actor_of(world.contact), now, "We moved house.")

    assert canceled.parent_status is ParentStatus.CANCELED
    assert canceled.cancel_reason == "We moved house."
    assert not ResourceBlock.objects.exists()
    assert canceled.assignments.get().resource == world.technician


def test_canceling_sets_the_work_order_free_to_be_booked_again(world: World, now: datetime) -> None:
    booking = cancel(book(world, now=now), actor_of(world.contact), now)

    order = WorkOrder.objects.get(pk=booking.work_order_id)

    assert order.system_status == SystemStatus.UNSCHEDULED
    assert order.requirements.get().status == RequirementStatus.ACTIVE


def test_inside_the_cutoff_only_staff_may_cancel(world: World, now: datetime) -> None:
    booking = book(world, now=now)
    late = datetime(2026, 11, 26, 9, tzinfo=UTC)
    with pytest.raises(errors.PastCancelCutoff):
        cancel(booking, actor_of(world.contact), late)

    canceled = cancel(booking, Actor(Source.OFFICE, dana()), late)

    assert canceled.parent_status is ParentStatus.CANCELED


def test_canceling_a_work_order_cancels_its_waiting_visits(world: World, now: datetime) -> None:
    booking = book(world, now=now)

    canceled = cancel_bookings_of(work_order_id=booking.work_order_id, now=now)

    assert canceled == [booking]
    assert canceled[0].parent_status is ParentStatus.CANCELED
    assert not ResourceBlock.objects.exists()


def test_a_visit_under_way_outlives_its_canceled_work_order(world: World, now: datetime) -> None:
    booking = set_status(
        booking=book(world, now=now),
        status=get_default_status(ParentStatus.TRAVELING),
        actor=Actor(Source.OFFICE, dana()),
        at=now,
    )

    assert cancel_bookings_of(work_order_id=booking.work_order_id, now=now) == []


def test_completing_settles_work_order_and_requirement(world: World, now: datetime) -> None:
    booking = book(world, now=now)
    office = Actor(Source.OFFICE, dana())

    done = set_status(
        booking=booking, status=get_default_status(ParentStatus.COMPLETED), actor=office, at=now
    )

    assert done.completed_at == now
    order = WorkOrder.objects.get(pk=done.work_order_id)
    assert order.system_status == SystemStatus.COMPLETED
    assert order.requirements.get().status == RequirementStatus.COMPLETED


def test_a_company_status_counts_as_its_parent(world: World, now: datetime) -> None:
    booking = book(world, now=now)
    late = BookingStatus.objects.create(name="Running late", parent=ParentStatus.TRAVELING)

    changed = set_status(booking=booking, status=late, actor=Actor(Source.OFFICE, dana()), at=now)

    assert changed.timestamps.last().parent == ParentStatus.TRAVELING
    order = WorkOrder.objects.get(pk=changed.work_order_id)
    assert order.system_status == SystemStatus.IN_PROGRESS


def test_an_illegal_transition_is_refused(world: World, now: datetime) -> None:
    canceled = cancel(book(world, now=now), actor_of(world.contact), now)

    with pytest.raises(errors.TransitionRefused):
        set_status(
            booking=canceled,
            status=get_default_status(ParentStatus.TRAVELING),
            actor=Actor(Source.OFFICE, dana()),
            at=now,
        )


# --- Who sees what --------------------------------------------------------------------------------


def test_a_stranger_does_not_find_the_visit(world: World, now: datetime) -> None:
    booking = book(world, now=now)

    with pytest.raises(Booking.DoesNotExist):
        get_visit(code=booking.code, contact=mallory())


def test_home_sorts_visits_by_their_status(world: World, now: datetime) -> None:
    office = Actor(Source.OFFICE, dana())
    upcoming = book(world, now=now, key=window_key(THURSDAY, 8, 10))
    traveling = book(world, now=now, key=window_key(THURSDAY, 10, 12))
    also_traveling = book(world, now=now, key=window_key(THURSDAY, 13, 15))
    canceled = cancel(book(world, now=now, key=window_key(FRIDAY)), actor_of(world.contact), now)
    for booking in (traveling, also_traveling):
        set_status(
            booking=booking,
            status=get_default_status(ParentStatus.TRAVELING),
            actor=office,
            at=now,
        )

    home = visits_of(world.contact)

    assert home.active == traveling
    assert home.upcoming == [upcoming, also_traveling]
    assert home.past == [canceled]


def test_the_primary_contact_sees_all_visits_of_the_account(world: World, now: datetime) -> None:
    from tests.factories.customers import make_contact
    from tests.factories.identity import make_user

    colleague = make_contact(account=world.contact.account, user=make_user(), phone="")
    hers = book(world, now=now)
    theirs = book(world, now=now, contact=colleague, key=window_key(FRIDAY))

    assert set(visits_of(world.contact).upcoming) == {hers, theirs}
    assert visits_of(colleague).upcoming == [theirs]


def test_somebody_free_is_found_when_the_nearest_is_taken(world: World, now: datetime) -> None:
    world.service.duration_minutes = 90
    world.service.save()
    other = make_technician(home=(53.60, -2.40))
    book(world, now=now)

    second = book(world, now=now, contact=mallory())

    assert second.assignments.get().resource == other


def test_who_was_to_come_from_a_held_place_leaves_in_time_once_the_hold_is_gone(
    world: World, now: datetime
) -> None:
    """A hold next door in front of a visit makes the way to the visit short; without the hold it is
    long again."""
    first, second = (
        make_contact(
            account=make_account(latitude=53.56, longitude=longitude), user=make_user(), phone=""
        )
        for longitude in (-2.36, -2.37)
    )
    booked = book(world, now=now, key=window_key(), contact=first)
    [visit] = booked.assignments.all()
    whole_way = visit.arrives_at - visit.starts_at
    held = hold_offer(
        wish=wish_for(second, world.service, world.portal),
        key=window_key(from_hour=8, to_hour=10),
        contact=second,
        now=now,
    )
    visit.refresh_from_db()
    assert visit.arrives_at - visit.starts_at < whole_way
    release_hold(code=held.code, contact=second)

    book(world, now=now, key=window_key(from_hour=13, to_hour=15))

    visit.refresh_from_db()
    assert visit.arrives_at - visit.starts_at == whole_way
    assert visit.block.starts_at == visit.starts_at
