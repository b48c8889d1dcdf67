"""Small weeks: the same every time, kept where travel is known, late where it is not."""

from functools import cache

import pytest

from doorstep.engine import validate_route
from doorstep.engine.simulation import POLICIES, Town, hindsight, play, town_scene
from doorstep.engine.simulation.scene import Scene
from doorstep.engine.simulation.week import Options, Week

CALENDARS = ("calendar", "buffers")
AWARE = [name for name in POLICIES if name not in CALENDARS]


@cache
def scene() -> Scene:
    return town_scene(Town(technicians=5, days=2, customers=60, seed=3))


@cache
def week(policy: str) -> Week:
    return play(scene(), POLICIES[policy], Options(rounds=500))


def test_the_same_town_is_the_same_town() -> None:
    assert town_scene(Town(5, 2, 60, 3)) == scene()
    assert town_scene(Town(5, 2, 60, 4)) != scene()


def test_the_same_week_goes_the_same_way() -> None:
    again = play(scene(), POLICIES["first"], Options(rounds=500))

    assert (again.taken, again.routes) == (week("first").taken, week("first").routes)


def test_without_effort_days_stay_as_they_were_booked() -> None:
    outcome = play(scene(), POLICIES["replan"], Options(rounds=0)).outcome

    assert outcome.km_driven == outcome.km_booked


@pytest.mark.parametrize("policy", AWARE)
def test_whoever_knows_travel_is_never_late(policy: str) -> None:
    outcome = week(policy).outcome

    assert (outcome.late, outcome.late_minutes, outcome.overtime_h) == (0, 0, 0)


@pytest.mark.parametrize("policy", AWARE)
def test_every_plan_passes_the_independent_check(policy: str) -> None:
    for route in week(policy).routes:
        assert validate_route(route, scene().travel) == []


@pytest.mark.parametrize("policy", [*AWARE, *CALENDARS])
def test_nobody_gets_a_window_she_would_not_take(policy: str) -> None:
    by_id = {each.id: each for each in scene().customers}

    taken = week(policy).taken

    assert taken
    assert all(target in by_id[customer].accepts for customer, target in taken.items())


def test_a_calendar_without_travel_is_late() -> None:
    assert week("calendar").outcome.late > 0.2
    assert week("calendar").outcome.overtime_h > 0


def test_buffers_are_late_less_often_than_nothing() -> None:
    assert 0 < week("buffers").outcome.late < week("calendar").outcome.late


def test_windows_serve_more_people_than_fixed_times() -> None:
    assert week("windows").outcome.accepted > week("fixed").outcome.accepted


def test_the_last_improvement_never_drives_farther() -> None:
    for policy in AWARE:
        outcome = week(policy).outcome
        assert outcome.km_driven <= outcome.km_booked


def test_whoever_follows_gets_the_first_choice_less_often() -> None:
    assert week("ranking").outcome.first_choice < week("replan").outcome.first_choice


def test_hindsight_serves_at_least_as_many_as_any_promise_that_is_kept() -> None:
    pytest.importorskip("vroom")

    best = hindsight(scene(), limit_s=5, threads=1)

    assert best.accepted >= max(week(policy).outcome.accepted for policy in AWARE)
