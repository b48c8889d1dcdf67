"""Write out how a visit fits into everybody's route: departures, positions, and what moves."""

from collections.abc import Sequence
from dataclasses import dataclass

from doorstep.engine.moves import Fit, Visit, moves_for, moves_in_order
from doorstep.engine.problem import Request, Role, Route
from doorstep.engine.result import Assignment
from doorstep.engine.route import prepare
from doorstep.engine.travel import Travel, leg_s
from doorstep.platform.values.geo import Coordinates


@dataclass(frozen=True, slots=True)
class Seat:
    """One resource in one role: its route as the search saw it, and the gap it takes."""

    role: Role
    crew_id: int | None
    resource_id: int
    route: Route
    now_s: int
    place: Coordinates | None
    speed: float
    travel: Travel
    gap: int
    is_after_home: bool
    from_s: int
    to_s: int
    calm_s: int
    travel_s: int
    added_travel_s: int
    order: tuple[int, ...] | None = None  # of the stops still to come, if it changes


def plan_of(request: Request, seats: Sequence[Seat], arrives_s: int) -> tuple[Assignment, ...]:
    """Everybody's assignment for this arrival, in the order of roles and ids."""
    order = {role.id: index for index, role in enumerate(request.roles)}
    assignments = [_assignment(request, seat, arrives_s) for seat in seats]
    assignments.sort(key=lambda each: (order[each.role_id], each.resource_id))
    return tuple(assignments)


def _assignment(request: Request, seat: Seat, arrives_s: int) -> Assignment:
    route = seat.route
    last = next((stop.place for stop in reversed(route.stops) if stop.place is not None), None)
    timeline = prepare(route, seat.now_s, leg_s(seat.travel, last, route.end, seat.speed))
    visit = Visit(
        seat.place,
        request.duration_s,
        lambda origin: leg_s(seat.travel, origin, seat.place, seat.speed),
        lambda onward: leg_s(seat.travel, seat.place, onward, seat.speed),
    )
    if seat.order is not None:
        moves, position = moves_in_order(
            timeline, visit, seat.order, arrives_s,
            lambda a, b: leg_s(seat.travel, a, b, seat.speed),
        )  # fmt: skip
    else:
        position = seat.gap
        moves = moves_for(timeline, visit, _fit(seat), arrives_s)
    return Assignment(
        role_id=seat.role.id,
        resource_id=seat.resource_id,
        crew_id=seat.crew_id,
        route_id=route.id,
        lane=route.lane,
        position=position,
        place=seat.place,
        departs_s=arrives_s - seat.travel_s,
        arrives_s=arrives_s,
        ends_s=arrives_s + request.duration_s,
        added_travel_s=seat.added_travel_s,
        travel_s=seat.travel_s,
        moves=moves,
    )


def _fit(seat: Seat) -> Fit:
    return Fit(
        seat.gap,
        seat.from_s,
        seat.to_s,
        seat.calm_s,
        seat.travel_s,
        seat.added_travel_s,
        seat.is_after_home,
    )
