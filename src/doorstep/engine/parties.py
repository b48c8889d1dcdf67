"""Who could fill a role at a target, and for which arrivals: skills expire, crews change."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from doorstep.engine.eligibility import (
    Ask,
    Party,
    individual,
    is_skilled_at,
    refusal,
    skill_turns_s,
)
from doorstep.engine.problem import Crew, Problem, Resource, ResourceKind, Role, Route, Target
from doorstep.engine.result import Rule


@dataclass(frozen=True, slots=True)
class Span:
    """A party that may fill the role if it arrives within [from_s, to_s]."""

    party: Party
    from_s: int
    to_s: int


class Roster:
    """The people of a problem: who is there, who works on which day, who makes up a crew."""

    def __init__(self, problem: Problem) -> None:
        self._duration_s = problem.request.duration_s
        self.resources: dict[int, Resource] = {each.id: each for each in problem.resources}
        self.routes: dict[int, list[Route]] = {}
        for route in problem.routes:
            self.routes.setdefault(route.resource_id, []).append(route)
        self.crews = sorted(problem.crews, key=lambda crew: crew.id)
        self.individuals = [
            individual(resource)
            for _, resource in sorted(self.resources.items())
            if resource.kind is not ResourceKind.CREW
        ]

    def ids_for(self, role: Role) -> list[int]:
        """Everybody who is looked at for the role: resources, or crews if it asks for a crew."""
        if role.crew_size:
            return [crew.id for crew in self.crews]
        return [party.id for party in self.individuals]

    def individual_spans(self, ask: Ask, party: Party, target: Target) -> list[Span]:
        """When within the target a party that passed `refusal` has valid skills."""
        turns = skill_turns_s(party.characteristics, self._duration_s) if ask.role.needs else []
        if not turns:
            return [Span(party, target.from_s, target.to_s)]
        return _spans(turns, target, lambda at: party if is_skilled_at(ask, party, at) else None)

    def crew_spans(self, ask: Ask, crew: Crew, target: Target) -> list[Span] | Rule:
        """When within the target the crew may come, or the rule that takes it out.

        All members count whose membership covers the arrival and who work on the target's day.
        """
        turns = skill_turns_s(crew.characteristics, self._duration_s)
        for membership in crew.members:
            turns += [at for at in (membership.from_s, membership.to_s) if at is not None]
            member = self.resources.get(membership.resource_id)
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
            and each.resource_id in self.resources
            and self._works_on(each.resource_id, target)
        }
        working = tuple(self.resources[each] for each in sorted(members))
        itself = self.resources.get(crew.id)
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
        return any(
            route.day == target.day or (route.from_s <= target.to_s and target.from_s < route.to_s)
            for route in self.routes.get(resource_id, ())
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
