"""The rest of a technician's day, and promises at risk."""

from datetime import UTC, datetime, timedelta

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from doorstep.domain.bookings.errors import NotChangeable
from doorstep.domain.bookings.models import Booking, ParentStatus
from doorstep.domain.bookings.rules import change_rules
from doorstep.domain.bookings.services.search import bookable_days
from doorstep.domain.organization.models import Portal
from doorstep.domain.tracking.models import ArrivalEstimate, Delay, DelayAnswer
from doorstep.domain.tracking.services.outlook import busy_resources, keep_visit, look_ahead
from doorstep.platform.audit.services import SYSTEM
from tests.factories.bookings import THURSDAY, World, book, make_world, window_key, wish_for
from tests.factories.tracking import become

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def thursday(hour: int, minute: int = 0) -> datetime:
    return datetime(THURSDAY.year, THURSDAY.month, THURSDAY.day, hour, minute, tzinfo=UTC)


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def first(world: World, now: datetime) -> Booking:
    return book(world, now=now, key=window_key(THURSDAY, 8, 10))


@pytest.fixture
def second(world: World, now: datetime, first: Booking) -> Booking:
    return book(world, now=now, key=window_key(THURSDAY, 10, 12))


def look(world: World, at: datetime) -> list[Delay]:
    return look_ahead(resource_id=world.technician.pk, now=at)


def begin(booking: Booking) -> None:
    become(booking, ParentStatus.TRAVELING, at=thursday(8))
    become(booking, ParentStatus.IN_PROGRESS, at=thursday(8, 30))


def test_a_day_on_time_is_no_news(world: World, first: Booking, second: Booking) -> None:
    begin(first)

    assert look(world, thursday(8, 45)) == []
    assert ArrivalEstimate.objects.get(booking=second).arrives_at < thursday(12)


def test_a_visit_that_overruns_endangers_the_next_promise(
    world: World, first: Booking, second: Booking
) -> None:
    begin(first)

    delays = look(world, thursday(12, 30))

    assert [delay.booking for delay in delays] == [second]
    assert delays[0].expected_at == thursday(12, 35)
    second.refresh_from_db()
    assert second.expected_late_at == delays[0].expected_at


def test_the_same_delay_is_told_once(world: World, first: Booking, second: Booking) -> None:
    begin(first)
    look(world, thursday(12, 30))

    assert look(world, thursday(12, 35)) == []


def test_a_delay_that_grows_by_enough_is_told_again(
    world: World, first: Booking, second: Booking
) -> None:
    begin(first)
    look(world, thursday(12, 30))

    assert len(look(world, thursday(12, 45))) == 1
    assert Delay.objects.filter(booking=second).count() == 2


def test_a_small_delay_is_no_news(world: World, first: Booking, second: Booking) -> None:
    begin(first)
    travel = second.arrives_at - second.starts_at
    # Five minutes are the least the work still takes; so the arrival is at 12:05.
    at = thursday(12) - travel

    assert look(world, at) == []


def test_who_was_told_to_wait_is_told_when_it_is_on_time_after_all(
    world: World, first: Booking, second: Booking
) -> None:
    begin(first)
    look(world, thursday(12, 30))
    become(first, ParentStatus.COMPLETED, at=thursday(12, 31))
    # The office put it off: the technician is early for the new window.
    Delay.objects.update(promised_to=thursday(14))
    Booking.objects.filter(pk=second.pk).update(promised_to=thursday(14))
    become(second, ParentStatus.TRAVELING, at=thursday(12, 32))

    Delay.objects.update(expected_at=thursday(14, 30))
    told = look(world, thursday(12, 33))

    assert [delay.is_late for delay in told] == [False]
    second.refresh_from_db()
    assert second.expected_late_at is None


def test_nobody_is_told_because_a_button_was_forgotten(
    world: World, first: Booking, second: Booking
) -> None:
    """No visit is under way, so nothing is known of the day."""
    assert look(world, thursday(14)) == []


def test_a_day_never_closed_tells_nothing_the_next_day(
    world: World, first: Booking, second: Booking
) -> None:
    begin(first)

    assert look(world, thursday(12) + timedelta(days=1)) == []


def test_a_late_trip_endangers_the_visit_it_leads_to(world: World, first: Booking) -> None:
    become(first, ParentStatus.TRAVELING, at=thursday(10, 20))

    assert [delay.booking for delay in look(world, thursday(10, 21))] == [first]


def test_only_those_with_a_visit_under_way_are_looked_at_every_few_minutes(
    world: World, first: Booking
) -> None:
    assert busy_resources() == []
    begin(first)
    assert busy_resources() == [world.technician.pk]


def test_a_change_of_status_asks_for_a_look(world: World, first: Booking) -> None:
    begin(first)

    assert ProcrastinateJob.objects.filter(args__event__endswith="BookingStatusChanged").exists()


# --- What the customer may do then ---------------------------------------------------------------


def test_who_has_to_wait_may_move_or_cancel_past_the_cut_offs(
    world: World, first: Booking, second: Booking
) -> None:
    begin(first)
    assert not change_rules(second, now=thursday(11)).may_change
    look(world, thursday(12, 30))

    late = Booking.objects.get(pk=second.pk)
    rules = change_rules(late, now=thursday(12, 31))
    assert (rules.may_change, rules.may_cancel) == (True, True)

    gone = become(late, ParentStatus.TRAVELING, at=thursday(12, 40))
    assert isinstance(change_rules(gone, now=thursday(12, 41)).change_error, NotChangeable)


def test_who_has_to_wait_may_choose_a_time_today(
    world: World, first: Booking, second: Booking
) -> None:
    Portal.objects.update(min_lead_days=2)
    portal = Portal.objects.get()
    asked = thursday(12, 31)
    on_time = wish_for(world.contact, world.service, portal, second)
    assert bookable_days(on_time, now=asked)[0] == THURSDAY + timedelta(days=2)

    begin(first)
    look(world, thursday(12, 30))
    late = wish_for(world.contact, world.service, portal, Booking.objects.get(pk=second.pk))
    assert bookable_days(late, now=asked)[0] == THURSDAY


def test_who_would_rather_wait_says_so_once(world: World, first: Booking, second: Booking) -> None:
    begin(first)
    (delay,) = look(world, thursday(12, 30))
    keep_visit(delay=delay, actor=SYSTEM, now=thursday(12, 31))
    keep_visit(delay=delay, actor=SYSTEM, now=thursday(12, 40))

    assert (delay.answer, delay.answered_at) == (DelayAnswer.KEEP, thursday(12, 31))
