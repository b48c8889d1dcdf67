"""The most frequent question, one resource at one place: arrays until somebody looks."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from doorstep.engine.board import Board
from doorstep.engine.chances import Chances, Seats, Seekers, Targets, find_chances
from doorstep.engine.eligibility import Ask, Party
from doorstep.engine.explain import CODE, Tally
from doorstep.engine.people import key_of
from doorstep.engine.plan import Seat, plan_of
from doorstep.engine.problem import Request, Target, WorkLocation
from doorstep.engine.reorder import Reordering, Reorderings
from doorstep.engine.result import Opening, Rule, SearchResult
from doorstep.engine.scan import ADDED_S, PICK_CHANCE, SEEKER
from doorstep.engine.travel import Travel

Indexes = npt.NDArray[np.intp]


def best_alone(
    board: Board,
    request: Request,
    targets: Sequence[Target],
    *,
    now_s: int,
    travel: Travel,
    reorder: bool,
) -> SearchResult:
    """The best opening of every target, for on-site or location-agnostic work of one role."""
    base_s = board.rows.base_s or now_s
    arrays = board.targets(targets, base_s)
    place = request.place if request.work_location is WorkLocation.ONSITE else None
    ask = Ask(request, request.roles[0], place)
    chances = find_chances(
        board, request, place, seekers_of(board, ask, base_s), arrays, now_s, travel,
        is_remote=place is None,
    )  # fmt: skip
    picked = chances.best(arrays)
    answer = _Answer(board, ask, base_s, arrays, chances, picked)
    if reorder and len(picked) < len(targets) and len(chances.seekers.table):
        closed = np.delete(np.arange(len(targets)), picked[:, 0])
        answer.add(Reorderings(board, request, chances, arrays).open(closed))
    return SearchResult(answer.openings, answer.removed)


def rank_of(chances: Chances, each: Reordering) -> tuple[int, int, int, int]:
    """Cheap first, then early, then as everywhere in the order of seekers and rows."""
    pay = int(chances.seekers.table[each.seeker, 4])
    return (pay + each.added_travel_s, each.arrives_s, each.seeker, each.row)


def reordered_seats(board: Board, chances: Chances, found: Sequence[Reordering]) -> Seats:
    """What writes these out as seats of plans, as things are now."""
    rows = board.rows
    headers = rows.header[[each.row for each in found]]
    view = rows.view()

    def seat(at: int, ask: Ask, party: Party, resource_id: int) -> Seat:
        each = found[at]
        return Seat(
            role=ask.role,
            crew_id=party.crew_id,
            resource_id=resource_id,
            route=view.route(each.row, headers[at].tolist(), resource_id),
            now_s=chances.now_s,
            place=None if chances.is_remote else chances.place,
            speed=float(chances.seekers.people[each.seeker, 3]),
            travel=chances.travel,
            gap=0,
            is_after_home=False,
            from_s=each.from_s + view.base_s,
            to_s=each.to_s + view.base_s,
            calm_s=each.arrives_s + view.base_s,
            travel_s=each.travel_s,
            added_travel_s=each.added_travel_s,
            order=each.order,
        )

    return seat


def seekers_of(board: Board, ask: Ask, base_s: int) -> Seekers:
    """Everybody who passes the rules, as the loops want them."""
    people = board.people

    def make() -> Seekers:
        indexes = people.passing(ask).indexes
        spans = people.spans(ask, indexes, base_s)
        return Seekers.of(board, indexes, people.pay(ask.role, indexes), spans)

    key = (key_of(ask), ask.role.preferred, ask.request.duration_s)
    return board.seekers(key, make)


def explain_alone(tally: Tally, indexes: Indexes, chances: Chances, targets: Targets) -> None:
    """Note for every day why an individual who passed the rules has no chance, or that it has."""
    works, has_chance, is_near = chances.per_individual()
    codes = np.where(
        has_chance, CODE[Rule.NOT_TOGETHER],
        np.where(works, CODE[Rule.NO_GAP], CODE[Rule.WORKING_HOURS]),
    ).astype(np.int8)  # fmt: skip
    codes[~is_near] = CODE[Rule.RADIUS]
    order = {int(index): at for at, index in enumerate(indexes)}
    for index, spans in chances.seekers.dated.items():
        at = order[index]
        for day in range(len(targets.days)):
            skilled = any(
                low <= to_s and from_s <= high
                for low, high in spans
                for from_s, to_s in targets.of_day(day)
            )
            if not skilled and works[at, day] and is_near[at]:
                codes[at, day] = CODE[Rule.SKILL]
    for day in range(len(targets.days)):
        tally.note_day(day, indexes, codes[:, day])


class _Answer:
    """What the search saw, kept as it was; openings and counts are made when asked for."""

    def __init__(
        self,
        board: Board,
        ask: Ask,
        base_s: int,
        targets: Targets,
        chances: Chances,
        picked: npt.NDArray[Any],
    ) -> None:
        self._people = board.people
        self._ask = ask
        self._base_s = base_s
        self._targets = targets
        self._chances = chances
        self._picked = picked
        self._seats = chances.picked_seats(picked)
        self._board = board
        self._reordered: list[Reordering] = []
        self._reordered_seats: Seats | None = None

    def add(self, found: Sequence[Reordering]) -> None:
        """The best of these for each of their targets."""
        best: dict[int, Reordering] = {}
        for each in sorted(found, key=lambda each: rank_of(self._chances, each)):
            best.setdefault(each.target, each)
        self._reordered = list(best.values())
        if best:
            self._reordered_seats = reordered_seats(self._board, self._chances, self._reordered)

    def openings(self) -> tuple[Opening, ...]:
        """In the order of the targets."""
        found = [self._reordered_opening(at, each) for at, each in enumerate(self._reordered)]
        numbers = self._targets.order[self._picked[:, 0]].tolist()
        people = self._chances.seekers.indexes[self._picked[:, PICK_CHANCE + SEEKER]].tolist()
        seen = self._picked[:, [1, 2, PICK_CHANCE + ADDED_S]].tolist()
        rows = zip(numbers, people, seen, strict=True)
        for at, (number, index, (cost, arrives_s, added_s)) in enumerate(rows):
            found.append((number, self._opening(at, number, index, cost, arrives_s, added_s)))
        found.sort(key=lambda each: each[0])
        return tuple(opening for _, opening in found)

    def _opening(
        self, at: int, number: int, index: int, cost: int, arrives_s: int, added_s: int
    ) -> Opening:
        arrives_s += self._base_s
        request = self._ask.request
        party = self._people.parties[index]
        return Opening(
            self._targets.given[number],
            arrives_s,
            arrives_s + request.duration_s,
            frozenset((party.id,)),
            added_s,
            cost,
            lambda: plan_of(request, [self._seats(at, self._ask, party, party.id)], arrives_s),
        )

    def _reordered_opening(self, at: int, each: Reordering) -> tuple[int, Opening]:
        seats, request = self._reordered_seats, self._ask.request
        assert seats is not None
        party = self._people.parties[int(self._chances.seekers.indexes[each.seeker])]
        number = int(self._targets.order[each.target])
        arrives_s = each.arrives_s + self._base_s
        return number, Opening(
            self._targets.given[number],
            arrives_s,
            arrives_s + request.duration_s,
            frozenset((party.id,)),
            each.added_travel_s,
            rank_of(self._chances, each)[0],
            lambda: plan_of(request, [seats(at, self._ask, party, party.id)], arrives_s),
        )

    def removed(self) -> Mapping[date, Mapping[Rule, int]]:
        """See SearchResult."""
        people = self._people
        tally = Tally(self._targets.days, len(people.parties), len(people.crews))
        tally.look_at(crews=False)
        passing = people.passing(self._ask)
        for rule, refused in passing.refused:
            tally.note(refused, rule)
        explain_alone(tally, passing.indexes, self._chances, self._targets)
        tally.offer(self._targets.table[self._picked[:, 0], 2].tolist())
        tally.offer(self._targets.table[each.target, 2] for each in self._reordered)
        return tally.removed()
