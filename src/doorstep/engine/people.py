"""Everybody who can be booked, and who passes which rule, remembered from search to search."""

from collections.abc import Callable, Hashable, Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from doorstep.engine.eligibility import RULES, Ask, Party, individual
from doorstep.engine.problem import Crew, Resource, ResourceKind, WorkLocation
from doorstep.engine.result import Rule
from doorstep.platform.values.geo import (
    ARC_SERIES_LIMIT,
    EARTH_RADIUS_M,
    arc_series,
    distance_m,
    unit_vector,
)

Mask = npt.NDArray[np.bool_]

# Per rule, the part of a question that decides its answer. Only the radius is asked anew each time.
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
_MOST_MASKS = 2048


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
        self._starts = np.array(
            [(np.nan,) * 3 if each is None else unit_vector(each) for each in starts]
        ).reshape(-1, 3)
        self._dated: dict[int, Mask] = {}
        self._masks: dict[tuple[Rule, Hashable], Mask] = {}

    def rules(self, ask: Ask) -> list[tuple[Rule, Mask]]:
        """Per rule, in the order in which they are asked, which individuals pass it."""
        found: list[tuple[Rule, Mask]] = []
        for rule, holds in RULES:
            if rule is Rule.RADIUS:
                found.append((rule, self._within_radius(ask)))
                continue
            key = (rule, _PARTS[rule](ask))
            mask = self._masks.get(key)
            if mask is None:
                if len(self._masks) >= _MOST_MASKS:
                    self._masks.clear()
                mask = np.array([holds(ask, party) for party in self.parties], bool)
                self._masks[key] = mask
            found.append((rule, mask))
        return found

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

    def _within_radius(self, ask: Ask) -> Mask:
        place, radius_m = ask.place, ask.request.radius_m
        if place is None or not radius_m:
            return np.ones(len(self.parties), bool)
        apart = self._starts - np.array(unit_vector(place))
        dx, dy, dz = apart[:, 0], apart[:, 1], apart[:, 2]
        chord = dx * dx + dy * dy + dz * dz
        half: Any = chord / 4.0
        metres = EARTH_RADIUS_M * np.sqrt(chord) * arc_series(np.minimum(half, ARC_SERIES_LIMIT))
        for index in np.flatnonzero(half > ARC_SERIES_LIMIT).tolist():
            start = self.parties[index].members[0].start
            assert start is not None
            metres[index] = distance_m(start, place)
        within: Mask = metres <= radius_m  # false where the start is not known
        return within
