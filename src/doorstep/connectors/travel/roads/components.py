"""Which crossings can be reached from each other and back: strongly connected components."""

import numpy as np

from doorstep.connectors.travel.roads.packed import Array


def components(node_count: int, tail: Array, head: Array) -> Array:
    """The number of each node's component; the order of the numbers means nothing.

    Tarjan's algorithm with a stack of its own, since streets are deeper than Python's.
    """
    order = np.argsort(tail, kind="stable")
    heads: list[int] = head[order].tolist()
    first: list[int] = np.searchsorted(tail[order], np.arange(node_count + 1)).tolist()
    at = first[:-1]  # the next arc to follow, by node
    found = [-1] * node_count  # the order in which nodes were met
    low = [0] * node_count
    label = [-1] * node_count
    waiting: list[int] = []
    met = labels = 0
    for root in range(node_count):
        if found[root] >= 0:
            continue
        path = [root]
        while path:
            node = path[-1]
            if found[node] < 0:
                found[node] = low[node] = met
                met += 1
                waiting.append(node)
            if at[node] < first[node + 1]:
                onward = heads[at[node]]
                at[node] += 1
                if found[onward] < 0:
                    path.append(onward)
                elif label[onward] < 0:
                    low[node] = min(low[node], found[onward])
                continue
            path.pop()
            if path:
                low[path[-1]] = min(low[path[-1]], low[node])
            if low[node] == found[node]:
                while label[node] < 0:
                    label[waiting.pop()] = labels
                labels += 1
    return np.array(label, np.int64)
