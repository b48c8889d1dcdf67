"""A board makes room at once for people whose days are still to come."""

import pytest

from doorstep.engine import Board, Problem, SearchResult
from tests.unit.engine.worlds import busy, route, spot, visit, window, world

PEOPLE = 40


@pytest.mark.parametrize("is_compiled", [False, None])
def test_days_like_those_already_there_find_the_room_made_for_them(
    is_compiled: bool | None,
) -> None:
    problem = _alike()
    board = _with_one_day(problem, is_compiled=is_compiled)
    board.expect_others()
    ways, stops = board.rows.ways, board.rows.stops

    _put_others(board, problem)

    assert board.rows.ways is ways
    assert board.rows.stops is stops


@pytest.mark.parametrize("is_compiled", [False, None])
def test_room_made_at_once_changes_no_answer(is_compiled: bool | None) -> None:
    problem = _alike()
    board = _with_one_day(problem, is_compiled=is_compiled)
    board.expect_others()
    _put_others(board, problem)

    found = _search(board, problem)

    assert found == _search(Board.of(problem, is_compiled=is_compiled), problem)
    assert found.offers


def test_a_board_that_knows_everybodys_days_makes_no_room() -> None:
    problem = _alike()
    board = Board.of(problem)
    before = board.rows.bytes_used()

    board.expect_others()

    assert board.rows.bytes_used() == before


def _alike() -> Problem:
    """Days of different people with as many stops each."""
    routes = [
        route(
            number,
            visit("09:00", 60, spot(number), ("08:00", "10:00")),
            busy("12:00", "12:30"),
            visit("14:00", 60, spot(5)),
        )
        for number in range(1, PEOPLE + 1)
    ]
    return world(routes, [window("10:00", "12:00")])


def _with_one_day(problem: Problem, *, is_compiled: bool | None) -> Board:
    board = Board(problem.travel, is_compiled=is_compiled)
    board.set_people(problem.resources)
    board.set_routes(1, problem.routes[:1])
    return board


def _put_others(board: Board, problem: Problem) -> None:
    for each in problem.routes[1:]:
        board.set_routes(each.resource_id, [each])


def _search(board: Board, problem: Problem) -> SearchResult:
    return board.search(
        problem.request, problem.targets, now_s=problem.now_s, travel=problem.travel
    )
