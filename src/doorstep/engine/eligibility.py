"""The hard rules: who may come at all. One small function each, asked in the order of RULES.

A party is whoever would fill a role: one resource, or a crew as it is composed at that time.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from doorstep.engine.problem import (
    Characteristic,
    Need,
    Request,
    Resource,
    ResourceKind,
    Role,
    WorkLocation,
)
from doorstep.engine.result import Rule
from doorstep.platform.values.geo import Coordinates, distance_m

KINDS_THAT_STAY = frozenset({ResourceKind.FACILITY, ResourceKind.POOL})


@dataclass(frozen=True, slots=True)
class Party:
    """One resource (crew_id None), or the working members of a crew."""

    id: int
    crew_id: int | None
    is_searchable: bool
    members: tuple[Resource, ...]
    characteristics: tuple[Characteristic, ...]
    territories: frozenset[int]

    @property
    def ids(self) -> frozenset[int]:
        """Every id by which a preference or a restriction may name this party."""
        return frozenset((self.id, *(member.id for member in self.members)))


class Ask(NamedTuple):
    """One role of the request, and the place the work happens at.

    `is_host` marks the role whose facility receives the customer.
    """

    request: Request
    role: Role
    place: Coordinates | None
    is_host: bool = False


def individual(resource: Resource) -> Party:
    """The party of one."""
    return Party(
        id=resource.id,
        crew_id=None,
        is_searchable=resource.is_searchable,
        members=(resource,),
        characteristics=resource.characteristics,
        territories=resource.territories,
    )


def is_searchable(_ask: Ask, party: Party) -> bool:
    """The resource is enabled for availability search (product.md 7)."""
    return party.is_searchable


def has_kind(ask: Ask, party: Party) -> bool:
    """An individual is of a kind the role allows, and the host of facility work a facility."""
    if party.crew_id is not None:
        return True
    kind = party.members[0].kind
    if ask.is_host and kind is not ResourceKind.FACILITY:
        return False
    return not ask.role.kinds or kind in ask.role.kinds


def can_work_there(ask: Ask, party: Party) -> bool:
    """Who travels needs a start place; facilities and pools do not travel (product.md 7, 7.5)."""
    location = ask.request.work_location
    if location is WorkLocation.AGNOSTIC:
        return True
    for member in party.members:
        if member.start is None:
            return False
        if location is WorkLocation.ONSITE and member.kind in KINDS_THAT_STAY:
            return False
        # Rooms do not move: all that are needed are at the place that receives the customer.
        if member.kind is ResourceKind.FACILITY and member.start != ask.place:
            return False
    return True


def is_not_restricted(ask: Ask, party: Party) -> bool:
    """Neither the crew nor any of its members is barred."""
    return ask.role.restricted.isdisjoint(party.ids)


def is_among_chosen(ask: Ask, party: Party) -> bool:
    """Must choose from: the crew itself is named, or all of its members are."""
    chosen = ask.role.must_choose_from
    if not chosen or party.id in chosen:
        return True
    return party.crew_id is not None and all(member.id in chosen for member in party.members)


def is_large_enough(ask: Ask, party: Party) -> bool:
    """A crew of n needs at least n members who work that day."""
    return len(party.members) >= ask.role.crew_size


def could_be_skilled(ask: Ask, party: Party) -> bool:
    """Every need is met by some characteristic, whenever that one is valid."""
    return all(any(_meets(need, each) for each in party.characteristics) for need in ask.role.needs)


def serves_territory(ask: Ask, party: Party) -> bool:
    """The request's territory is one of the party's; without any, the request's flag decides."""
    territory = ask.request.territory
    if territory is None:
        return True
    if not party.territories:
        return ask.request.allows_without_territory
    return territory in party.territories


def is_within_radius(ask: Ask, party: Party) -> bool:
    """Every member starts within the radius of the place (great circle; 0 is unlimited)."""
    place, radius_m = ask.place, ask.request.radius_m
    if place is None or not radius_m:
        return True
    return all(
        member.start is not None and distance_m(member.start, place) <= radius_m
        for member in party.members
    )


RULES: tuple[tuple[Rule, Callable[[Ask, Party], bool]], ...] = (
    (Rule.SEARCHABLE, is_searchable),
    (Rule.KIND, has_kind),
    (Rule.WORK_LOCATION, can_work_there),
    (Rule.RESTRICTED, is_not_restricted),
    (Rule.MUST_CHOOSE_FROM, is_among_chosen),
    (Rule.CREW_SIZE, is_large_enough),
    (Rule.SKILL, could_be_skilled),
    (Rule.TERRITORY, serves_territory),
    (Rule.RADIUS, is_within_radius),
)


def refusal(ask: Ask, party: Party) -> Rule | None:
    """The first rule that takes the party out, or None."""
    return next((code for code, holds in RULES if not holds(ask, party)), None)


def is_skilled_at(ask: Ask, party: Party, arrives_s: int) -> bool:
    """Every need is met by a characteristic that is valid throughout the visit."""
    ends_s = arrives_s + ask.request.duration_s
    return all(
        any(
            _meets(need, each)
            and (each.valid_from_s is None or each.valid_from_s <= arrives_s)
            and (each.valid_to_s is None or ends_s <= each.valid_to_s)
            for each in party.characteristics
        )
        for need in ask.role.needs
    )


def skill_turns_s(characteristics: Iterable[Characteristic], duration_s: int) -> list[int]:
    """Arrivals at which `is_skilled_at` may change its answer."""
    turns = []
    for each in characteristics:
        if each.valid_from_s is not None:
            turns.append(each.valid_from_s)
        if each.valid_to_s is not None:
            turns.append(each.valid_to_s - duration_s + 1)
    return turns


def _meets(need: Need, characteristic: Characteristic) -> bool:
    if characteristic.id != need.characteristic_id:
        return False
    if need.minimum_rating is None:
        return True
    return characteristic.rating is not None and characteristic.rating >= need.minimum_rating
