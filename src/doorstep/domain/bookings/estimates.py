"""Whether an offer rests on a guess: a leg to or from the visit for which no road was looked at."""

from collections.abc import Callable, Hashable

from doorstep.engine import Assignment, Offer, Route, Travel
from doorstep.engine.travel import is_estimated


def rests_on_estimates(offer: Offer, route_of: Callable[[Hashable], Route], travel: Travel) -> bool:
    """`route_of` gives the route of an assignment as it was when the offer was made."""
    return any(_is_guess(each, route_of(each.route_id), travel) for each in offer.assignments)


def _is_guess(assignment: Assignment, route: Route, travel: Travel) -> bool:
    if assignment.place is None:
        return False
    before = [stop.place for stop in route.stops[: assignment.position]]
    after = [stop.place for stop in route.stops[assignment.position :]]
    origin = next((place for place in reversed(before) if place is not None), route.start)
    onward = next((place for place in after if place is not None), route.end)
    return (origin is not None and is_estimated(travel, origin, assignment.place)) or (
        onward is not None and is_estimated(travel, assignment.place, onward)
    )
