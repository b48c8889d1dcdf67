"""Coming days improve inside what was promised, and a day is repaired when somebody is away."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.core.management.base import CommandError

from doorstep.domain.bookings.models import (
    Assignment,
    BlockKind,
    Booking,
    ParentStatus,
    ReplannedDay,
    ResourceBlock,
)
from doorstep.domain.bookings.selectors import get_default_status
from doorstep.domain.bookings.services.hold import hold_offer
from doorstep.domain.bookings.services.replan import Replanned, repair_day, replan_days
from doorstep.domain.bookings.services.replan_due import (
    BATCH,
    due_days,
    replan_day,
    replan_due_days,
)
from doorstep.domain.bookings.services.time_off import block_time_off
from doorstep.domain.organization.models import Company
from doorstep.domain.resources.models import TimeOff
from doorstep.domain.work.models import PreferenceKind, ResourcePreference
from doorstep.engine.replan import Effort
from doorstep.platform.audit.models import LogEntry
from tests.factories.bookings import FRIDAY, THURSDAY, World, make_world, window_key, wish_for
from tests.factories.days import book_at, broken_promises, customer_at, resource_of
from tests.factories.organization import make_territory
from tests.factories.resources import make_characteristic, make_technician, tina

pytestmark = pytest.mark.django_db

NORTH = (53.51, -2.25)
SOUTH = (53.46, -2.23)
EFFORT = Effort(rounds=300)


@pytest.fixture
def world() -> World:
    return make_world()


def improve(now: datetime, **options: object) -> Replanned:
    return replan_days(first=THURSDAY, last=THURSDAY, now=now, effort=EFFORT, **options)


def thursday(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 26, hour, minute, tzinfo=UTC)


# --- Improving -----------------------------------------------------------------------------


def test_a_visit_goes_to_the_technician_who_lives_there(world: World, now: datetime) -> None:
    booking = book_at(world, *NORTH, now=now)
    tina()
    found = improve(now)

    assert resource_of(booking) == tina()
    assert found.saved_s > 120
    assert broken_promises(THURSDAY, THURSDAY) == []


def test_the_promise_stays_and_the_booking_says_who_left_when(world: World, now: datetime) -> None:
    booking = book_at(world, *NORTH, now=now)
    tina()
    improve(now)
    fresh = Booking.objects.get(pk=booking.pk)

    assert (fresh.promised_from, fresh.promised_to) == (booking.promised_from, booking.promised_to)
    assert fresh.starts_at == Assignment.objects.get(booking=booking).starts_at
    assert fresh.version == booking.version + 1


def test_history_tells_who_came_before(world: World, now: datetime) -> None:
    booking = book_at(world, *NORTH, now=now)
    tina()
    improve(now)

    entry = LogEntry.objects.get(action="reassigned", object_id=booking.pk)
    assert (entry.data["from"], entry.data["to"]) == (str(world.technician), str(tina()))


def test_a_dry_run_writes_nothing(world: World, now: datetime) -> None:
    booking = book_at(world, *NORTH, now=now)
    tina()
    found = improve(now, is_dry_run=True)

    assert [move.is_written for move in found.moves] == [False]
    assert resource_of(booking) == world.technician


def test_who_lacks_the_skill_gets_nothing(world: World, now: datetime) -> None:
    skill = make_characteristic()
    world.service.needs.create(characteristic=skill)
    world.technician.characteristics.create(characteristic=skill)
    booking = book_at(world, *NORTH, now=now)
    tina()
    improve(now)

    assert resource_of(booking) == world.technician


def test_a_skill_that_ends_within_the_promise_is_not_enough(world: World, now: datetime) -> None:
    skill = make_characteristic()
    world.service.needs.create(characteristic=skill)
    world.technician.characteristics.create(characteristic=skill)
    booking = book_at(world, *NORTH, now=now)
    tina().characteristics.create(characteristic=skill, valid_to_on=THURSDAY - timedelta(days=1))
    improve(now)

    assert resource_of(booking) == world.technician


def test_who_does_not_serve_the_territory_gets_nothing(world: World, now: datetime) -> None:
    booking = book_at(world, *NORTH, now=now)
    booking.work_order.territory = make_territory()
    booking.work_order.save()
    tina()
    improve(now)

    assert resource_of(booking) == world.technician


@pytest.mark.parametrize("kind", [PreferenceKind.PREFERRED, PreferenceKind.MUST])
def test_who_was_asked_for_comes(world: World, now: datetime, kind: str) -> None:
    booking = book_at(world, *NORTH, now=now)
    ResourcePreference.objects.create(
        account=booking.work_order.account, resource=world.technician, kind=kind
    )
    tina()
    improve(now)

    assert resource_of(booking) == world.technician


def test_who_is_barred_does_not_come(world: World, now: datetime) -> None:
    booking = book_at(world, *NORTH, now=now)
    ResourcePreference.objects.create(
        account=booking.work_order.account, resource=tina(), kind=PreferenceKind.RESTRICTED
    )
    improve(now)

    assert resource_of(booking) == world.technician


def test_who_starts_beyond_the_radius_gets_nothing(world: World, now: datetime) -> None:
    booking = book_at(world, *SOUTH, now=now)
    world.portal.max_radius = 1
    world.portal.save()
    world.technician.latitude = 53.60
    world.technician.save()
    tina()
    improve(now)

    assert resource_of(booking) == world.technician


def test_a_pinned_visit_stays(world: World, now: datetime) -> None:
    booking = book_at(world, *NORTH, now=now)
    Booking.objects.filter(pk=booking.pk).update(is_pinned=True)
    tina()
    assert improve(now).moves == ()


def test_a_visit_under_way_stays(world: World, now: datetime) -> None:
    booking = book_at(world, *NORTH, now=now)
    status = get_default_status(ParentStatus.TRAVELING)
    Booking.objects.filter(pk=booking.pk).update(status=status)
    tina()
    assert improve(now).moves == ()


def test_what_departs_within_the_freeze_time_stays(world: World, now: datetime) -> None:
    book_at(world, *NORTH, now=now)
    tina()
    assert improve(thursday(8, 30)).moves == ()
    Company.objects.update(replan_freeze_minutes=15)
    assert len(improve(thursday(8, 30)).moves) == 1


def test_what_is_held_stays_where_it_is(world: World, now: datetime) -> None:
    contact = customer_at(*NORTH)
    wish = wish_for(contact, world.service, world.portal)
    held = hold_offer(wish=wish, key=window_key(), contact=contact, now=now)
    tina()
    improve(now)

    assert held.assignments.get().resource == world.technician


def test_a_visit_of_two_people_stays(world: World, now: datetime) -> None:
    booking = book_at(world, *NORTH, now=now)
    first = Assignment.objects.get(booking=booking)
    Assignment.objects.create(
        booking=booking,
        resource=make_technician(),
        role=1,
        starts_at=first.starts_at,
        arrives_at=first.arrives_at,
        ends_at=first.ends_at,
        latitude=first.latitude,
        longitude=first.longitude,
    )
    tina()
    assert improve(now).moves == ()


# --- Repairing -----------------------------------------------------------------------------


def sick(world: World) -> TimeOff:
    absence = TimeOff.objects.create(
        resource=world.technician, starts_at=thursday(0), ends_at=thursday(23)
    )
    block_time_off(time_off_id=absence.pk)
    return absence


def repair(world: World, now: datetime, **options: object) -> Replanned:
    return repair_day(
        resource=world.technician, first=THURSDAY, last=THURSDAY, now=now, effort=EFFORT, **options
    )


def test_the_visits_of_somebody_sick_go_to_others(world: World, now: datetime) -> None:
    bookings = [book_at(world, *SOUTH, now=now), book_at(world, *NORTH, now=now, hours=(13, 15))]
    tina()
    sick(world)
    found = repair(world, now)

    assert {resource_of(each) for each in bookings} == {tina()}
    assert found.unkept == ()
    assert broken_promises(THURSDAY, THURSDAY) == []


def test_the_absence_takes_the_time_that_became_free(world: World, now: datetime) -> None:
    book_at(world, *SOUTH, now=now)
    tina()
    absence = sick(world)
    repair(world, now)

    block = ResourceBlock.objects.get(kind=BlockKind.TIME_OFF)
    assert (block.starts_at, block.ends_at) == (absence.starts_at, absence.ends_at)


def test_what_cannot_be_kept_stays_and_is_listed(world: World, now: datetime) -> None:
    booking = book_at(world, *SOUTH, now=now)
    pinned = book_at(world, *SOUTH, now=now, hours=(13, 15))
    Booking.objects.filter(pk=pinned.pk).update(is_pinned=True)
    sick(world)
    found = repair(world, now)

    assert {(each.booking_id, each.reason) for each in found.unkept} == {
        (booking.pk, "nobody_may"),
        (pinned.pk, "pinned"),
    }
    assert resource_of(booking) == world.technician


def test_others_who_are_full_have_no_time(world: World, now: datetime) -> None:
    booking = book_at(world, *SOUTH, now=now)
    sick(world)
    busy = tina()
    ResourceBlock.objects.create(
        resource=busy, starts_at=thursday(8), ends_at=thursday(17), kind=BlockKind.OUTSIDE
    )
    assert [each.reason for each in repair(world, now).unkept] == ["no_time"]
    assert resource_of(booking) == world.technician


def test_the_next_visit_of_somebody_held_up_goes_to_another(world: World, now: datetime) -> None:
    running = book_at(world, *SOUTH, now=now, hours=(8, 10))
    following = book_at(world, *SOUTH, now=now, hours=(10, 12))
    tina()
    begun = Booking.objects.get(pk=running.pk)
    status = get_default_status(ParentStatus.IN_PROGRESS)
    Booking.objects.filter(pk=running.pk).update(status=status)
    repair(world, begun.arrives_at + timedelta(minutes=5), late_until=thursday(14))

    assert resource_of(following) == tina()
    assert Booking.objects.get(pk=running.pk).ends_at == thursday(14)


# --- Which days, and when ------------------------------------------------------------------


def test_a_changed_day_is_due_after_a_quarter_of_an_hour(world: World, now: datetime) -> None:
    book_at(world, *NORTH, now=now)
    assert due_days(now=now) == []
    assert due_days(now=now + timedelta(minutes=14)) == []
    assert due_days(now=now + timedelta(minutes=15)) == [THURSDAY]


def test_a_day_is_due_at_once_after_a_batch_of_bookings(world: World, now: datetime) -> None:
    book_at(world, *NORTH, now=now)
    ReplannedDay.objects.create(day=THURSDAY, visits=1 + BATCH, fingerprint="other")
    assert due_days(now=now) == [THURSDAY]


def test_at_night_every_coming_day_with_visits_is_due(world: World, now: datetime) -> None:
    book_at(world, *NORTH, now=now)
    replan_day(THURSDAY, now=now, seconds=0.1)
    assert due_days(now=now) == []
    assert due_days(now=now, is_night=True) == [THURSDAY]


def test_a_replanned_day_is_not_due_until_it_changes(world: World, now: datetime) -> None:
    book_at(world, *NORTH, now=now)
    tina()
    later = now + timedelta(minutes=20)
    due_days(now=now)
    assert replan_due_days(now=later, until=later + timedelta(minutes=1)) == [THURSDAY]
    assert due_days(now=later + timedelta(hours=1)) == []
    book_at(world, *SOUTH, now=now)
    due_days(now=later)
    assert due_days(now=later + timedelta(hours=1)) == [THURSDAY]


def test_no_day_begins_that_the_time_does_not_suffice_for(world: World, now: datetime) -> None:
    book_at(world, *NORTH, now=now)
    book_at(world, *NORTH, now=now, day=FRIDAY)
    Company.objects.update(replan_seconds=1)
    until = now + timedelta(seconds=1.5)
    assert replan_due_days(now=now, until=until, is_night=True) == [THURSDAY]


def test_a_process_that_ends_begins_no_day(world: World, now: datetime) -> None:
    book_at(world, *NORTH, now=now)
    until = now + timedelta(minutes=5)
    assert replan_due_days(now=now, until=until, is_night=True, is_over=lambda: True) == []
    assert due_days(now=now + timedelta(hours=1)) == [THURSDAY]


def test_a_day_that_was_left_half_done_is_due_again(world: World, now: datetime) -> None:
    book_at(world, *NORTH, now=now)
    assert replan_day(THURSDAY, now=now, seconds=600, is_over=lambda: True) is not None
    due_days(now=now)
    assert due_days(now=now + timedelta(minutes=15)) == [THURSDAY]


def test_a_company_may_do_without(world: World, now: datetime) -> None:
    book_at(world, *NORTH, now=now)
    Company.objects.update(is_replanning_enabled=False)
    until = now + timedelta(minutes=5)
    assert replan_due_days(now=now, until=until, is_night=True) == []


# --- The command ---------------------------------------------------------------------------


def test_the_command_says_what_changes(
    world: World, now: datetime, capsys: pytest.CaptureFixture[str]
) -> None:
    book_at(world, *NORTH, now=now)
    tina()
    with time_machine.travel(now, tick=False):
        call_command("replan", date="2026-11-26", seconds=0.2, json=True, dry_run=True)
    told = json.loads(capsys.readouterr().out)
    assert [(each["from"], each["to"]) for each in told["moves"]] == [
        (str(world.technician), str(tina()))
    ]


def test_the_command_refuses_a_day_that_is_none(world: World) -> None:
    with pytest.raises(CommandError):
        call_command("replan", date="tomorrow")
