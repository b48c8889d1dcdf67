"""The contraction hierarchy: shortcuts that make one-to-all a short walk up and one pass down.

Crossings are taken out one after the other, in an order (nested dissection, by RoutingKit) that
keeps the fronts small. Taking one out joins its higher neighbors by shortcuts, so that every
fastest way climbs first and descends after. A second pass, from the top down, finds the exact time
of each shortcut and drops those that no fastest way needs. All profiles are reckoned at once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from pyroutingkit import CCHTopology

from doorstep.connectors.travel.roads.packed import FAR, Array, Packed

_Front = tuple[Array, Packed]


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """The arcs that lead up, by crossing; the same pairs serve for climbing and descending.

    Crossings are numbered anew, `number` by old number, in an order in which every arc leads to a
    smaller number. `head[first[v]:first[v + 1]]` are the ends of v's arcs. `up` holds their packed
    times by profile, `down` those of the opposite direction. `levels` are the bounds of ranges of
    crossings that have no arcs among themselves. `parent` is the next crossing to look at when
    climbing, -1 at the top.
    """

    number: Array
    parent: Array
    levels: Array
    first: Array
    head: Array
    up: Packed
    down: Packed


def build_hierarchy(
    latitude: Array, longitude: Array, tail: Array, head: Array, times: Packed
) -> Hierarchy:
    """`times` are packed, positive, one row per profile and one column per arc (tail, head)."""
    is_loop = tail == head
    tail, head, times = tail[~is_loop], head[~is_loop], times[:, ~is_loop]
    rank = _ranks(latitude, longitude, tail, head)
    elimination = _Elimination(rank[tail], rank[head], times, len(latitude))
    elimination.climb()
    elimination.descend()
    return _numbered(rank, elimination)


def _ranks(latitude: Array, longitude: Array, tail: Array, head: Array) -> Array:
    """How late each crossing is taken out."""
    count = len(latitude)
    if not len(tail):
        return np.arange(count)
    topology = CCHTopology()
    topology.build(
        tail.astype(np.uint32),
        head.astype(np.uint32),
        latitude.astype(np.float32),
        longitude.astype(np.float32),
        count,
    )
    # The order can be had from what it saves only.
    with TemporaryDirectory(prefix="doorstep-roads-") as folder:
        topology.save(folder)
        order = np.fromfile(Path(folder) / "order", np.uint32).astype(np.int64)
    if not np.array_equal(np.sort(order), np.arange(count)):
        raise RuntimeError("pyroutingkit saved no order of the crossings")
    rank = np.empty(count, np.int64)
    rank[order] = np.arange(count)
    return rank


class _Elimination:
    """Crossings by rank: their higher neighbors, and the packed times to and from them."""

    def __init__(self, tail: Array, head: Array, times: Packed, count: int) -> None:
        self._profiles = len(times)
        self._count = count
        low, high = np.minimum(tail, head), np.maximum(tail, head)
        pairs, pair = np.unique(low * count + high, return_inverse=True)
        self._own_high = pairs % count
        self._own_first = np.searchsorted(pairs // count, np.arange(count + 1))
        self._own_up = np.full((self._profiles, len(pairs)), FAR)
        self._own_down = self._own_up.copy()
        climbs = tail < head
        for profile, each in enumerate(times):
            np.minimum.at(self._own_up[profile], pair[climbs], each[climbs])
            np.minimum.at(self._own_down[profile], pair[~climbs], each[~climbs])
        self.higher: list[Array] = []
        self.up: list[Packed] = []
        self.down: list[Packed] = []
        self.parent: list[int] = []

    def climb(self) -> None:
        """Take out one crossing after the other; what is known among its neighbors goes to the
        lowest of them."""
        waiting: dict[int, list[_Front]] = {}
        for node in range(self._count):
            nodes, times = self._front(node, waiting.pop(node, []))
            higher, up, down = nodes[1:], times[:, 0, 1:].copy(), times[:, 1:, 0].copy()
            self.higher.append(higher)
            self.up.append(up)
            self.down.append(down)
            if not len(higher):
                self.parent.append(-1)
                continue
            over = down[:, :, None] + up[:, None, :]
            np.minimum(over, times[:, 1:, 1:], out=over)
            self.parent.append(int(higher[0]))
            waiting.setdefault(self.parent[-1], []).append((higher, over))

    def _front(self, node: int, below: list[_Front]) -> _Front:
        """The crossing, its higher neighbors, and the times among them all."""
        own = slice(self._own_first[node], self._own_first[node + 1])
        high = self._own_high[own]
        nodes = np.unique(np.concatenate([[node], high, *(each for each, _times in below)]))
        size = len(nodes)
        front = next((times for each, times in below if len(each) == size), None)
        if front is None:
            front = np.full((self._profiles, size, size), FAR)
        for each, times in below:
            if times is front:
                continue
            at = np.searchsorted(nodes, each)
            cells = (slice(None), at[:, None], at[None, :])
            front[cells] = np.minimum(front[cells], times)
        at = np.searchsorted(nodes, high)
        front[:, 0, at] = np.minimum(front[:, 0, at], self._own_up[:, own])
        front[:, at, 0] = np.minimum(front[:, at, 0], self._own_down[:, own])
        return nodes, front

    def descend(self) -> None:
        """Drop the arcs that are slower than some other way; what is left has exact times."""
        children: list[list[int]] = [[] for _node in range(self._count)]
        for node, parent in enumerate(self.parent):
            if parent >= 0:
                children[parent].append(node)
        waiting = [node for node, parent in enumerate(self.parent) if parent < 0]
        exact: dict[int, _Front] = {}
        to_come = [len(each) for each in children]
        while waiting:
            node = waiting.pop()
            waiting += children[node]
            front = self._exact(node, exact)
            if children[node]:
                exact[node] = front
            parent = self.parent[node]
            if parent >= 0:
                to_come[parent] -= 1
                # Fronts are large: none stays longer than somebody needs it.
                if not to_come[parent]:
                    del exact[parent]

    def _exact(self, node: int, exact: dict[int, _Front]) -> _Front:
        higher = self.higher[node]
        size = len(higher) + 1
        times = np.zeros((self._profiles, size, size), np.int64)
        if len(higher):
            known, among = exact[self.parent[node]]
            at = np.searchsorted(known, higher)
            among = among[:, at[:, None], at[None, :]]
            up, down = self.up[node], self.down[node]
            times[:, 0, 1:] = (up[:, :, None] + among).min(axis=1)
            times[:, 1:, 0] = (among + down[:, None, :]).min(axis=2)
            times[:, 1:, 1:] = among
            np.minimum(times, FAR, out=times)
            needed_up = up == times[:, 0, 1:]
            needed_down = down == times[:, 1:, 0]
            up[~needed_up] = FAR
            down[~needed_down] = FAR
            kept = ((up < FAR) | (down < FAR)).any(axis=0)
            self.higher[node] = higher[kept]
            self.up[node], self.down[node] = up[:, kept], down[:, kept]
        return np.concatenate([[node], higher]), times


def _numbered(rank: Array, elimination: _Elimination) -> Hierarchy:
    count = len(rank)
    level = np.zeros(count, np.int64)
    for node in range(count - 1, -1, -1):
        higher = elimination.higher[node]
        if len(higher):
            level[node] = level[higher].max() + 1
    # From the top of the hierarchy down; within a level from the top rank down.
    order = np.lexsort((-np.arange(count), level))
    number = np.empty(count, np.int64)
    number[order] = np.arange(count)
    sizes = np.array([len(elimination.higher[node]) for node in order], np.int64)
    parents = np.array(elimination.parent, np.int64)[order]
    return Hierarchy(
        number=number[rank],
        parent=np.where(parents < 0, -1, number[parents]),
        levels=np.searchsorted(level[order], np.arange(level.max() + 2)),
        first=np.concatenate([[0], np.cumsum(sizes)]),
        head=number[np.concatenate(list(_each(elimination.higher, order))).astype(np.int64)],
        up=np.concatenate(list(_each(elimination.up, order)), axis=1),
        down=np.concatenate(list(_each(elimination.down, order)), axis=1),
    )


def _each(columns: list[Array], order: Array) -> Iterator[Array]:
    for node in order:
        yield columns[node]
