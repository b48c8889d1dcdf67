"""One route with the earliest and latest times that its promises leave.

A forward pass does everything as early as the promises allow, a backward pass as late as they
allow. What is left between the two in front of each stop is the room for one more.

The trip to the end place is made at any time after the last stop with a place: in front of an
afternoon off just as well as behind it. Where stops without a place follow the last one with a
place, "free" times are therefore kept twice, with that trip still due and with it done. Nobody is
taken to have made it in the past.
"""

from dataclasses import dataclass

from doorstep.engine.problem import Route, Stop
from doorstep.platform.values.geo import Coordinates

NEVER = -(1 << 62)
ALWAYS = 1 << 62


@dataclass(slots=True)
class Timeline:
    """A route, prepared for one `now`. Lists named by gap have one entry more than stops.

    Gap k lies in front of stop k, the last one behind all stops. Stops keep the travel legs they
    were planned with as long as nothing new comes in front of them.
    """

    route: Route
    now_s: int
    anchored: list[bool]  # per stop: arrival and end cannot change
    rests_s: list[int]  # per stop: least time since the end of the stop in front of it
    first_gap: int  # gaps in front of it are closed: the resource is past them
    last_located: int  # index of the last stop with a place, -1 without one
    next_located: list[int]  # per gap: index of the next stop with a place, or the number of stops
    origin: list[Coordinates | None]  # per gap: where the resource is
    earliest_s: list[int]  # per gap: free from, everything before as early as possible
    latest_s: list[int]  # per gap: free until, everything after as late as possible
    home_s: int  # length of the trip to the end place from the last stop with a place
    has_home: bool  # that trip exists, and the route as planned leaves time for it
    latest_home_s: list[int]  # per gap behind last_located: as latest_s, the trip home made

    def latest_with_home_s(self, gap: int, home_s: int) -> int:
        """Free until, in a gap behind last_located, with a trip home of this length still due."""
        stops, made = self.route.stops, self.latest_home_s
        limit_s = made[-1] - home_s
        for index in range(len(stops) - 1, gap - 1, -1):
            limit_s = max(made[index] - home_s, self.latest_before_s(index, limit_s))
        return limit_s

    def earliest_with_home_s(self, gap: int) -> int:
        """Free from, in a gap behind last_located, with the trip home made; or ALWAYS."""
        free_s = ALWAYS
        for index in range(self.last_located + 1, gap + 1):
            if free_s != ALWAYS:
                free_s = self.earliest_after_s(index - 1, free_s)
            free_s = min(free_s, self.earliest_s[index] + self.home_s)
        return free_s

    def latest_before_s(self, index: int, limit_s: int) -> int:
        """When the stop must be left room from, if it has to be over by `limit_s`; or NEVER."""
        stop = self.route.stops[index]
        if self.anchored[index]:
            return stop.departs_s if stop.ends_s <= limit_s else NEVER
        arrives_s = min(stop.promised_to_s, limit_s - stop.duration_s)
        return arrives_s - stop.travel_s if arrives_s >= stop.promised_from_s else NEVER

    def earliest_after_s(self, index: int, free_s: int) -> int:
        """When the stop is over at the earliest, if the resource is free from then; or ALWAYS."""
        stop = self.route.stops[index]
        if self.anchored[index]:
            return stop.ends_s if free_s <= stop.departs_s else ALWAYS
        arrives_s = max(stop.promised_from_s, free_s + stop.travel_s)
        return arrives_s + stop.duration_s if arrives_s <= stop.promised_to_s else ALWAYS


def prepare(route: Route, now_s: int, home_s: int) -> Timeline:
    """Both passes over a route; `home_s` leads from its last stop with a place to its end.

    Whatever is already wrong in the plan (a promise broken, work outside the hours, two stops at
    once, no time to get home) stays where it is and does not make the rest of the day unusable.
    """
    stops = route.stops
    count = len(stops)
    anchored, first_gap = _anchors(route, now_s)
    rests = route.rests_s()

    earliest = [max(route.from_s, now_s)] * (count + 1)
    origin = [route.start] * (count + 1)
    last_located = -1
    over_s = NEVER
    for index, stop in enumerate(stops):
        free_s = earliest[index]
        if anchored[index]:
            over_s = stop.ends_s
        else:
            leg_s = stop.arrives_s - stop.departs_s
            arrives_s = max(free_s + leg_s, stop.promised_from_s, over_s + rests[index])
            over_s = arrives_s + stop.ends_s - stop.arrives_s
        earliest[index + 1] = max(free_s, over_s)
        if stop.place is None:
            origin[index + 1] = origin[index]
        else:
            origin[index + 1] = stop.place
            last_located = index

    has_home = last_located >= 0 and route.end is not None
    timeline = Timeline(
        route=route,
        now_s=now_s,
        anchored=anchored,
        rests_s=rests,
        first_gap=first_gap,
        last_located=last_located,
        next_located=[count] * (count + 1),
        origin=origin,
        earliest_s=earliest,
        latest_s=[route.to_s] * (count + 1),
        home_s=home_s if has_home else 0,
        has_home=has_home,
        latest_home_s=[],
    )
    _pass_backward(timeline, stops)
    return timeline


def _anchors(route: Route, now_s: int) -> tuple[list[bool], int]:
    """Which stops cannot move, and the first gap that is still ahead of the resource."""
    anchored: list[bool] = []
    first_gap = 0
    busy_until_s = NEVER
    for index, stop in enumerate(route.stops):
        departs_s = stop.departs_s
        anchored.append(
            stop.is_fixed
            or departs_s < now_s
            or departs_s < route.from_s
            or stop.ends_s > route.to_s
            or not stop.promised_from_s <= stop.arrives_s <= stop.promised_to_s
        )
        if departs_s < busy_until_s:
            anchored[index] = anchored[index - 1] = True
        if departs_s < now_s:
            first_gap = index + 1
        busy_until_s = max(busy_until_s, stop.ends_s)
    return anchored, first_gap


def _pass_backward(timeline: Timeline, stops: tuple[Stop, ...]) -> None:
    anchored, latest = timeline.anchored, timeline.latest_s
    next_located, last = timeline.next_located, timeline.last_located
    timeline.latest_home_s = latest
    for index in range(len(stops) - 1, -1, -1):
        stop = stops[index]
        free_s = latest[index + 1]
        if index == last and timeline.has_home:
            # Until here the trip home counted as made; from here on it has to fit in behind us.
            timeline.latest_home_s = latest.copy()
            free_s = timeline.latest_with_home_s(index + 1, timeline.home_s)
            timeline.has_home = stop.ends_s <= free_s
            free_s = max(free_s, stop.ends_s)
        leg_s = max(stop.arrives_s - stop.departs_s, timeline.rests_s[index])
        if anchored[index]:
            latest[index] = stop.arrives_s - leg_s
        else:
            duration_s = stop.ends_s - stop.arrives_s
            latest[index] = min(stop.promised_to_s, free_s - duration_s) - leg_s
        next_located[index] = next_located[index + 1] if stop.place is None else index
    if timeline.has_home:
        for gap in range(last + 1, len(stops) + 1):
            latest[gap] = timeline.latest_with_home_s(gap, timeline.home_s)
