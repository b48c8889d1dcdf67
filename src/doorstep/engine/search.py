"""Slot search: the one entry point. For every target, the best plans that can really be driven.

The rules of product.md 8.4 hold: nothing in the past, travel and work in one unbroken stretch,
travel from the previous visit of the day or the start place, groups matched on common arrival.
Unlike there, planned visits may move, inside what was promised and nowhere else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from doorstep.engine.chances import ByResource, Chances, PlaceOfWork, TargetIndex, Timelines, within
from doorstep.engine.cost import preference_s
from doorstep.engine.eligibility import Ask, Party, refusal
from doorstep.engine.explain import Tally
from doorstep.engine.moves import moves_for
from doorstep.engine.parties import Roster, Span
from doorstep.engine.problem import (
    Problem,
    ResourceKind,
    Role,
    Target,
    WorkLocation,
)
from doorstep.engine.result import Assignment, Offer, Rule, SearchResult
from doorstep.engine.together import Option, Plan, best_plans, option
from doorstep.platform.values.geo import Coordinates


def find_offers(problem: Problem, *, keep: int = 1) -> SearchResult:
    """For every target up to `keep` offers by pairwise different people, best first.

    Preferred people come first, then less added travel, then the earlier arrival, then lower ids;
    the same problem always gives the same result. Raises ValueError if `keep` is below 1.
    """
    if keep < 1:
        raise ValueError("at least one offer per target must be kept")
    search = _Search(problem, keep)
    for place in search.places():
        search.look_at(place)
    return search.result()


@dataclass(frozen=True, slots=True)
class _Found:
    plan: Plan
    work: PlaceOfWork


class _Search:
    def __init__(self, problem: Problem, keep: int) -> None:
        self.problem = problem
        self.keep = keep
        self.request = problem.request
        self.roster = Roster(problem)
        self.index = TargetIndex(problem.targets)
        self.timelines = Timelines(problem)
        self.found: list[list[_Found]] = [[] for _ in problem.targets]
        self.tally = Tally(
            (target.day for target in problem.targets),
            (each for role in self.request.roles for each in self.roster.ids_for(role)),
        )

    def places(self) -> Sequence[Coordinates | None]:
        """Where the work could be done: one place, or every place with a facility to be had."""
        if self.request.work_location is not WorkLocation.FACILITY:
            onsite = self.request.work_location is WorkLocation.ONSITE
            return [self.request.place if onsite else None]
        host = _host_role(self.problem)
        if host is None:
            for party in self.roster.individuals:
                self.tally.note(party.id, Rule.WORK_LOCATION)
            return []
        places: set[Coordinates] = set()
        for party in self.roster.individuals:
            start = party.members[0].start
            rule = refusal(Ask(self.request, host, start, is_host=True), party)
            if rule is not None:
                self.tally.note(party.id, rule)
            elif start is not None:
                places.add(start)
        return sorted(places)

    def look_at(self, place: Coordinates | None) -> None:
        """Find the best plans for work at this place."""
        host = _host_role(self.problem)
        asks = [Ask(self.request, role, place, role is host) for role in self.request.roles]
        eligible = [self._eligible(ask) for ask in asks]
        work = PlaceOfWork(self.problem, place)
        chances = self._chances(asks, eligible, work)
        passed: set[tuple[int, Target]] = set()
        for at, target in enumerate(self.problem.targets):
            options = [
                self._crew_options(ask, target, chances, at)
                if ask.role.crew_size
                else self._options(ask, parties, target, chances.by_target[at])
                for ask, parties in zip(asks, eligible, strict=True)
            ]
            for each in options:
                for found in each:
                    passed.add((found.party.id, target))
            self.found[at] += [_Found(plan, work) for plan in best_plans(options, self.keep)]
        for unit_id, target in passed:
            self.tally.note(unit_id, Rule.NOT_TOGETHER, target.day)
        for ask, parties in zip(asks, eligible, strict=True):
            self._explain(ask, parties, chances)

    def result(self) -> SearchResult:
        """The best of all places, with different people each."""
        offers: list[Offer] = []
        for target, found in zip(self.problem.targets, self.found, strict=True):
            seen: set[frozenset[int]] = set()
            for each in sorted(found, key=lambda found: found.plan.rank):
                if each.plan.resource_ids not in seen and len(seen) < self.keep:
                    seen.add(each.plan.resource_ids)
                    offers.append(self._offer(target, each))
            if seen:
                self.tally.offer(target.day)
        return SearchResult(tuple(offers), self.tally.removed())

    def _eligible(self, ask: Ask) -> list[Party]:
        if ask.role.crew_size:
            return []
        parties = []
        for party in self.roster.individuals:
            rule = refusal(ask, party)
            if rule is None:
                parties.append(party)
            else:
                self.tally.note(party.id, rule)
        return parties

    def _chances(self, asks: list[Ask], eligible: list[list[Party]], work: PlaceOfWork) -> Chances:
        wanted = {party.id for parties in eligible for party in parties}
        if any(ask.role.crew_size for ask in asks):
            # A member the rules bar bars the crew; looking at all members is simple and harmless.
            wanted |= {each.resource_id for crew in self.roster.crews for each in crew.members}
        chances = Chances(len(self.problem.targets))
        for resource_id in sorted(wanted & self.roster.resources.keys()):
            resource = self.roster.resources[resource_id]
            routes = self.roster.routes.get(resource_id, ())
            timelines = self.timelines.of(resource, routes)
            chances.add(resource_id, work.visit_of(resource), timelines, self.index)
        return chances

    def _options(
        self, ask: Ask, parties: list[Party], target: Target, at_target: ByResource
    ) -> list[Option]:
        options: list[Option] = []
        for party in parties:
            if party.id in at_target:
                for span in self.roster.individual_spans(ask, party, target):
                    options += _option(ask.role, span, at_target)
        return options

    def _crew_options(self, ask: Ask, target: Target, chances: Chances, at: int) -> list[Option]:
        options: list[Option] = []
        for crew in self.roster.crews:
            spans = self.roster.crew_spans(ask, crew, target)
            if isinstance(spans, Rule):
                self.tally.note(crew.id, spans, target.day)
                continue
            self.tally.note(crew.id, Rule.NO_GAP, target.day)
            for span in spans:
                options += _option(ask.role, span, chances.by_target[at])
        return options

    def _explain(self, ask: Ask, parties: list[Party], chances: Chances) -> None:
        """Note for every day why an eligible resource has no chance. Having one ranks higher."""
        by_day: dict[date, list[Target]] = {}
        for target in self.problem.targets:
            by_day.setdefault(target.day, []).append(target)
        for day, targets in by_day.items():
            for party in parties:
                rule = Rule.NO_GAP
                if day not in chances.working_days[party.id]:
                    rule = Rule.WORKING_HOURS
                elif not any(self.roster.individual_spans(ask, party, each) for each in targets):
                    rule = Rule.SKILL
                self.tally.note(party.id, rule, day)

    def _offer(self, target: Target, found: _Found) -> Offer:
        plan, duration_s = found.plan, self.request.duration_s
        order = {role.id: index for index, role in enumerate(self.request.roles)}
        assignments = []
        for seat in plan.seats:
            visit = found.work.visit_of(self.roster.resources[seat.resource_id])
            fit, timeline = seat.chance.fit, seat.chance.timeline
            assignments.append(
                Assignment(
                    role_id=seat.option.role.id,
                    resource_id=seat.resource_id,
                    crew_id=seat.option.party.crew_id,
                    route_id=timeline.route.id,
                    lane=timeline.route.lane,
                    position=fit.gap,
                    place=visit.place,
                    departs_s=plan.arrives_s - fit.travel_s,
                    arrives_s=plan.arrives_s,
                    ends_s=plan.arrives_s + duration_s,
                    added_travel_s=fit.added_travel_s,
                    travel_s=fit.travel_s,
                    moves=moves_for(timeline, visit, fit, plan.arrives_s),
                )
            )
        assignments.sort(key=lambda each: (order[each.role_id], each.resource_id))
        return Offer(
            target=target,
            arrives_s=plan.arrives_s,
            ends_s=plan.arrives_s + duration_s,
            assignments=tuple(assignments),
            added_travel_s=sum(each.added_travel_s for each in assignments),
            cost=plan.cost_s,
        )


def _host_role(problem: Problem) -> Role | None:
    """The first role that asks for a facility; in facility work, that one receives the customer."""
    if problem.request.work_location is not WorkLocation.FACILITY:
        return None
    return next(
        (
            role
            for role in problem.request.roles
            if not role.crew_size and ResourceKind.FACILITY in role.kinds
        ),
        None,
    )


def _option(role: Role, span: Span, at_target: ByResource) -> list[Option]:
    """The span's party as an option, if each of its members has a chance then."""
    chances = []
    for member in span.party.members:
        cut = within(at_target.get(member.id, ()), span.from_s, span.to_s)
        if not cut:
            return []
        chances.append(cut)
    return [option(role, span.party, chances, preference_s(role.preferred, span.party.ids))]
