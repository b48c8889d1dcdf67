"""Who could fill a role at all, regardless of the hour: a coarse copy of the engine's rules, for
the check of the settings only."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from doorstep.domain.resources.models import (
    BookableResource,
    CrewMember,
    ResourceCharacteristic,
    ResourceKind,
)

from .selectors import NeedSpec, RoleSpec

_Ratings = Mapping[int, list[int | None]]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One resource (`size` 0), or a crew with so many members who have work hours."""

    kind: str
    size: int
    ratings: _Ratings
    territories: frozenset[int]

    def can_do(self, role: RoleSpec) -> bool:
        """Kind or size, and every characteristic at its rating."""
        if role.crew_size:
            fits = self.kind == ResourceKind.CREW and self.size >= role.crew_size
        else:
            fits = self.kind == role.resource_kind != ResourceKind.CREW
        return fits and all(self._meets(need) for need in role.needs)

    def serves(self, territory_id: int, *, serves_all: bool) -> bool:
        """`serves_all`: who has no territory serves every one."""
        return territory_id in self.territories or (serves_all and not self.territories)

    def _meets(self, need: NeedSpec) -> bool:
        held = self.ratings.get(need.characteristic_id, [])
        if need.minimum_rating is None:
            return bool(held)
        return any(rating is not None and rating >= need.minimum_rating for rating in held)


def candidates_of(
    resources: Iterable[BookableResource], *, has_hours: Collection[int], day: date
) -> list[Candidate]:
    """Everybody who has work hours, crews by their members, with what is valid on this day."""
    found: list[Candidate] = []
    for resource in resources:
        own = [each for each in resource.characteristics.all() if is_valid_on(each, day)]
        territories = frozenset(each.pk for each in resource.territories.all())
        if resource.kind != ResourceKind.CREW:
            if resource.pk in has_hours:
                found.append(Candidate(resource.kind, 0, _ratings(own), territories))
            continue
        members = [
            each.member
            for each in resource.memberships.all()
            if is_valid_on(each, day) and each.member.is_active and each.member_id in has_hours
        ]
        for member in members:
            own += [each for each in member.characteristics.all() if is_valid_on(each, day)]
        together = (each.pk for member in members for each in member.territories.all())
        found.append(
            Candidate(
                resource.kind, len(members), _ratings(own), territories or frozenset(together)
            )
        )
    return found


def is_valid_on(row: ResourceCharacteristic | CrewMember, day: date) -> bool:
    """Whether the dates of the row, both included, take in the day."""
    if isinstance(row, CrewMember):
        first, last = row.from_on, row.to_on
    else:
        first, last = row.valid_from_on, row.valid_to_on
    return (first is None or first <= day) and (last is None or day <= last)


def _ratings(rows: Iterable[ResourceCharacteristic]) -> _Ratings:
    ratings: dict[int, list[int | None]] = {}
    for row in rows:
        ratings.setdefault(row.characteristic_id, []).append(row.rating)
    return ratings
