"""What the engine says about a day: never anything else than its offers say."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from doorstep.engine import (
    Board,
    Crew,
    CrewMember,
    Lack,
    Problem,
    Resource,
    ResourceKind,
    Role,
    Rule,
    StraightLine,
    Verdict,
    WorkLocation,
    explain_offers,
    explain_search,
    find_offers,
)
from tests.unit.engine.random_worlds import worlds
from tests.unit.engine.worlds import (
    HOME,
    MINUTE,
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

ordinary = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])


# --- In every world ------------------------------------------------------------------------------


@ordinary
@given(worlds())
def test_a_day_is_open_where_the_search_has_offers(problem: Problem) -> None:
    offered = {offer.target.id for offer in find_offers(problem).offers}

    days = explain_offers(problem)

    assert {target.id for day in days for target in day.open} == offered
    assert {target.id for day in days for target in day.closed} == {
        target.id for target in problem.targets
    } - offered


@ordinary
@given(worlds())
def test_every_count_of_the_search_is_that_of_the_verdicts(problem: Problem) -> None:
    counted = {day.day: day.removed for day in explain_offers(problem)}

    assert counted == find_offers(problem).removed


@ordinary
@given(worlds())
def test_who_is_offered_could_arrive_then_by_its_verdict(problem: Problem) -> None:
    days = {day.day: day.verdicts for day in explain_offers(problem)}

    for offer in find_offers(problem, keep=3).offers:
        by_id = {verdict.id: verdict for verdict in days[offer.target.day]}
        for seat in offer.assignments:
            assert any(
                arrival.target == offer.target and arrival.from_s <= offer.arrives_s <= arrival.to_s
                for arrival in by_id[seat.crew_id or seat.resource_id].arrivals
            )


@ordinary
@given(worlds())
def test_who_can_come_is_offered_where_nobody_else_is_asked(problem: Problem) -> None:
    if problem.request.work_location is WorkLocation.FACILITY:
        return  # the place is another one with another host

    for day in explain_offers(problem):
        for verdict in day.verdicts:
            if verdict.can_come:
                wanted = {arrival.target.id for arrival in verdict.arrivals}
                assert wanted <= {
                    target
                    for role in problem.request.roles
                    for target in _open_to(problem, verdict, role)
                }


@ordinary
@given(worlds())
def test_who_has_no_gap_is_not_offered_with_the_days_as_they_are(problem: Problem) -> None:
    for day in explain_offers(problem):
        own = {target.id for target in (*day.open, *day.closed)}
        for verdict in day.verdicts:
            if verdict.rule is Rule.NO_GAP:
                role = _role_of(problem, verdict)
                assert not own & _open_to(problem, verdict, role, reorder=False)


@ordinary
@given(worlds())
def test_work_that_is_shorter_by_what_is_missing_fits_and_not_a_second_before(
    problem: Problem,
) -> None:
    if problem.request.work_location is WorkLocation.FACILITY:
        return
    dated = {
        each.id
        for each in problem.resources
        if any(
            skill.valid_from_s is not None or skill.valid_to_s is not None
            for skill in each.characteristics
        )
    }

    for day in explain_offers(problem):
        own = {target.id for target in (*day.open, *day.closed)}
        for verdict in day.verdicts:
            miss = verdict.miss
            if miss is None or verdict.is_crew:
                continue
            assert miss.missing_s > 0
            role = _role_of(problem, verdict)
            # A miss looks at hours and ways; a skill that begins or ends some day is not in it.
            if miss.lack is Lack.WORK and verdict.id not in dated:
                shorter = _shorter(problem, miss.missing_s)
                assert miss.target.id in _open_to(shorter, verdict, role, reorder=False)
            if miss.lack is not Lack.WINDOW:
                assert miss.free_from_s + miss.travel_there_s <= miss.target.to_s
            if verdict.id not in dated:
                still = _shorter(problem, min(miss.missing_s, problem.request.duration_s) - 1)
                assert not own & _open_to(still, verdict, role, reorder=False)


@ordinary
@given(worlds())
def test_a_miss_is_told_of_whoever_has_a_day_that_is_not_over(problem: Problem) -> None:
    over = {route.resource_id for route in problem.routes if route.to_s <= problem.now_s}
    nowhere = {route.resource_id for route in problem.routes if route.start is None}
    # Their skills may begin when their hours are over, on a day of other windows.
    dated = {
        each.id
        for each in problem.resources
        if any(skill.valid_from_s or skill.valid_to_s for skill in each.characteristics)
    }

    for day in explain_offers(problem):
        for verdict in day.verdicts:
            assert verdict.miss is None or verdict.rule is Rule.NO_GAP
            if verdict.rule is Rule.NO_GAP and not verdict.is_crew:
                assert verdict.miss is not None or verdict.id in over | nowhere | dated


@ordinary
@given(worlds())
def test_verdicts_agree_with_offers_on_estimated_ways_too(problem: Problem) -> None:
    problem = replace(problem, travel=StraightLine())

    days = explain_offers(problem)

    result = find_offers(problem)
    assert {day.day: day.removed for day in days} == result.removed
    assert {target.id for day in days for target in day.open} == {
        offer.target.id for offer in result.offers
    }
    for day in days:
        for verdict in day.verdicts:
            assert verdict.miss is None or verdict.miss.missing_s > 0


# --- By hand -------------------------------------------------------------------------------------


def test_the_nearest_miss_names_the_gap_and_what_it_lacks() -> None:
    problem = world(
        [
            route(
                1,
                visit("08:30", 120, spot(10), id=7),  # until 10:30
                visit("11:30", 60, spot(10), id=8),
                visit("12:40", 250, spot(10), id=9),  # until 16:50
            )
        ],
        [window("09:00", "17:00")],
        request(spot(20), minutes=60),
    )

    miss = _only(problem).miss

    assert miss is not None
    assert (shown(miss.free_from_s), shown(miss.free_to_s)) == ("10:30", "11:30")
    assert (miss.work_s, miss.travel_there_s, miss.travel_back_s) == (
        60 * MINUTE, 10 * MINUTE, 10 * MINUTE,
    )  # fmt: skip
    assert (miss.after_stop_id, miss.before_stop_id) == (7, 8)
    assert (miss.missing_s, miss.lack) == (20 * MINUTE, Lack.WORK)


def test_promises_widen_the_gap_that_is_told() -> None:
    problem = world(
        [
            route(
                1,
                visit("10:00", 30, spot(10), ("09:50", "10:00"), id=7),
                visit("11:30", 330, spot(10), ("11:30", "11:35"), id=8),
                hours=("09:40", "17:15"),
            )
        ],
        [window("09:00", "17:00")],
        request(spot(10), minutes=100),
    )

    miss = _only(problem).miss

    assert miss is not None
    assert (shown(miss.free_from_s), shown(miss.free_to_s)) == ("10:20", "11:35")
    assert miss.missing_s == 25 * MINUTE


def test_who_comes_only_after_the_window_is_late_and_not_short_of_time() -> None:
    problem = world(
        [route(1, visit("08:10", 300, spot(10), id=7))],  # until 13:10
        [window("09:00", "12:00")],
        request(spot(30)),
    )

    miss = _only(problem).miss

    assert miss is not None
    assert (miss.lack, miss.missing_s) == (Lack.WINDOW, 90 * MINUTE)  # there at 13:30
    assert (miss.after_stop_id, miss.before_stop_id) == (7, None)


def test_ways_that_leave_no_time_for_any_work_are_told_as_such() -> None:
    problem = world(
        [route(1, hours=("08:00", "09:00"))], [window("08:00", "09:00")], request(spot(40), 10)
    )

    miss = _only(problem).miss

    assert miss is not None
    assert (miss.lack, miss.missing_s) == (Lack.TRAVEL, 30 * MINUTE)


def test_a_way_on_that_must_wait_for_a_break_is_told_as_such() -> None:
    problem = world(
        [route(1, busy("12:00", "13:00"), visit("13:10", 220, spot(10), id=7))],
        [window("08:00", "11:00")],
        request(spot(-10)),
    )

    miss = _only(problem).miss

    assert miss is not None
    assert (miss.lack, miss.travel_back_s, miss.missing_s) == (
        Lack.ONWARD, 20 * MINUTE, 10 * MINUTE,
    )  # fmt: skip


def test_nothing_is_missed_on_a_day_that_is_over() -> None:
    verdict = _only(world([route(1)], [window("08:00", "20:00")], now="17:30"))

    assert (verdict.rule, verdict.miss) == (Rule.NO_GAP, None)


def test_a_window_that_another_order_opens_is_told_as_such() -> None:
    problem = world(
        [
            route(
                1,
                visit("08:30", 120, HOME, ("08:00", "14:00"), id=7),
                visit("11:00", 60, HOME, id=8),
            )
        ],
        exact("09:00"),
        request(HOME, 60),
    )

    verdict = _only(problem)

    assert verdict.rule is None
    assert [arrival.is_reordered for arrival in verdict.arrivals] == [True]


def test_who_has_time_while_the_other_it_needs_has_none_fits_but_not_together() -> None:
    problem = world(
        [route(1), route(2, busy("08:00", "17:00"))],
        [window("09:00", "12:00")],
        request(HOME, 60, Role(1), Role(2)),
    )

    (day,) = explain_offers(problem)

    assert [(each.id, each.rule, each.can_come) for each in day.verdicts] == [
        (1, Rule.NOT_TOGETHER, True),
        (2, Rule.NO_GAP, False),
    ]


def test_a_verdict_says_in_which_role_somebody_came_furthest() -> None:
    equipment = frozenset({ResourceKind.EQUIPMENT})
    problem = world(
        [route(1, busy("08:00", "17:00"))],
        [window("09:00", "12:00")],
        request(HOME, 60, Role(1, kinds=equipment), Role(2)),
    )

    verdict = _only(problem)

    assert (verdict.rule, verdict.role_id) == (Rule.NO_GAP, 2)


def test_a_crew_lacks_what_its_busiest_member_lacks() -> None:
    problem = world(
        [route(1), route(2, busy("08:30", "16:30"))],
        [window("09:00", "12:00")],
        request(HOME, 60, Role(1, crew_size=2)),
        resources=[Resource(1, start=HOME), Resource(2, start=HOME)],
        crews=[Crew(9, (CrewMember(1), CrewMember(2)))],
    )

    (day,) = explain_offers(problem)

    (verdict,) = day.verdicts
    assert (verdict.id, verdict.is_crew, verdict.rule) == (9, True, Rule.NO_GAP)
    assert verdict.miss is not None
    assert verdict.miss.resource_id == 2


def test_a_crew_whose_members_have_time_one_after_the_other_only_cannot_come() -> None:
    problem = world(
        [route(1, busy("08:00", "12:00")), route(2, busy("12:00", "17:00"))],
        [window("08:00", "16:00")],
        request(HOME, 60, Role(1, crew_size=2)),
        resources=[Resource(1, start=HOME), Resource(2, start=HOME)],
        crews=[Crew(9, (CrewMember(1), CrewMember(2)))],
    )

    (day,) = explain_offers(problem)

    (verdict,) = day.verdicts
    assert (verdict.rule, verdict.can_come, verdict.miss) == (Rule.NOT_TOGETHER, False, None)


def test_nothing_to_explain_without_targets() -> None:
    assert explain_offers(world([route(1)], [])) == ()


@pytest.mark.parametrize("is_compiled", [None, False])
def test_a_board_is_explained_as_it_is_now(is_compiled: bool | None) -> None:
    problem = world([route(1)], [window("09:00", "12:00")], request(HOME))
    board = Board.of(problem, is_compiled=is_compiled)
    board.set_routes(1, [route(1, busy("08:00", "17:00"))])

    (day,) = explain_search(
        board, problem.request, problem.targets, now_s=clock("00:00"), travel=problem.travel
    )

    assert day.verdicts[0].rule is Rule.NO_GAP


def _only(problem: Problem) -> Verdict:
    ((verdict,),) = (day.verdicts for day in explain_offers(problem))
    return verdict


def _role_of(problem: Problem, verdict: Verdict) -> Role:
    return next(role for role in problem.request.roles if role.id == verdict.role_id)


def _open_to(problem: Problem, verdict: Verdict, role: Role, *, reorder: bool = True) -> set[int]:
    """Targets with an offer if only this one is asked for, in this role."""
    if bool(role.crew_size) is not verdict.is_crew:
        return set()
    if role.must_choose_from and verdict.id not in role.must_choose_from and not verdict.is_crew:
        return set()
    alone = replace(role, must_choose_from=frozenset({verdict.id}))
    asked = replace(problem, request=replace(problem.request, roles=(alone,)))
    return {offer.target.id for offer in find_offers(asked, reorder=reorder).offers}


def _shorter(problem: Problem, by_s: int) -> Problem:
    duration_s = problem.request.duration_s - by_s
    return replace(problem, request=replace(problem.request, duration_s=duration_s))
