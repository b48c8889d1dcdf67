"""The least time between two visits, checked by hand. Home is minute 0, the wish minute 10."""

from dataclasses import replace

import pytest

from doorstep.engine import (
    Problem,
    Route,
    WorkLocation,
    explain_offers,
    find_offers,
    validate_route,
)
from doorstep.engine.replan import Effort, Freedom, ReplanProblem, replan
from tests.unit.engine.worlds import (
    GRID,
    HOME,
    MINUTE,
    Plan,
    busy,
    clock,
    exact,
    request,
    route,
    shown,
    spot,
    visit,
    window,
    world,
)


def day(*plans: Plan, rest: int = 30, **kwargs: object) -> Route:
    """One day on which so many minutes lie between two visits."""
    return replace(route(1, *plans, **kwargs), rest_s=rest * MINUTE)  # type: ignore[arg-type]


def arrivals(problem: Problem) -> list[str]:
    return [shown(offer.arrives_s) for offer in find_offers(problem).best]


@pytest.mark.parametrize(
    ("rest", "expected"), [(0, "10:02"), (2, "10:02"), (5, "10:05"), (30, "10:30")]
)
def test_the_next_visit_is_arrived_at_after_the_drive_and_after_the_rest(
    rest: int, expected: str
) -> None:
    problem = world([day(visit("09:00", 60, spot(12)), rest=rest)], [window("09:30", "12:00")])

    assert arrivals(problem) == [expected]
    [assignment] = find_offers(problem).best[0].assignments
    assert assignment.travel_s == 2 * MINUTE


def test_the_visit_behind_it_is_left_the_rest_too() -> None:
    early = day(visit("12:00", 60, spot(12)))

    assert arrivals(world([early], exact("10:30", "10:31"))) == ["10:30"]


def test_neither_the_first_drive_nor_the_one_home_is_any_longer() -> None:
    short = day(hours=("08:00", "09:20"))

    assert arrivals(world([short], exact("08:09", "08:10", "08:11"))) == ["08:10"]


def test_a_break_in_between_is_rest_enough() -> None:
    with_break = day(visit("09:00", 60, spot(10)), busy("10:00", "10:15"))

    assert arrivals(world([with_break], [window("09:30", "12:00")])) == ["10:15"]


def test_work_from_anywhere_needs_no_rest() -> None:
    wish = request(None, 60, location=WorkLocation.AGNOSTIC)
    full = day(visit("09:00", 60, spot(10)), visit("11:00", 60, spot(10)))

    assert arrivals(world([full], exact("10:00"), wish)) == ["10:00"]


def test_others_move_inside_their_promises_to_leave_the_rest() -> None:
    loose = day(visit("09:30", 60, spot(10), ("09:00", "10:00")))

    [offer] = find_offers(world([loose], exact("10:40"))).best

    [move] = offer.assignments[0].moves
    assert shown(move.ends_s) == "10:10"


def test_visits_that_are_closer_together_already_may_stay_so_and_come_no_closer() -> None:
    tight = day(
        visit("09:00", 60, spot(10), ("08:45", "09:15")),
        visit("10:20", 60, spot(10), ("10:00", "11:00")),
        hours=("08:00", "13:00"),
    )

    problem = world([tight], [window("11:30", "12:30")])

    assert arrivals(problem) == ["11:50"]
    # An earlier arrival would need the second visit closer than twenty minutes behind the first.
    assert arrivals(world([tight], exact("11:34", "11:35"))) == ["11:35"]


def test_another_order_of_the_day_keeps_the_rest() -> None:
    loose = day(
        visit("09:30", 60, spot(10), ("08:10", "11:40")), hours=("08:00", "12:00"), end=None
    )

    assert arrivals(world([loose], exact("09:30"))) == ["09:30"]
    assert arrivals(world([replace(loose, to_s=clock("11:29"))], exact("09:30"))) == []


def test_the_check_of_a_day_finds_a_rest_that_is_too_short() -> None:
    tight = day(visit("09:00", 60, HOME), visit("10:29", 60, HOME))

    assert [each.code for each in validate_route(tight, GRID)] == ["rest"]
    assert validate_route(tight, GRID, known_rests={2: 29 * MINUTE}) == []
    assert validate_route(day(visit("09:00", 60, HOME), visit("10:30", 60, HOME)), GRID) == []


def test_an_explanation_counts_the_rest_as_time_that_is_not_free() -> None:
    full = day(visit("09:00", 60, spot(10)), visit("11:30", 60, spot(10)), hours=("08:50", "12:40"))

    [told] = explain_offers(world([full], [window("09:30", "11:00")], request(None, 60)))

    [verdict] = told.verdicts
    assert verdict.miss is not None
    assert verdict.miss.missing_s == 30 * MINUTE
    assert (shown(verdict.miss.free_from_s), shown(verdict.miss.free_to_s)) == ("10:30", "11:00")


@pytest.mark.parametrize("is_compiled", [True, False])
def test_replanning_leaves_the_rest_between_visits(is_compiled: bool) -> None:
    """Two people with a visit each, both near the first: only with a rest there is no time."""
    if is_compiled:
        pytest.importorskip("numba", reason="the compiled search is optional")
    one = replace(route(1, visit("09:00", 60, spot(40), ("09:00", "09:30"), id=1)), rest_s=0)
    two = route(2, visit("10:20", 60, spot(40), ("10:00", "10:20"), id=2))
    resources = world([one, two], exact("09:00")).resources

    def people(rest: int) -> set[int]:
        routes = tuple(replace(each, rest_s=rest * MINUTE) for each in (one, two))
        everywhere = {id: Freedom(frozenset({1, 2})) for id in (1, 2)}
        problem = ReplanProblem(routes, resources, GRID, clock("00:00"), everywhere)
        result = replan(problem, Effort(rounds=200), is_compiled=is_compiled)
        assert result.discarded == 0
        return {each.resource_id for each in result.routes if each.stops}

    assert len(people(0)) == 1
    assert len(people(20)) == 1
    assert people(21) == {1, 2}
