"""A sequence of stops → their times: as they were planned, where the sequence allows it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from doorstep.engine.problem import Stop


class _Item(NamedTuple):
    earliest_s: int
    latest_s: int
    leg_s: int
    rest_s: int
    length_s: int
    wanted_s: int


def settle(
    stops: Sequence[Stop],
    legs_s: Sequence[int],
    rests_s: Sequence[int],
    *,
    opens_s: int,
    begun_end_s: int | None,
    closes_s: int,
    home_s: int | None,
) -> tuple[Stop, ...] | None:
    """The stops with times that keep every promise, or None if there are none.

    `legs_s` lead to each stop, and `rests_s` have to lie between the end of the stop in front of it
    (or of what has begun, at `begun_end_s`) and its arrival. `home_s` is the trip to the end place,
    made in one piece any time after the last stop with a place; None if nobody has to make it.
    """
    items = [
        _Item(
            stop.arrives_s if stop.is_fixed else stop.promised_from_s,
            stop.arrives_s if stop.is_fixed else stop.promised_to_s,
            leg_s,
            rest_s,
            stop.duration_s,
            stop.arrives_s,
        )
        for stop, leg_s, rest_s in zip(stops, legs_s, rests_s, strict=True)
    ]
    if items and begun_end_s is not None:
        ready_s = max(items[0].earliest_s, begun_end_s + items[0].rest_s)
        items[0] = items[0]._replace(earliest_s=ready_s)
    if home_s is None:
        arrivals = _arrivals(items, opens_s, closes_s)
        return None if arrivals is None else _moved(stops, legs_s, arrivals)
    trip = _Item(opens_s, closes_s, 0, 0, home_s, opens_s)
    last = max((index for index, stop in enumerate(stops) if stop.place is not None), default=-1)
    for gap in range(len(stops), last, -1):
        arrivals = _arrivals([*items[:gap], trip, *items[gap:]], opens_s, closes_s)
        if arrivals is not None:
            return _moved(stops, legs_s, [*arrivals[:gap], *arrivals[gap + 1 :]])
    return None


def _arrivals(items: Sequence[_Item], opens_s: int, closes_s: int) -> list[int] | None:
    latest = [0] * len(items)
    limit_s = closes_s
    for index in range(len(items) - 1, -1, -1):
        item = items[index]
        latest[index] = min(item.latest_s, limit_s - item.length_s)
        limit_s = latest[index] - max(item.leg_s, item.rest_s)
    arrivals: list[int] = []
    free_s = opens_s
    for item, latest_s in zip(items, latest, strict=True):
        rest_s = item.rest_s if arrivals else 0  # in front of the first one its earliest knows it
        earliest_s = max(free_s + max(item.leg_s, rest_s), item.earliest_s)
        if earliest_s > latest_s:
            return None
        arrives_s = min(max(item.wanted_s, earliest_s), latest_s)
        arrivals.append(arrives_s)
        free_s = arrives_s + item.length_s
    return arrivals


def _moved(
    stops: Sequence[Stop], legs_s: Sequence[int], arrivals: Sequence[int]
) -> tuple[Stop, ...]:
    return tuple(
        replace(
            stop,
            departs_s=arrives_s - leg_s,
            arrives_s=arrives_s,
            ends_s=arrives_s + stop.duration_s,
        )
        for stop, leg_s, arrives_s in zip(stops, legs_s, arrivals, strict=True)
    )
