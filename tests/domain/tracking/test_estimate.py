"""Arrival estimates from the position of somebody on the way."""

from datetime import datetime, timedelta

import pytest

from doorstep.domain.bookings.models import Booking, ParentStatus
from doorstep.domain.tracking.live import live_visit
from doorstep.domain.tracking.models import ArrivalEstimate, SharingSession, TrackingSettings
from doorstep.domain.tracking.services.estimate import is_estimate_due, refresh_estimate
from doorstep.domain.tracking.services.sharing import pause_sharing
from doorstep.platform.audit.services import SYSTEM
from doorstep.platform.values.geo import Coordinates
from tests.factories.bookings import World, make_world
from tests.factories.tracking import become, north_of, report, set_out

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def world() -> World:
    return make_world()


def goal_of(booking: Booking) -> Coordinates:
    goal = booking.work_order.coordinates
    assert goal is not None
    return goal


def trip() -> SharingSession:
    return SharingSession.objects.get(ended_at=None)


def estimated(world: World, booking: Booking, metres: float, at: datetime) -> ArrivalEstimate:
    report(world.technician, north_of(goal_of(booking), metres), at=at)
    found = refresh_estimate(session_id=trip().pk, now=at)
    assert found is not None
    return found


def test_the_nearer_the_sooner(world: World, now: datetime) -> None:
    booking = set_out(world, now=now)
    far = estimated(world, booking, 8_000, now + MINUTE)
    near = estimated(world, booking, 2_000, now + 5 * MINUTE)

    assert near.arrives_at < far.arrives_at
    assert near.earliest_at <= near.arrives_at <= near.latest_at
    assert ArrivalEstimate.objects.count() == 1


def test_an_answer_older_than_the_newest_is_dropped(world: World, now: datetime) -> None:
    booking = set_out(world, now=now)
    newest = estimated(world, booking, 2_000, now + 5 * MINUTE)

    kept = refresh_estimate(session_id=trip().pk, now=now + 4 * MINUTE)

    assert kept is not None
    assert kept.made_at == newest.made_at


def test_it_is_not_asked_for_more_often_than_the_company_allows(
    world: World, now: datetime
) -> None:
    booking = set_out(world, now=now)
    estimated(world, booking, 9_000, now + MINUTE)
    report(world.technician, north_of(goal_of(booking), 8_000), at=now + 1.9 * MINUTE)
    settings = TrackingSettings(estimate_seconds=60)

    assert not is_estimate_due(trip(), settings=settings, now=now + 1.9 * MINUTE)
    assert is_estimate_due(trip(), settings=settings, now=now + 2.1 * MINUTE)


def test_who_asked_while_another_answer_was_under_way_is_content_with_that(
    world: World, now: datetime
) -> None:
    booking = set_out(world, now=now)
    first = estimated(world, booking, 9_000, now + MINUTE)
    second = estimated(world, booking, 8_000, now + 1.9 * MINUTE)
    third = estimated(world, booking, 7_000, now + 2.1 * MINUTE)

    assert (second.made_at, third.made_at) == (first.made_at, now + 2.1 * MINUTE)


def test_it_is_not_asked_for_while_next_to_nothing_has_changed(world: World, now: datetime) -> None:
    booking = set_out(world, now=now)
    estimated(world, booking, 9_000, now + MINUTE)
    report(world.technician, north_of(goal_of(booking), 8_700), at=now + 2.2 * MINUTE)

    assert not is_estimate_due(trip(), settings=TrackingSettings(), now=now + 2.2 * MINUTE)


def test_it_is_asked_for_when_a_jam_has_cost_five_minutes(world: World, now: datetime) -> None:
    booking = set_out(world, now=now)
    estimated(world, booking, 9_000, now + MINUTE)
    report(world.technician, north_of(goal_of(booking), 8_950), at=now + 7 * MINUTE)

    assert is_estimate_due(trip(), settings=TrackingSettings(), now=now + 7 * MINUTE)


def test_no_service_is_asked_about_a_trip_that_is_paused_or_over(
    world: World, now: datetime
) -> None:
    booking = set_out(world, now=now)
    report(world.technician, north_of(goal_of(booking), 2_000), at=now + MINUTE)
    session = trip()
    pause_sharing(resource=world.technician, reason="Fuel", actor=SYSTEM, now=now + MINUTE)
    assert refresh_estimate(session_id=session.pk, now=now + MINUTE) is None

    SharingSession.objects.update(paused_at=None, ended_at=now + MINUTE)
    assert refresh_estimate(session_id=session.pk, now=now + MINUTE) is None


# --- The customer's view -----------------------------------------------------------------------


def test_before_any_position_the_planned_drive_counts(world: World, now: datetime) -> None:
    booking = set_out(world, now=now)

    live = live_visit(booking, now=now)

    assert live.arrival is not None
    assert live.arrival.is_planned
    assert live.arrival.at > now


def test_who_sets_out_early_is_not_expected_at_the_planned_time(
    world: World, now: datetime
) -> None:
    """She left two days early: she is there after the drive, not in two days."""
    booking = set_out(world, now=now)
    arrival = live_visit(booking, now=now).arrival

    assert arrival is not None
    assert arrival.at < now + timedelta(hours=2)


def test_the_estimate_counts_as_soon_as_there_is_one(world: World, now: datetime) -> None:
    booking = set_out(world, now=now)
    estimate = estimated(world, booking, 2_000, now + MINUTE)

    arrival = live_visit(booking, now=now + MINUTE).arrival

    assert arrival is not None
    assert (arrival.at, arrival.is_planned) == (estimate.arrives_at, False)


@pytest.mark.parametrize(
    "parent", [ParentStatus.IN_PROGRESS, ParentStatus.COMPLETED, ParentStatus.CANCELED]
)
def test_nobody_is_shown_once_the_trip_is_over(
    world: World, now: datetime, parent: ParentStatus
) -> None:
    booking = set_out(world, now=now)
    estimated(world, booking, 1_000, now + MINUTE)
    over = become(booking, parent, at=now + 20 * MINUTE)

    live = live_visit(over, now=now + 20 * MINUTE)

    assert (live.technicians, live.arrival) == ((), None)


def test_names_and_phones_are_shown_as_the_portal_says(world: World, now: datetime) -> None:
    world.technician.phone = "+441612960000"
    world.technician.save()
    booking = set_out(world, now=now)
    shy = live_visit(booking, now=now).technicians[0]
    assert (shy.name, shy.initials, shy.phone, shy.has_photo) == ("", "", "", False)

    portal = world.portal
    portal.refresh_from_db()
    portal.shows_technician_name = portal.shows_technician_phone = True
    portal.save()
    booking = Booking.objects.get(pk=booking.pk)
    open_one = live_visit(booking, now=now).technicians[0]
    assert (open_one.name, open_one.phone) == (world.technician.name, "+441612960000")


def test_without_a_map_no_position_is_given(world: World, now: datetime) -> None:
    booking = set_out(world, now=now)
    report(world.technician, north_of(goal_of(booking), 1_500), at=now + MINUTE)
    SharingSession.objects.update(has_left=True)
    type(world.portal).objects.update(shows_map=False)

    live = live_visit(Booking.objects.get(pk=booking.pk), now=now + MINUTE)

    assert live.technicians[0].seen.place is None
    assert live.arrival is not None
