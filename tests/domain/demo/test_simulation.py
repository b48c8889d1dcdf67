"""The demo company's own weeks, replayed."""

from datetime import timedelta

from doorstep.demo.seed.company import SeedReport
from doorstep.domain.bookings.models import Booking, ParentStatus
from doorstep.domain.bookings.simulation import load_scene
from doorstep.domain.organization.selectors import get_default_portal
from doorstep.engine.simulation import POLICIES, play
from doorstep.engine.simulation.week import Options

from .conftest import TODAY

MONDAY = TODAY - timedelta(days=7)


def test_every_visit_that_was_not_canceled_is_asked_for_again_in_order(demo: SeedReport) -> None:
    scene = load_scene(portal=get_default_portal(), first=MONDAY, last=TODAY)

    made = Booking.objects.in_bulk([each.id for each in scene.customers])
    times = [made[each.id].created_at for each in scene.customers]
    kept = [each for each in made.values() if each.parent_status != ParentStatus.CANCELED]
    assert len(kept) == len(scene.customers) > 5
    assert times == sorted(times)


def test_a_replayed_week_is_kept(demo: SeedReport) -> None:
    scene = load_scene(portal=get_default_portal(), first=MONDAY, last=TODAY)

    week = play(scene, POLICIES["replan"], Options(rounds=200))

    assert week.outcome.accepted > len(scene.customers) / 2
    assert week.outcome.late == 0
