"""Ask for a large matrix in pieces that a server accepts."""

from collections.abc import Callable, Sequence

from doorstep.connectors.travel.base import Leg, Matrix
from doorstep.platform.values.geo import Coordinates

Points = Sequence[Coordinates]
Fetch = Callable[[Points, Points], Sequence[Sequence[Leg]]]


def matrix_in_pieces(
    origins: Points,
    destinations: Points,
    fetch: Fetch,
    *,
    max_locations: int = 100,
    max_pairs: int = 2500,
) -> Matrix:
    """Call `fetch` with parts of both lists and put the answers together.

    No call has more than `max_locations` points (at least 2) or `max_pairs` pairs. With nothing
    to ask, nobody is asked.
    """
    if not origins or not destinations:
        return tuple(() for _origin in origins)
    height, width = _piece(len(origins), len(destinations), max_locations, max_pairs)
    rows: list[tuple[Leg, ...]] = []
    for top in range(0, len(origins), height):
        band = origins[top : top + height]
        legs: list[list[Leg]] = [[] for _origin in band]
        for left in range(0, len(destinations), width):
            answer = fetch(band, destinations[left : left + width])
            for row, found in zip(legs, answer, strict=True):
                row.extend(found)
        rows.extend(map(tuple, legs))
    return tuple(rows)


def _piece(rows: int, columns: int, max_locations: int, max_pairs: int) -> tuple[int, int]:
    """A square half and half, unless one list is short and leaves room for the other."""
    half = max_locations // 2
    height = min(rows, max(half, max_locations - columns), max_pairs)
    width = min(columns, max_locations - height, max_pairs // height)
    return height, width
