"""Days that share no people are planned apart; very many people in cells of neighbours."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from doorstep.engine.problem import Stop

from .rows import Row

# More routes than that are cut: travel tables grow with the square.
MOST_ROWS = 160


@dataclass(frozen=True, slots=True)
class Part:
    """Rows and unassigned stops that are planned together.

    `numbers` are the rows' among all, `choices` (per id of a stop that may move) those in `rows`.
    """

    numbers: Sequence[int]
    rows: Sequence[Row]
    unassigned: Sequence[Stop]
    choices: Mapping[int, Sequence[int]]
    is_cut: bool

    def still(self, waiting: Collection[int]) -> "Part":
        """The same part, with those of the unassigned stops that are still waiting."""
        left = [stop for stop in self.unassigned if stop.id in waiting]
        return replace(self, unassigned=left)


def parts_of(
    rows: Sequence[Row],
    unassigned: Sequence[Stop],
    choices: Mapping[int, Sequence[int]],
    *,
    by_longitude: bool,
) -> list[Part]:
    """All parts in which something may move.

    `by_longitude` says along which axis cells are cut first, so that two passes cut differently.
    """
    found = []
    for tied in _tied(len(rows), choices):
        for cell in _cells(tied, rows, by_longitude=by_longitude):
            part = _part(cell, rows, unassigned, choices, is_cut=len(cell) < len(tied))
            if part.choices:
                found.append(part)
    return found


def _part(
    cell: list[int],
    rows: Sequence[Row],
    unassigned: Sequence[Stop],
    choices: Mapping[int, Sequence[int]],
    *,
    is_cut: bool,
) -> Part:
    local = {number: index for index, number in enumerate(cell)}
    own = [rows[number] for number in cell]
    extra = [stop for stop in unassigned if any(each in local for each in choices[stop.id])]
    stops = [*extra, *(stop for row in own for stop in row.stops if not stop.is_fixed)]
    reach = {stop.id: [local[each] for each in choices[stop.id] if each in local] for stop in stops}
    return Part(cell, own, extra, reach, is_cut)


def _tied(count: int, choices: Mapping[int, Sequence[int]]) -> list[list[int]]:
    """Rows that are tied together by stops that could be in either."""
    leader = list(range(count))

    def find(row: int) -> int:
        while leader[row] != row:
            leader[row] = leader[leader[row]]
            row = leader[row]
        return row

    for rows in choices.values():
        for row in rows[1:]:
            leader[find(row)] = find(rows[0])
    parts: dict[int, list[int]] = defaultdict(list)
    for row in range(count):
        parts[find(row)].append(row)
    return list(parts.values())


def _cells(part: list[int], rows: Sequence[Row], *, by_longitude: bool) -> Iterator[list[int]]:
    """Halve by where the work lies until a cell is small enough."""
    if len(part) <= MOST_ROWS:
        yield part
        return
    centers = {number: _center(rows[number]) for number in part}
    order = sorted(part, key=lambda number: (centers[number][by_longitude], number))
    half = len(order) // 2
    for piece in (order[:half], order[half:]):
        yield from _cells(sorted(piece), rows, by_longitude=not by_longitude)


def _center(row: Row) -> tuple[float, float]:
    points = [stop.place for stop in row.stops if stop.place is not None]
    if row.origin is not None:
        points.append(row.origin)
    if not points:
        return 0.0, 0.0
    return (
        sum(point.latitude for point in points) / len(points),
        sum(point.longitude for point in points) / len(points),
    )
