"""Look into everybody's days: in the process's own memory where that may be, else in the rows."""

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from doorstep.engine import (
    Offer,
    Problem,
    Route,
    SearchResult,
    StraightLine,
    Target,
    Travel,
    find_offers,
)
from doorstep.platform.lib.db import database_now
from doorstep.platform.lib.rows import Rows, Statement, run

from ..days import NOTHING_APART, Apart, LateDeparture, Span
from ..estimates import rests_on_estimates
from ..problem import load_problem, problem_of, request_for, travel_between
from ..reference import Facts, Reference, facts_of
from ..wish import Wish
from . import shared
from .changes import asking_whether_it_holds
from .state import Place, State


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found; `routes` (by id) are those of the best offers as it saw them."""

    result: SearchResult
    travel: Travel
    routes: Mapping[Hashable, Route]

    def is_estimated(self, offer: Offer) -> bool:
        """The way to or from the visit is a guess: no road was looked at."""
        if isinstance(self.travel, StraightLine):
            return any(each.place is not None for each in offer.assignments)
        return rests_on_estimates(offer, self.routes.__getitem__, self.travel)


class Planning:
    """What is known at the moment it was opened, or a little later; never what is older.

    What the transactions visible in `seen` changed is known; None when nobody can tell.
    """

    def __init__(self, state: State | None, *, has_days: bool = True) -> None:
        self._state = state
        self._has_days = has_days
        # While others ask too, the memory moves on; it never falls behind this.
        self._mark = None if state is None else state.mark

    @property
    def is_shared(self) -> bool:
        """Whether it looks into the memory of the process."""
        return self._state is not None

    @property
    def seen(self) -> str | None:
        return None if self._mark is None else self._mark.snapshot

    @property
    def reference(self) -> Reference | None:
        """What the process remembers beside people and their days; for reading only."""
        return None if self._state is None else self._state.reference

    @property
    def company_zone(self) -> str:
        """The company's zone, or "" when it has not been read."""
        return "" if self._state is None else self._state.reference.company.time_zone

    def clock(self) -> datetime:
        """The database's clock when this was opened, or now."""
        if self._state is None or not self._has_days:
            return database_now()
        return self._state.at

    def renewed(self, wish: Wish) -> Wish:
        """The wish with portal and service as planning knows them, if it does."""
        known = self.reference
        if known is None:
            return wish
        return replace(
            wish,
            portal=known.portals.get(wish.portal.pk, wish.portal),
            incident_type=known.services.get(wish.incident_type.pk, wish.incident_type),
        )

    def facts_of(self, wish: Wish) -> Facts:
        """What windows, roles and preferences say about a wish."""
        return facts_of(wish, self.reference)

    def apart_of(self, wish: Wish) -> Apart:
        """The visit to be moved and what the asking contact holds already: both count as free."""
        bookings = frozenset() if wish.booking is None else frozenset({wish.booking.pk})
        if wish.contact is None:
            return Apart(bookings)
        if self._state is None or not self._has_days:
            holds = run("SELECT id FROM bookings_hold WHERE contact_id = %s", [wish.contact.pk])
            return Apart(bookings, frozenset(pk for (pk,) in holds))
        with shared.shared.lock:
            return Apart(bookings, self._state.holds_of(wish.contact.pk))

    def find(
        self,
        *,
        wish: Wish,
        facts: Facts,
        targets: Sequence[Target],
        now: datetime,
        apart: Apart = NOTHING_APART,
        keep: int = 1,
        with_routes: bool = False,
    ) -> Found:
        """The best plans for every target. Raises NoPlace or NotBookable.

        Without `with_routes` the routes behind them are left out where nobody needs them.
        """
        days = [target.day for target in targets]
        state = self._state
        if state is None or not self._has_days or not state.covers(days):
            return self._find_in_rows(wish, facts, targets, now, apart, keep)
        request = request_for(wish, facts, min(days, default=None))
        # The engine asks for what it needs of it, place by place or many at once.
        travel = travel_between(request.place, (), facts, now)
        away = _places_of(wish, apart)
        with shared.shared.lock:
            if not state.is_whole:
                # Another thread failed to catch up, and left it for good.
                return self._find_in_rows(wish, facts, targets, now, apart, keep)
            result = state.search(
                request,
                targets,
                now=now,
                travel=travel,
                keep=keep,
                apart=[*away, *state.places_held(apart.holds)],
            )
            routes: dict[Hashable, Route] = {}
            if with_routes or not isinstance(travel, StraightLine):
                routes = state.routes_behind(result.best)
        return Found(result, travel, routes)

    def _find_in_rows(
        self,
        wish: Wish,
        facts: Facts,
        targets: Sequence[Target],
        now: datetime,
        apart: Apart,
        keep: int,
    ) -> Found:
        problem = load_problem(wish=wish, targets=targets, now=now, apart=apart, facts=facts)
        routes = {route.id: route for route in problem.routes}
        return Found(find_offers(problem, keep=keep), problem.travel, routes)

    def problem_for(
        self,
        resource_ids: Collection[int],
        *,
        wish: Wish,
        facts: Facts,
        target: Target,
        now: datetime,
        apart: Apart,
        late: list[LateDeparture],
    ) -> Problem:
        """The target and these resources alone, their days as they are in the database now; `late`
        collects departures that have to be put right.

        What their locks guard is read anew: visits, holds, absences. Skills and hours nobody locks;
        they are as they were when this was opened, if it looks into the memory of the process.
        """
        state = self._state
        if state is None or not state.covers([target.day]):
            return load_problem(
                wish=wish, targets=[target], now=now, resource_ids=resource_ids, apart=apart,
                facts=facts, late=late,
            )  # fmt: skip
        with shared.shared.lock:
            workers = [
                state.workers[each] for each in sorted(resource_ids) if each in state.workers
            ]
        return problem_of(
            wish=wish,
            targets=[target],
            now=now,
            workers=workers,
            apart=apart,
            facts=facts,
            late=late,
        )


def open_planning(now: datetime) -> Planning:
    """One small query if nothing changed since the last one of this process.

    Within a transaction, open it before the first change: afterwards it reads rows, for what the
    transaction has written is its own affair.
    """
    return Planning(shared.shared.fresh(now))


class Recalled:
    """Planning as this process remembers it, for who will lock somebody's days and read them
    anyway, and asks in a round trip of his own whether the rest still holds."""

    def __init__(self, now: datetime) -> None:
        self._state = shared.shared.known(now)

    @property
    def question(self) -> Statement:
        """To be run before or behind the locks, in the transaction that relies on it."""
        if self._state is None:
            return "SELECT false", None
        return asking_whether_it_holds(self._state.mark)

    def answered(self, rows: Rows) -> Planning:
        """By the answer to `question`: the memory without its days, or planning that reads rows."""
        ((holds,),) = rows
        if self._state is not None and not holds:
            shared.shared.fall_behind()
        return Planning(self._state if holds else None, has_days=False)


def _places_of(wish: Wish, apart: Apart) -> list[Place]:
    """Where the visit to be moved lies; from what the page has read, if it has."""
    if wish.booking is None or wish.booking.pk not in apart.bookings:
        return []
    return [
        Place(each.pk, Span(each.resource_id, each.starts_at, each.ends_at))
        for each in wish.booking.assignments.all()
    ]
