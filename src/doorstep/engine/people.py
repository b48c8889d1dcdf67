"""Everybody who can be booked, and who passes which rule, remembered from search to search."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from doorstep.engine.cost import preference_s
from doorstep.engine.eligibility import (
    RULES,
    Ask,
    Party,
    individual,
    is_skilled_at,
    skill_turns_s,
)
from doorstep.engine.passes import BIG
from doorstep.engine.problem import Crew, Resource, ResourceKind, Role, WorkLocation
from doorstep.engine.result import Rule
from doorstep.platform.values.geo import unit_vector

Mask = npt.NDArray[np.bool_]
Indexes = npt.NDArray[np.intp]
# By individual, the spans of arrivals (from the base) for which it has all skills.
Dated = dict[int, list[tuple[int, int]]]

# Per rule, the part of a question that decides its answer. The radius, which every request asks
# anew, is left to the inner loop.
_PARTS: dict[Rule, Callable[[Ask], Hashable]] = {
    Rule.SEARCHABLE: lambda _ask: None,
    Rule.KIND: lambda ask: (ask.is_host, ask.role.kinds),
    Rule.WORK_LOCATION: lambda ask: (
        ask.request.work_location,
        ask.place if ask.request.work_location is WorkLocation.FACILITY else None,
    ),
    Rule.RESTRICTED: lambda ask: ask.role.restricted,
    Rule.MUST_CHOOSE_FROM: lambda ask: ask.role.must_choose_from,
    Rule.CREW_SIZE: lambda ask: ask.role.crew_size,
    Rule.SKILL: lambda ask: ask.role.needs,
    Rule.TERRITORY: lambda ask: (ask.request.territory, ask.request.allows_without_territory),
}
_MOST_ANSWERS = 2048


@dataclass(frozen=True, slots=True)
class Passing:
    """Individuals by their numbers: those who pass, and those who do not by rule."""

    indexes: Indexes
    refused: tuple[tuple[Rule, Indexes], ...]


class People:
    """Resources and crews; individuals (who are not crews) are numbered in the order of ids."""

    def __init__(self, resources: Iterable[Resource], crews: Iterable[Crew]) -> None:
        self.resources: dict[int, Resource] = {each.id: each for each in resources}
        self.crews = sorted(crews, key=lambda crew: crew.id)
        self.parties: list[Party] = [
            individual(resource)
            for _, resource in sorted(self.resources.items())
            if resource.kind is not ResourceKind.CREW
        ]
        self.ids = np.array([party.id for party in self.parties], np.int64)
        self.index_of: dict[int, int] = {
            party.id: index for index, party in enumerate(self.parties)
        }
        self.speeds = np.array([each.members[0].speed_factor for each in self.parties])
        starts = [party.members[0].start for party in self.parties]
        points = [(np.nan,) * 3 if each is None else unit_vector(each) for each in starts]
        # Where each starts, and its speed, as the inner loop wants them.
        self.table = np.column_stack([np.array(points).reshape(-1, 3), self.speeds])
        self._dated: dict[int, Mask] = {}
        self._masks: dict[tuple[Rule, Hashable], Mask] = {}
        self._passing: dict[Hashable, Passing] = {}

    def passing(self, ask: Ask) -> Passing:
        """Who passes every rule but the radius, and at which rule the others fall out first."""
        key = key_of(ask)
        passing = self._passing.get(key)
        if passing is None:
            if len(self._passing) >= _MOST_ANSWERS:
                self._passing.clear()
            passing = self._ask(ask)
            self._passing[key] = passing
        return passing

    def _ask(self, ask: Ask) -> Passing:
        alive = np.ones(len(self.parties), bool)
        refused = []
        for rule, holds in RULES:
            if rule is Rule.RADIUS:
                continue
            key = (rule, _PARTS[rule](ask))
            mask = self._masks.get(key)
            if mask is None:
                if len(self._masks) >= _MOST_ANSWERS:
                    self._masks.clear()
                mask = np.array([holds(ask, party) for party in self.parties], bool)
                self._masks[key] = mask
            refused.append((rule, np.flatnonzero(alive & ~mask)))
            alive &= mask
        return Passing(np.flatnonzero(alive), tuple(refused))

    def spans(self, ask: Ask, indexes: Indexes, base_s: int) -> Dated:
        """For those whose skills for this role begin or end some day, when they have them all."""
        if not ask.role.needs:
            return {}
        dated = np.zeros(len(self.parties), bool)
        for need in ask.role.needs:
            dated |= self.dated(need.characteristic_id)
        return {
            index: _spans(ask, self.parties[index], base_s)
            for index in indexes[dated[indexes]].tolist()
        }

    def pay(self, role: Role, indexes: Indexes) -> npt.NDArray[np.int64]:
        """What each costs on top of the travel because somebody else is preferred."""
        if not role.preferred:
            return np.zeros(len(indexes), np.int64)
        ids = (frozenset((int(self.ids[index]),)) for index in indexes)
        return np.array([preference_s(role.preferred, each) for each in ids], np.int64)

    def dated(self, characteristic_id: int) -> Mask:
        """Whose rating in this characteristic begins or ends some day."""
        mask = self._dated.get(characteristic_id)
        if mask is None:
            mask = np.array(
                [
                    any(
                        each.id == characteristic_id
                        and (each.valid_from_s is not None or each.valid_to_s is not None)
                        for each in party.characteristics
                    )
                    for party in self.parties
                ],
                bool,
            )
            self._dated[characteristic_id] = mask
        return mask


def key_of(ask: Ask) -> Hashable:
    """What decides who passes, so that two questions with the same key have the same answer.

    All that `_PARTS` look at, without asking them: every search needs a key.
    """
    request, role = ask.request, ask.role
    return (
        ask.is_host, role.kinds, request.work_location,
        ask.place if request.work_location is WorkLocation.FACILITY else None,
        role.restricted, role.must_choose_from, role.crew_size, role.needs,
        request.territory, request.allows_without_territory,
    )  # fmt: skip


def _spans(ask: Ask, party: Party, base_s: int) -> list[tuple[int, int]]:
    turns = sorted(set(skill_turns_s(party.characteristics, ask.request.duration_s)))
    edges = [base_s - BIG, *turns, base_s + BIG]
    spans: list[tuple[int, int]] = []
    for start, stop in pairwise(edges):
        if start < stop and is_skilled_at(ask, party, start):
            span = (start - base_s, stop - 1 - base_s)
            if spans and spans[-1][1] == span[0] - 1:
                span = (spans.pop()[0], span[1])
            spans.append(span)
    return spans
