"""The rest of a day when something takes longer than planned: when is who reached, as things stand.

Order and people stay as they are; replanning is another question (replan.py). Nobody comes earlier
than planned, a pause that was worked through is not made up for, and what has a fixed end (time
off, an outside appointment) ends then or, overrun, when the visit before it does.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from doorstep.engine.problem import Stop, StopKind


@dataclass(frozen=True, slots=True)
class Expected:
    """When a stop is reached and over, in seconds since 1970."""

    stop_id: int
    arrives_s: int
    ends_s: int


def expected_arrivals(stops: Iterable[Stop], *, free_s: int) -> tuple[Expected, ...]:
    """The visits among `stops`, in their order, for somebody who is free from `free_s` at the place
    from which the first of them was to be reached. Time held for a booking under way is not a
    visit yet and is passed over."""
    found: list[Expected] = []
    for stop in stops:
        if stop.kind is StopKind.BUSY:
            free_s = max(free_s, stop.ends_s)
        elif stop.kind is StopKind.VISIT:
            arrives_s = max(stop.arrives_s, free_s + stop.travel_s)
            free_s = arrives_s + stop.duration_s
            found.append(Expected(stop.id, arrives_s, free_s))
    return tuple(found)
