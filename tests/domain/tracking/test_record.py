"""Positions of somebody on the way."""

from datetime import datetime, timedelta

import pytest

from doorstep.domain.bookings.models import Booking, ParentStatus
from doorstep.domain.tracking.errors import NoRunningTrip, SharingOff, SharingPaused
from doorstep.domain.tracking.models import (
    Position,
    PositionSource,
    SharingSession,
    TrackingSettings,
)
from doorstep.domain.tracking.reports import Refusal, Report
from doorstep.domain.tracking.services.forget import forget_positions
from doorstep.domain.tracking.services.record import record_positions
from doorstep.domain.tracking.services.sharing import end_sessions, pause_sharing, resume_sharing
from doorstep.platform.audit.services import SYSTEM
from doorstep.platform.values.geo import Coordinates
from tests.factories.bookings import FRIDAY, World, book, make_world, window_key
from tests.factories.resources import make_technician
from tests.factories.tracking import become, north_of, report, set_out

pytestmark = pytest.mark.django_db
HERE = Coordinates(53.40, -2.30)
SECOND = timedelta(seconds=1)


@pytest.fixture
def world() -> World:
    return make_world()


def trip() -> SharingSession:
    return SharingSession.objects.get()


def test_the_marker_is_where_the_last_report_says(world: World, now: datetime) -> None:
    set_out(world, now=now)
    report(world.technician, HERE, at=now + 15 * SECOND)
    report(world.technician, north_of(HERE, 200), at=now + 30 * SECOND)

    assert trip().position == north_of(HERE, 200)
    assert trip().position_at == now + 30 * SECOND


def test_a_report_that_comes_late_is_kept_and_moves_nothing(world: World, now: datetime) -> None:
    set_out(world, now=now)
    report(world.technician, north_of(HERE, 200), at=now + 30 * SECOND)
    report(world.technician, HERE, at=now + 15 * SECOND, now=now + 40 * SECOND)

    assert trip().position == north_of(HERE, 200)
    assert Position.objects.count() == 2


def test_the_same_report_twice_is_one_position(world: World, now: datetime) -> None:
    set_out(world, now=now)
    report(world.technician, HERE, at=now + 15 * SECOND)
    report(world.technician, HERE, at=now + 15 * SECOND)

    assert Position.objects.count() == 1


def test_a_batch_of_an_offline_phone_is_taken_in_order(world: World, now: datetime) -> None:
    set_out(world, now=now)
    reports = [
        Report(now + number * 15 * SECOND, HERE.latitude + number / 1_000, HERE.longitude)
        for number in (3, 1, 2, 0)
    ]

    found = record_positions(
        resource=world.technician, reports=reports, source=PositionSource.PAGE,
        now=now + 60 * SECOND,
    )  # fmt: skip

    assert found.taken == 4
    assert trip().position_at == now + 45 * SECOND


def test_the_last_good_position_is_kept_when_nonsense_follows(world: World, now: datetime) -> None:
    set_out(world, now=now)
    report(world.technician, HERE, at=now + 15 * SECOND)
    nonsense = [
        Report(now + 30 * SECOND, 0.0, 0.0),
        Report(now + 45 * SECOND, float("nan"), 2.0),
        Report(now + 60 * SECOND, 10.0, 20.0),
        Report(now + timedelta(days=1), HERE.latitude, HERE.longitude),
    ]

    found = record_positions(
        resource=world.technician, reports=nonsense, source=PositionSource.PAGE,
        now=now + 61 * SECOND,
    )  # fmt: skip

    assert found.refusals == (
        Refusal.NOT_A_PLACE, Refusal.NOT_A_PLACE, Refusal.JUMP, Refusal.IN_THE_FUTURE,
    )  # fmt: skip
    assert trip().position == HERE


@pytest.mark.parametrize(
    "parent", [ParentStatus.IN_PROGRESS, ParentStatus.COMPLETED, ParentStatus.CANCELED]
)
def test_nothing_is_taken_after_the_trip(world: World, now: datetime, parent: ParentStatus) -> None:
    booking = set_out(world, now=now)
    become(booking, parent, at=now + timedelta(minutes=20))

    with pytest.raises(NoRunningTrip):
        report(world.technician, HERE, at=now + timedelta(minutes=21))
    assert not Position.objects.exists()


