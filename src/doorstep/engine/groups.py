"""Several people at one door: everybody's chances, put together by `together.best_plans`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from doorstep.engine.alone import reordered_seats
from doorstep.engine.board import Board
from doorstep.engine.chances import Chances, Seekers, Targets, find_chances
from doorstep.engine.cost import preference_s
from doorstep.engine.eligibility import Ask, Party
from doorstep.engine.explain import CODE, Tally
from doorstep.engine.parties import Roster, Span
from doorstep.engine.passes import BIG
from doorstep.engine.people import Dated
from doorstep.engine.plan import Seat
from doorstep.engine.problem import Request, ResourceKind, Role, Target, WorkLocation
from doorstep.engine.reorder import Reordering, Reorderings
from doorstep.engine.result import Rule
from doorstep.engine.together import Chance, Option, Plan, best_plans, option
from doorstep.engine.travel import Travel

Indexes = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Found:
    """One plan for one target: cost, arrival, ids of those who come; and what writes it out."""

    rank: tuple[int, int, list[int]]
    ids: frozenset[int]
    added_travel_s: int
    seats: Callable[[], list[Seat]]


class Group:
    """One search for a visit that needs several people, at one place."""

    def __init__(
        self,
        board: Board,
        request: Request,
        targets: Targets,
        base_s: int,
        now_s: int,
        travel: Travel,
        keep: int,
        tally: Tally,
        *,
        reorder: bool,
    ) -> None:
        self.board = board
        self.people = board.people
        self.request = request
        self.targets = targets
        self.base_s = base_s
        self.now_s = now_s
        self.travel = travel
        self.keep = keep
        self.tally = tally
        self.reorder = reorder
        self.roster = Roster(board, request.duration_s)
        self.everybody: _Everybody  # after `find`: what it saw, for whoever explains the answer

    def find(self, asks: list[Ask], eligible: list[Indexes]) -> list[list[Found]]:
        """Per target up to `keep` plans; `eligible` holds individuals per role."""
        everybody = self._chances_of(asks, np.array(sorted(self._wanted(asks, eligible)), np.intp))
        self.everybody = everybody
        spans = [
            {index: dated.get(index, [(-BIG, BIG)]) for index in own.tolist()}
            for own, dated in (
                (own, self.people.spans(ask, own, self.base_s))
                for ask, own in zip(asks, eligible, strict=True)
            )
        ]
        plans = [self._plans(asks, spans, everybody, at) for at in range(len(self.targets.given))]
        closed = [at for at, each in enumerate(plans) if not each]
        if self.reorder and closed:
            everybody.reorder(closed)
            for at in closed:
                plans[at] = self._plans(asks, spans, everybody, at)
        for ask, role_spans in zip(asks, spans, strict=True):
            if not ask.role.crew_size:
                self._explain(role_spans, everybody)
        return [[everybody.found(plan, asks) for plan in each] for each in plans]

    def _wanted(self, asks: list[Ask], eligible: list[Indexes]) -> set[int]:
        wanted = {index for indexes in eligible for index in indexes.tolist()}
        if any(ask.role.crew_size for ask in asks):
            # A member the rules bar bars the crew; looking at all members is simple and harmless.
            wanted |= {
                self.people.index_of[each.resource_id]
                for crew in self.people.crews
                for each in crew.members
                if each.resource_id in self.people.index_of
            }
        return wanted

    def _plans(
        self, asks: list[Ask], spans: list[Dated], everybody: "_Everybody", at: int
    ) -> list[Plan]:
        at_target = everybody.at(at)
        options = [
            self._crew_options(ask, self.targets.given[at], at, at_target)
            if ask.role.crew_size
            else self._options(ask, own, at_target)
            for ask, own in zip(asks, spans, strict=True)
        ]
        units = {self._unit(found.party) for each in options for found in each}
        if units:
            day = self.targets.day_of[at]
            self.tally.note_day(day, np.array(sorted(units)), CODE[Rule.NOT_TOGETHER])
        return best_plans(options, self.keep)

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
            spans = self.roster.crew_spans(ask, crew, target)
            unit = len(self.people.parties) + number
            if isinstance(spans, Rule):
                self.tally.note_day(day, unit, CODE[spans])
                continue
            self.tally.note_day(day, unit, CODE[Rule.NO_GAP])
            for span in spans:
                inside = Span(span.party, span.from_s - self.base_s, span.to_s - self.base_s)
                options += _option(ask.role, inside, at_target)
        return options

    def _explain(self, spans: Dated, everybody: "_Everybody") -> None:
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


_AtTarget = dict[int, list[Chance]]


class _Everybody:
    """The chances of all who are wanted, by target and resource.

    A chance's number says where it comes from: a chance of one of the parts, or, behind those, a
    reordering.
    """

    def __init__(self, group: Group, parts: list[Chances]) -> None:
        self._group = group
        self._parts = parts
        self._by_target: list[_AtTarget] = [{} for _ in group.targets.given]
        self._sources: list[tuple[Chances, int] | tuple[Reorderings, Reordering]] = []
        self._days: dict[int, tuple[list[bool], bool]] = {}
        for part in parts:
            before = len(self._sources)
            for at, number, from_s, to_s in part.touching(group.targets):
                row = part.table[number].tolist()
                index = int(part.seekers.indexes[row[0]])
                self._add(at, index, before + number, from_s, to_s, calm_s=row[5], added_s=row[7])
            self._sources += [(part, number) for number in range(len(part.table))]
            for at, index in enumerate(part.seekers.indexes.tolist()):
                self._days[index] = (part.works[at].tolist(), bool(part.is_near[at]))

    def reorder(self, closed: Sequence[int]) -> None:
        """Add what another order of somebody's day makes possible at these targets."""
        group = self._group
        places = {number: at for at, number in enumerate(group.targets.order.tolist())}
        wanted = np.array(sorted(places[number] for number in closed))
        for part in self._parts:
            if not len(part.seekers.table):
                continue
            days = Reorderings(group.board, group.request, part, group.targets)
            for each in days.open(wanted):
                self._add(
                    int(group.targets.order[each.target]),
                    int(part.seekers.indexes[each.seeker]),
                    len(self._sources),
                    each.from_s,
                    each.to_s,
                    calm_s=each.from_s,
                    added_s=each.added_travel_s,
                )
                self._sources.append((days, each))

    def _add(
        self, at: int, index: int, number: int, from_s: int, to_s: int, *, calm_s: int, added_s: int
    ) -> None:
        arrives_s = min(max(from_s, calm_s), to_s)
        chance = Chance(added_s, arrives_s, from_s, to_s, calm_s, number)
        resource_id = self._group.people.parties[index].id
        self._by_target[at].setdefault(resource_id, []).append(chance)

    def at(self, target: int) -> _AtTarget:
        """By resource id, its chances at one target."""
        return self._by_target[target]

    def days_of(self, index: int) -> tuple[list[bool], bool]:
        """On which days this individual works, and whether it starts near enough."""
        return self._days[index]

    def is_reordered(self, chance: Chance) -> bool:
        """Whether the chance takes another order of the day's stops."""
        return isinstance(self._sources[chance.number][0], Reorderings)

    def found(self, plan: Plan, asks: list[Ask]) -> Found:
        """The plan with what it costs in the end, and what writes out its seats."""
        by_role = {ask.role.id: ask for ask in asks}
        writers = []
        cost_s, added_s = plan.cost_s, 0
        for seat in plan.seats:
            source = self._sources[seat.chance.number]
            ask = by_role[seat.option.role.id]
            if isinstance(source[0], Chances):
                part, number = source
                write = part.seats(part.table[[number]])
                added_s += seat.chance.added_travel_s
            else:
                # Everybody's common arrival may ask for another order than the earliest one.
                days, each = source
                each = days.exactly(each, plan.arrives_s)
                write = reordered_seats(self._group.board, days.chances, [each])
                added_s += each.added_travel_s
                cost_s += each.added_travel_s - seat.chance.added_travel_s
            writers.append(partial(write, 0, ask, seat.option.party, seat.resource_id))
        return Found(
            (cost_s, plan.arrives_s + self._group.base_s, sorted(plan.resource_ids)),
            plan.resource_ids,
            added_s,
            lambda: [write() for write in writers],
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
