"""Absences take time as bookings do."""

from datetime import UTC, datetime

import pytest

from doorstep.domain.bookings.models import BlockKind, ResourceBlock
from doorstep.domain.bookings.services.outside import block_outside_times
from doorstep.domain.bookings.services.time_off import block_time_off
from doorstep.domain.resources.models import TimeOff, TimeOffState
from doorstep.platform.values.intervals import Interval
from tests.factories.bookings import World, book, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


def thursday_off(world: World, state: str = TimeOffState.APPROVED) -> TimeOff:
    return TimeOff.objects.create(
        resource=world.technician,
        starts_at=datetime(2026, 11, 26, 0, tzinfo=UTC),
        ends_at=datetime(2026, 11, 27, 0, tzinfo=UTC),
        state=state,
    )


def test_an_approved_absence_blocks_the_whole_time(world: World) -> None:
    absence = thursday_off(world)

    block_time_off(time_off_id=absence.pk)

    block = ResourceBlock.objects.get()
    assert (block.starts_at, block.ends_at) == (absence.starts_at, absence.ends_at)


def test_a_visit_inside_it_keeps_its_time_and_is_told(world: World, now: datetime) -> None:
    booking = book(world, now=now)

    affected = block_time_off(time_off_id=thursday_off(world).pk)

    assert affected == [booking]
    pieces = ResourceBlock.objects.filter(kind=BlockKind.TIME_OFF).order_by("starts_at")
    assert pieces[0].ends_at == booking.starts_at
    assert pieces[1].starts_at == booking.ends_at


def test_hearing_it_twice_changes_nothing(world: World) -> None:
    absence = thursday_off(world)

    block_time_off(time_off_id=absence.pk)
    block_time_off(time_off_id=absence.pk)

    assert ResourceBlock.objects.count() == 1


def test_a_rejected_absence_blocks_nothing(world: World) -> None:
    block_time_off(time_off_id=thursday_off(world, TimeOffState.REJECTED).pk)

    assert not ResourceBlock.objects.exists()


def test_deleting_the_absence_frees_the_time(world: World) -> None:
    absence = thursday_off(world)
    block_time_off(time_off_id=absence.pk)

    absence.delete()

    assert not ResourceBlock.objects.exists()


def test_every_lane_is_blocked(world: World) -> None:
    world.technician.capacity = 3
    world.technician.save()

    block_time_off(time_off_id=thursday_off(world).pk)

    assert set(ResourceBlock.objects.values_list("lane", flat=True)) == {1, 2, 3}


def test_of_an_outside_appointment_it_takes_only_its_own_time(world: World) -> None:
    def hour(number: int) -> datetime:
        return datetime(2026, 11, 26, number, tzinfo=UTC)

    block_outside_times(resource_id=world.technician.pk, times=[Interval(hour(8), hour(18))])
    absence = TimeOff.objects.create(
        resource=world.technician,
        starts_at=hour(10),
        ends_at=hour(12),
        state=TimeOffState.APPROVED,
    )

    block_time_off(time_off_id=absence.pk)

    blocks = ResourceBlock.objects.order_by("starts_at")
    assert list(blocks.values_list("kind", "starts_at", "ends_at")) == [
        (BlockKind.OUTSIDE, hour(8), hour(10)),
        (BlockKind.TIME_OFF, hour(10), hour(12)),
        (BlockKind.OUTSIDE, hour(12), hour(18)),
    ]
