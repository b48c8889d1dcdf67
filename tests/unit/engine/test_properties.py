"""What must hold in every world, whatever is planned in it."""

from dataclasses import replace

from hypothesis import HealthCheck, given, settings

from doorstep.engine import (
    Problem,
    Route,
    Rule,
    apply,
    find_offers,
    validate_offer,
    validate_route,
)
from tests.unit.engine.random_worlds import small_worlds, worlds

ordinary = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@ordinary
@given(worlds())
def test_every_offer_survives_the_validator(problem: Problem) -> None:
    for offer in find_offers(problem, keep=3).offers:
        assert validate_offer(problem, offer) == []


@ordinary
@given(worlds())
def test_booking_an_offer_leaves_every_route_valid(problem: Problem) -> None:
    speeds = {each.id: each.speed_factor for each in problem.resources}

    for offer in find_offers(problem).offers:
        for route in apply(problem.routes, offer, new_stop_id=99):
            assert validate_route(route, problem.travel, speeds[route.resource_id]) == []


@ordinary
@given(worlds())
def test_booking_an_offer_never_opens_a_target_that_was_closed(problem: Problem) -> None:
    problem = replace(problem, routes=tuple(_driving_only(each) for each in problem.routes))
    result = find_offers(problem)
    open_before = {offer.target.id for offer in result.offers}

    for offer in result.best[:2]:
        booked = replace(problem, routes=apply(problem.routes, offer, new_stop_id=99))
        open_after = {each.target.id for each in find_offers(booked).offers}
        assert open_after <= open_before


def _driving_only(route: Route) -> Route:
    """No breaks: a visit before one may bring the resource nearer to what comes after it."""
    return replace(route, stops=tuple(stop for stop in route.stops if stop.place is not None))


@ordinary
@given(small_worlds())
def test_a_day_can_be_booked_until_it_is_full(problem: Problem) -> None:
    for stop_id in range(90, 220):
        best = find_offers(problem).best
        if not best:
            break
        assert validate_offer(problem, best[0]) == []
        problem = replace(problem, routes=apply(problem.routes, best[0], new_stop_id=stop_id))
    else:
        raise AssertionError("a day of eleven hours took 130 visits of five minutes or more")


@ordinary
@given(worlds())
def test_the_same_world_gives_the_same_answer_in_any_order_of_its_parts(problem: Problem) -> None:
    turned = replace(
        problem,
        resources=problem.resources[::-1],
        routes=problem.routes[::-1],
        crews=problem.crews[::-1],
    )

    assert find_offers(problem, keep=2) == find_offers(turned, keep=2)


@ordinary
@given(worlds())
def test_offers_of_a_target_have_different_people_and_rising_cost(problem: Problem) -> None:
    result = find_offers(problem, keep=3)

    for target in problem.targets:
        own = [offer for offer in result.offers if offer.target == target]
        assert len({offer.resource_ids for offer in own}) == len(own) <= 3
        assert [offer.cost for offer in own] == sorted(offer.cost for offer in own)


@ordinary
@given(worlds())
def test_keeping_more_does_not_change_the_best(problem: Problem) -> None:
    few, many = find_offers(problem), find_offers(problem, keep=4)

    assert [(each.target, each.cost) for each in few.best] == [
        (each.target, each.cost) for each in many.best
    ]


@ordinary
@given(worlds())
def test_the_explanation_agrees_with_the_offers(problem: Problem) -> None:
    result = find_offers(problem)
    role = problem.request.roles[0]
    looked_at = len(problem.crews if role.crew_size else problem.resources)

    for day, counts in result.removed.items():
        has_offers = any(offer.target.day == day for offer in result.offers)
        assert Rule.NOT_TOGETHER not in counts or not has_offers
        if len(problem.request.roles) == 1 and has_offers:
            assert sum(counts.values()) < looked_at
        if len(problem.request.roles) == 1 and not has_offers:
            assert sum(counts.values()) == looked_at
