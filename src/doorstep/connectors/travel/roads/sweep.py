"""The way from one place to every crossing (or back): climb from it, then one pass down.

Two ways to reckon the same whole numbers: compiled where numba is installed, else numpy level by
level.
"""

from collections.abc import Iterable
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from doorstep.connectors.travel.roads.packed import FAR, Array, Packed


class Sweeper:
    """The arcs of a road file, ready to be swept."""

    def __init__(self, levels: Array, parent: Array, first: Array, head: Array) -> None:
        self._parent, self._first, self._head = parent, first, head
        bounds = list(zip(levels[1:-1].tolist(), levels[2:].tolist(), strict=True))
        self._steps = [
            (begin, end, int(first[begin]), int(first[end]), first[begin:end] - first[begin])
            for begin, end in bounds
        ]

    def sweep(self, starts: dict[int, int], climbing: Packed, descending: Packed) -> Packed:
        """Packed time from the nearest of `starts` (crossing to packed time) to every crossing.

        `climbing` are the times of the arcs in the direction that is driven, upwards; `descending`
        those of the opposite direction. The other way round it is the time to the starts.
        """
        row = np.full(len(self._parent), FAR)
        for node, time in starts.items():
            row[node] = min(time, FAR)
        self._climb_from(row, starts, climbing)
        compiled = _compiled()
        if compiled is None:
            self._descend(row, descending)
        else:
            compiled[1](row, self._first, self._head, descending)
        return row

    def meet(self, starts: dict[int, int], ends: dict[int, int], up: Packed, down: Packed) -> int:
        """Packed time from the nearest start to the nearest end: climb from both, and meet."""
        rows = []
        for entries, times in ((starts, up), (ends, down)):
            row = np.full(len(self._parent), FAR)
            for node, time in entries.items():
                row[node] = min(time, FAR)
            self._climb_from(row, entries, times)
            rows.append(row)
        return min(int((rows[0] + rows[1]).min()), FAR)

    def _climb_from(self, row: Packed, nodes: Iterable[int], times: Packed) -> None:
        compiled = _compiled()
        for node in nodes:
            if compiled is None:
                self._climb(row, node, times)
            else:
                compiled[0](row, node, self._parent, self._first, self._head, times)

    def _climb(self, row: Packed, node: int, times: Packed) -> None:
        parents, bounds = self._lists
        while node >= 0:
            time = row[node]
            if time < FAR:
                begin, end = bounds[node], bounds[node + 1]
                heads = self._head[begin:end]
                row[heads] = np.minimum(row[heads], times[begin:end] + time)
            node = parents[node]

    @cached_property
    def _lists(self) -> tuple[list[int], list[int]]:
        # Looking up single numbers in arrays is slow.
        return self._parent.tolist(), self._first.tolist()

    def _descend(self, row: Packed, times: Packed) -> None:
        for begin, end, first, last, groups in self._steps:
            over = row.take(self._head[first:last])
            over += times[first:last]
            part = row[begin:end]
            np.minimum(part, np.minimum.reduceat(over, groups), out=part)


def _climb(row: Packed, node: int, parent: Array, first: Array, head: Array, times: Packed) -> None:
    while node >= 0:
        time = row[node]
        for arc in range(first[node], first[node + 1]):
            over = time + times[arc]
            if over < row[head[arc]]:
                row[head[arc]] = over
        node = parent[node]


def _descend(row: Packed, first: Array, head: Array, times: Packed) -> None:
    for node in range(len(row)):
        best = row[node]
        for arc in range(first[node], first[node + 1]):
            over = row[head[arc]] + times[arc]
            if over < best:
                best = over
        row[node] = best


@lru_cache(maxsize=1)
def _compiled() -> tuple[Any, Any] | None:
    """Both loops as machine code, kept on disk; None without numba."""
    try:
        import numba
    except ImportError:
        return None
    make = numba.njit(cache=True, nogil=True)
    return make(_climb), make(_descend)


def prepare() -> None:
    """Load or compile the loops now, so that no search waits for it."""
    compiled = _compiled()
    if compiled is None:
        return
    numbers, short = np.zeros(2, np.int64), np.zeros(0, np.int32)
    parent, row = np.full(1, -1, np.int32), np.zeros(1, np.int64)
    for each in (numbers, short, parent):
        each.flags.writeable = False
    times = np.zeros(0, np.int64)
    times.flags.writeable = False
    compiled[0](row, 0, parent, numbers, short, times)
    compiled[1](row, numbers, short, times)
