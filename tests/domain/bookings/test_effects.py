"""What each status from the technician's page does to the visit (product reference 6.4)."""

from datetime import timedelta

import pytest

from doorstep.domain.bookings import errors
from doorstep.domain.bookings.models import Assignment, Booking, BookingStatus, StatusTimestamp
from doorstep.domain.bookings.models import ParentStatus as P
from doorstep.domain.bookings.selectors import get_default_status
from doorstep.domain.bookings.services.status import set_status
from doorstep.domain.work.models import SystemStatus, WorkOrder
from doorstep.platform.audit.models import Source
from doorstep.platform.audit.services import Actor
from tests.conftest import NOW
from tests.factories.bookings import World, book, make_world
from tests.factories.identity import dana
from tests.factories.on_site import at, go

pytestmark = pytest.mark.django_db
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def visit(world: World) -> Booking:
    """Promised for Thursday 10 to 12, an hour of work."""
    return book(world, now=NOW)


def travel_of(visit: Booking) -> timedelta:
    return visit.arrives_at - visit.starts_at


# --- Traveling --------------------------------------------------------------------------------


def test_setting_out_begins_the_visit_and_its_end_follows(visit: Booking) -> None:
    travel = travel_of(visit)

    gone = go(visit, P.TRAVELING, at(10, 20))

    assert gone.starts_at == gone.traveling_at == at(10, 20)
    assert gone.ends_at == at(10, 20) + travel + HOUR


def test_setting_out_a_little_early_leaves_the_estimated_arrival(visit: Booking) -> None:
    leaves = visit.starts_at - 3 * MINUTE

    assert go(visit, P.TRAVELING, leaves).arrives_at == visit.arrives_at


def test_an_arrival_that_is_past_the_new_departure_is_put_right(visit: Booking) -> None:
    gone = go(visit, P.TRAVELING, at(11, 50))

    assert gone.arrives_at == at(11, 50) + travel_of(visit)


def test_an_arrival_after_the_new_end_is_put_right(visit: Booking) -> None:
    gone = go(visit, P.TRAVELING, at(7))

    assert gone.arrives_at == at(7) + travel_of(visit)


def test_the_way_takes_as_long_as_planned_however_late_she_left(visit: Booking) -> None:
    planned = travel_of(visit)

    go(visit, P.TRAVELING, visit.arrives_at - MINUTE)

    assert Assignment.objects.get(booking=visit).travel == planned


def test_setting_out_never_changes_what_was_promised(visit: Booking) -> None:
    gone = go(visit, P.TRAVELING, at(8))

    assert (gone.promised_from, gone.promised_to) == (visit.promised_from, visit.promised_to)


def test_the_office_setting_it_leaves_the_times(visit: Booking) -> None:
    office = Actor(Source.OFFICE, dana())

    gone = set_status(booking=visit, status=get_default_status(P.TRAVELING), actor=office, at=at(8))
    gone.refresh_from_db()

    assert (gone.starts_at, gone.ends_at) == (visit.starts_at, visit.ends_at)
    assert gone.traveling_at is None


def test_a_trip_taken_back_gets_the_planned_times_again(visit: Booking) -> None:
    go(visit, P.TRAVELING, at(8))

    back = go(visit, P.SCHEDULED, at(8, 1))

    assert (back.starts_at, back.arrives_at, back.ends_at) == (
        visit.starts_at, visit.arrives_at, visit.ends_at,
    )  # fmt: skip
    assert back.traveling_at is None
    part = Assignment.objects.get(booking=visit)
    assert (part.starts_at, part.block.ends_at) == (visit.starts_at, visit.ends_at)
    assert part.planned_starts_at is None


# --- In progress ------------------------------------------------------------------------------


def test_arriving_notes_when_and_the_work_takes_its_time_from_then(visit: Booking) -> None:
    go(visit, P.TRAVELING, at(10))

    there = go(visit, P.IN_PROGRESS, at(10, 25))

    assert there.arrived_at == at(10, 25)
    assert there.ends_at == at(11, 25)
    assert there.starts_at == at(10)


def test_the_first_arrival_stays_on_visit_and_work_order(visit: Booking) -> None:
    go(visit, P.IN_PROGRESS, at(10))
    go(visit, P.ON_BREAK, at(10, 10))

    back = go(visit, P.IN_PROGRESS, at(10, 30))

    assert back.arrived_at == at(10)
    assert back.work_order.first_arrived_at == at(10)


def test_a_second_visit_leaves_the_work_orders_first_arrival(visit: Booking) -> None:
    WorkOrder.objects.update(first_arrived_at=at(7))

    assert go(visit, P.IN_PROGRESS, at(10)).work_order.first_arrived_at == at(7)


def test_work_begun_before_the_planned_departure_begins_the_visit(visit: Booking) -> None:
    there = go(visit, P.IN_PROGRESS, at(8))

    assert (there.starts_at, there.ends_at) == (at(8), at(9))
    assert there.starts_at <= there.arrives_at < there.ends_at


def test_travel_is_all_time_spent_traveling_without_breaks(visit: Booking) -> None:
    go(visit, P.TRAVELING, at(9, 30))
    go(visit, P.ON_BREAK, at(9, 40))
    go(visit, P.TRAVELING, at(10))
    there = go(visit, P.IN_PROGRESS, at(10, 15))

    assert there.actual_travel_minutes == 25
    assert there.starts_at == at(9, 30)


