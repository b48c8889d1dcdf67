from collections.abc import Sequence

import pytest

from doorstep.engine import StraightLine, TravelTable
from doorstep.engine.travel import floor_of, is_estimated, leg_s, seconds_from, seconds_to
from doorstep.platform.values.geo import Coordinates, distance_m

LONDON, BRIGHTON = Coordinates(51.5, -0.12), Coordinates(50.82, -0.14)


def test_a_straight_line_is_stretched_and_driven_at_a_constant_speed() -> None:
    estimate = StraightLine(detour_factor=1.5, speed_kmh=36, fixed_s=60)

    metres = distance_m(LONDON, BRIGHTON) * 1.5

    assert estimate.metres(LONDON, BRIGHTON) == metres
    assert metres / 10 + 60 <= estimate.seconds(LONDON, BRIGHTON) < metres / 10 + 61


def test_it_is_no_way_to_the_same_place() -> None:
    assert StraightLine().seconds(LONDON, LONDON) == 0
    assert TravelTable({}, StraightLine()).metres(LONDON, LONDON) == 0


def test_a_table_goes_first_and_its_fallback_fills_the_gaps() -> None:
    table = TravelTable({(LONDON, BRIGHTON): (5000, 84_000.0)}, StraightLine())

    assert table.seconds(LONDON, BRIGHTON) == 5000
    assert table.metres(LONDON, BRIGHTON) == 84_000
    assert table.seconds(BRIGHTON, LONDON) == StraightLine().seconds(BRIGHTON, LONDON)
    assert table.metres(BRIGHTON, LONDON) == StraightLine().metres(BRIGHTON, LONDON)


def test_a_leg_is_divided_by_the_speed_factor_and_rounded_up() -> None:
    table = TravelTable({(LONDON, BRIGHTON): (100, 1.0)}, StraightLine())

    assert leg_s(table, LONDON, BRIGHTON, 1.5) == 67
    assert leg_s(table, None, BRIGHTON, 1.5) == 0


@pytest.mark.parametrize("wrong", [{"detour_factor": 0.9}, {"speed_kmh": 0}, {"fixed_s": -1}])
def test_an_estimate_faster_than_the_straight_line_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError):
        StraightLine(**wrong)  # type: ignore[arg-type]


class OnlySingleLegs:
    """Travel that cannot be asked for many legs at once."""

    def seconds(self, a: Coordinates, b: Coordinates) -> int:
        return 0 if a == b else round(abs(a.latitude - b.latitude) * 1000)

    def metres(self, a: Coordinates, b: Coordinates) -> float:
        return 0.0


class Together(OnlySingleLegs):
    """The same, asked at once."""

    floor = StraightLine(1.0, 130.0, 0)

    def seconds_to(self, origins: Sequence[Coordinates], place: Coordinates) -> list[int]:
        return [1 for _origin in origins]

    def seconds_from(self, place: Coordinates, destinations: Sequence[Coordinates]) -> list[int]:
        return [2 for _destination in destinations]

    def is_estimated(self, a: Coordinates, b: Coordinates) -> bool:
        return False


def test_many_legs_are_asked_one_by_one_where_nothing_better_is_there() -> None:
    travel = OnlySingleLegs()

    assert seconds_to(travel, [LONDON, BRIGHTON], LONDON) == [0, 680]
    assert seconds_from(travel, LONDON, [LONDON, BRIGHTON]) == [0, 680]
    assert floor_of(travel) is None


def test_many_legs_are_asked_at_once_where_that_is_possible() -> None:
    travel = Together()

    assert seconds_to(travel, [LONDON, BRIGHTON], LONDON) == [1, 1]
    assert seconds_from(travel, LONDON, [LONDON, BRIGHTON]) == [2, 2]
    assert floor_of(travel) == Together.floor


def test_a_straight_line_is_its_own_floor_and_an_estimate() -> None:
    estimate = StraightLine()

    assert floor_of(estimate) is estimate
    assert is_estimated(estimate, LONDON, BRIGHTON)
    assert not is_estimated(estimate, LONDON, LONDON)


def test_a_table_estimates_what_it_does_not_hold() -> None:
    table = TravelTable({(LONDON, BRIGHTON): (5000, 84_000.0)}, StraightLine())

    assert not is_estimated(table, LONDON, BRIGHTON)
    assert is_estimated(table, BRIGHTON, LONDON)
