"""One more stop in a route: every place it fits in, and what moves when it is put there."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from doorstep.engine.result import Move
from doorstep.engine.route import Timeline
from doorstep.platform.values.geo import Coordinates

Leg = Callable[[Coordinates], int]


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


def fits(timeline: Timeline, visit: Visit) -> Iterator[Fit]:
    """Every gap that can take the visit, in order of time."""
    if visit.place is None:
        return _fits_without_place(timeline, visit.duration_s)
    return _fits_with_place(timeline, visit)


def _fits_with_place(timeline: Timeline, visit: Visit) -> Iterator[Fit]:
    route, duration_s = timeline.route, visit.duration_s
    stops = route.stops
    count = len(stops)
    for gap in range(timeline.first_gap, count + 1):
        free_s = timeline.earliest_s[gap]
        following = timeline.next_located[gap]
        # Looking at the free time first spares most gaps the geometry.
        if following < count:
            leg_s = stops[following].travel_s
            until_s = min(timeline.latest_s[following] + leg_s, route.to_s)
        else:
            leg_s = timeline.home_s
            until_s = route.to_s
        if free_s + duration_s > until_s:
            continue
        origin = timeline.origin[gap]
        if origin is None:
            continue  # nobody knows where the resource comes from
        travel_s = visit.leg_to_s(origin)
        from_s = free_s + travel_s
        if from_s + duration_s > until_s:
            continue

        if following < count:
            onward = stops[following].place
            onward_s = 0 if onward is None else visit.leg_from_s(onward)
            until_s = timeline.latest_s[following] + leg_s - onward_s
            for index in range(following - 1, gap - 1, -1):
                until_s = timeline.latest_before_s(index, until_s)
        else:
            onward_s = 0 if route.end is None else visit.leg_from_s(route.end)
            until_s = timeline.latest_with_home_s(gap, onward_s)
        to_s = min(until_s, route.to_s) - duration_s
        if from_s <= to_s:
            calm_s = stops[gap - 1].ends_s + travel_s if gap else from_s
            yield Fit(gap, from_s, to_s, calm_s, travel_s, travel_s + onward_s - leg_s)


def _fits_without_place(timeline: Timeline, duration_s: int) -> Iterator[Fit]:
    stops, end_s = timeline.route.stops, timeline.route.to_s
    for gap in range(timeline.first_gap, len(stops) + 1):
        from_s = timeline.earliest_s[gap]
        to_s = min(timeline.latest_s[gap], end_s) - duration_s
        calm_s = stops[gap - 1].ends_s if gap else from_s
        if from_s <= to_s:
            yield Fit(gap, from_s, to_s, calm_s, 0, 0)
        if timeline.has_home and gap > timeline.last_located:
            from_s = timeline.earliest_with_home_s(gap)
            to_s = min(timeline.latest_home_s[gap], end_s) - duration_s
            if from_s <= to_s:
                yield Fit(gap, from_s, to_s, max(calm_s, from_s), 0, 0, is_after_home=True)


def moves_for(timeline: Timeline, visit: Visit, fit: Fit, arrives_s: int) -> tuple[Move, ...]:
    """The stops whose planned times change if the visit arrives then, in order of the route.

    Stops before the visit come earlier, stops after it later, each only as far as it must.
    Raises ValueError if the arrival is not one the fit allows.
    """
    if not fit.from_s <= arrives_s <= fit.to_s:
        raise ValueError("the arrival lies outside the fit")
    plans = [
        plan
        for home_gap in _home_gaps(timeline, visit, fit)
        if (plan := _Shift(timeline, visit, fit, arrives_s, home_gap).moves()) is not None
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


@dataclass(frozen=True, slots=True)
class _Shift:
    """One way to make room: the visit at a second, the trip home in a certain gap."""

    timeline: Timeline
    visit: Visit
    fit: Fit
    arrives_s: int
    home_gap: int | None

    def moves(self) -> tuple[Move, ...] | None:
        """All moves, or None if it cannot be done this way."""
        before = self._earlier()
        after = self._later()
        return None if before is None or after is None else (*reversed(before), *after)

    def _home_s(self) -> int:
        if self.visit.place is None or self.fit.gap <= self.timeline.last_located:
            return self.timeline.home_s
        end = self.timeline.route.end
        return 0 if end is None else self.visit.leg_from_s(end)

    def _earlier(self) -> list[Move] | None:
        timeline, stops = self.timeline, self.timeline.route.stops
        home_gap = self.home_gap if self.fit.is_after_home else None
        free_s = self.arrives_s - self.fit.travel_s
        moves: list[Move] = []
        for index in range(self.fit.gap - 1, -1, -1):
            if index + 1 == home_gap:
                free_s -= self._home_s()
                home_gap = None
            stop = stops[index]
            if stop.ends_s <= free_s:
                if home_gap is None:
                    break
                free_s = stop.departs_s
                continue
            arrives_s = free_s - stop.duration_s
            if timeline.anchored[index] or arrives_s < stop.promised_from_s:
                return None
            moves.append(Move(stop.id, arrives_s - stop.travel_s, arrives_s, free_s))
            free_s = arrives_s - stop.travel_s
        return moves if free_s >= timeline.earliest_s[0] else None

    def _later(self) -> list[Move] | None:
        timeline, route = self.timeline, self.timeline.route
        home_gap = None if self.fit.is_after_home else self.home_gap
        next_located = timeline.next_located[self.fit.gap]
        free_s = self.arrives_s + self.visit.duration_s
        moves: list[Move] = []
        for index in range(self.fit.gap, len(route.stops)):
            if index == home_gap:
                free_s += self._home_s()
            stop = route.stops[index]
            leg_s = stop.travel_s
            if index == next_located and self.visit.place is not None and stop.place is not None:
                leg_s = self.visit.leg_from_s(stop.place)
            arrives_s = max(stop.arrives_s, free_s + leg_s)
            ends_s = arrives_s + stop.duration_s
            if arrives_s > stop.arrives_s and (
                timeline.anchored[index] or arrives_s > stop.promised_to_s or ends_s > route.to_s
            ):
                return None
            if arrives_s != stop.arrives_s or leg_s != stop.travel_s:
                moves.append(Move(stop.id, arrives_s - leg_s, arrives_s, ends_s))
            free_s = max(free_s, ends_s)
        if home_gap == len(route.stops):
            free_s += self._home_s()
        return moves if home_gap is None or free_s <= route.to_s else None
