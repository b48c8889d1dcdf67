"""Slot search: for every target, the best plans that can really be driven.

The rules of product.md 8.4 hold: nothing in the past, travel and work in one unbroken stretch,
travel from the previous visit of the day or the start place, groups matched on common arrival.
Unlike there, planned visits may move, inside what was promised and nowhere else.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from doorstep.engine.alone import (
    best_alone,
    explain_alone,
    rank_of,
    reordered_seats,
    reorderings,
    seekers_of,
)
from doorstep.engine.board import Board
from doorstep.engine.chances import Chances, Seats, Seekers, find_chances
from doorstep.engine.cost import preference_s
from doorstep.engine.eligibility import Ask, Party
from doorstep.engine.explain import CODE, Tally
from doorstep.engine.parties import Roster, Span
from doorstep.engine.passes import BIG
from doorstep.engine.people import Dated
from doorstep.engine.plan import Seat, plan_of
from doorstep.engine.problem import (
    Problem,
    Request,
    ResourceKind,
    Role,
    Target,
    WorkLocation,
)
from doorstep.engine.result import Opening, Rule, SearchResult
from doorstep.engine.together import Chance, Option, Plan, best_plans, option
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
    found = _Search(board, request, targets, now_s, travel, keep, reorder=reorder)
    for place in found.places():
        found.look_at(place)
    return found.result()


@dataclass(frozen=True, slots=True)
class _Found:
    """One plan for one target: cost, arrival, ids of those who come; and what writes it out."""

    rank: tuple[int, int, list[int]]
    ids: frozenset[int]
    added_travel_s: int
    seats: Callable[[], list[Seat]]


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
        self.found: list[list[_Found]] = [[] for _ in targets]
        self.tally = Tally(self.targets.days, len(self.people.parties), len(self.people.crews))
        for role in request.roles:
            self.tally.look_at(crews=bool(role.crew_size))

    def places(self) -> Sequence[Coordinates | None]:
        """Where the work could be done: one place, or every place with a facility to be had."""
        request = self.request
        if request.work_location is not WorkLocation.FACILITY:
            return [request.place if request.work_location is WorkLocation.ONSITE else None]
        host = _host_role(request)
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
        host = _host_role(self.request)
        asks = [Ask(self.request, role, place, role is host) for role in self.request.roles]
        eligible = [
            np.zeros(0, np.intp) if ask.role.crew_size else self._passing(ask) for ask in asks
        ]
        if len(asks) == 1 and not asks[0].role.crew_size:
            self._alone(asks[0], eligible[0])
        else:
            self._together(asks, eligible)

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
                _Found(
                    (chance[8], arrives_s + self.base_s, [party.id]),
                    frozenset((party.id,)),
                    chance[7],
                    partial(_one_seat, seats, order, ask, party),
                )
            )

    def _reordered(self, ask: Ask, chances: Chances, closed: list[int]) -> None:
        """Up to `keep` people for each target that only another order opens."""
        every = reorderings(
            self.board, ask, chances, self.targets, np.array(closed), self.now_s, self.travel
        )
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
                _Found(
                    (cost, arrives_s + self.base_s, [party.id]),
                    frozenset((party.id,)),
                    each.added_travel_s,
                    partial(_one_seat, reordered_seats(self.board, chances, [each]), 0, ask, party),
                )
            )

    # --- Several together ------------------------------------------------------------------------

    def _together(self, asks: list[Ask], eligible: list[Indexes]) -> None:
        wanted = {index for indexes in eligible for index in indexes.tolist()}
        if any(ask.role.crew_size for ask in asks):
            # A member the rules bar bars the crew; looking at all members is simple and harmless.
            wanted |= {
                self.people.index_of[each.resource_id]
                for crew in self.people.crews
                for each in crew.members
                if each.resource_id in self.people.index_of
            }
        indexes = np.array(sorted(wanted), np.intp)
        everybody = self._chances_of(asks, indexes)
        passed: dict[int, set[int]] = {}
        spans = [
            {index: dated.get(index, [(-BIG, BIG)]) for index in indexes.tolist()}
            for indexes, dated in (
                (own, self.people.spans(ask, own, self.base_s))
                for ask, own in zip(asks, eligible, strict=True)
            )
        ]
        for at, target in enumerate(self.targets.given):
            at_target = everybody.at(at)
            options = []
            for ask, own in zip(asks, spans, strict=True):
                if ask.role.crew_size:
                    options.append(self._crew_options(ask, target, at, at_target))
                else:
                    options.append(self._options(ask, own, at_target))
            for each in options:
                for found in each:
                    unit = self._unit(found.party)
                    passed.setdefault(self.targets.day_of[at], set()).add(unit)
            for plan in best_plans(options, self.keep):
                self.found[at].append(
                    _Found(
                        (plan.cost_s, plan.arrives_s + self.base_s, sorted(plan.resource_ids)),
                        plan.resource_ids,
                        sum(seat.chance.added_travel_s for seat in plan.seats),
                        everybody.seats(plan, asks),
                    )
                )
        for day, units in passed.items():
            self.tally.note_day(day, np.array(sorted(units)), CODE[Rule.NOT_TOGETHER])
        for ask, own in zip(asks, spans, strict=True):
            if not ask.role.crew_size:
                self._explain_role(own, everybody)

    def _chances_of(self, asks: list[Ask], indexes: Indexes) -> "_Everybody":
        place = asks[0].place
        hosts = place is not None and self.request.work_location is WorkLocation.FACILITY
        receives = np.array(
            [
                hosts and self.people.parties[index].members[0].kind is ResourceKind.FACILITY
                for index in indexes.tolist()
            ],
            bool,
        )
        parts = []
        for own, is_remote in ((indexes[~receives], place is None), (indexes[receives], True)):
            chances = find_chances(
                self.board,
                self.request,
                place,
                Seekers.of(self.board, own, 0, {}),
                self.targets,
                self.now_s,
                self.travel,
                is_remote=is_remote,
            )
            chances.table = chances.table.copy()  # the next search takes the memory
            parts.append(chances)
        return _Everybody(self, parts)

    def _options(self, ask: Ask, spans: Dated, at_target: "_AtTarget") -> list[Option]:
        options: list[Option] = []
        for index, own in spans.items():
            party = self.people.parties[index]
            chances = at_target.get(party.id)
            if chances:
                for from_s, to_s in own:
                    options += _option(ask.role, Span(party, from_s, to_s), at_target)
        return options

    def _crew_options(
        self, ask: Ask, target: Target, at: int, at_target: "_AtTarget"
    ) -> list[Option]:
        options: list[Option] = []
        day = self.targets.day_of[at]
        for number, crew in enumerate(self.people.crews):
            spans = Roster(self.board, self.request.duration_s).crew_spans(ask, crew, target)
            unit = len(self.people.parties) + number
            if isinstance(spans, Rule):
                self.tally.note_day(day, unit, CODE[spans])
                continue
            self.tally.note_day(day, unit, CODE[Rule.NO_GAP])
            for span in spans:
                inside = Span(span.party, span.from_s - self.base_s, span.to_s - self.base_s)
                options += _option(ask.role, inside, at_target)
        return options

    def _explain_role(self, spans: Dated, everybody: "_Everybody") -> None:
        for day in range(len(self.targets.days)):
            for index, own in spans.items():
                works, is_near = everybody.days_of(index)
                rule = Rule.NO_GAP
                if not is_near:
                    rule = Rule.RADIUS
                elif not works[day]:
                    rule = Rule.WORKING_HOURS
                elif not any(
                    low <= to_s and from_s <= high
                    for low, high in own
                    for from_s, to_s in self.targets.of_day(day)
                ):
                    rule = Rule.SKILL
                self.tally.note_day(day, index, CODE[rule])

    def _unit(self, party: Party) -> int:
        if party.crew_id is None:
            return self.people.index_of[party.id]
        ids = [crew.id for crew in self.people.crews]
        return len(self.people.parties) + ids.index(party.crew_id)

    def _plan(self, found: _Found, arrives_s: int) -> Callable[[], Any]:
        request = self.request
        return lambda: plan_of(request, found.seats(), arrives_s)


_AtTarget = dict[int, list[Chance]]


class _Everybody:
    """The chances of all who are wanted, by target and resource."""

    def __init__(self, search: _Search, parts: list[Chances]) -> None:
        self.search = search
        self.parts = parts
        self._by_target: list[_AtTarget] = [{} for _ in search.targets.given]
        number = 0
        self._home: list[tuple[Chances, int]] = []
        self._days: dict[int, tuple[list[bool], bool]] = {}
        for part in parts:
            for at, chance, from_s, to_s in part.touching(search.targets):
                row = part.table[chance]
                index = int(part.seekers.indexes[row[0]])
                calm_s = int(row[5])
                self._by_target[at].setdefault(search.people.parties[index].id, []).append(
                    Chance(
                        int(row[7]),
                        min(max(from_s, calm_s), to_s),
                        from_s,
                        to_s,
                        calm_s,
                        number + chance,
                    )
                )
            number += len(part.table)
            self._home += [(part, each) for each in range(len(part.table))]
            for at, index in enumerate(part.seekers.indexes.tolist()):
                self._days[index] = (part.works[at].tolist(), bool(part.is_near[at]))

    def at(self, target: int) -> _AtTarget:
        """By resource id, its chances at one target."""
        return self._by_target[target]

    def days_of(self, index: int) -> tuple[list[bool], bool]:
        """On which days this individual works, and whether it starts near enough."""
        return self._days[index]

    def seats(self, plan: Plan, asks: list[Ask]) -> Callable[[], list[Seat]]:
        """What writes out the plan's seats."""
        by_role = {ask.role.id: ask for ask in asks}
        writers = []
        for seat in plan.seats:
            part, number = self._home[seat.chance.number]
            ask = by_role[seat.option.role.id]
            write = part.seats(part.table[[number]])
            writers.append(partial(write, 0, ask, seat.option.party, seat.resource_id))
        return lambda: [write() for write in writers]


