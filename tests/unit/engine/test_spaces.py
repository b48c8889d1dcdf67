"""What is kept of days from search to search rules out only what no order of them could do."""

from dataclasses import replace
from random import Random

import pytest

from doorstep.engine import Board, Problem, Request, SearchResult, WorkLocation, apply, find_offers
from doorstep.engine.compiled import is_available
from tests.unit.engine.random_worlds import random_resting_world, random_small_world, random_world

WORLDS = 900
PATHS = [
    False,
    pytest.param(True, marks=pytest.mark.skipif(not is_available(), reason="needs numba")),
]


@pytest.mark.parametrize("is_compiled", PATHS)
def test_a_board_that_has_searched_before_answers_as_a_new_one(is_compiled: bool) -> None:
    for seed in range(WORLDS):
        problem = _world(seed)
        board = Board.of(problem, is_compiled=is_compiled)
        for request in _requests(problem, Random(seed)):
            asked = replace(problem, request=request)
            found = board.search(
                request, problem.targets, now_s=problem.now_s, travel=problem.travel
            )
            assert found == find_offers(asked, is_compiled=is_compiled), f"world {seed}"


@pytest.mark.parametrize("is_compiled", PATHS)
def test_a_day_that_was_booked_is_looked_at_anew(is_compiled: bool) -> None:
    for seed in range(WORLDS):
        problem = _world(seed)
        board = Board.of(problem, is_compiled=is_compiled)

        def search(board: Board = board, problem: Problem = problem) -> SearchResult:
            return board.search(
                problem.request, problem.targets, now_s=problem.now_s, travel=problem.travel
            )

        offers = search().offers
        if not offers:
            continue
        routes = apply(problem.routes, offers[-1], new_stop_id=10_000)
        for route in routes:
            board.set_route(route)
        later = replace(problem, routes=routes)
        assert search() == find_offers(later, is_compiled=is_compiled), f"world {seed}"


def _world(seed: int) -> Problem:
    chance = Random(seed)
    if seed % 9 == 0:
        return random_resting_world(chance)
    return random_small_world(chance) if seed % 3 == 0 else random_world(chance)


def _requests(problem: Problem, chance: Random) -> list[Request]:
    """The request as it is, after others by which the board has learned its days."""
    request = problem.request
    places = [each.start for each in problem.resources if each.start is not None]
    if request.work_location is not WorkLocation.ONSITE or not places:
        return [request, replace(request, duration_s=2 * request.duration_s), request]
    return [
        replace(request, place=chance.choice(places), duration_s=chance.choice((600, 3600, 7200)))
        for _ in range(2)
    ] + [request]
