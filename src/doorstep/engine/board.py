"""The board: everybody's days, kept ready to be searched again and again."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from doorstep.engine.chances import Seekers, Targets
from doorstep.engine.people import People
from doorstep.engine.problem import Crew, Problem, Request, Resource, Route, Target
from doorstep.engine.result import SearchResult
from doorstep.engine.rows import DAY, FROM, LANE, TO, TURNS, Rows
from doorstep.engine.scan import CHANCE_COLUMNS
from doorstep.engine.spaces import Spaces
from doorstep.engine.travel import Travel

_MOST_SEEKERS = 256
_MOST_TARGETS = 32


class Board:
    """People and routes that stay in memory between searches.

    Not safe for two threads at once: whoever shares one keeps a lock around each call.
    """

    def __init__(self, estimate: Travel, *, is_compiled: bool | None = None) -> None:
        """`estimate` measures the trips home. `is_compiled` decides between compiled code and
        numpy, which give the same answers; None takes numpy until compiled code is ready."""
        from doorstep.engine.search import search  # it knows the board

        self._find = search
        self.rows = Rows(estimate, is_compiled=is_compiled)
        self.people = People((), ())
        self._rows_of: dict[int, list[int]] = {}
        self._order: npt.NDArray[np.int32] | None = None
        self._slices = np.zeros(1, np.int64)
        # Tables of days that were looked at in every order; see `reorder`.
        self.days: dict[Hashable, Any] = {}
        self.day_entries = 0
        self.spaces = Spaces()
        self._targets: dict[int, tuple[Sequence[Target], int, Targets]] = {}
        self._seekers: dict[Hashable, Seekers] = {}
        # Memory that every search uses anew.
        self.scratch = np.empty((256, CHANCE_COLUMNS), np.int64)
        self.longest_s = 0  # from the first departure of a route to its end

    @classmethod
    def of(cls, problem: Problem, *, is_compiled: bool | None = None) -> "Board":
        """A board for one problem."""
        board = cls(problem.travel, is_compiled=is_compiled)
        board.set_people(problem.resources, problem.crews)
        routes: dict[int, list[Route]] = {}
        for route in problem.routes:
            routes.setdefault(route.resource_id, []).append(route)
        for resource_id, own in routes.items():
            board.set_routes(resource_id, own)
        return board

    def set_people(self, resources: Iterable[Resource], crews: Iterable[Crew] = ()) -> None:
        """Replace everybody; routes of those who are gone are dropped."""
        self.people = People(resources, crews)
        known = self.people.index_of
        for resource_id in [each for each in self._rows_of if each not in known]:
            for row in self._rows_of.pop(resource_id):
                self.rows.drop(row)
        for resource_id, rows in self._rows_of.items():
            for row in rows:
                self.rows.belong(row, float(self.people.speeds[known[resource_id]]))
        self._order = None

    def set_routes(self, resource_id: int, routes: Iterable[Route]) -> None:
        """Replace all routes of one resource. Raises KeyError for somebody unknown."""
        speed = float(self.people.speeds[self.people.index_of[resource_id]])
        routes = list(routes)
        kept = {route.id for route in routes}
        for row in self._rows_of.get(resource_id, ()):
            if self.rows.ids[row] not in kept:
                self.rows.drop(row)
        self._rows_of[resource_id] = [self._put(route, speed) for route in routes]
        self._order = None

    def expect_others(self) -> None:
        """Make room for people who have no routes yet, as much for each as the others take."""
        missing = len(self.people.parties) - len(self._rows_of)
        if missing and self._rows_of:
            self.rows.expect(missing / len(self._rows_of))

    def set_route(self, route: Route) -> None:
        """Replace the route of the same id. Raises KeyError if there is none."""
        row = self.rows.row_of[route.id]
        before = self.rows.header[row, FROM]
        self._put(route, self.rows.speeds[row])
        if self.rows.header[row, FROM] != before:
            self._order = None

    def routes_of(self, resource_id: int) -> tuple[Route, ...]:
        """All routes of one resource, in order of time and lane."""
        routes = [self.rows.route(row, resource_id) for row in self._rows_of.get(resource_id, ())]
        return tuple(sorted(routes, key=lambda each: (each.from_s, each.lane)))

    def search(
        self,
        request: Request,
        targets: Sequence[Target],
        *,
        now_s: int,
        travel: Travel,
        keep: int = 1,
        instead: Sequence[Route] = (),
        reorder: bool = True,
    ) -> SearchResult:
        """As `find_offers`; `instead` replaces the routes of the same ids for this search only."""
        if self.rows.take_compiled():
            # Their tables are lists, for which everything would have to be compiled once more.
            self.days.clear()
            self.day_entries = 0
        if not instead:
            return self._find(
                self, request, targets, now_s=now_s, travel=travel, keep=keep, reorder=reorder
            )
        put_aside: list[Route] = []
        try:
            for route in instead:
                put_aside.append(self.rows.route(self.rows.row_of[route.id], route.resource_id))
                self.set_route(route)
            return self._find(
                self, request, targets, now_s=now_s, travel=travel, keep=keep, reorder=reorder
            )
        finally:
            for route in put_aside:
                self.set_route(route)

    # --- For the search ------------------------------------------------------------------------

    def order(self) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64]]:
        """Rows by resource (as `people` numbers them), lane and time; and where each begins."""
        if self._order is None:
            rows: list[int] = []
            slices = [0]
            for party in self.people.parties:
                own = self._rows_of.get(party.id, ())
                header = self.rows.header
                rows += sorted(own, key=lambda row: tuple(header[row, [LANE, FROM]].tolist()))
                slices.append(len(rows))
            self._order = np.array(rows, np.int32)
            self._slices = np.array(slices, np.int64)
            self._seekers.clear()
        return self._order, self._slices

    def rows_of(self, resource_id: int) -> Sequence[int]:
        """The rows of one resource's routes."""
        return self._rows_of.get(resource_id, ())

    def seekers(
        self,
        key: Hashable,
        make: Callable[[], Seekers],
    ) -> Seekers:
        """What `make` makes, kept for the next search with this key while the board's order holds.

        Routes may change meanwhile; only people and the list of routes may not.
        """
        self.order()
        found = self._seekers.get(key)
        if found is None:
            if len(self._seekers) >= _MOST_SEEKERS:
                self._seekers.clear()
            found = self._seekers[key] = make()
        return found

    def targets(self, targets: Sequence[Target], base_s: int) -> Targets:
        """The targets as arrays; the same sequence is often asked for again."""
        known = self._targets.get(id(targets))
        if known is None or known[0] is not targets or known[1] != base_s:
            if len(self._targets) >= _MOST_TARGETS:
                self._targets.clear()
            # Kept with the sequence itself, so that nothing else can take its id.
            known = self._targets[id(targets)] = (targets, base_s, Targets(targets, base_s))
        return known[2]

    def works_on(self, resource_id: int, day: int, from_s: int, to_s: int) -> bool:
        """There is a route of this day (its ordinal), or one that reaches into the span."""
        table = self.rows.header[np.array(self._rows_of.get(resource_id, ()), np.intp)]
        touches = (table[:, FROM] <= to_s) & (from_s < table[:, TO])
        return bool(np.any(touches | (table[:, DAY] == day)))

    def _put(self, route: Route, speed: float) -> int:
        row = self.rows.put(route, speed)
        turns, to_s = self.rows.header[row, [TURNS, TO]].tolist()
        self.longest_s = max(self.longest_s, to_s - turns)
        return row
