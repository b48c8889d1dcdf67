"""Which offers suit the plan best: the quantities of an insertion, read off an offer."""

from collections.abc import Callable, Hashable, Iterable, Mapping

from doorstep.engine.cost import NOT_PREFERRED_S, CostPolicy, offer_cost_ms
from doorstep.engine.problem import Route
from doorstep.engine.result import Assignment, Offer
from doorstep.engine.travel import Travel, leg_s


def cost_of(
    offer: Offer,
    route_of: Callable[[Hashable], Route],
    travel: Travel,
    policy: CostPolicy,
    speeds: Mapping[int, float] | None = None,
) -> int:
    """What an offer costs by a policy, in milliseconds, over everybody who comes.

    `route_of` gives the routes as they were when the offer was found; `speeds` are speed factors by
    resource where they are not 1.
    """
    total = 0
    for each in offer.assignments:
        route = route_of(each.route_id)
        speed = (speeds or {}).get(each.resource_id, 1.0)
        visits = sum(stop.place is not None for stop in route.stops)
        total += offer_cost_ms(
            policy,
            added_travel_s=each.added_travel_s,
            home_travel_s=(
                _home_travel_s(each, route, travel, speed) if visits < policy.settled_stops else 0
            ),
            stops=visits,
            load_permille=load_permille(route),
            waiting_s=_waiting_s(each, route),
            lost_slack_s=_lost_slack_s(each, route),
        )
    if offer.cost >= NOT_PREFERRED_S:
        total += policy.not_preferred_s * 1000
    return total


def load_permille(route: Route) -> int:
    """How much of a day is taken, by travel, work, breaks and appointments: 0 to 1000."""
    length_s = route.to_s - route.from_s
    taken_s = sum(stop.ends_s - stop.departs_s for stop in route.stops)
    return min(1000, 1000 * taken_s // length_s) if length_s else 1000


def least_first(offers: Iterable[Offer], costs: Mapping[int, int]) -> list[Offer]:
    """Offers by their cost (by id of the target), the earlier arrival first where it is equal."""
    return sorted(offers, key=lambda each: (costs[each.target.id], each.arrives_s, each.target.id))


def _home_travel_s(each: Assignment, route: Route, travel: Travel, speed: float) -> int:
    """The part of the added travel that leads from the start place or to the end place."""
    if each.place is None:
        return 0
    located = [at for at, stop in enumerate(route.stops) if stop.place is not None]
    first = route.stops[located[0]].place if located else None
    last = route.stops[located[-1]].place if located else None
    found = 0
    if not located or each.position <= located[0]:
        found += leg_s(travel, route.start, each.place, speed)
        found -= leg_s(travel, route.start, first, speed)
    if not located or each.position > located[-1]:
        found += leg_s(travel, each.place, route.end, speed)
        found -= leg_s(travel, last, route.end, speed)
    return found


def _waiting_s(each: Assignment, route: Route) -> int:
    ends = [stop.ends_s for stop in route.stops if stop.ends_s <= each.departs_s]
    return each.departs_s - max(ends) if ends else 0


def _lost_slack_s(each: Assignment, route: Route) -> int:
    planned = {stop.id: stop.arrives_s for stop in route.stops}
    return sum(max(0, move.arrives_s - planned[move.stop_id]) for move in each.moves)