def _one_seat(seats: Seats, at: int, ask: Ask, party: Party) -> list[Seat]:
    return [seats(at, ask, party, party.id)]


def _host_role(request: Request) -> Role | None:
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


def _option(role: Role, span: Span, at_target: _AtTarget) -> list[Option]:
    """The span's party as an option, if each of its members has a chance then."""
    chances = []
    for member in span.party.members:
        cut = _within(at_target.get(member.id, ()), span.from_s, span.to_s)
        if not cut:
            return []
        chances.append(cut)
    return [option(role, span.party, chances, preference_s(role.preferred, span.party.ids))]


def _within(chances: Sequence[Chance], from_s: int, to_s: int) -> list[Chance]:
    """The chances cut to arrivals of [from_s, to_s]."""
    cut = []
    for chance in chances:
        if from_s <= chance.from_s and chance.to_s <= to_s:
            cut.append(chance)
        elif chance.from_s <= to_s and from_s <= chance.to_s:
            low_s, high_s = max(from_s, chance.from_s), min(to_s, chance.to_s)
            arrives_s = min(max(low_s, chance.calm_s), high_s)
            cut.append(
                Chance(
                    chance.added_travel_s, arrives_s, low_s, high_s, chance.calm_s, chance.number
                )
            )
    return cut
