"""One week under one policy: customers come, look, take something or leave."""

import time
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, replace

from doorstep.engine.apply import apply
from doorstep.engine.board import Board
from doorstep.engine.problem import Route, Target
from doorstep.engine.ranking import cost_of, load_permille
from doorstep.engine.replan import Effort, ReplanProblem, replan
from doorstep.engine.replanning.rows import Freedom
from doorstep.engine.result import Offer
from doorstep.engine.simulation.calendar import entered, free_starts
from doorstep.engine.simulation.measures import Outcome, drive, kilometres
from doorstep.engine.simulation.policies import Policy
from doorstep.engine.simulation.scene import Customer, Scene
from doorstep.engine.steering import LEAST_SHOWN, Shown, steer

ROUNDS = 6000
FINAL_FACTOR = 4  # the evening before there is time


@dataclass(frozen=True, slots=True)
class Options:
    """`rounds` is the effort of one improvement of all days; `follows` overrides the policy's."""

    rounds: int = ROUNDS
    follows: float | None = None


@dataclass(frozen=True, slots=True)
class Week:
    """How a week went: its figures, the days in the end, and who was accepted for which target."""

    outcome: Outcome
    routes: tuple[Route, ...]
    taken: Mapping[int, int]


def play(scene: Scene, policy: Policy, options: Options | None = None) -> Week:
    """The same scene, policy and options always give the same week, apart from the times."""
    options = options or Options()
    game = _Game(scene, policy, options)
    for customer in scene.customers:
        game.serve(customer)
    return game.end()


def able(scene: Scene, customer: Customer, board: Board) -> frozenset[int]:
    """Who could serve a customer alone on days without visits, which `board` holds.

    Nobody, where several have to come: such visits stay with those they were booked for.
    """
    if len(customer.request.roles) > 1 or customer.request.roles[0].crew_size:
        return frozenset()
    found = board.search(
        customer.request,
        scene.targets,
        now_s=scene.now_s,
        travel=scene.travel,
        keep=len(scene.resources),
        reorder=False,
    )
    return frozenset().union(*(each.resource_ids for each in found.openings))


def board_of(scene: Scene) -> Board:
    """A board with the scene's people and empty days."""
    board = Board(scene.travel)
    board.set_people(scene.resources, scene.crews)
    days: dict[int, list[Route]] = {}
    for route in scene.routes:
        days.setdefault(route.resource_id, []).append(route)
    for resource_id, routes in days.items():
        board.set_routes(resource_id, routes)
    return board


@dataclass(frozen=True, slots=True)
class _Found:
    """What can be kept, by id of the target: a plan for each, its cost and the load of the day."""

    plans: Mapping[int, Offer | tuple[Route, int]]
    costs_ms: Mapping[int, int]
    loads: Mapping[int, int]


