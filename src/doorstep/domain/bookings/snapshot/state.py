"""What one process keeps in memory of everybody's days, and how it catches up."""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from doorstep.engine import Board, Offer, Request, Route, SearchResult, StopKind, Target, Travel

from ..days import (
    ONE_DAY,
    Held,
    Interval,
    Span,
    Taken,
    read_taken,
    routes_of,
    span_of_days,
)
from ..people import Worker, load_workers
from ..reference import Reference, legs_of, load_reference, trips_of
from ..seconds import second
from .changes import Look, Mark, look

# However long ahead a portal lets customers book, so many days are kept; what lies behind them is
# read when somebody asks. With the days to spare, a day that begins makes nobody wait.
MOST_DAYS = 100
SPARE_DAYS = 7
# Few, for what is read of them lies in memory several times over until it is on the board.
_PEOPLE_AT_A_TIME = 25


@dataclass(frozen=True, slots=True)
class Place:
    """Where a stop that may count as free lies: in somebody's day."""

    stop_id: int
    span: Span


class State:
    """Board, reference data and holds as of `mark`. For one thread at a time."""

    @classmethod
    def load(cls, now: datetime) -> "State | None":
        """Read everything, in a number of queries that does not grow with the company.

        None within a transaction that has written.
        """
        # First the mark: what is committed while we read is read again at the first look.
        found = look()
        return None if found.has_written else cls(found, now)

    def __init__(self, found: Look, now: datetime) -> None:
        self.mark: Mark = found.mark
        self.at: datetime = found.at
        self.is_whole = True
        self.reference: Reference = load_reference()
        ahead = min(self.reference.max_lead_days, MOST_DAYS)
        self.first: date = now.date() - ONE_DAY
        self.last: date = now.date() + timedelta(days=ahead + SPARE_DAYS)
        self.workers: dict[int, Worker] = self._load_workers(None)
        self.board = Board(trips_of(self.reference.company, now))
        self._legs = legs_of(self.reference.company, now)
        self._set_people()
        self._away: dict[int, dict[int, list[Interval]]] = {}
        self._held: dict[int, dict[int, Held]] = {}
        self._read_days(list(self.workers.values()))

    def reaches(self, now: datetime) -> bool:
        """Whether the days kept are still those that can be booked."""
        ahead = min(self.reference.max_lead_days, MOST_DAYS)
        return self.first < now.date() and now.date() + timedelta(days=ahead + 1) <= self.last

    def covers(self, days: Collection[date]) -> bool:
        """Whether all there is to know of these local days of the place of work is kept."""
        return not days or (self.first < min(days) and max(days) < self.last)

    # --- Catching up ---------------------------------------------------------------------------

    def catch_up(self, found: Look) -> None:
        """Make the changes of a look. After an exception the state is of no use any more."""
        self.is_whole = False
        self.at = found.at
        if found.changes_reference:
            self.reference = load_reference()
        if found.resources:
            self._reload(found.resources)
        spans = [span for span in found.spans if span.resource_id not in found.resources]
        spans += [held.span for held in self._run_out()]
        if spans:
            self._reread(spans)
        self.mark = found.mark
        self.is_whole = True

    def _run_out(self) -> Iterable[Held]:
        """Holds that have ended since the last look."""
        return [held for held in self._all_held() if held.expires_at <= self.at]

    def _all_held(self) -> Iterable[Held]:
        return (held for own in self._held.values() for held in own.values())

    def _reload(self, resource_ids: Collection[int]) -> None:
        """Resources with all their days. Crews come along, for they know who of them is active."""
        crews = {worker.id for worker in self.workers.values() if worker.crew is not None}
        fresh = self._load_workers({*resource_ids, *crews})
        kept = {
            key: worker
            for key, worker in self.workers.items()
            if key not in resource_ids and key not in crews
        }
        self.workers = dict(sorted((kept | fresh).items()))
        self._set_people()
        for resource_id in resource_ids:
            self._away.pop(resource_id, None)
            self._held.pop(resource_id, None)
        self._read_days([self.workers[each] for each in resource_ids if each in self.workers])

    def _read_days(self, workers: Sequence[Worker]) -> None:
        """All days of these people; some people at a time, so that rows are never in memory as a
        whole."""
        for first in range(0, len(workers), _PEOPLE_AT_A_TIME):
            some = workers[first : first + _PEOPLE_AT_A_TIME]
            taken = read_taken([span_of_days(each.id, self.first, self.last) for each in some])
            self._keep(taken)
            for worker in some:
                if worker.calendar is not None:
                    routes = routes_of(worker, self.first, self.last, taken, legs=self._legs)
                    self.board.set_routes(worker.id, routes)
            if first == 0:
                self.board.expect_others()

    def _reread(self, spans: Iterable[Span]) -> None:
        """The days that the spans touch, of all resources in one query."""
        days = self._days_touched(spans)
        wanted = [
            span_of_days(resource_id, min(own), max(own)) for resource_id, own in days.items()
        ]
        for span in wanted:
            self._forget(span)
        taken = read_taken(wanted)
        self._keep(taken)
        for resource_id, own in days.items():
            for route in self._routes(self.workers[resource_id], own, taken):
                self.board.set_route(route)

    def _days_touched(self, spans: Iterable[Span]) -> dict[int, set[date]]:
        """Local days, by resource, that may have a route under the span: a shift may begin on the
        day before, and no zone is more than a day off."""
        days: dict[int, set[date]] = defaultdict(set)
        for span in spans:
            if span.resource_id not in self.workers:
                continue
            day = max(span.starts_at.date() - 2 * ONE_DAY, self.first)
            last = min(span.ends_at.date() + ONE_DAY, self.last)
            while day <= last:
                days[span.resource_id].add(day)
                day += ONE_DAY
        return days

    def _routes(self, worker: Worker, days: Collection[date], taken: Taken) -> Iterable[Route]:
        first, last = min(days), max(days)
        routes = routes_of(worker, first, last, taken, legs=self._legs)
        return [route for route in routes if route.day in days]

    def _keep(self, taken: Taken) -> None:
        """Absences and holds among what was read, of people who are known."""
        for (resource_id, lane), own in taken.lanes.items():
            if own.away and resource_id in self.workers:
                known = self._away.setdefault(resource_id, {}).setdefault(lane, [])
                known += own.away
        for held in taken.held:
            if held.span.resource_id in self.workers:
                self._held.setdefault(held.span.resource_id, {})[held.stop_id] = held

    def _forget(self, span: Span) -> None:
        """Absences and holds that touch what will be read again."""
        from_s, to_s = second(span.starts_at), second(span.ends_at)
        for away in self._away.get(span.resource_id, {}).values():
            away[:] = [each for each in away if each[1] <= from_s or to_s <= each[0]]
        own = self._held.get(span.resource_id, {})
        for held in list(own.values()):
            if held.span.ends_at > span.starts_at and held.span.starts_at < span.ends_at:
                del own[held.stop_id]

    def _load_workers(self, resource_ids: Collection[int] | None) -> dict[int, Worker]:
        return load_workers(
            from_day=self.first,
            to_day=self.last,
            company=self.reference.company,
            resource_ids=resource_ids,
        )

    def _set_people(self) -> None:
        self.board.set_people(
            [worker.resource for worker in self.workers.values()],
            [worker.crew for worker in self.workers.values() if worker.crew is not None],
        )

    # --- Asking --------------------------------------------------------------------------------

    def holds_of(self, contact_id: int) -> frozenset[int]:
        """The live holds of a contact that take time."""
        return frozenset(held.hold_id for held in self._all_held() if held.contact_id == contact_id)

    def places_held(self, hold_ids: Collection[int]) -> list[Place]:
        """Where these holds lie."""
        if not hold_ids:
            return []
        return [
            Place(held.stop_id, held.span) for held in self._all_held() if held.hold_id in hold_ids
        ]

    def search(
        self,
        request: Request,
        targets: Sequence[Target],
        *,
        now: datetime,
        travel: Travel,
        keep: int,
        apart: Collection[Place],
    ) -> SearchResult:
        """As the engine's board does, with the stops of `apart` counted as free."""
        return self.board.search(
            request,
            targets,
            now_s=second(now),
            travel=travel,
            keep=keep,
            instead=self._without(apart),
        )

    def routes_behind(self, offers: Iterable[Offer]) -> dict[Hashable, Route]:
        """The routes that the visits of these offers would go into, by id."""
        rows = self.board.rows
        return {
            each.route_id: rows.route(rows.row_of[each.route_id], each.resource_id)
            for offer in offers
            for each in offer.assignments
        }

    def _without(self, apart: Collection[Place]) -> list[Route]:
        """The routes that hold these stops, made anew without them: a break or an absence under a
        visit shows again."""
        gone = {place.stop_id for place in apart}
        days = self._days_touched(place.span for place in apart)
        found: list[Route] = []
        for resource_id, own in days.items():
            taken = Taken()
            for lane, away in self._away.get(resource_id, {}).items():
                taken.lanes[resource_id, lane].away = away
            before: dict[object, Route] = {}
            seen: set[int] = set()
            for route in self.board.routes_of(resource_id):
                if route.day not in own:
                    continue
                before[route.id] = route
                for stop in route.stops:
                    if stop.kind is not StopKind.BUSY and stop.id not in gone | seen:
                        seen.add(stop.id)
                        taken.lanes[resource_id, route.lane].add(stop)
            found += [
                route
                for route in self._routes(self.workers[resource_id], own, taken)
                if route.id in before and route != before[route.id]
            ]
        return found
