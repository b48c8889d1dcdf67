"""The board: everybody's days, kept ready to be searched again and again."""

from collections.abc import Hashable, Iterable, Sequence

from doorstep.engine.problem import Crew, Problem, Request, Resource, Route, Target
from doorstep.engine.result import SearchResult
from doorstep.engine.search import find_offers
from doorstep.engine.travel import StraightLine, Travel


class Board:
    """People and routes that stay in memory between searches.

    Not safe for two threads at once: whoever shares one keeps a lock around each call.
    """

    def __init__(self, estimate: StraightLine) -> None:
        """`estimate` measures the trips home and is the least any travel takes."""
        self._estimate = estimate
        self._resources: tuple[Resource, ...] = ()
        self._crews: tuple[Crew, ...] = ()
        self._routes: dict[int, dict[Hashable, Route]] = {}

    def set_people(self, resources: Iterable[Resource], crews: Iterable[Crew] = ()) -> None:
        """Replace everybody; routes of those who are gone are dropped."""
        self._resources = tuple(resources)
        self._crews = tuple(crews)
        known = {each.id for each in self._resources}
        self._routes = {key: value for key, value in self._routes.items() if key in known}

    def set_routes(self, resource_id: int, routes: Iterable[Route]) -> None:
        """Replace all routes of one resource. Raises KeyError for somebody unknown."""
        if all(each.id != resource_id for each in self._resources):
            raise KeyError(resource_id)
        self._routes[resource_id] = {route.id: route for route in routes}

    def set_route(self, route: Route) -> None:
        """Replace the route of the same id. Raises KeyError if there is none."""
        known = self._routes[route.resource_id]
        if route.id not in known:
            raise KeyError(route.id)
        known[route.id] = route

    def routes_of(self, resource_id: int) -> tuple[Route, ...]:
        """All routes of one resource, in order of time and lane."""
        routes = self._routes.get(resource_id, {}).values()
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
    ) -> SearchResult:
        """As `find_offers`; `instead` replaces the routes of the same ids for this search only."""
        replaced = {route.id: route for route in instead}
        return find_offers(
            Problem(
                request=request,
                targets=tuple(targets),
                resources=self._resources,
                crews=self._crews,
                routes=tuple(
                    replaced.get(route.id, route)
                    for routes in self._routes.values()
                    for route in routes.values()
                ),
                travel=travel,
                now_s=now_s,
            ),
            keep=keep,
        )
