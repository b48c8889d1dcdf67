"""Several resources at one door: the best common arrival of distinct people, one party per role.

Every chance is an interval of arrivals; a plan is one chance per person whose intervals meet. The
search puts the roles in order of scarcity, tries the cheapest first and leaves a branch as soon as
it cannot beat the plans it has, so it is exact up to its step limit.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from doorstep.engine.eligibility import Party
from doorstep.engine.problem import Role

# A guard against worlds made to be hard (dozens of crews sharing members); never reached in
# ordinary ones. Behind it the best plans found so far are taken.
MAX_STEPS = 50_000


@dataclass(frozen=True, slots=True)
class Chance:
    """One resource may arrive within [from_s, to_s]; it would like to not before `calm_s`.

    `number` says which of the search's chances this is.
    """

    added_travel_s: int
    arrives_s: int
    from_s: int
    to_s: int
    calm_s: int
    number: int

    @property
    def rank(self) -> tuple[int, int, int]:
        """Cheap first, then early; the rest only makes the order certain."""
        return (self.added_travel_s, self.arrives_s, self.number)


@dataclass(frozen=True, slots=True)
class Option:
    """One party for one role: per member its chances, best first."""

    role: Role
    party: Party
    chances: tuple[tuple[Chance, ...], ...]
    penalty_s: int
    floor_s: int  # no plan with this option costs less for this role

    @property
    def rank(self) -> tuple[int, int, int]:
        """Cheap first, then early, then by id."""
        return (self.floor_s, max(each[0].from_s for each in self.chances), self.party.id)


def option(role: Role, party: Party, chances: Sequence[Sequence[Chance]], penalty_s: int) -> Option:
    """Sort the chances of each member and note the least this option can cost."""
    ordered = tuple(tuple(sorted(each, key=lambda chance: chance.rank)) for each in chances)
    floor_s = penalty_s + sum(each[0].added_travel_s for each in ordered)
    return Option(role, party, ordered, penalty_s, floor_s)


@dataclass(frozen=True, slots=True)
class Seat:
    """Who fills a role, or a part of it, and how."""

    option: Option
    resource_id: int
    chance: Chance


@dataclass(frozen=True, slots=True)
class Plan:
    """Everybody's seat for one arrival."""

    cost_s: int
    arrives_s: int
    seats: tuple[Seat, ...]

    @property
    def resource_ids(self) -> frozenset[int]:
        """Who comes."""
        return frozenset(seat.resource_id for seat in self.seats)

    @property
    def rank(self) -> tuple[int, int, list[int]]:
        """Cheap first, then early, then by the ids of those who come."""
        return (self.cost_s, self.arrives_s, sorted(seat.resource_id for seat in self.seats))


def best_plans(options: Sequence[Sequence[Option]], keep: int) -> list[Plan]:
    """The `keep` best plans with pairwise different people, best first; `options` is per role."""
    if not all(options):
        return []
    roles = sorted((sorted(each, key=lambda option: option.rank) for each in options), key=len)
    rest_s = [0] * (len(roles) + 1)
    for index in range(len(roles) - 1, -1, -1):
        rest_s[index] = rest_s[index + 1] + roles[index][0].floor_s
    search = _Search(roles, rest_s, keep)
    search.fill(0, _Partial())
    return sorted(search.plans.values(), key=lambda plan: plan.rank)


@dataclass(frozen=True, slots=True)
class _Partial:
    """Seats filled so far, and the arrivals that are left to them."""

    cost_s: int = 0
    from_s: int = -(1 << 62)
    to_s: int = 1 << 62
    wished_s: int = -(1 << 62)
    seats: tuple[Seat, ...] = ()
    taken: frozenset[int] = frozenset()


@dataclass(slots=True)
class _Search:
    roles: list[list[Option]]
    rest_s: list[int]
    keep: int
    plans: dict[frozenset[int], Plan] = field(default_factory=dict)
    worst: tuple[int, int] | None = None
    steps: int = 0

    def is_hopeless(self, cost_s: int, from_s: int) -> bool:
        """Nothing below this cost and this arrival could still be kept."""
        return self.worst is not None and (cost_s, from_s) >= self.worst

    def fill(self, role_index: int, partial: _Partial) -> None:
        if role_index == len(self.roles):
            self.note(partial)
            return
        rest_s = self.rest_s[role_index + 1]
        for candidate in self.roles[role_index]:
            cost_s = partial.cost_s + candidate.floor_s + rest_s
            if self.steps > MAX_STEPS or self.is_hopeless(cost_s, partial.from_s):
                return  # the options behind it cost at least as much
            if any(member.id in partial.taken for member in candidate.party.members):
                continue
            started = _Partial(
                partial.cost_s + candidate.floor_s,
                partial.from_s,
                partial.to_s,
                partial.wished_s,
                partial.seats,
                partial.taken,
            )
            self.seat(role_index, candidate, 0, started)

    def seat(self, role_index: int, candidate: Option, index: int, partial: _Partial) -> None:
        if index == len(candidate.chances):
            self.fill(role_index + 1, partial)
            return
        chances = candidate.chances[index]
        resource_id = candidate.party.members[index].id
        for chance in chances:
            self.steps += 1
            from_s = max(partial.from_s, chance.from_s)
            to_s = min(partial.to_s, chance.to_s)
            cost_s = partial.cost_s + chance.added_travel_s - chances[0].added_travel_s
            if self.steps > MAX_STEPS or self.is_hopeless(
                cost_s + self.rest_s[role_index + 1], partial.from_s
            ):
                return
            if from_s > to_s:
                continue
            self.seat(
                role_index,
                candidate,
                index + 1,
                _Partial(
                    cost_s,
                    from_s,
                    to_s,
                    max(partial.wished_s, chance.arrives_s),
                    (*partial.seats, Seat(candidate, resource_id, chance)),
                    partial.taken | {resource_id},
                ),
            )

    def note(self, partial: _Partial) -> None:
        plan = Plan(partial.cost_s, min(partial.wished_s, partial.to_s), partial.seats)
        known = self.plans.get(plan.resource_ids)
        if known is not None and known.rank <= plan.rank:
            return
        self.plans[plan.resource_ids] = plan
        if len(self.plans) > self.keep:
            del self.plans[max(self.plans, key=lambda each: self.plans[each].rank)]
        if len(self.plans) == self.keep:
            worst = max(self.plans.values(), key=lambda each: each.rank)
            self.worst = (worst.cost_s, worst.arrives_s)
