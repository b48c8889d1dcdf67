"""Two people who arrive together, whoever they are: in arrays, because every pair counts.

For two roles for individuals with skills that neither begin nor end; all other groups, and targets
that only another order of somebody's day can open, are left to `groups`.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from doorstep.engine import scan, scan_numpy
from doorstep.engine.alone import seekers_of
from doorstep.engine.board import Board
from doorstep.engine.chances import Chances, Seekers, Targets, find_chances
from doorstep.engine.compiled import compiled
from doorstep.engine.eligibility import Ask
from doorstep.engine.explain import CODE, Tally
from doorstep.engine.plan import plan_of
from doorstep.engine.problem import Request, Target, WorkLocation
from doorstep.engine.result import Opening, Rule
from doorstep.engine.scan import NOBODY
from doorstep.engine.travel import Travel


def best_pair(
    board: Board, request: Request, targets: Sequence[Target], *, now_s: int, travel: Travel
) -> "PairAnswer | None":
    """The best opening of every target that has one; None if the request is not of this kind."""
    if (
        len(request.roles) != 2
        or any(role.crew_size for role in request.roles)
        or request.work_location is WorkLocation.FACILITY
    ):
        return None
    base_s = board.rows.base_s or now_s
    place = request.place if request.work_location is WorkLocation.ONSITE else None
    asks = [Ask(request, role, place) for role in request.roles]
    roles = [seekers_of(board, ask, base_s) for ask in asks]
    if any(role.dated for role in roles):
        return None
    arrays = board.targets(targets, base_s)
    indexes = np.union1d(roles[0].indexes, roles[1].indexes).astype(np.intp)
    seekers = roles[0]
    if len(indexes) != len(roles[0].indexes) or np.any(roles[0].table[:, 4]):
        seekers = Seekers.of(board, indexes, 0, {})
    pays = np.full((len(indexes), 2), -1, np.int64)
    for number, role in enumerate(roles):
        pays[np.searchsorted(indexes, role.indexes), number] = role.table[:, 4]
    chances = find_chances(
        board, request, place, seekers, arrays, now_s, travel, is_remote=place is None
    )
    best = np.zeros((len(targets), 4), np.int64)
    best[:, 0] = NOBODY
    if len(chances.table):
        common = (chances.table, pays, arrays.table, chances.has_chance, best)
        if board.rows.is_compiled:
            compiled(scan.choose_two)(*common)
        else:
            scan_numpy.choose_two(*common, arrays.longest_s)
    is_open = best[:, 0] < NOBODY
    open_ = np.flatnonzero(is_open)
    return PairAnswer(board, asks, base_s, arrays, chances, open_, best[open_])


class PairAnswer:
    """What the search saw, kept as it was; openings and counts are made when asked for."""

    def __init__(
        self,
        board: Board,
        asks: list[Ask],
        base_s: int,
        targets: Targets,
        chances: Chances,
        open_: npt.NDArray[np.intp],
        best: npt.NDArray[Any],
    ) -> None:
        self._people = board.people
        self._asks = asks
        self._base_s = base_s
        self._targets = targets
        self._chances = chances
        self._open = open_
        self._best = best
        self._tables = [chances.table[best[:, 2]], chances.table[best[:, 3]]]
        self._seats = [chances.seats(table) for table in self._tables]

    @property
    def given(self) -> Sequence[Target]:
        """All targets, in their order."""
        return self._targets.given

    def closed(self) -> list[Target]:
        """The targets without an opening, in their order."""
        open_ = set(self._targets.order[self._open].tolist())
        return [each for number, each in enumerate(self._targets.given) if number not in open_]

    def openings(self) -> tuple[Opening, ...]:
        """In the order of the targets."""
        order = self._targets.order
        numbers = sorted((int(order[place]), at) for at, place in enumerate(self._open.tolist()))
        return tuple(self._opening(at, number) for number, at in numbers)

    def _opening(self, at: int, number: int) -> Opening:
        cost, arrives_s = self._best[at, :2].tolist()
        arrives_s += self._base_s
        request = self._asks[0].request
        parties = [
            self._people.parties[int(self._chances.seekers.indexes[table[at, 0]])]
            for table in self._tables
        ]
        return Opening(
            self._targets.given[number],
            arrives_s,
            arrives_s + request.duration_s,
            frozenset(party.id for party in parties),
            int(sum(table[at, 7] for table in self._tables)),
            cost,
            lambda: plan_of(
                request,
                [
                    seats(at, ask, party, party.id)
                    for seats, ask, party in zip(self._seats, self._asks, parties, strict=True)
                ],
                arrives_s,
            ),
        )

    def tally(self) -> Tally:
        """What each rule took out."""
        people, chances = self._people, self._chances
        tally = Tally(self._targets.days, len(people.parties), len(people.crews))
        tally.look_at(crews=False)
        works, has_chance, is_near = chances.per_individual()
        codes = np.where(
            has_chance, CODE[Rule.NOT_TOGETHER],
            np.where(works, CODE[Rule.NO_GAP], CODE[Rule.WORKING_HOURS]),
        ).astype(np.int8)  # fmt: skip
        codes[~is_near] = CODE[Rule.RADIUS]
        for ask in self._asks:
            for rule, refused in people.passing(ask).refused:
                tally.note(refused, rule)
        for day in range(len(self._targets.days)):
            tally.note_day(day, chances.seekers.indexes, codes[:, day])
        tally.offer(self._targets.table[self._open, 2].tolist())
        return tally
