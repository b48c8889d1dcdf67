"""Read the cells of an answer that came from outside and may be anything."""

from math import ceil

from doorstep.connectors.base import TemporaryFailure
from doorstep.connectors.travel.base import UNROUTABLE, Leg

# Seconds or metres; far beyond any drive on earth.
LONGEST = 1e9


def bad_answer() -> TemporaryFailure:
    """The error for an answer that makes no sense."""
    return TemporaryFailure("bad_answer", "The answer does not say what was asked.")


def grid(cells: object, rows: int, columns: int) -> list[list[object]]:
    """The cells as a grid of that size; TemporaryFailure for anything else."""
    if not isinstance(cells, list) or len(cells) != rows:
        raise bad_answer()
    for row in cells:
        if not isinstance(row, list) or len(row) != columns:
            raise bad_answer()
    return cells


def leg(seconds: object, metres: object) -> Leg:
    """A leg, seconds rounded up; unroutable without seconds; metres may be missing."""
    if seconds is None:
        return UNROUTABLE
    return Leg(ceil(length(seconds)), None if metres is None else length(metres))


def length(value: object) -> float:
    """Seconds or metres as they came; TemporaryFailure for anything that is neither."""
    # JSON as Python reads it may hold NaN, Infinity and huge integers.
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < LONGEST:
        raise bad_answer()
    return float(value)
