"""One more stop in a route: every gap it fits into."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

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
