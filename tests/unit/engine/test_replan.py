"""Whole days improve, and keep whatever was promised."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from random import Random

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from doorstep.engine import Resource, Route, Stop, validate_route
from doorstep.engine.replan import (
    Effort,
    Freedom,
    Obstacle,
    ReplanProblem,
    ReplanResult,
    replan,
)
from tests.unit.engine.random_days import days, with_some_taken_out
from tests.unit.engine.worlds import GRID, busy, clock, route, shown, spot, visit

BRIEF = Effort(rounds=60)
EFFORT = Effort(rounds=300)
ordinary = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])


# --- By hand -------------------------------------------------------------------------------


def test_a_visit_goes_to_whoever_is_closer() -> None:
    result = _replan(
        route(1, visit("09:00", 60, spot(-20), ("08:00", "12:00"), id=11)),
        route(2, visit("09:00", 60, spot(20), ("08:00", "12:00"), id=21)),
        starts={1: spot(20), 2: spot(-20)},
        free=(11, 21),
    )
    assert _who(result) == {11: 2, 21: 1}
    assert result.travel_after_s == 0


def test_a_visit_stays_with_those_who_may_do_it() -> None:
    result = _replan(
        route(1, visit("09:00", 60, spot(-20), ("08:00", "12:00"), id=11)),
        route(2),
        starts={1: spot(20), 2: spot(-20)},
    )
    assert _who(result) == {11: 1}


def test_visits_change_their_order_inside_their_promises() -> None:
    result = _replan(
        route(
            1,
            visit("09:00", 60, spot(30), ("08:00", "15:00"), id=1),
            visit("10:35", 60, spot(5), ("08:00", "15:00"), id=2),
            visit("12:15", 60, spot(35), ("08:00", "15:00"), id=3),
        )
    )
    assert [stop.id for stop in result.routes[0].stops] in ([2, 1, 3], [2, 3, 1], [1, 3, 2])
    assert result.travel_after_s == 70 * 60


def test_a_plan_that_cannot_be_better_stays_as_it_is() -> None:
    result = _replan(route(1, visit("09:40", 60, spot(10), ("08:00", "12:00"), id=1)))
    assert result.changes == ()


def test_a_visit_that_moves_keeps_its_planned_arrival_where_it_can() -> None:
    result = _replan(
        route(1, visit("09:40", 60, spot(10), ("08:00", "12:00"), id=1)),
        route(2),
        starts={1: spot(0), 2: spot(10)},
        free=(1,),
    )
    assert [shown(change.stop.arrives_s) for change in result.changes] == ["09:40"]


def test_a_drive_is_not_cut_in_two_by_a_break() -> None:
    """With the break from 12:00 the 30 minutes to the visit fit before it or behind it."""
    result = _replan(
        route(1, busy("12:00", "12:30"), hours=("11:40", "17:00")),
        route(2, visit("12:20", 30, spot(30), ("12:10", "12:50"), id=5)),
        starts={2: spot(60)},
        free=(5,),
    )
    assert _who(result) == {5: 2}


def test_saving_less_than_a_change_costs_changes_nobody() -> None:
    far = spot(20)
    two = (
        route(1, visit("09:20", 60, far, ("08:00", "12:00"), id=1)),
        route(2, start=spot(1), end=spot(1)),
    )
    assert _who(_replan(*two, free=(1,), starts={2: spot(1)})) == {1: 2}
    assert _who(_replan(*two, free=(1,), starts={2: spot(1)}, change_cost_s=600)) == {1: 1}


def test_who_is_told_to_end_keeps_what_was_found_so_far() -> None:
    looks = iter(range(50))
    result = _replan(
        route(1, visit("09:00", 60, spot(-20), ("08:00", "12:00"), id=11)),
        route(2, visit("09:00", 60, spot(20), ("08:00", "12:00"), id=21)),
        starts={1: spot(20), 2: spot(-20)},
        free=(11, 21),
        effort=Effort(seconds=3600, is_over=lambda: next(looks, None) is None),
    )
    assert _who(result) == {11: 2, 21: 1}


def test_what_has_departed_stays_as_it_is() -> None:
    day = route(
        1,
        visit("09:30", 60, spot(30), ("08:00", "15:00"), id=1),
        visit("10:55", 60, spot(5), ("08:00", "15:00"), id=2),
        visit("12:25", 60, spot(35), ("08:00", "15:00"), id=3),
    )
    result = _replan(day, not_before="09:05")
    assert result.routes[0].stops[0] == day.stops[0]
    assert [stop.id for stop in result.routes[0].stops] == [1, 3, 2]


def test_a_route_that_breaks_a_rule_is_left_alone() -> None:
    broken = route(
        1,
        visit("09:00", 60, spot(30), ("08:00", "15:00"), id=1),
        visit("09:30", 60, spot(5), ("08:00", "15:00"), id=2, is_fixed=True),
    )
    result = _replan(broken, route(2), free=(1,))
    assert result.routes[0] == broken


def test_legs_that_were_agreed_on_count_between_the_same_two_stops() -> None:
    """Ten minutes were planned where the table asks for twenty: the day stays possible."""
    first = visit("09:00", 60, spot(10), ("09:00", "09:00"), id=1)
    second = visit("10:10", 60, spot(30), ("10:10", "10:10"), id=2)
    day = route(1, first, second)
    short = replace(day.stops[1], departs_s=clock("10:00"))
    result = _replan(replace(day, stops=(day.stops[0], short)), route(2), free=(1, 2))
    assert result.routes[0].stops == (day.stops[0], short)
    assert result.discarded == 0


def test_an_unassigned_stop_gets_a_place() -> None:
    stop = route(1, visit("09:00", 60, spot(10), ("08:00", "12:00"), id=7)).stops[0]
    result = _replan(route(1), unassigned=(stop,), free=(7,))
    assert _who(result) == {7: 1}
    assert result.unkept == ()
    assert [change.from_route for change in result.changes] == [None]


def test_others_make_room_for_an_unassigned_stop() -> None:
    stop = route(1, visit("09:00", 120, spot(0), ("09:00", "09:00"), id=7)).stops[0]
    result = _replan(
        route(1, visit("09:00", 120, spot(0), ("08:00", "14:00"), id=1)),
        unassigned=(stop,),
        free=(7,),
    )
    assert [(each.id, shown(each.arrives_s)) for each in result.routes[0].stops] == [
        (7, "09:00"),
        (1, "11:00"),
    ]


def test_what_cannot_be_kept_is_said_with_the_reason() -> None:
    nobody = route(9, visit("09:00", 60, spot(10), ("08:00", "12:00"), id=7)).stops[0]
    late = route(9, visit("18:00", 60, spot(10), ("18:00", "19:00"), id=8)).stops[0]
    full = route(9, visit("09:00", 60, spot(0), ("09:00", "09:00"), id=9)).stops[0]
    result = _replan(
        route(1, visit("09:00", 120, spot(0), id=1)),
        unassigned=(nobody, late, full),
        free=(8, 9),
    )
    assert {each.stop.id: each.obstacle for each in result.unkept} == {
        7: Obstacle.NOBODY_MAY,
        8: Obstacle.NOBODY_MAY,
        9: Obstacle.NO_TIME,
    }


def test_a_vehicle_takes_no_more_than_it_can_carry() -> None:
    stops = tuple(
        route(9, visit("09:00", 30, spot(5), ("08:00", "16:00"), id=number)).stops[0]
        for number in (1, 2, 3)
    )
    routes = (route(1), route(2))
    result = replan(
        replace(
            _problem(routes, {}, unassigned=stops),
            freedoms={stop.id: Freedom(frozenset({1, 2}), load=2) for stop in stops},
            rooms={each.id: 4 for each in routes},
        ),
        EFFORT,
    )
    assert sorted(len(each.stops) for each in result.routes) == [1, 2]


def test_two_stops_that_may_move_must_not_share_an_id() -> None:
    with pytest.raises(ValueError, match="share an id"):
        _problem((route(1, visit("09:00", 60, spot(0))), route(2, visit("09:00", 60, spot(0)))), {})


def test_an_effort_needs_an_end() -> None:
    with pytest.raises(ValueError, match="rounds or seconds"):
        Effort()


def test_without_time_left_the_plan_stays_as_it_is() -> None:
    day = route(1, visit("09:00", 60, spot(30), ("08:00", "15:00"), id=1))
    problem = _problem((day,), {})

    result = replan(problem, Effort(seconds=0.0))

    assert [each.stops for each in result.routes] == [day.stops]


# --- On any days ---------------------------------------------------------------------------


@ordinary
@given(days())
def test_every_route_can_be_driven_and_keeps_every_promise(problem: ReplanProblem) -> None:
    result = replan(problem, BRIEF)
    assert result.discarded == 0
    assert _wrong(problem, result.routes) == []


@ordinary
@given(days())
def test_every_stop_is_still_in_a_route_and_with_somebody_who_may_do_it(
    problem: ReplanProblem,
) -> None:
    result = replan(problem, BRIEF)
    assert Counter(_ids(result.routes)) == Counter(_ids(problem.routes))
    was = {stop.id: each.resource_id for each in problem.routes for stop in each.stops}
    for each in result.routes:
        for stop in each.stops:
            allowed = problem.freedoms.get(stop.id, Freedom()).resources
            assert each.resource_id in {was[stop.id], *allowed}


@ordinary
@given(days())
def test_nothing_fixed_or_begun_moves(problem: ReplanProblem) -> None:
    result = replan(problem, BRIEF)
    for before, after in zip(problem.routes, result.routes, strict=True):
        stops = {stop.id: stop for stop in after.stops}
        for stop in before.stops:
            if stop.departs_s < problem.not_before_s:
                assert stops[stop.id] == stop
            elif stop.is_fixed:
                now = stops[stop.id]
                assert (now.arrives_s, now.ends_s) == (stop.arrives_s, stop.ends_s)
        moved = [stop for stop in after.stops if stop.departs_s >= problem.not_before_s]
        begun = [stop for stop in before.stops if stop.departs_s < problem.not_before_s]
        assert len(moved) + len(begun) == len(after.stops)


@ordinary
@given(days())
def test_the_way_never_gets_longer(problem: ReplanProblem) -> None:
    result = replan(problem, BRIEF)
    assert result.travel_after_s <= result.travel_before_s
    saved = _driven_s(problem, problem.routes) - _driven_s(problem, result.routes)
    assert result.travel_before_s - result.travel_after_s <= saved


@ordinary
@given(days(), st.integers(0, 5))
def test_the_same_seed_gives_the_same_plan(problem: ReplanProblem, seed: int) -> None:
    assert replan(problem, BRIEF, seed=seed) == replan(problem, BRIEF, seed=seed)


@ordinary
@given(days(), st.integers(0, 2**31))
def test_compiled_or_not_the_plan_is_the_same(problem: ReplanProblem, seed: int) -> None:
    pytest.importorskip("numba", reason="the compiled loops are optional")
    holes = with_some_taken_out(problem, Random(seed))
    compiled = replan(holes, BRIEF, seed=seed, is_compiled=True)
    assert replan(holes, BRIEF, seed=seed, is_compiled=False) == compiled


@ordinary
@given(days(), st.integers(0, 2**31))
def test_a_stop_taken_out_comes_back_or_is_reported(problem: ReplanProblem, seed: int) -> None:
    holes = with_some_taken_out(problem, Random(seed))
    assume(not _wrong(holes, holes.routes))
    result = replan(holes, BRIEF)
    kept = _ids(result.routes)
    unkept = [each.stop.id for each in result.unkept]
    assert Counter(kept + unkept) == Counter(_ids(problem.routes))
    assert _wrong(holes, result.routes) == []
    for each in result.routes:
        for stop in each.stops:
            if stop.id in {other.id for other in holes.unassigned}:
                assert each.resource_id in holes.freedoms[stop.id].resources
    assert set(unkept) <= {stop.id for stop in holes.unassigned}


# --- Help ----------------------------------------------------------------------------------


def _replan(
    *routes: Route,
    starts: dict[int, object] | None = None,
    free: Iterable[int] = (),
    not_before: str = "00:00",
    unassigned: tuple[Stop, ...] = (),
    change_cost_s: int = 0,
    effort: Effort = EFFORT,
) -> ReplanResult:
    """`free` may go to anybody; `starts` gives routes other places to start and end at."""
    moved = tuple(
        replace(each, start=place, end=place)
        if (place := (starts or {}).get(each.resource_id))
        else each
        for each in routes
    )
    everybody = frozenset(each.resource_id for each in moved)
    problem = _problem(
        moved,
        {id: Freedom(everybody) for id in free},
        unassigned=unassigned,
        not_before_s=clock(not_before),
        change_cost_s=change_cost_s,
    )
    return replan(problem, effort)


def _problem(
    routes: tuple[Route, ...],
    freedoms: dict[int, Freedom],
    *,
    unassigned: tuple[Stop, ...] = (),
    not_before_s: int = 0,
    change_cost_s: int = 0,
) -> ReplanProblem:
    return ReplanProblem(
        routes=routes,
        resources=tuple(Resource(each.resource_id) for each in routes),
        travel=GRID,
        not_before_s=not_before_s,
        freedoms=freedoms,
        unassigned=unassigned,
        change_cost_s=change_cost_s,
    )


def _who(result: ReplanResult) -> dict[int, int]:
    return {
        stop.id: each.resource_id
        for each in result.routes
        for stop in each.stops
        if stop.place is not None
    }


def _ids(routes: Iterable[Route]) -> list[int]:
    return [stop.id for each in routes for stop in each.stops]


def _wrong(problem: ReplanProblem, routes: Iterable[Route]) -> list[object]:
    speeds = {each.id: each.speed_factor for each in problem.resources}
    return [
        (each.id, violation)
        for each in routes
        for violation in validate_route(each, GRID, speeds[each.resource_id])
    ]


def _driven_s(problem: ReplanProblem, routes: Iterable[Route]) -> int:
    """All drives of these routes by the table, the way home included."""
    speeds = {each.id: each.speed_factor for each in problem.resources}
    total = 0
    for each in routes:
        here = each.start
        for stop in each.stops:
            if stop.place is not None:
                total += _leg_s(here, stop.place, speeds[each.resource_id])
                here = stop.place
        if any(stop.place is not None for stop in each.stops):
            total += _leg_s(here, each.end, speeds[each.resource_id])
    return total


def _leg_s(a: object, b: object, speed: float) -> int:
    if a is None or b is None:
        return 0
    return -int(-GRID.seconds(a, b) // speed)  # type: ignore[arg-type]
