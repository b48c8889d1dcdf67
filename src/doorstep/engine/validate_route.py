"""Can this route be driven, and does it keep every promise? Shares no code with the search."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from doorstep.engine.problem import Route, Stop
from doorstep.engine.travel import Travel, leg_s


@dataclass(frozen=True, slots=True)
class Violation:
    """What is wrong, as a code to compare and a text to read; `stop_id` if one stop is at fault."""

    code: str
    text: str
    stop_id: int | None = None


def validate_route(
    route: Route,
    travel: Travel,
    speed_factor: float = 1.0,
    now_s: int | None = None,
    known_legs: Mapping[int, int] | None = None,
    known_rests: Mapping[int, int] | None = None,
) -> list[Violation]:
    """Everything that is wrong with a route as it is planned.

    With `now_s`, stops that are not fixed must not depart before it. `known_legs` (seconds by stop
    id) are legs that were agreed on earlier and count as travel whatever the provider says today;
    `known_rests` are rests in front of stops that were planned earlier and count in the same way.
    """
    found = [
        *_order(route),
        *_legs(route, travel, speed_factor, known_legs or {}),
        *_rests(route, known_rests or {}),
        *_promises(route),
        *_span(route),
        *_way_home(route, travel, speed_factor),
    ]
    if now_s is not None:
        found += [
            Violation("past", f"stop {stop.id} departs before now, at {_clock(now_s)}", stop.id)
            for stop in route.stops
            if not stop.is_fixed and stop.departs_s < now_s
        ]
    return found


def _order(route: Route) -> list[Violation]:
    found = []
    for i in range(1, len(route.stops)):
        before, after = route.stops[i - 1], route.stops[i]
        if before.ends_s > after.departs_s:
            text = f"stop {after.id} departs at {_clock(after.departs_s)}, before {before.id} ends"
            found.append(Violation("overlap", text, after.id))
    if len({stop.id for stop in route.stops}) != len(route.stops):
        found.append(Violation("duplicate_stop", f"route {route.id} has a stop twice"))
    return found


def _legs(
    route: Route, travel: Travel, speed_factor: float, known_legs: Mapping[int, int]
) -> list[Violation]:
    found = []
    here = route.start
    for stop in route.stops:
        if stop.place is None:
            continue
        needed = known_legs.get(stop.id)
        if needed is None:
            needed = leg_s(travel, here, stop.place, speed_factor)
        if stop.arrives_s - stop.departs_s < needed:
            text = f"{stop.arrives_s - stop.departs_s} s to stop {stop.id}, {needed} s are needed"
            found.append(Violation("travel", text, stop.id))
        here = stop.place
    return found


def _rests(route: Route, known_rests: Mapping[int, int]) -> list[Violation]:
    found = []
    for i in range(1, len(route.stops)):
        before, after = route.stops[i - 1], route.stops[i]
        if before.place is None or after.place is None:
            continue
        needed = min(route.rest_s, known_rests.get(after.id, route.rest_s))
        rest = after.arrives_s - before.ends_s
        if max(rest, 0) < needed:
            text = f"{rest} s from {before.id} to {after.id}, {needed} s are needed"
            found.append(Violation("rest", text, after.id))
    return found


def _promises(route: Route) -> list[Violation]:
    return [
        Violation("promise", f"stop {stop.id} arrives at {_clock(stop.arrives_s)}", stop.id)
        for stop in route.stops
        if stop.arrives_s < stop.promised_from_s or stop.arrives_s > stop.promised_to_s
    ]


def _span(route: Route) -> list[Violation]:
    return [
        Violation("working_hours", f"stop {stop.id} is outside the working day", stop.id)
        for stop in route.stops
        if stop.departs_s < route.from_s or stop.ends_s > route.to_s
    ]


def _way_home(route: Route, travel: Travel, speed_factor: float) -> list[Violation]:
    located: list[Stop] = [stop for stop in route.stops if stop.place is not None]
    if route.end is None or not located:
        return []
    needed = leg_s(travel, located[-1].place, route.end, speed_factor)
    free_from = located[-1].ends_s
    for stop in route.stops[route.stops.index(located[-1]) + 1 :]:
        if stop.departs_s - free_from >= needed:
            return []
        free_from = max(free_from, stop.ends_s)
    if route.to_s - free_from >= needed:
        return []
    return [Violation("way_home", f"route {route.id} has no {needed} s to reach its end place")]


def _clock(at_s: int) -> str:
    return datetime.fromtimestamp(at_s, UTC).isoformat()
