"""The loops of `scan` as array operations, for machines without numba. Same order, same answers.

Whole rows are gathered with `take`, which is several times faster than an index there.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from doorstep.engine.scan import (
    CHANCE_COLUMNS,
    NOBODY,
    PICK_CHANCE,
    PICK_HEADER,
    PICK_WAY,
)
from doorstep.platform.values.geo import ARC_SERIES_LIMIT, arc_series

Array = npt.NDArray[Any]
_MOST = np.iinfo(np.int64).max


def collect(
    seekers: Array,
    people: Array,
    reach_m: float,
    is_remote: bool,
    order: Array,
    header: Array,
    ways: Array,
    points: Array,
    here: Array,
    per_m: float,
    fixed_s: int,
    radius_m: float,
    legs: Array,
    targets: Array,
    longest_s: int,
    now_s: int,
    duration_s: int,
    is_near: Array,
    works: Array,
) -> Array:
    """Every chance, as rows of CHANCE_COLUMNS; see `scan.collect`."""
    is_near[:] = True
    if reach_m > 0.0:
        with np.errstate(invalid="ignore"):
            is_near[:] = _metres(people[:, :3], here, radius_m) <= reach_m
    near = _true(is_near)
    speeds = people[:, 3]
    of_near, at = spread(seekers[near, 0], seekers[near, 1])
    who = near[of_near]
    rows = order[at]
    table = header.take(rows, 0)
    row_from, row_to = table[:, 0], table[:, 1]
    pair, target = touched(row_from, row_to, targets, longest_s)
    works[who[pair], targets[target, 2]] = True
    is_reached = np.zeros(len(rows), bool)
    is_reached[pair] = True
    keep = _true(is_reached & (row_to > now_s))
    who, rows, table = who[keep], rows[keep], table.take(keep, 0)

    first = table[:, 13 if is_remote else 4].astype(np.int64)
    last = first + table[:, 6 if is_remote else 5]
    of_row, way = spread(first, last)
    who, rows = who[of_row], rows[of_row]
    room = ways[way, 11] - duration_s
    keep = _true(room >= 0)
    who, rows, way, room = who[keep], rows[keep], way[keep], room[keep]

    def legs_of(slots: Array, column: int, speed: Array) -> Array:
        if len(legs):
            raw = legs[slots, column]
        else:
            metres = _metres(points.take(slots, 0), here, radius_m)
            seconds = np.ceil(metres * per_m).astype(np.int64) + fixed_s
            raw = np.where(metres > 0.0, seconds, 0)
        is_usual = speed == 1.0
        if not is_usual.all():
            raw = np.where(is_usual, raw, np.ceil(raw / speed).astype(np.int64))
        return np.where(slots >= 0, raw, 0)

    there = legs_of(ways[way, 1], 0, speeds[who])
    keep = _true(there <= room)
    who, rows, way, there = who[keep], rows[keep], way[keep], there[keep]
    back = legs_of(ways[way, 2], 1, speeds[who])
    table = ways.take(way, 0)
    limit = table[:, 4] - back
    from_s = np.maximum(np.maximum(table[:, 3] + there, table[:, 12]), seekers[who, 2])
    to_s = np.minimum(np.minimum(table[:, 5], limit - table[:, 6]) - duration_s, seekers[who, 3])
    calm_s = table[:, 9] + np.maximum(there, table[:, 12] - table[:, 3])
    added_s = there + back - table[:, 8]
    out = np.empty((len(way), CHANCE_COLUMNS), np.int64)
    for column, values in enumerate(
        (who, rows, way, from_s, to_s, calm_s, there, added_s, added_s)
    ):
        out[:, column] = values
    out[:, 8] += seekers[who, 4]
    out = out.take(_true((limit >= table[:, 7]) & (from_s <= to_s)), 0)
    out[:, 9] = targets[:, 0].searchsorted(header[out[:, 1], 0] - longest_s, "left")
    return out if is_remote else _roomiest(out, ways)


def _metres(points: Array, here: Array, radius_m: float) -> Array:
    apart = points - here
    dx, dy, dz = apart[:, 0], apart[:, 1], apart[:, 2]
    chord = dx * dx + dy * dy + dz * dz
    half = chord / 4.0
    metres: Array = radius_m * np.sqrt(chord) * arc_series(np.minimum(half, ARC_SERIES_LIMIT))
    metres[half > ARC_SERIES_LIMIT] = 4.0 * radius_m
    return metres


def _roomiest(chances: Array, ways: Array) -> Array:
    """Of a gap with several choices of the trip home only the one that leaves most room."""
    if not len(chances):
        return chances
    gaps = ways[chances[:, 2], 0]
    same = gaps[1:] == gaps[:-1]
    same &= chances[1:, 1] == chances[:-1, 1]
    same &= chances[1:, 0] == chances[:-1, 0]
    first = _true(np.concatenate([[True], ~same]))
    if len(first) == len(chances):
        return chances
    most = np.maximum.reduceat(chances[:, 4], first)
    group = np.cumsum(np.concatenate([[0], ~same]))
    reached = _true(chances[:, 4] == most[group])
    _, pick = np.unique(group[reached], return_index=True)
    picked: Array = chances[reached[pick]]
    return picked


def choose(chances: Array, targets: Array, has_chance: Array, best: Array, longest_s: int) -> None:
    """See `scan.choose`."""
    chance, target = touched(chances[:, 3], chances[:, 4], targets, longest_s)
    has_chance[chances[chance, 0], targets[target, 2]] = True
    cost = chances[chance, 8]
    keep = _least(cost, target, best[:, 0])
    chance, target = chance[keep], target[keep]
    arrives_s = np.minimum(
        np.maximum(np.maximum(chances[chance, 3], targets[target, 0]), chances[chance, 5]),
        np.minimum(chances[chance, 4], targets[target, 1]),
    )
    best[target, 1] = _MOST
    keep = _least(arrives_s, target, best[:, 1])
    chance, target = chance[keep], target[keep]
    best[target, 2] = _MOST
    _least(chance, target, best[:, 2])


def pick(
    chances: Array,
    targets: Array,
    has_chance: Array,
    header: Array,
    ways: Array,
    out: Array,
    longest_s: int,
) -> int:
    """See `scan.pick`."""
    best = np.zeros((len(targets), 3), np.int64)
    best[:, 0] = NOBODY
    choose(chances, targets, has_chance, best, longest_s)
    open_ = _true(best[:, 0] < NOBODY)
    picked = chances.take(best[open_, 2], 0)
    found = len(open_)
    out[:found, 0] = open_
    out[:found, 1:PICK_CHANCE] = best[open_, :2]
    out[:found, PICK_CHANCE:PICK_HEADER] = picked
    out[:found, PICK_HEADER:PICK_WAY] = header.take(picked[:, 1], 0)
    out[:found, PICK_WAY:] = ways.take(picked[:, 2], 0)
    return found


def choose_two(
    chances: Array,
    pays: Array,
    targets: Array,
    has_chance: Array,
    best: Array,
    longest_s: int,
) -> None:
    """See `scan.choose_two`."""
    chance, target = touched(chances[:, 3], chances[:, 4], targets, longest_s)
    has_chance[chances[chance, 0], targets[target, 2]] = True
    by_target = np.argsort(target, kind="stable")
    chance, target = chance[by_target], target[by_target]
    edges = np.searchsorted(target, np.arange(len(targets) + 1))
    for at, (low, high) in enumerate(targets[:, :2].tolist()):
        mine = chance[edges[at] : edges[at + 1]]
        mine = mine[np.argsort(chances[mine, 8], kind="stable")]
        ones = mine[pays[chances[mine, 0], 0] >= 0]
        twos = mine[pays[chances[mine, 0], 1] >= 0]
        if not len(ones) or not len(twos):
            continue
        one, two = chances[ones][:, None, :], chances[twos][None, :, :]
        from_s = np.maximum(np.maximum(one[..., 3], two[..., 3]), low)
        to_s = np.minimum(np.minimum(one[..., 4], two[..., 4]), high)
        cost = one[..., 8] + two[..., 8] + pays[one[..., 0], 0] + pays[two[..., 0], 1]
        cost = np.where((from_s <= to_s) & (one[..., 0] != two[..., 0]), cost, best[at, 0])
        if cost.min() >= best[at, 0]:
            continue
        rows, columns = np.nonzero(cost == cost.min())
        one, two = chances[ones[rows]], chances[twos[columns]]
        wishes = [
            np.minimum(
                np.maximum(np.maximum(each[:, 5], each[:, 3]), low), np.minimum(each[:, 4], high)
            )
            for each in (one, two)
        ]
        arrives_s = np.minimum(np.maximum(*wishes), to_s[rows, columns])
        seekers = np.sort(np.stack([one[:, 0], two[:, 0]]), axis=0)
        first = np.lexsort((np.arange(len(rows)), seekers[1], seekers[0], arrives_s))[0]
        best[at] = cost.min(), arrives_s[first], ones[rows[first]], twos[columns[first]]


def _least(values: Array, target: Array, least: Array) -> Array:
    """Lower `least` of each target to the smallest of its values; which of them reach it."""
    np.minimum.at(least, target, values)
    return _true(values == least[target])


def _true(mask: Array) -> Array:
    """Where it is true; numpy's own function for it costs more than small arrays do."""
    places: Array = mask.nonzero()[0]
    return places


def spread(first: Array, last: Array) -> tuple[Array, Array]:
    """All numbers of the ranges one after the other, and which range each comes from."""
    lengths = last - first
    of_range = np.arange(len(lengths)).repeat(lengths)
    offset = first + lengths - lengths.cumsum()
    return of_range, np.arange(len(of_range)) + offset[of_range]


def touched(from_s: Array, to_s: Array, targets: Array, longest_s: int) -> tuple[Array, Array]:
    """Pairs (interval, target) that share an instant, in order of both."""
    begins = targets[:, 0]
    first = begins.searchsorted(from_s - longest_s, "left")
    last = begins.searchsorted(to_s, "right")
    interval, target = spread(first, np.maximum(first, last))
    keep = _true(targets[target, 1] >= from_s[interval])
    return interval[keep], target[keep]
