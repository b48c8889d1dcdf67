"""What moves in a route when one more stop is put into it.

Stops before the visit come earlier and stops after it later, each only as far as it must. (A stop
without a place between the visit and the next drive may have to come earlier, too, when that drive
gets longer.)
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from doorstep.engine.problem import Stop
from doorstep.engine.result import Move
from doorstep.engine.route import ALWAYS, NEVER, Timeline
from doorstep.platform.values.geo import Coordinates

Leg = Callable[[Coordinates], int]
Drive = Callable[[Coordinates, Coordinates], int]


class Fit(NamedTuple):
    """The new stop may arrive in this gap at any second of [from_s, to_s].

    `calm_s` is the earliest arrival for which nothing before the gap has to move.
    """

    gap: int
    from_s: int
    to_s: int
    calm_s: int
    travel_s: int
    added_travel_s: int
    is_after_home: bool = False  # the trip to the end place is made before this stop


@dataclass(frozen=True, slots=True)
class Visit:
    """The new stop as one resource sees it: its legs, with its own speed, to and from the place.

    A visit without a place takes time only.
    """

    place: Coordinates | None
    duration_s: int
    leg_to_s: Leg
    leg_from_s: Leg


def moves_for(timeline: Timeline, visit: Visit, fit: Fit, arrives_s: int) -> tuple[Move, ...]:
    """The stops whose planned times change if the visit arrives then, in order of the route.

    Raises ValueError if the arrival is not one the fit allows.
    """
    if not fit.from_s <= arrives_s <= fit.to_s:
        raise ValueError("the arrival lies outside the fit")
    plans = [
        plan
        for home_gap in _home_gaps(timeline, visit, fit)
        if (plan := _settle(timeline, _legs(timeline, visit, fit, arrives_s, home_gap))) is not None
    ]
    if not plans:
        raise ValueError("the route cannot take the visit at this arrival")
    planned = {stop.id: stop.arrives_s for stop in timeline.route.stops}
    return min(
        plans,
        key=lambda plan: (
            sum(move.arrives_s != planned[move.stop_id] for move in plan),
            sum(abs(move.arrives_s - planned[move.stop_id]) for move in plan),
        ),
    )


# Instead of a stop's position in an order: the visit, and the trip to the end place.
NEW, HOME = -1, -2


def moves_in_order(
    timeline: Timeline, visit: Visit, order: Sequence[int], arrives_s: int, legs: Drive
) -> tuple[tuple[Move, ...], int]:
    """What moves if the stops that are still to come take this order, and the visit's position.

    `order` holds positions in the route, NEW and perhaps HOME; `legs` gives the seconds from one
    place to another. Raises ValueError if the order does not allow the arrival.
    """
    route = timeline.route
    begun = len(route.stops) - sum(index >= 0 for index in order)
    before: dict[int, int] = {}  # by stop with a place, the one planned before it
    last = -1
    for index, stop in enumerate(route.stops):
        if stop.place is not None:
            before[index] = last
            last = index
    here, last = route.start, -1
    found: list[_Leg] = []
    position = begun
    in_front = HOME
    for index in (*range(begun), *order):
        rest_s = _rest_s(timeline, visit, in_front, index)
        in_front = index
        if index == HOME:
            home_s = 0 if here is None or route.end is None else legs(here, route.end)
            found.append(_Leg(None, 0, home_s, NEVER, route.to_s - home_s, NEVER))
            continue
        if index == NEW:
            travel_s = 0
            if visit.place is not None and here is not None:
                travel_s = legs(here, visit.place)
                here, last = visit.place, NEW - 1
            position = sum(leg.stop is not None for leg in found)
            found.append(
                _Leg(
                    None, travel_s, visit.duration_s, arrives_s, arrives_s, arrives_s,
                    rest_s=rest_s,
                )
            )  # fmt: skip
            continue
        stop = route.stops[index]
        travel_s = stop.travel_s
        if stop.place is not None:
            if before[index] != last and here is not None:
                travel_s = legs(here, stop.place)
            here, last = stop.place, index
        if timeline.anchored[index]:
            at_s = stop.arrives_s
            found.append(_Leg(stop, travel_s, stop.duration_s, at_s, at_s, at_s, rest_s, True))
        else:
            low_s, high_s = (
                stop.promised_from_s,
                min(stop.promised_to_s, route.to_s - stop.duration_s),
            )
            found.append(
                _Leg(stop, travel_s, stop.duration_s, low_s, high_s, stop.arrives_s, rest_s)
            )
    moves = _settle(timeline, found)
    if moves is None:
        raise ValueError("the order does not allow the arrival")
    return moves, position


@dataclass(frozen=True, slots=True)
class _Leg:
    """A stop, the visit or the trip home, with the arrivals it allows and the one it prefers.

    `rest_s` is the least time to its arrival from the end of what is right in front of it.
    """

    stop: Stop | None
    travel_s: int
    duration_s: int
    from_s: int
    to_s: int
    wished_s: int
    rest_s: int = 0
    is_anchored: bool = False


def _rest_s(timeline: Timeline, visit: Visit, before: int, after: int) -> int:
    """What must lie between two that follow each other: positions in the route, NEW or HOME."""
    route = timeline.route
    for index in (before, after):
        place = visit.place if index == NEW else None if index == HOME else route.stops[index].place
        if place is None:
            return 0
    return timeline.rests_s[after] if after > 0 and before == after - 1 else route.rest_s


def _home_gaps(timeline: Timeline, visit: Visit, fit: Fit) -> list[int | None]:
    """The gaps in which the trip to the end place may be made; None: there is no such trip."""
    count, after_last = len(timeline.route.stops), timeline.last_located + 1
    if visit.place is not None and fit.gap >= after_last:
        return [None] if timeline.route.end is None else list(range(fit.gap, count + 1))
    if not timeline.has_home:
        return [None]
    if fit.is_after_home:
        return list(range(after_last, fit.gap + 1))
    return list(range(max(after_last, fit.gap), count + 1))


def _legs(
    timeline: Timeline, visit: Visit, fit: Fit, arrives_s: int, home_gap: int | None
) -> list[_Leg]:
    """The whole day in one order, with the visit at its second and the trip home in its gap."""
    route = timeline.route
    following = timeline.next_located[fit.gap] if visit.place is not None else -1
    home_s = timeline.home_s
    if visit.place is not None and fit.gap > timeline.last_located and route.end is not None:
        home_s = visit.leg_from_s(route.end)
    rest_s = _rest_s(timeline, visit, fit.gap - 1 if fit.gap else HOME, NEW)
    new = _Leg(None, fit.travel_s, visit.duration_s, arrives_s, arrives_s, arrives_s, rest_s)
    home = _Leg(None, 0, home_s, NEVER, route.to_s - home_s, NEVER)
    legs: list[_Leg] = []
    for gap in range(len(route.stops) + 1):
        here = [new] if gap == fit.gap else []
        if gap == home_gap:
            here = [home, *here] if fit.is_after_home else [*here, home]
        legs += here
        if gap < len(route.stops):
            stop = route.stops[gap]
            travel_s = stop.travel_s
            if gap == following and stop.place is not None:
                travel_s = visit.leg_from_s(stop.place)
            rest_s = _rest_s(timeline, visit, NEW, gap) if gap == fit.gap else timeline.rests_s[gap]
            if timeline.anchored[gap]:
                at_s = stop.arrives_s
                legs.append(_Leg(stop, travel_s, stop.duration_s, at_s, at_s, at_s, rest_s, True))
            else:
                to_s = min(stop.promised_to_s, route.to_s - stop.duration_s)
                legs.append(
                    _Leg(
                        stop,
                        travel_s,
                        stop.duration_s,
                        stop.promised_from_s,
                        to_s,
                        stop.arrives_s,
                        rest_s,
                    )
                )
    return legs


def _settle(timeline: Timeline, legs: list[_Leg]) -> tuple[Move, ...] | None:
    """Everybody as near to the wished arrival as the neighbors allow; None if it cannot be done."""
    latest: list[int] = []
    until_s = ALWAYS
    for leg in reversed(legs):
        at_s = leg.to_s if leg.is_anchored else min(leg.to_s, until_s - leg.duration_s)
        latest.append(at_s)
        until_s = at_s - max(leg.travel_s, leg.rest_s)
    latest.reverse()

    moves: list[Move] = []
    free_s = timeline.earliest_s[0]
    over_s = NEVER
    is_after_anchor = True
    for leg, latest_s in zip(legs, latest, strict=True):
        least_s = max(leg.from_s, free_s + leg.travel_s, over_s + leg.rest_s)
        at_s = min(max(leg.wished_s, least_s), latest_s)
        # What was planned too tightly between two stops that cannot move is not ours to mend.
        is_given = leg.is_anchored and is_after_anchor
        if not is_given and at_s < least_s:
            return None
        stop = leg.stop
        if stop is not None and (at_s, leg.travel_s) != (stop.arrives_s, stop.travel_s):
            moves.append(Move(stop.id, at_s - leg.travel_s, at_s, at_s + leg.duration_s))
        over_s = at_s + leg.duration_s
        free_s = max(free_s, over_s)
        is_after_anchor = leg.is_anchored
    return tuple(moves)
