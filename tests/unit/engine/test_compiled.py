"""Compiled code and numpy are two ways to the same answer."""

from random import Random

import pytest

from doorstep.engine import Problem, SearchResult, find_offers
from tests.unit.engine.random_worlds import random_small_world, random_world

pytest.importorskip("numba", reason="the compiled search is optional")

WORLDS = 10_000
BATCHES = 8


@pytest.mark.parametrize("batch", range(BATCHES))
def test_compiled_and_numpy_search_agree_on_every_world(batch: int) -> None:
    for seed in range(batch, WORLDS, BATCHES):
        problem = _world(seed)
        compiled = find_offers(problem, is_compiled=True)
        assert _seen(find_offers(problem, is_compiled=False)) == _seen(compiled), f"world {seed}"


def _world(seed: int) -> Problem:
    chance = Random(seed)
    return random_small_world(chance) if seed % 3 == 0 else random_world(chance)


def _seen(result: SearchResult) -> object:
    """Everything but the plans, which are written out by the same code either way."""
    return result.removed, [
        (each.target.id, each.arrives_s, each.cost, each.added_travel_s, each.resource_ids)
        for each in result.openings
    ]