class _Game:
    def __init__(self, scene: Scene, policy: Policy, options: Options) -> None:
        self.scene, self.policy, self.options = scene, policy, options
        self.follows = policy.follows if options.follows is None else options.follows
        self.speeds = {each.id: each.speed_factor for each in scene.resources}
        self.targets: dict[int, Target] = {target.id: target for target in scene.targets}
        self.routes: dict[Hashable, Route] = {route.id: route for route in scene.routes}
        self.board = board_of(scene)
        # Keeps its empty days; who could come at all does not depend on what is booked.
        self.empty = board_of(scene)
        self.able: dict[int, frozenset[int]] = {}
        self.taken: dict[int, int] = {}
        self.offered = self.shown = self.firsts = 0
        self.search_s = 0.0

    def serve(self, customer: Customer) -> None:
        found = self._search(customer)
        shown = self._shown(found)
        self.offered += len(found.plans)
        self.shown += len(shown.first)
        choice = self._choice(customer, found, shown)
        if choice is None:
            return
        taste = dict(zip(self.targets, customer.tastes, strict=True))
        self.firsts += taste[choice] == max(customer.tastes)
        self._book(customer, choice, found.plans[choice])
        self.taken[customer.id] = choice
        every = self.policy.replan_every
        if every and len(self.taken) % every == 0:
            self._improve(self.options.rounds)

    def end(self) -> Week:
        """The evening before: improve once more, where promises leave room; then drive."""
        scene = self.scene
        km_booked = kilometres(self.routes.values(), scene.travel)
        if not self.policy.is_calendar:
            self._improve(self.options.rounds * FINAL_FACTOR)
        routes = tuple(self.routes.values())
        driven = drive(routes, scene.travel, self.speeds)
        accepted, count = len(self.taken), len(scene.customers)
        visits = max(1, accepted)
        return Week(
            Outcome(
                policy=self.policy.name,
                title=self.policy.title,
                customers=count,
                accepted=accepted,
                offered=self.offered / max(1, count),
                shown=self.shown / max(1, count),
                first_choice=self.firsts / max(1, count),
                km_booked=km_booked / visits,
                km_driven=kilometres(routes, scene.travel) / visits,
                late=driven.late / visits,
                late_minutes=driven.late_s / 60 / visits,
                overtime_h=driven.overtime_s / 3600,
                search_ms=self.search_s * 1000 / max(1, count),
            ),
            routes,
            dict(self.taken),
        )

    # --- One customer ------------------------------------------------------------------------

    def _search(self, customer: Customer) -> _Found:
        if self.policy.buffer_s is not None:
            return self._look_into_calendar(customer, self.policy.buffer_s)
        scene = self.scene
        began = time.perf_counter()
        result = self.board.search(
            customer.request,
            scene.targets,
            now_s=scene.now_s,
            travel=scene.travel,
            reorder=self.policy.reorders,
        )
        first = result.first
        self.search_s += time.perf_counter() - began
        plans = {opening.target.id: opening.offer for opening in first}
        route_of = self.routes.__getitem__
        return _Found(
            plans,
            {
                key: cost_of(offer, route_of, scene.travel, self.policy.cost, self.speeds)
                for key, offer in plans.items()
            },
            {
                key: max(load_permille(route_of(each.route_id)) for each in offer.assignments)
                for key, offer in plans.items()
            },
        )

    def _look_into_calendar(self, customer: Customer, buffer_s: int) -> _Found:
        able_ids = self._able(customer)
        routes = [route for route in self.routes.values() if route.resource_id in able_ids]
        began = time.perf_counter()
        plans = free_starts(customer.request, routes, self.scene.targets, buffer_s)
        self.search_s += time.perf_counter() - began
        return _Found(plans, dict.fromkeys(plans, 0), dict.fromkeys(plans, 0))

    def _shown(self, found: _Found) -> Shown:
        if self.policy.steering is None:
            return Shown(tuple(found.plans), (), frozenset())
        return steer(found.costs_ms, found.loads, self.policy.steering)

    def _choice(self, customer: Customer, found: _Found, shown: Shown) -> int | None:
        """What she takes of what is shown first; of the rest, page by page, if that is nothing."""
        page = max(LEAST_SHOWN, len(shown.first))
        rest = [shown.more[at : at + page] for at in range(0, len(shown.more), page)]
        for ids in (shown.first, *rest):
            wanted = [each for each in ids if each in customer.accepts]
            if not wanted:
                continue
            if customer.follows < self.follows:
                return min(wanted, key=lambda each: (found.costs_ms[each], each))
            taste = dict(zip(self.targets, customer.tastes, strict=True))
            return max(wanted, key=lambda each: taste[each])
        return None

    def _book(self, customer: Customer, choice: int, plan: Offer | tuple[Route, int]) -> None:
        if isinstance(plan, Offer):
            used = [self.routes[each.route_id] for each in plan.assignments]
            changed = apply(used, plan, customer.id)
            # Improving a day cannot move a visit of several people; it stays where it is.
            stays = len(plan.assignments) > 1
            if stays or self.policy.is_fixed:
                changed = tuple(_pinned(route, customer.id, is_fixed=stays) for route in changed)
            self._put(changed)
        else:
            route, begins_s = plan
            to_s = self.targets[choice].to_s
            self._put([entered(route, customer.id, customer.request, begins_s, to_s)])

    def _improve(self, rounds: int) -> None:
        """All days across technicians, inside every promise."""
        by_id = {each.id: each for each in self.scene.customers}
        freedoms = {key: Freedom(self._able(by_id[key])) for key in self.taken}
        result = replan(
            ReplanProblem(
                routes=tuple(self.routes.values()),
                resources=self.scene.resources,
                travel=self.scene.travel,
                not_before_s=self.scene.now_s,
                freedoms=freedoms,
            ),
            Effort(rounds=rounds),
            seed=len(self.taken),
        )
        self._put(route for route in result.routes if self.routes[route.id] != route)

    def _able(self, customer: Customer) -> frozenset[int]:
        if customer.id not in self.able:
            self.able[customer.id] = able(self.scene, customer, self.empty)
        return self.able[customer.id]

    def _put(self, routes: Iterable[Route]) -> None:
        for route in routes:
            self.routes[route.id] = route
            if not self.policy.is_calendar:
                self.board.set_route(route)


def _pinned(route: Route, stop_id: int, *, is_fixed: bool) -> Route:
    """The route with one stop promised for the minute it is planned for."""
    return replace(
        route,
        stops=tuple(
            replace(
                stop,
                promised_from_s=stop.arrives_s,
                promised_to_s=stop.arrives_s,
                is_fixed=is_fixed,
            )
            if stop.id == stop_id
            else stop
            for stop in route.stops
        ),
    )
