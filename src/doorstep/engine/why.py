"""Why there is an offer on a day, or none: for everybody the rule that takes it out, or its gap.

The same steps as a search, with everything it looked at kept: who passes which rule, whose days
leave which arrivals, and which targets were tried with another order of the day.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from doorstep.engine.board import Board
from doorstep.engine.eligibility import Ask, Party
from doorstep.engine.explain import CODE, RULES, Tally
from doorstep.engine.groups import Group
from doorstep.engine.misses import Miss, Wanted, nearest_miss
from doorstep.engine.parties import Span
from doorstep.engine.passes import BIG
from doorstep.engine.problem import Problem, Request, ResourceKind, Target, WorkLocation
from doorstep.engine.result import Rule
from doorstep.engine.search import host_role
from doorstep.engine.travel import Travel
from doorstep.platform.values.geo import Coordinates


@dataclass(frozen=True, slots=True)
class Arrival:
    """The resource or crew could arrive at any second of [from_s, to_s] within the target.

    With `is_reordered` only if the other stops of the day change their order.
    """

    target: Target
    from_s: int
    to_s: int
    is_reordered: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """One resource or crew on one day.

    `rule` takes it out, at the role of this id (the one in which it came furthest); None: none
    does. `arrivals` is when it could come on its own: with the rule NOT_TOGETHER it has time and
    the others it needs do not, or, without arrivals, the members of a crew have time one by one
    only. Other orders of a day are looked at for targets that nothing else opens. `miss` says what
    the nearest gap lacks if the rule is NO_GAP; None if no part of its day could be used.
    """

    id: int
    is_crew: bool
    rule: Rule | None
    role_id: int | None
    arrivals: tuple[Arrival, ...] = ()
    miss: Miss | None = None

    @property
    def can_come(self) -> bool:
        """On its own it could keep a target of the day."""
        return bool(self.arrivals)


@dataclass(frozen=True, slots=True)
class DayExplained:
    """A day: which of its targets are open, and everybody's verdict in the order of ids.

    `removed` counts the verdicts by rule, as `SearchResult.removed` does.
    """

    day: date
    open: tuple[Target, ...]
    closed: tuple[Target, ...]
    verdicts: tuple[Verdict, ...]

    @property
    def removed(self) -> Mapping[Rule, int]:
        """How many each rule takes out, in the order of the rules."""
        counts = dict.fromkeys(RULES, 0)
        for each in self.verdicts:
            if each.rule is not None:
                counts[each.rule] += 1
        return {rule: count for rule, count in counts.items() if count}


def explain_offers(problem: Problem, *, reorder: bool = True) -> tuple[DayExplained, ...]:
    """What `find_offers` saw, day by day."""
    return explain_search(
        Board.of(problem),
        problem.request,
        problem.targets,
        now_s=problem.now_s,
        travel=problem.travel,
        reorder=reorder,
    )


def explain_search(
    board: Board,
    request: Request,
    targets: Sequence[Target],
    *,
    now_s: int,
    travel: Travel,
    reorder: bool = True,
) -> tuple[DayExplained, ...]:
    """As `explain_offers`, on a board that is there already."""
    if not targets:
        return ()
    told = _Told(board, request, targets, now_s, travel, reorder=reorder)
    for place in told.places():
        told.look_at(place)
    return tuple(told.days())


@dataclass(slots=True)
class _Seen:
    """What was seen of one resource or crew on one day: the last rule, and where that was."""

    code: int = -1
    role_id: int | None = None
    arrivals: list[Arrival] = field(default_factory=list)
    misses: list[Miss] = field(default_factory=list)

    def note(self, rule: Rule, role_id: int) -> None:
        if CODE[rule] > self.code:
            self.code, self.role_id = CODE[rule], role_id


class _Told:
    def __init__(
        self,
        board: Board,
        request: Request,
        targets: Sequence[Target],
        now_s: int,
        travel: Travel,
        *,
        reorder: bool,
    ) -> None:
        self.board = board
        self.people = board.people
        self.request = request
        self.base_s = board.rows.base_s or now_s
        self.targets = board.targets(targets, self.base_s)
        self.now_s = now_s
        self.travel = travel
        self.reorder = reorder
        self.open: set[int] = set()
        self.units: list[dict[tuple[bool, int], _Seen]] = [{} for _ in self.targets.days]
        for day in self.units:
            if any(not role.crew_size for role in request.roles):
                day |= {(False, party.id): _Seen() for party in self.people.parties}
            if any(role.crew_size for role in request.roles):
                day |= {(True, crew.id): _Seen() for crew in self.people.crews}

    # --- The same steps as `search` ------------------------------------------------------------

    def places(self) -> Sequence[Coordinates | None]:
        """Where the work could be done."""
        request = self.request
        if request.work_location is not WorkLocation.FACILITY:
            return [request.place if request.work_location is WorkLocation.ONSITE else None]
        host = host_role(request)
        if host is None:
            for party in self.people.parties:
                self._note_always(party, Rule.WORK_LOCATION, request.roles[0].id)
            return []
        starts = {party.members[0].start for party in self.people.parties}
        hosts = [
            start for start in starts if len(self._passing(Ask(request, host, start, is_host=True)))
        ]
        return sorted(start for start in hosts if start is not None)

    def look_at(self, place: Coordinates | None) -> None:
        """See who could do the work at this place, and when."""
        host = host_role(self.request)
        asks = [Ask(self.request, role, place, role is host) for role in self.request.roles]
        eligible = [
            np.zeros(0, np.intp) if ask.role.crew_size else self._passing(ask) for ask in asks
        ]
        group = Group(
            self.board, self.request, self.targets, self.base_s, self.now_s, self.travel, 1,
            Tally(self.targets.days, len(self.people.parties), len(self.people.crews)),
            reorder=self.reorder,
        )  # fmt: skip
        self.open |= {at for at, plans in enumerate(group.find(asks, eligible)) if plans}
        for ask, indexes in zip(asks, eligible, strict=True):
            if ask.role.crew_size:
                self._crews(group, ask)
            else:
                self._individuals(group, ask, indexes.tolist())

    def _passing(self, ask: Ask) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
        passing = self.people.passing(ask)
        for rule, refused in passing.refused:
            for index in refused.tolist():
                self._note_always(self.people.parties[index], rule, ask.role.id)
        return passing.indexes

    def _note_always(self, party: Party, rule: Rule, role_id: int) -> None:
        for day in self.units:
            seen = day.get((False, party.id))
            if seen is not None:
                seen.note(rule, role_id)

    # --- Individuals ---------------------------------------------------------------------------

    def _individuals(self, group: Group, ask: Ask, indexes: list[int]) -> None:
        dated = self.people.spans(ask, np.array(indexes, np.intp), self.base_s)
        for index in indexes:
            party = self.people.parties[index]
            own = [Span(party, from_s, to_s) for from_s, to_s in dated.get(index, [(-BIG, BIG)])]
            works, is_near = group.everybody.days_of(index)
            for number, targets in self._by_day():
                seen = self.units[number][False, party.id]
                spans = [
                    (at, span)
                    for at, target in targets
                    for span in own
                    if span.from_s <= target.to_s - self.base_s
                    and target.from_s - self.base_s <= span.to_s
                ]
                if not is_near:
                    seen.note(Rule.RADIUS, ask.role.id)
                elif not works[number]:
                    seen.note(Rule.WORKING_HOURS, ask.role.id)
                elif not spans:
                    seen.note(Rule.SKILL, ask.role.id)
                else:
                    self._has_time(seen, group, ask, spans)

    # --- Crews ---------------------------------------------------------------------------------

    def _crews(self, group: Group, ask: Ask) -> None:
        for crew in self.people.crews:
            for number, targets in self._by_day():
                seen = self.units[number][True, crew.id]
                spans: list[tuple[int, Span]] = []
                for at, target in targets:
                    own = group.roster.crew_spans(ask, crew, target)
                    if isinstance(own, Rule):
                        seen.note(own, ask.role.id)
                        continue
                    spans += [
                        (at, Span(each.party, each.from_s - self.base_s, each.to_s - self.base_s))
                        for each in own
                    ]
                if spans:
                    self._has_time(seen, group, ask, spans)

    # --- Time ----------------------------------------------------------------------------------

    def _by_day(self) -> Iterator[tuple[int, list[tuple[int, Target]]]]:
        for number in range(len(self.targets.days)):
            yield (
                number,
                [
                    (at, target)
                    for at, target in enumerate(self.targets.given)
                    if self.targets.day_of[at] == number
                ],
            )

    def _has_time(
        self, seen: _Seen, group: Group, ask: Ask, spans: Sequence[tuple[int, Span]]
    ) -> None:
        """Passed every rule: when its members could arrive together, or what the gaps lack."""
        seen.note(Rule.NO_GAP, ask.role.id)
        lacking: dict[int, list[Wanted]] = {}
        for at, span in spans:
            target = self.targets.given[at]
            common = [(span.from_s, span.to_s, False)]
            is_option = True
            for member in span.party.members:
                own = [
                    (each.from_s, each.to_s, group.everybody.is_reordered(each))
                    for each in group.everybody.at(at).get(member.id, ())
                    if each.from_s <= span.to_s and span.from_s <= each.to_s
                ]
                common = _shared(common, own)
                if not own:
                    is_option = False
                    wanted = (target, span.from_s, span.to_s)
                    lacking.setdefault(member.id, []).append(wanted)
            if is_option:
                seen.note(Rule.NOT_TOGETHER, ask.role.id)
            seen.arrivals += [
                Arrival(target, from_s + self.base_s, to_s + self.base_s, is_reordered)
                for from_s, to_s, is_reordered in _joined(common)
            ]
        if seen.code == CODE[Rule.NO_GAP]:
            nearest = [self._miss(ask, id, wanted) for id, wanted in lacking.items()]
            misses = [each for each in nearest if each is not None]
            # A crew lacks what the member lacks that lacks most.
            if misses and len(misses) == len(nearest):
                seen.misses.append(max(misses, key=lambda each: each.missing_s))

    def _miss(self, ask: Ask, resource_id: int, wanted: Sequence[Wanted]) -> Miss | None:
        resource = self.people.resources[resource_id]
        if resource_id not in self.people.index_of:
            return None
        receives = (
            self.request.work_location is WorkLocation.FACILITY
            and resource.kind is ResourceKind.FACILITY
        )
        return nearest_miss(
            self.board, resource_id, wanted,
            place=None if receives else ask.place, work_s=self.request.duration_s,
            now_s=self.now_s, travel=self.travel,
        )  # fmt: skip

    # --- The answer ----------------------------------------------------------------------------

    def days(self) -> Iterator[DayExplained]:
        for number, targets in self._by_day():
            is_open = any(at in self.open for at, _ in targets)
            yield DayExplained(
                day=self.targets.days[number],
                open=tuple(target for at, target in targets if at in self.open),
                closed=tuple(target for at, target in targets if at not in self.open),
                verdicts=tuple(
                    _verdict(unit, seen, is_open=is_open)
                    for unit, seen in sorted(
                        self.units[number].items(), key=lambda each: each[0][::-1]
                    )
                ),
            )


def _verdict(unit: tuple[bool, int], seen: _Seen, *, is_open: bool) -> Verdict:
    # Whom nothing was noted of has passed everything that was asked.
    rule = RULES[seen.code] if seen.code >= 0 else Rule.NOT_TOGETHER
    miss = None
    if rule is Rule.NO_GAP and seen.misses:
        miss = min(seen.misses, key=lambda each: (each.missing_s, each.free_from_s))
    arrivals = sorted(
        dict.fromkeys(seen.arrivals), key=lambda each: (each.target.from_s, each.from_s)
    )
    return Verdict(
        id=unit[1],
        is_crew=unit[0],
        rule=None if rule is Rule.NOT_TOGETHER and is_open else rule,
        role_id=seen.role_id,
        arrivals=tuple(arrivals),
        miss=miss,
    )


def _shared(
    some: Sequence[tuple[int, int, bool]], others: Sequence[tuple[int, int, bool]]
) -> list[tuple[int, int, bool]]:
    """Where intervals of both meet; reordered if either is."""
    return [
        (max(a[0], b[0]), min(a[1], b[1]), a[2] or b[2])
        for a in some
        for b in others
        if a[0] <= b[1] and b[0] <= a[1]
    ]


def _joined(intervals: Sequence[tuple[int, int, bool]]) -> list[tuple[int, int, bool]]:
    """In order, joined where they touch; what needs no other order stays apart."""
    found: list[tuple[int, int, bool]] = []
    for from_s, to_s, is_reordered in sorted(intervals, key=lambda each: (each[2], each[0])):
        if found and found[-1][2] == is_reordered and from_s <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], to_s), is_reordered)
        else:
            found.append((from_s, to_s, is_reordered))
    return sorted(found)
