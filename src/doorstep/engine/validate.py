"""Does this offer keep every rule? Written on its own, to catch the search in its mistakes.

It shares the dataclasses and the travel times with the search and nothing else.
"""

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

from doorstep.engine.problem import Problem, Route, Stop
from doorstep.engine.result import Assignment, Offer
from doorstep.engine.validate_people import validate_people
from doorstep.engine.validate_route import Violation, validate_route

_NEW_STOP_ID = -(10**15)


def validate_offer(problem: Problem, offer: Offer) -> list[Violation]:
    """Everything that is wrong with an offer; what was wrong in the routes before is not its fault.

    The offer's moves are made on a copy of the routes and the results are checked as a whole.
    """
    found = [*_times(problem, offer), *validate_people(problem, offer)]
    for assignment in offer.assignments:
        found += _route(problem, offer, assignment)
    return found


def _times(problem: Problem, offer: Offer) -> list[Violation]:
    found = []
    if offer.target not in problem.targets:
        found.append(Violation("target", "the target was not asked for"))
    if not offer.target.from_s <= offer.arrives_s <= offer.target.to_s:
        found.append(Violation("target", "the arrival is outside the target"))
    for each in offer.assignments:
        if each.arrives_s != offer.arrives_s or each.ends_s != offer.ends_s:
            found.append(Violation("arrival", f"{each.resource_id} does not come with the others"))
        if each.ends_s - each.arrives_s != problem.request.duration_s:
            found.append(Violation("duration", f"{each.resource_id} stays too long or too short"))
        if each.departs_s < problem.now_s:
            found.append(Violation("past", f"{each.resource_id} departs before now"))
        if each.travel_s != each.arrives_s - each.departs_s:
            found.append(Violation("travel", f"{each.resource_id} has a leg of another length"))
    if offer.added_travel_s != sum(each.added_travel_s for each in offer.assignments):
        found.append(Violation("added_travel", "the sum of the added travel is wrong"))
    return found


def _route(problem: Problem, offer: Offer, assignment: Assignment) -> list[Violation]:
    route = next((each for each in problem.routes if each.id == assignment.route_id), None)
    if route is None:
        return [Violation("route", f"route {assignment.route_id} is not known")]
    if (route.resource_id, route.lane) != (assignment.resource_id, assignment.lane):
        return [Violation("route", f"route {route.id} is somebody else's")]
    speed = next(each.speed_factor for each in problem.resources if each.id == route.resource_id)
    found = _moves(problem, route, assignment)
    moved, legs, rests = _planned(route, assignment, offer)
    before = {
        (each.code, each.stop_id)
        for each in validate_route(route, problem.travel, speed, problem.now_s)
        if each.code != "rest"
    }
    after = validate_route(moved, problem.travel, speed, problem.now_s, legs, rests)
    found += [each for each in after if (each.code, each.stop_id) not in before]
    return found


def _moves(problem: Problem, route: Route, assignment: Assignment) -> list[Violation]:
    planned = {stop.id: stop for stop in route.stops}
    found = []
    for move in assignment.moves:
        stop = planned.get(move.stop_id)
        if stop is None:
            found.append(Violation("move", f"stop {move.stop_id} is not in route {route.id}"))
            continue
        if move.ends_s - move.arrives_s != stop.ends_s - stop.arrives_s:
            found.append(Violation("move", f"stop {stop.id} gets another length", stop.id))
        if stop.is_fixed and (move.arrives_s, move.ends_s) != (stop.arrives_s, stop.ends_s):
            found.append(Violation("fixed", f"stop {stop.id} must not move", stop.id))
        if move.departs_s < problem.now_s or stop.departs_s < problem.now_s:
            found.append(Violation("past", f"stop {stop.id} has departed", stop.id))
        is_kept = stop.promised_from_s <= move.arrives_s <= stop.promised_to_s
        if not is_kept and move.arrives_s != stop.arrives_s:
            found.append(Violation("promise", f"stop {stop.id} leaves its promise", stop.id))
    return found


def _planned(
    route: Route, assignment: Assignment, offer: Offer
) -> tuple[Route, dict[int, int], dict[int, int]]:
    """The route with the offer in it, and the legs and rests that may stay as they were planned."""
    moves = {move.stop_id: move for move in assignment.moves}
    stops: list[Stop] = []
    for stop in route.stops:
        move = moves.get(stop.id)
        if move is not None:
            stop = replace(
                stop,
                departs_s=move.departs_s,
                arrives_s=move.arrives_s,
                ends_s=move.ends_s,
            )
        stops.append(stop)
    stops.sort(key=lambda stop: (stop.departs_s, stop.ends_s))
    new = Stop(
        id=_NEW_STOP_ID,
        place=assignment.place,
        departs_s=assignment.departs_s,
        arrives_s=assignment.arrives_s,
        ends_s=assignment.ends_s,
        promised_from_s=offer.target.from_s,
        promised_to_s=offer.target.to_s,
    )
    stops.insert(assignment.position, new)
    # A leg was agreed on between two neighbors; with another one in front it is a new leg.
    was, is_now = _fronts(route.stops), _fronts(stops)
    planned = {stop.id: stop.travel_s for stop in route.stops}
    legs = {
        stop_id: planned[stop_id] for stop_id, front in is_now.items() if was.get(stop_id) == front
    }
    # So was a rest, between two with nothing else in between.
    rests = {
        after.id: after.arrives_s - before.ends_s
        for before, after in pairwise(route.stops)
        if (before.id, after.id) in {(one.id, other.id) for one, other in pairwise(stops)}
    }
    return replace(route, stops=tuple(stops)), legs, rests


def _fronts(stops: Iterable[Stop]) -> dict[int, tuple[int | None]]:
    """By stop with a place, the stop with a place in front of it."""
    fronts: dict[int, tuple[int | None]] = {}
    before: int | None = None
    for stop in stops:
        if stop.place is not None:
            fronts[stop.id] = (before,)
            before = stop.id
    return fronts
