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

    def __init__(
        self,
        levels: Array,
        parent: Array,
        first: Array,
        head: Array,
        *,
        is_compiled: bool | None = None,
    ) -> None:
        """`is_compiled` None takes compiled code if it is there; the answers are the same."""
        self._loops = None if is_compiled is False else compiled_loops()
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
        if self._loops is None:
            self._descend(row, descending)
        else:
            self._loops[1](row, self._first, self._head, descending)
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
        for node in nodes:
            if self._loops is None:
                self._climb(row, node, times)
            else:
                self._loops[0](row, node, self._parent, self._first, self._head, times)

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
def compiled_loops() -> tuple[Any, Any] | None:
    """Both loops as machine code, kept on disk if that is possible; None without numba."""
    try:
        import numba
    except ImportError:
        return None
    try:
        make = numba.njit(cache=True, nogil=True)
        return make(_climb), make(_descend)
    except RuntimeError:
        # Neither the folder of the source nor a home may be written to.
        make = numba.njit(nogil=True)
        return make(_climb), make(_descend)
