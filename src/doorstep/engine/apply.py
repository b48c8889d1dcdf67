"""Put an offer into the routes: what the plan looks like once it is booked."""

from collections.abc import Iterable
from dataclasses import replace

from doorstep.engine.problem import Route, Stop, StopKind
from doorstep.engine.result import Assignment, Offer


def apply(
    routes: Iterable[Route], offer: Offer, new_stop_id: int, kind: StopKind = StopKind.VISIT
) -> tuple[Route, ...]:
    """The routes with the offer's moves made and one new stop in each route it uses.

    The new stops carry the target as their promise. Raises KeyError if a route of the offer is
    missing.
    """
    by_id = {route.id: route for route in routes}
    for assignment in offer.assignments:
        route = by_id[assignment.route_id]
        by_id[route.id] = _with(route, assignment, offer, new_stop_id, kind)
    return tuple(by_id.values())


def _with(
    route: Route, assignment: Assignment, offer: Offer, new_stop_id: int, kind: StopKind
) -> Route:
    moves = {move.stop_id: move for move in assignment.moves}
    stops: list[Stop] = []
    for stop in route.stops:
        move = moves.get(stop.id)
        if move is None:
            stops.append(stop)
        else:
            stops.append(
                replace(
                    stop,
                    departs_s=move.departs_s,
                    arrives_s=move.arrives_s,
                    ends_s=move.ends_s,
                )
            )
    # Moves may change the order; only what is planned for the same instant keeps its own.
    stops.sort(key=lambda stop: (stop.departs_s, stop.ends_s))
    stops.insert(
        assignment.position,
        Stop(
            id=new_stop_id,
            place=assignment.place,
            departs_s=assignment.departs_s,
            arrives_s=assignment.arrives_s,
            ends_s=assignment.ends_s,
            promised_from_s=offer.target.from_s,
            promised_to_s=offer.target.to_s,
            kind=kind,
        ),
    )
    return replace(route, stops=tuple(stops))
