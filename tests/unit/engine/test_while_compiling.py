"""While compiled code is being made, searches go without it, and take it when it is there."""

from random import Random

import pytest

from doorstep.engine import Board, Problem, SearchResult, find_offers
from doorstep.engine.compiled import compiling
from tests.unit.engine.random_worlds import random_small_world, random_world

pytest.importorskip("numba", reason="the compiled search is optional")

WORLDS = 100


def test_nobody_waits_for_code_that_is_being_made() -> None:
    with compiling():
        assert not Board.of(_world(0)).rows.is_compiled


def test_a_board_that_began_without_compiled_code_goes_on_with_it_and_says_the_same() -> None:
    for seed in range(WORLDS):
        problem = _world(seed)
        with compiling():
            board = Board.of(problem)
            before = _search(board, problem)

        after = _search(board, problem)

        assert board.rows.is_compiled
        assert before == after == find_offers(problem, is_compiled=False), f"world {seed}"


def test_tables_of_days_made_without_compiled_code_are_made_anew() -> None:
    """They are lists, for which everything would have to be compiled once more."""
    kept = 0
    for seed in range(WORLDS):
        problem = _world(seed)
        with compiling():
            board = Board.of(problem)
            _search(board, problem)
        kept += sum(isinstance(day.early, list) for day in board.days.values())

        _search(board, problem)

        assert not any(isinstance(day.early, list) for day in board.days.values())
    assert kept


def test_a_board_that_was_to_do_without_compiled_code_never_takes_it() -> None:
    problem = _world(0)
    board = Board.of(problem, is_compiled=False)
    _search(board, problem)
    assert not board.rows.is_compiled


def _world(seed: int) -> Problem:
    chance = Random(seed)
    return random_small_world(chance) if seed % 2 else random_world(chance)


def _search(board: Board, problem: Problem) -> SearchResult:
    return board.search(
        problem.request, problem.targets, now_s=problem.now_s, travel=problem.travel
    )
