"""Slot search: for every target, the best plans that can really be driven.

The rules of product.md 8.4 hold: nothing in the past, travel and work in one unbroken stretch,
travel from the previous visit of the day or the start place, groups matched on common arrival.
Unlike there, planned visits may move, inside what was promised and nowhere else.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from doorstep.engine.alone import (
    best_alone,
    explain_alone,
    rank_of,
    reordered_seats,
    seekers_of,
)
from doorstep.engine.board import Board
from doorstep.engine.chances import Chances, Seats, find_chances
from doorstep.engine.eligibility import Ask, Party
from doorstep.engine.explain import Tally
from doorstep.engine.groups import Found, Group
from doorstep.engine.pair import PairAnswer, best_pair
from doorstep.engine.plan import Seat, plan_of
from doorstep.engine.problem import (
    Problem,
    Request,
    ResourceKind,
    Role,
    Target,
    WorkLocation,
)
from doorstep.engine.reorder import Reorderings
from doorstep.engine.result import Opening, Rule, SearchResult
from doorstep.engine.travel import Travel
from doorstep.platform.values.geo import Coordinates

Indexes = npt.NDArray[np.intp]


def find_offers(
    problem: Problem, *, keep: int = 1, reorder: bool = True, is_compiled: bool | None = None
) -> SearchResult:
    """For every target up to `keep` offers by pairwise different people, best first.

    Preferred people come first, then less added travel, then the earlier arrival, then lower ids;
    the same problem always gives the same result. First the stops of each day keep their order;
    with `reorder`, targets that nobody can reach so are tried with every order. Raises ValueError
    if `keep` is below 1.
    """
    return search(
        Board.of(problem, is_compiled=is_compiled),
        problem.request,
        problem.targets,
        now_s=problem.now_s,
        travel=problem.travel,
        keep=keep,
        reorder=reorder,
    )


def search(
    board: Board,
    request: Request,
    targets: Sequence[Target],
    *,
    now_s: int,
    travel: Travel,
    keep: int = 1,
    reorder: bool = True,
) -> SearchResult:
    """As `find_offers`, on a board that is there already."""
    if keep < 1:
        raise ValueError("at least one offer per target must be kept")
    if not targets:
        return SearchResult(lambda: (), dict)
    is_alone = len(request.roles) == 1 and not request.roles[0].crew_size
    if is_alone and keep == 1 and request.work_location is not WorkLocation.FACILITY:
        return best_alone(board, request, targets, now_s=now_s, travel=travel, reorder=reorder)
    if keep == 1:
        pair = best_pair(board, request, targets, now_s=now_s, travel=travel)
        if pair is not None:
            return _completed(board, request, pair, now_s, travel, reorder=reorder)
    found = _Search(board, request, targets, now_s, travel, keep, reorder=reorder)
    for place in found.places():
        found.look_at(place)
    return found.result()


def _completed(
    board: Board, request: Request, pair: PairAnswer, now_s: int, travel: Travel, *, reorder: bool
) -> SearchResult:
    """What two people can do as their days are, and at the other targets in any order."""
    closed = pair.closed()
    if not closed or not reorder:
        return SearchResult(pair.openings, lambda: pair.tally().removed())
    found = _Search(board, request, closed, now_s, travel, 1, reorder=True)
    for place in found.places():
        found.look_at(place)
    others = found.result().openings
    order = {target.id: number for number, target in enumerate(pair.given)}
    return SearchResult(
        lambda: tuple(sorted((*pair.openings(), *others), key=lambda each: order[each.target.id])),
        lambda: pair.tally().absorb(found.tally).removed(),
    )


class _Search:
    def __init__(
        self,
        board: Board,
        request: Request,
        targets: Sequence[Target],
        now_s: int,
        travel: Travel,
        keep: int,
        *,
        reorder: bool,
    ) -> None:
        self.board = board
        self.reorder = reorder
        self.people = board.people
        self.request = request
        self.base_s = board.rows.base_s or now_s
        self.targets = board.targets(targets, self.base_s)
        self.now_s = now_s
        self.travel = travel
        self.keep = keep
        self.found: list[list[Found]] = [[] for _ in targets]
        self.tally = Tally(self.targets.days, len(self.people.parties), len(self.people.crews))
        for role in request.roles:
            self.tally.look_at(crews=bool(role.crew_size))

    def places(self) -> Sequence[Coordinates | None]:
        """Where the work could be done: one place, or every place with a facility to be had."""
        request = self.request
        if request.work_location is not WorkLocation.FACILITY:
            return [request.place if request.work_location is WorkLocation.ONSITE else None]
        host = host_role(request)
        if host is None:
            self.tally.note(np.arange(len(self.people.parties)), Rule.WORK_LOCATION)
            return []
        # Those without a start are asked, too: the tally wants to know what takes them out.
        starts = {party.members[0].start for party in self.people.parties}
        hosts = {
            start for start in starts if len(self._passing(Ask(request, host, start, is_host=True)))
        }
        return sorted(start for start in hosts if start is not None)

    def look_at(self, place: Coordinates | None) -> None:
        """Find the best plans for work at this place."""
        host = host_role(self.request)
        asks = [Ask(self.request, role, place, role is host) for role in self.request.roles]
        eligible = [
            np.zeros(0, np.intp) if ask.role.crew_size else self._passing(ask) for ask in asks
        ]
        if len(asks) == 1 and not asks[0].role.crew_size:
            self._alone(asks[0], eligible[0])
        else:
            group = Group(
                self.board, self.request, self.targets, self.base_s, self.now_s, self.travel,
                self.keep, self.tally, reorder=self.reorder,
            )  # fmt: skip
            for found, more in zip(self.found, group.find(asks, eligible), strict=True):
                found += more

    def result(self) -> SearchResult:
        """The best of all places, with different people each."""
        openings: list[Opening] = []
        duration_s = self.request.duration_s
        offered = set()
        for at, target in enumerate(self.targets.given):
            found = self.found[at]
            if len(found) > 1:
                found.sort(key=lambda each: each.rank)
            seen: set[frozenset[int]] = set()
            for each in found:
                if each.ids in seen or len(seen) == self.keep:
                    continue
                seen.add(each.ids)
                cost, arrives_s, _ids = each.rank
                openings.append(
                    Opening(
                        target,
                        arrives_s,
                        arrives_s + duration_s,
                        each.ids,
                        each.added_travel_s,
                        cost,
                        self._plan(each, arrives_s),
                    )
                )
            if seen:
                offered.add(self.targets.day_of[at])
        self.tally.offer(offered)
        return SearchResult(lambda: tuple(openings), self.tally.removed)

    # --- Who may come ----------------------------------------------------------------------------

    def _passing(self, ask: Ask) -> Indexes:
        """Individuals who pass every rule but the radius; the others are noted."""
        passing = self.people.passing(ask)
        for rule, refused in passing.refused:
            self.tally.note(refused, rule)
        return passing.indexes

    # --- One resource ----------------------------------------------------------------------------

    def _alone(self, ask: Ask, indexes: Indexes) -> None:
        seekers = seekers_of(self.board, ask, self.base_s)
        chances = find_chances(
            self.board, self.request, ask.place, seekers, self.targets, self.now_s, self.travel,
            is_remote=ask.place is None or ask.is_host,
        )  # fmt: skip
        picked = chances.several(self.targets, self.keep)
        found = {at for at, _, _ in picked}
        closed = [
            at for at, number in enumerate(self.targets.order.tolist()) if number not in found
        ]
        if self.reorder and closed:
            self._reordered(ask, chances, closed)
        explain_alone(self.tally, indexes, chances, self.targets)
        seats = chances.seats(chances.table[[number for _, number, _ in picked]])
        for order, (at, number, arrives_s) in enumerate(picked):
            chance = chances.table[number].tolist()
            party = self.people.parties[int(chances.seekers.indexes[chance[0]])]
            self.found[at].append(
                Found(
                    (chance[8], arrives_s + self.base_s, [party.id]),
                    frozenset((party.id,)),
                    chance[7],
                    partial(_one_seat, seats, order, ask, party),
                )
            )

    def _reordered(self, ask: Ask, chances: Chances, closed: list[int]) -> None:
        """Up to `keep` people for each target that only another order opens."""
        days = Reorderings(self.board, self.request, chances, self.targets)
        every = days.open(np.array(closed))
        seen: set[tuple[int, int]] = set()
        for each in sorted(every, key=lambda each: rank_of(chances, each)):
            number = int(self.targets.order[each.target])
            index = int(chances.seekers.indexes[each.seeker])
            if (number, index) in seen or sum(at == number for at, _ in seen) == self.keep:
                continue
            seen.add((number, index))
            party = self.people.parties[index]
            cost, arrives_s = rank_of(chances, each)[:2]
            self.found[number].append(
                Found(
                    (cost, arrives_s + self.base_s, [party.id]),
                    frozenset((party.id,)),
                    each.added_travel_s,
                    partial(_one_seat, reordered_seats(self.board, chances, [each]), 0, ask, party),
                )
            )

    def _plan(self, found: Found, arrives_s: int) -> Callable[[], Any]:
        request = self.request
        return lambda: plan_of(request, found.seats(), arrives_s)


def _one_seat(seats: Seats, at: int, ask: Ask, party: Party) -> list[Seat]:
    return [seats(at, ask, party, party.id)]


def host_role(request: Request) -> Role | None:
    """The first role that asks for a facility; in facility work, that one receives the customer."""
    if request.work_location is not WorkLocation.FACILITY:
        return None
    return next(
        (
            role
            for role in request.roles
            if not role.crew_size and ResourceKind.FACILITY in role.kinds
        ),
        None,
    )
