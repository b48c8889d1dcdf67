"""What planning sees of a visit under way: its time follows reality as far as there is room."""

from datetime import timedelta

import pytest

from doorstep.domain.bookings.models import Assignment, Booking, BookingStatus, ResourceBlock
from doorstep.domain.bookings.models import ParentStatus as P
from doorstep.domain.bookings.services.outside import block_outside_times
from doorstep.domain.bookings.services.placing import depart_in_time, refresh_planned_times
from doorstep.domain.bookings.services.replan import replan_days
from doorstep.domain.bookings.services.search import search_offers
from doorstep.engine.replan import Effort
from doorstep.platform.values.intervals import Interval
from tests.conftest import NOW
from tests.factories.bookings import THURSDAY, World, book, make_world, window_key
from tests.factories.days import book_at
from tests.factories.on_site import as_technician, at, go
from tests.factories.resources import make_crew, make_technician

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


def block_of(visit: Booking) -> ResourceBlock:
    return ResourceBlock.objects.get(assignment__booking=visit)


def test_an_early_completion_gives_the_rest_back_at_once(world: World) -> None:
    visit = book(world, now=NOW)
    go(visit, P.IN_PROGRESS, visit.arrives_at)

    go(visit, P.COMPLETED, visit.arrives_at + timedelta(minutes=20))

    assert block_of(visit).ends_at == visit.arrives_at + timedelta(minutes=20)


def test_the_search_offers_what_was_given_back(world: World) -> None:
    world.service.duration_minutes = 115
    world.service.save()
    visit = book(world, now=NOW, key=window_key(from_hour=8, to_hour=10))
    world.portal.min_lead_days = 0
    world.portal.save()
    wanted = window_key(from_hour=8, to_hour=10)

    def windows() -> list[str]:
        found = search_offers(wish=world.wish, now=at(8, 20), from_day=THURSDAY, days=1)
        return [window.key for window in found.windows]

    assert wanted not in windows()
    go(visit, P.IN_PROGRESS, at(8, 5))
    go(visit, P.COMPLETED, at(8, 15))

    assert wanted in windows()


def test_an_overrun_takes_time_up_to_the_next_visit_and_no_further(world: World) -> None:
    first = book_at(world, 53.471, -2.231, now=NOW, hours=(8, 10))
    second = book_at(world, 53.472, -2.232, now=NOW, hours=(8, 10))
    early, late = sorted([first, second], key=lambda each: each.starts_at)
    late_block = block_of(late)

    there = go(early, P.IN_PROGRESS, late_block.starts_at - timedelta(minutes=10))

    assert there.ends_at == late_block.starts_at + timedelta(minutes=50)
    assert block_of(early).ends_at == late_block.starts_at
    after = block_of(late)
    assert (after.starts_at, after.ends_at) == (late_block.starts_at, late_block.ends_at)


def test_setting_out_early_does_not_reach_into_the_visit_before(world: World) -> None:
    first = book_at(world, 53.471, -2.231, now=NOW, hours=(8, 10))
    second = book_at(world, 53.472, -2.232, now=NOW, hours=(13, 15))

    gone = go(second, P.TRAVELING, first.starts_at + timedelta(minutes=30))

    assert gone.starts_at == first.starts_at + timedelta(minutes=30)
    assert block_of(second).starts_at == first.ends_at
    assert block_of(first).ends_at == first.ends_at


def test_a_visit_done_inside_anothers_time_takes_none(world: World) -> None:
    first = book_at(world, 53.471, -2.231, now=NOW, hours=(8, 10))
    second = book_at(world, 53.472, -2.232, now=NOW, hours=(13, 15))
    inside = first.arrives_at + timedelta(minutes=10)
    go(second, P.IN_PROGRESS, inside)

    done = go(second, P.COMPLETED, inside + timedelta(minutes=15))

    assert (done.arrived_at, done.ends_at) == (inside, inside + timedelta(minutes=15))
    assert not ResourceBlock.objects.filter(assignment__booking=second).exists()


def test_replanning_leaves_a_visit_under_way_where_it_is(world: World) -> None:
    visit = book_at(world, 53.60, -2.40, now=NOW, hours=(10, 12))
    book_at(world, 53.471, -2.231, now=NOW, hours=(13, 15))
    there = go(visit, P.TRAVELING, at(8))

    replan_days(first=THURSDAY, last=THURSDAY, now=at(8, 1), effort=Effort(rounds=200, seconds=2))

    there.refresh_from_db()
    assert there.starts_at == at(8)
    assert Assignment.objects.get(booking=visit).starts_at == at(8)


def test_the_plan_does_not_overwrite_what_really_happened(world: World) -> None:
    first = book_at(world, 53.471, -2.231, now=NOW, hours=(8, 10))
    second = book_at(world, 53.472, -2.232, now=NOW, hours=(13, 15))
    gone = go(second, P.TRAVELING, first.starts_at + timedelta(minutes=30))

    refresh_planned_times(second.pk)
    depart_in_time([], NOW)

    second.refresh_from_db()
    assert second.starts_at == gone.starts_at


def test_a_crew_travels_together(world: World) -> None:
    fitters = [make_technician(territories=[]), make_technician(territories=[])]
    crew = make_crew([world.technician, *fitters])
    visit = book(world, now=NOW)
    part = Assignment.objects.get(booking=visit)
    Assignment.objects.filter(pk=part.pk).update(crew=crew)
    for other in fitters:
        beside = Assignment.objects.create(
            booking=visit, resource=other, crew=crew, starts_at=part.starts_at,
            arrives_at=part.arrives_at, ends_at=part.ends_at,
        )  # fmt: skip
        ResourceBlock.objects.create(
            resource=other, starts_at=part.starts_at, ends_at=part.ends_at, assignment=beside
        )

    go(visit, P.TRAVELING, at(9))

    assert set(Assignment.objects.values_list("starts_at", flat=True)) == {at(9)}


def test_who_comes_from_elsewhere_keeps_her_own_departure(world: World) -> None:
    other = make_technician()
    visit = book(world, now=NOW)
    part = Assignment.objects.get(booking=visit)
    beside = Assignment.objects.create(
        booking=visit, resource=other, starts_at=part.starts_at, arrives_at=part.arrives_at,
        ends_at=part.ends_at,
    )  # fmt: skip
    ResourceBlock.objects.create(
        resource=other, starts_at=part.starts_at, ends_at=part.ends_at, assignment=beside
    )

    gone = go(visit, P.TRAVELING, at(9, 30), actor=as_technician(world.technician))

    beside.refresh_from_db()
    assert beside.starts_at == part.starts_at
    assert beside.ends_at == gone.ends_at
    assert BookingStatus.objects.get(pk=gone.status_id).parent == P.TRAVELING


def test_a_private_appointment_gives_way_to_what_really_happens(world: World) -> None:
    visit = book(world, now=NOW)
    block = block_of(visit)
    private = Interval(block.ends_at, block.ends_at + timedelta(hours=2))
    block_outside_times(resource_id=world.technician.pk, times=[private])

    there = go(visit, P.IN_PROGRESS, visit.arrives_at + timedelta(minutes=30))

    part = Assignment.objects.get(booking=visit)
    assert part.ends_at == there.ends_at > private.start
    assert block_of(visit).ends_at == part.ends_at
