"""Who could fill a role at a target, and for which arrivals: skills expire, crews change."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from doorstep.engine.board import Board
from doorstep.engine.eligibility import (
    Ask,
    Party,
    is_skilled_at,
    refusal,
    skill_turns_s,
)
from doorstep.engine.problem import Crew, Target
from doorstep.engine.result import Rule


@dataclass(frozen=True, slots=True)
class Span:
    """A party that may fill the role if it arrives within [from_s, to_s]."""

    party: Party
    from_s: int
    to_s: int


class Roster:
    """Crews as they are composed on a day."""

    def __init__(self, board: Board, duration_s: int) -> None:
        self._board = board
        self._duration_s = duration_s
        self._resources = board.people.resources

    def crew_spans(self, ask: Ask, crew: Crew, target: Target) -> list[Span] | Rule:
        """When within the target the crew may come, or the rule that takes it out.

        All members count whose membership covers the arrival and who work on the target's day.
        """
        turns = skill_turns_s(crew.characteristics, self._duration_s)
        for membership in crew.members:
            turns += [at for at in (membership.from_s, membership.to_s) if at is not None]
            member = self._resources.get(membership.resource_id)
            if member is not None:
                turns += skill_turns_s(member.characteristics, self._duration_s)
        furthest = Rule.SEARCHABLE

        def eligible(at_s: int) -> Party | None:
            nonlocal furthest
            party = self._crew_at(crew, target, at_s)
            rule = refusal(ask, party)
            if rule is None and not is_skilled_at(ask, party, at_s):
                rule = Rule.SKILL
            if rule is None:
                return party
            furthest = max(furthest, rule, key=list(Rule).index)
            return None

        return _spans(turns, target, eligible) or furthest

    def _crew_at(self, crew: Crew, target: Target, at_s: int) -> Party:
        members = {
            each.resource_id
            for each in crew.members
            if (each.from_s is None or each.from_s <= at_s)
            and (each.to_s is None or at_s < each.to_s)
            and each.resource_id in self._resources
            and self._works_on(each.resource_id, target)
        }
        working = tuple(self._resources[each] for each in sorted(members))
        itself = self._resources.get(crew.id)
        skills = (each for member in working for each in member.characteristics)
        return Party(
            id=crew.id,
            crew_id=crew.id,
            is_searchable=itself is None or itself.is_searchable,
            members=working,
            characteristics=(*crew.characteristics, *skills),
            territories=crew.territories
            or frozenset().union(*(member.territories for member in working)),
        )

    def _works_on(self, resource_id: int, target: Target) -> bool:
        """A route of the target's day, or one that reaches into the target (night shifts)."""
        base_s = self._board.rows.base_s or 0
        return self._board.works_on(
            resource_id, target.day.toordinal(), target.from_s - base_s, target.to_s - base_s
        )


def _spans(
    turns: Iterable[int], target: Target, party_at: Callable[[int], Party | None]
) -> list[Span]:
    """Cut the target where something turns and keep the pieces that have a party."""
    starts = sorted({target.from_s, *(at for at in turns if target.from_s < at <= target.to_s)})
    spans: list[Span] = []
    for start_s, next_s in zip(starts, [*starts[1:], target.to_s + 1], strict=True):
        party = party_at(start_s)
        if party is None:
            continue
        if spans and spans[-1].to_s == start_s - 1 and spans[-1].party == party:
            spans[-1] = Span(party, spans[-1].from_s, next_s - 1)
        else:
            spans.append(Span(party, start_s, next_s - 1))
    return spans
