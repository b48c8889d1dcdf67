"""What a simulated week is judged by, and what happens when its plan is driven."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from doorstep.engine.problem import Route, StopKind
from doorstep.engine.travel import Travel, leg_s

GRACE_S = 15 * 60


@dataclass(frozen=True, slots=True)
class Outcome:
    """Figures of one policy in one week.

    Shares are of all customers, kilometres and late visits of accepted ones. `km_booked` is the
    plan as it was booked, `km_driven` after the last improvement the evening before. A visit is
    late more than a quarter of an hour after its promise. `search_ms` is a mean.
    """

    policy: str
    title: str
    customers: int
    accepted: int
    offered: float
    shown: float
    first_choice: float
    km_booked: float
    km_driven: float
    late: float
    late_minutes: float
    overtime_h: float
    search_ms: float

    def as_data(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Drive:
    """The days as they turn out: nobody leaves early, and everybody keeps the order of the plan."""

    late: int
    late_s: int
    overtime_s: int


def drive(routes: Iterable[Route], travel: Travel, speeds: dict[int, float]) -> Drive:
    """Each visit begins when its promise does, or when somebody gets there."""
    late = late_s = overtime_s = 0
    for route in routes:
        now_s, here = route.from_s, route.start
        speed = speeds[route.resource_id]
        has_visit = False
        for stop in route.stops:
            if stop.kind is StopKind.BUSY:
                now_s = max(now_s, stop.ends_s)
                continue
            has_visit = True
            if stop.place is not None:
                now_s += leg_s(travel, here, stop.place, speed)
                here = stop.place
            begins_s = max(now_s, stop.promised_from_s)
            behind_s = max(0, begins_s - stop.promised_to_s)
            late += behind_s > GRACE_S
            late_s += behind_s
            now_s = begins_s + stop.duration_s
        if has_visit:
            overtime_s += max(0, now_s + leg_s(travel, here, route.end, speed) - route.to_s)
    return Drive(late, late_s, overtime_s)


def kilometres(routes: Iterable[Route], travel: Travel) -> float:
    """Everything that is driven, from the start place to the end place of each day."""
    metres = 0.0
    for route in routes:
        here = route.start
        places = [stop.place for stop in route.stops if stop.place is not None]
        for place in [*places, *([route.end] if places else [])]:
            if here is not None and place is not None:
                metres += travel.metres(here, place)
            here = place
    return metres / 1000
