"""The most frequent question, one resource at one place: arrays until somebody looks."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from doorstep.engine.board import Board
from doorstep.engine.chances import NOBODY, Chances, Seekers, Targets, find_chances
from doorstep.engine.eligibility import Ask
from doorstep.engine.explain import CODE, Tally
from doorstep.engine.people import key_of
from doorstep.engine.plan import plan_of
from doorstep.engine.problem import Request, Target, WorkLocation
from doorstep.engine.result import Opening, Rule, SearchResult
from doorstep.engine.travel import Travel

Indexes = npt.NDArray[np.intp]


def best_alone(
    board: Board, request: Request, targets: Sequence[Target], *, now_s: int, travel: Travel
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
    best = chances.best(arrays)
    open_ = np.flatnonzero(best[:, 0] < NOBODY)
    best = best[open_]
    answer = _Answer(board, ask, base_s, arrays, chances, open_, best)
    return SearchResult(answer.openings, answer.removed)


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
        open_: Indexes,
        best: npt.NDArray[Any],
    ) -> None:
        self._people = board.people
        self._ask = ask
        self._base_s = base_s
        self._targets = targets
        self._chances = chances
        self._open = open_
        self._best = best
        self._table = chances.table[best[:, 2]]
        self._seats = chances.seats(self._table)

    def openings(self) -> tuple[Opening, ...]:
        """In the order of the targets."""
        found = []
        rows = zip(self._best.tolist(), self._table.tolist(), strict=True)
        for at, ((cost, arrives_s, _), chance) in enumerate(rows):
            number = int(self._targets.order[self._open[at]])
            found.append((number, self._opening(at, number, cost, arrives_s, chance)))
        found.sort(key=lambda each: each[0])
        return tuple(opening for _, opening in found)

    def _opening(
        self, at: int, number: int, cost: int, arrives_s: int, chance: list[int]
    ) -> Opening:
        arrives_s += self._base_s
        request = self._ask.request
        party = self._people.parties[int(self._chances.seekers.indexes[chance[0]])]
        return Opening(
            self._targets.given[number],
            arrives_s,
            arrives_s + request.duration_s,
            frozenset((party.id,)),
            chance[7],
            cost,
            lambda: plan_of(request, [self._seats(at, self._ask, party, party.id)], arrives_s),
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
        tally.offer(self._targets.table[self._open, 2].tolist())
        return tally.removed()
