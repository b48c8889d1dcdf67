"""The rest of a day when something takes longer than planned."""

from doorstep.engine.outlook import Expected, expected_arrivals
from doorstep.engine.problem import Stop, StopKind
from doorstep.platform.values.geo import Coordinates

HERE = Coordinates(53.4, -2.2)
MINUTE, HOUR = 60, 3600


def visit(number: int, arrives: int, *, travel: int = 20 * MINUTE, work: int = HOUR) -> Stop:
    return Stop(
        number, HERE, arrives - travel, arrives, arrives + work, arrives - HOUR, arrives + HOUR
    )


def pause(begins: int, minutes: int) -> Stop:
    ends = begins + minutes * MINUTE
    return Stop(-1, None, begins, begins, ends, begins, begins, True, StopKind.BUSY)


def test_a_day_on_time_goes_as_planned() -> None:
    day = [visit(1, 10 * HOUR), visit(2, 12 * HOUR)]

    assert expected_arrivals(day, free_s=9 * HOUR) == (
        Expected(1, 10 * HOUR, 11 * HOUR), Expected(2, 12 * HOUR, 13 * HOUR),
    )  # fmt: skip


def test_a_delay_is_handed_on_less_what_the_gaps_take_up() -> None:
    day = [visit(1, 10 * HOUR), visit(2, 12 * HOUR)]

    first, second = expected_arrivals(day, free_s=11 * HOUR)

    assert first.arrives_s == 11 * HOUR + 20 * MINUTE
    # Free at 12:20, twenty minutes of travel: the forty minutes of slack are used up.
    assert second.arrives_s == 12 * HOUR + 40 * MINUTE


def test_a_pause_still_to_come_is_taken() -> None:
    day = [pause(12 * HOUR, 30), visit(1, 12 * HOUR + 40 * MINUTE, travel=10 * MINUTE)]

    assert expected_arrivals(day, free_s=12 * HOUR + 20 * MINUTE)[0].arrives_s == (
        12 * HOUR + 40 * MINUTE
    )


def test_a_pause_that_was_worked_through_is_not_made_up_for() -> None:
    day = [pause(12 * HOUR, 30), visit(1, 13 * HOUR)]

    assert expected_arrivals(day, free_s=13 * HOUR)[0].arrives_s == 13 * HOUR + 20 * MINUTE


def test_time_held_for_somebody_who_has_not_booked_is_passed_over() -> None:
    held = Stop(5, HERE, 9 * HOUR, 10 * HOUR, 11 * HOUR, 9 * HOUR, 11 * HOUR, kind=StopKind.HOLD)

    assert expected_arrivals([held, visit(1, 11 * HOUR)], free_s=9 * HOUR) == (
        Expected(1, 11 * HOUR, 12 * HOUR),
    )  # fmt: skip
