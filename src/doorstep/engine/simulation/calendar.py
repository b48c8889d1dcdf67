"""The calendar most tools have: whoever is free at that hour, wherever she is."""

from collections.abc import Iterable
from dataclasses import replace

from doorstep.engine.problem import Request, Route, Stop, StopKind, Target

STEP_S = 15 * 60


def free_starts(
    request: Request, routes: Iterable[Route], targets: Iterable[Target], buffer_s: int
) -> dict[int, tuple[Route, int]]:
    """Per target the first route (in the order given) with room, and when the visit begins.

    Visits begin every quarter of an hour; `buffer_s` stays free before and after each other visit.
    """
    targets = list(targets)
    found: dict[int, tuple[Route, int]] = {}
    for route in routes:
        gaps = _gaps(route, buffer_s)
        for target in targets:
            if target.id in found:
                continue
            for from_s, to_s in gaps:
                begins_s = -(-max(from_s, target.from_s) // STEP_S) * STEP_S
                if begins_s <= target.to_s and begins_s + request.duration_s <= to_s:
                    found[target.id] = (route, begins_s)
                    break
    return found


def entered(
    route: Route, stop_id: int, request: Request, begins_s: int, promised_to_s: int
) -> Route:
    """The route with one visit more, as a calendar enters it: without the way there.

    It does not begin before the time entered, and is late after the end of the customer's window.
    """
    ends_s = begins_s + request.duration_s
    stop = Stop(stop_id, request.place, begins_s, begins_s, ends_s, begins_s, promised_to_s)
    stops = sorted((*route.stops, stop), key=lambda each: each.arrives_s)
    return replace(route, stops=tuple(stops))


def _gaps(route: Route, buffer_s: int) -> list[tuple[int, int]]:
    gaps = []
    free_s = route.from_s
    for stop in route.stops:
        kept_s = 0 if stop.kind is StopKind.BUSY else buffer_s
        gaps.append((free_s, stop.arrives_s - kept_s))
        free_s = stop.ends_s + kept_s
    gaps.append((free_s, route.to_s))
    return gaps
