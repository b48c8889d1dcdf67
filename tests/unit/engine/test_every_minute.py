"""The search finds exactly the targets that trying every minute finds, no fewer and no more."""

from hypothesis import given, settings

from doorstep.engine import Problem, find_offers
from tests.unit.engine.every_minute import open_targets
from tests.unit.engine.random_worlds import small_worlds


@settings(max_examples=400, deadline=None)
@given(small_worlds())
def test_the_open_targets_are_those_that_trying_every_minute_finds(problem: Problem) -> None:
    found = {offer.target.id for offer in find_offers(problem).offers}

    assert found == open_targets(problem)