def test_who_did_not_travel_has_no_travel_time(visit: Booking) -> None:
    assert go(visit, P.IN_PROGRESS, at(10)).actual_travel_minutes is None


# --- Break and completion ---------------------------------------------------------------------


def test_a_break_changes_no_time(visit: Booking) -> None:
    there = go(visit, P.IN_PROGRESS, at(10))

    paused = go(visit, P.ON_BREAK, at(10, 10))

    assert (paused.starts_at, paused.ends_at) == (there.starts_at, there.ends_at)


def test_completing_ends_the_visit_and_tells_the_work(visit: Booking) -> None:
    go(visit, P.IN_PROGRESS, at(10))
    go(visit, P.ON_BREAK, at(10, 20))
    go(visit, P.IN_PROGRESS, at(10, 30))

    done = go(visit, P.COMPLETED, at(10, 50))

    assert done.ends_at == done.completed_at == at(10, 50)
    assert done.actual_work_minutes == 40
    assert done.work_order.system_status == SystemStatus.COMPLETED


def test_the_office_completing_it_keeps_the_old_end(visit: Booking) -> None:
    there = go(visit, P.IN_PROGRESS, at(10))

    done = set_status(
        booking=there,
        status=get_default_status(P.COMPLETED),
        actor=Actor(Source.OFFICE, dana()),
        at=at(10, 20),
    )
    done.refresh_from_db()

    assert done.ends_at == there.ends_at == at(11)


def test_completing_a_visit_that_lies_ahead_makes_it_a_minute_long(visit: Booking) -> None:
    done = go(visit, P.COMPLETED, NOW)

    assert (done.starts_at, done.ends_at) == (NOW - MINUTE, NOW)


def test_taking_work_up_again_lasts_a_minute_from_then(visit: Booking) -> None:
    go(visit, P.IN_PROGRESS, at(10))
    go(visit, P.COMPLETED, at(10, 40))

    back = go(visit, P.IN_PROGRESS, at(10, 45))

    assert back.ends_at == at(10, 46)
    assert back.completed_at is None
    assert back.work_order.system_status == SystemStatus.IN_PROGRESS


# --- What is refused, and company statuses ----------------------------------------------------


def test_a_refused_step_names_both_statuses(visit: Booking) -> None:
    go(visit, P.IN_PROGRESS, at(10))

    with pytest.raises(errors.TransitionRefused, match=r"In progress.*Traveling"):
        go(visit, P.TRAVELING, at(10, 5))


def test_the_technician_cannot_cancel(visit: Booking) -> None:
    with pytest.raises(errors.TransitionRefused):
        go(visit, P.CANCELED, at(10))


def test_a_status_of_the_companys_own_counts_as_its_parent(visit: Booking) -> None:
    own = BookingStatus.objects.create(name="Stuck in traffic", parent=P.TRAVELING)
    go(visit, P.TRAVELING, at(9, 50))

    stuck = go(visit, P.TRAVELING, at(10), status=own)

    assert stuck.status == own
    assert stuck.starts_at == at(9, 50)
    assert StatusTimestamp.objects.filter(booking=visit, parent=P.TRAVELING).count() == 1


def test_partly_done_leaves_the_work_order_to_be_scheduled(visit: Booking) -> None:
    partly = BookingStatus.objects.create(
        name="Partly done", parent=P.COMPLETED, completes_work_order=False
    )
    go(visit, P.IN_PROGRESS, at(10))

    done = go(visit, P.COMPLETED, at(10, 30), status=partly)

    assert done.work_order.system_status == SystemStatus.UNSCHEDULED


# --- The phone's own time ---------------------------------------------------------------------


def test_a_change_from_a_phone_without_network_keeps_its_own_time(visit: Booking) -> None:
    gone = go(visit, P.TRAVELING, at(11), at=at(9, 45))

    stamp = gone.timestamps.latest("pk")
    assert (stamp.at, stamp.received_at, stamp.source) == (at(9, 45), at(11), Source.TECHNICIAN)
    assert gone.starts_at == at(9, 45)


def test_changes_arrive_in_order_however_late(visit: Booking) -> None:
    evening = at(18)
    go(visit, P.TRAVELING, evening, at=at(9, 40))
    go(visit, P.IN_PROGRESS, evening, at=at(10))
    done = go(visit, P.COMPLETED, evening, at=at(10, 50))

    assert (done.arrived_at, done.ends_at) == (at(10), at(10, 50))
    assert (done.actual_travel_minutes, done.actual_work_minutes) == (20, 50)


def test_a_time_before_the_last_change_is_refused(visit: Booking) -> None:
    go(visit, P.TRAVELING, at(10))

    with pytest.raises(errors.BeforeLastChange, match="10:00"):
        go(visit, P.IN_PROGRESS, at(11), at=at(9, 50))


def test_a_time_in_the_future_is_refused(visit: Booking) -> None:
    with pytest.raises(errors.InTheFuture):
        go(visit, P.TRAVELING, at(10), at=at(10, 6))


def test_a_clock_that_is_a_little_ahead_counts_as_now(visit: Booking) -> None:
    assert go(visit, P.TRAVELING, at(10), at=at(10, 4)).starts_at == at(10)