def test_nothing_is_taken_before_the_trip(world: World, now: datetime) -> None:
    book(world, now=now)

    with pytest.raises(NoRunningTrip):
        report(world.technician, HERE, at=now)


def test_f88_nobody_reports_on_somebody_elses_trip(world: World, now: datetime) -> None:
    booking = set_out(world, now=now)
    tina = make_technician("Tina")

    with pytest.raises(NoRunningTrip):
        report(tina, HERE, at=now + SECOND, booking=booking)


def test_with_two_visits_under_way_the_last_begun_one_is_followed(
    world: World, now: datetime
) -> None:
    set_out(world, now=now)
    second = book(world, now=now, key=window_key(FRIDAY))
    set_out(world, now=now + timedelta(minutes=5), booking=second)

    found = report(world.technician, HERE, at=now + timedelta(minutes=6))

    assert found.booking == second


def test_a_company_may_want_no_positions(world: World, now: datetime) -> None:
    set_out(world, now=now)
    TrackingSettings.objects.create(pk=1, is_sharing_enabled=False)

    with pytest.raises(SharingOff):
        report(world.technician, HERE, at=now)


def test_a_pause_takes_nothing_until_it_ends(world: World, now: datetime) -> None:
    set_out(world, now=now)
    pause_sharing(resource=world.technician, reason="Lunch", actor=SYSTEM, now=now)
    with pytest.raises(SharingPaused):
        report(world.technician, HERE, at=now + SECOND)

    resume_sharing(resource=world.technician, actor=SYSTEM, now=now)
    assert report(world.technician, HERE, at=now + SECOND).taken == 1


def test_who_has_left_stays_so(world: World, now: datetime) -> None:
    set_out(world, now=now)
    report(world.technician, HERE, at=now + 10 * SECOND)
    report(world.technician, north_of(HERE, 480), at=now + 60 * SECOND)
    assert not trip().has_left

    report(world.technician, north_of(HERE, 520), at=now + 70 * SECOND)
    assert trip().has_left

    report(world.technician, HERE, at=now + 130 * SECOND)
    assert trip().has_left


def test_a_trip_begun_anew_knows_nothing_of_its_first_part(world: World, now: datetime) -> None:
    booking = set_out(world, now=now)
    report(world.technician, HERE, at=now + SECOND)
    become(booking, ParentStatus.SCHEDULED, at=now + timedelta(minutes=1))
    become(booking, ParentStatus.TRAVELING, at=now + timedelta(hours=3))

    far = Coordinates(52.0, 0.0)
    assert report(world.technician, far, at=now + timedelta(hours=3, seconds=5)).taken == 1
    assert SharingSession.objects.filter(ended_at=None).count() == 1


def test_a_trip_ends_with_its_status(world: World, now: datetime) -> None:
    booking = set_out(world, now=now)
    report(world.technician, HERE, at=now + SECOND)
    become(booking, ParentStatus.IN_PROGRESS, at=now + timedelta(minutes=20))

    assert end_sessions(booking_id=booking.pk, now=now) == 1
    assert trip().ended_at == now


def test_a_trip_under_way_is_not_ended(world: World, now: datetime) -> None:
    booking = set_out(world, now=now)
    report(world.technician, HERE, at=now + SECOND)

    assert end_sessions(booking_id=booking.pk, now=now) == 0


def test_positions_are_forgotten_after_a_day(world: World, now: datetime) -> None:
    set_out(world, now=now)
    report(world.technician, HERE, at=now + SECOND)
    SharingSession.objects.update(ended_at=now + timedelta(minutes=20))

    assert forget_positions(now=now + timedelta(hours=23)) == 0
    assert forget_positions(now=now + timedelta(hours=25)) == 1
    assert not Position.objects.exists()
    assert trip().position is None
    assert trip().first_position is None


def test_a_company_may_keep_positions_for_a_week(world: World, now: datetime) -> None:
    set_out(world, now=now)
    report(world.technician, HERE, at=now + SECOND)
    TrackingSettings.objects.create(pk=1, keep_hours=168)

    assert forget_positions(now=now + timedelta(hours=167)) == 0
    assert Booking.objects.get().sharing.count() == 1
