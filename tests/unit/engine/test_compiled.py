"""Compiled code and numpy are two ways to the same answer."""

from dataclasses import dataclass, replace
from random import Random

import pytest

from doorstep.engine import Problem, SearchResult, StraightLine, find_offers
from doorstep.platform.values.geo import Coordinates
from tests.unit.engine.random_worlds import (
    random_resting_world,
    random_small_world,
    random_world,
)

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
    if seed % 9 == 0:
        return random_resting_world(chance)
    return random_small_world(chance) if seed % 3 == 0 else random_world(chance)


def _seen(result: SearchResult) -> object:
    """Everything but the plans, which are written out by the same code either way."""
    return result.removed, [
        (each.target.id, each.arrives_s, each.cost, each.added_travel_s, each.resource_ids)
        for each in result.openings
    ]


@dataclass(frozen=True)
class AskedLegByLeg:
    """The straight line as a service that must be asked for every single leg."""

    line: StraightLine

    def seconds(self, a: Coordinates, b: Coordinates) -> int:
        return self.line.seconds(a, b)

    def metres(self, a: Coordinates, b: Coordinates) -> float:
        return self.line.metres(a, b)


@pytest.mark.parametrize("is_compiled", [True, False])
def test_the_built_in_estimate_and_the_same_times_asked_leg_by_leg_agree(is_compiled: bool) -> None:
    line = StraightLine(detour_factor=1.2, speed_kmh=50.0, fixed_s=120)
    for seed in range(600):
        built_in = replace(_world(seed), travel=line)
        asked = replace(built_in, travel=AskedLegByLeg(line))
        assert _seen(find_offers(built_in, is_compiled=is_compiled)) == _seen(
            find_offers(asked, is_compiled=is_compiled)
        ), f"world {seed}"
