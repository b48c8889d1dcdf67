"""The search against enumeration on worlds small enough for it: nothing false, nothing missed."""

from hypothesis import given, settings

from doorstep.engine import Problem, find_offers, validate_offer
from tests.unit.engine import every_minute, every_order, every_team
from tests.unit.engine.random_worlds import resting_worlds, small_worlds, team_worlds

thorough = settings(max_examples=2000, deadline=None)


@settings(max_examples=400, deadline=None)
@given(small_worlds())
def test_keeping_the_order_opens_what_trying_every_minute_opens(problem: Problem) -> None:
    found = {offer.target.id for offer in find_offers(problem, reorder=False).offers}

    assert found == every_minute.open_targets(problem)


@thorough
@given(small_worlds())
def test_reordering_opens_what_trying_every_order_opens(problem: Problem) -> None:
    found = {offer.target.id for offer in find_offers(problem).offers}

    assert found == every_order.open_targets(problem)


@thorough
@given(resting_worlds())
def test_with_a_rest_between_visits_every_order_is_found_too(problem: Problem) -> None:
    offers = find_offers(problem).offers

    assert {offer.target.id for offer in offers} == every_order.open_targets(problem)
    for offer in offers:
        assert validate_offer(problem, offer) == []


@settings(max_examples=400, deadline=None)
@given(team_worlds())
def test_three_roles_open_what_trying_every_team_opens(problem: Problem) -> None:
    offers = find_offers(problem).offers

    assert {offer.target.id for offer in offers} == every_team.open_targets(problem)
    for offer in offers:
        assert validate_offer(problem, offer) == []
