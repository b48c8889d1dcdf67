"""What comes out of a slot search: offers with a concrete plan, and why others fell out."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property

from doorstep.engine.problem import Target
from doorstep.platform.values.geo import Coordinates


class Rule(StrEnum):
    """Why a resource or crew is not offered, in the order in which the rules are asked."""

    SEARCHABLE = "searchable"
    KIND = "kind"
    WORK_LOCATION = "work_location"
    RESTRICTED = "restricted"
    MUST_CHOOSE_FROM = "must_choose_from"
    CREW_SIZE = "crew_size"
    SKILL = "skill"
    TERRITORY = "territory"
    RADIUS = "radius"
    WORKING_HOURS = "working_hours"
    NO_GAP = "no_gap"
    NOT_TOGETHER = "not_together"  # it has time, but the others it would need do not, or not then


@dataclass(frozen=True, slots=True)
class Move:
    """New planned times of a stop that is already in the route; its promise holds."""

    stop_id: int
    departs_s: int
    arrives_s: int
    ends_s: int


@dataclass(frozen=True, slots=True)
class Assignment:
    """One resource on its way to the visit.

    `position` is the index the new stop gets in `Route.stops`. `place` is where the resource works:
    None if it does not travel (work from anywhere, or a facility that receives the customer).
    `added_travel_s` is what the day's travel grows by; `travel_s` is the leg to this visit.
    `moves` are the stops of the same route whose planned times change.
    """

    role_id: int
    resource_id: int
    crew_id: int | None
    route_id: Hashable
    lane: int
    position: int
    place: Coordinates | None
    departs_s: int
    arrives_s: int
    ends_s: int
    added_travel_s: int
    travel_s: int
    moves: tuple[Move, ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """A target that can be kept, with the plan that keeps it. Lower cost is better."""

    target: Target
    arrives_s: int
    ends_s: int
    assignments: tuple[Assignment, ...]
    added_travel_s: int
    cost: int

    @property
    def resource_ids(self) -> frozenset[int]:
        """Everybody who would come."""
        return frozenset(each.resource_id for each in self.assignments)


class Opening:
    """A target that can be kept, before its plan is written out: `offer` does that, once.

    Searches find dozens of openings and mostly one of them is looked at closely.
    """

    __slots__ = (
        "_offer",
        "_plan",
        "added_travel_s",
        "arrives_s",
        "cost",
        "ends_s",
        "resource_ids",
        "target",
    )

    def __init__(
        self,
        target: Target,
        arrives_s: int,
        ends_s: int,
        resource_ids: frozenset[int],
        added_travel_s: int,
        cost: int,
        plan: Callable[[], tuple[Assignment, ...]],
    ) -> None:
        self.target = target
        self.arrives_s = arrives_s
        self.ends_s = ends_s
        self.resource_ids = resource_ids
        self.added_travel_s = added_travel_s
        self.cost = cost
        self._plan = plan
        self._offer: Offer | None = None

    @property
    def offer(self) -> Offer:
        """The same with its assignments, as things were when the search was made."""
        if self._offer is None:
            self._offer = Offer(
                self.target,
                self.arrives_s,
                self.ends_s,
                self._plan(),
                self.added_travel_s,
                self.cost,
            )
        return self._offer


class SearchResult:
    """Openings in the order of the targets, per target best first.

    `removed` says per day how many resources (or crews, where a crew is asked for) each rule took
    out on that day. Each is counted once, at the last rule it came to in any role.
    """

    def __init__(
        self,
        openings: Callable[[], tuple[Opening, ...]],
        removed: Callable[[], Mapping[date, Mapping[Rule, int]]],
    ) -> None:
        """Both are worked out when somebody looks at them, from what the search saw."""
        self._openings = openings
        self._removed = removed

    @cached_property
    def openings(self) -> tuple[Opening, ...]:
        """What can be promised."""
        return self._openings()

    @cached_property
    def removed(self) -> Mapping[date, Mapping[Rule, int]]:
        """What stood in the way."""
        return self._removed()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SearchResult):
            return NotImplemented
        return (self.offers, self.removed) == (other.offers, other.removed)

    __hash__ = None  # type: ignore[assignment]

    @property
    def offers(self) -> tuple[Offer, ...]:
        """Every opening with its plan."""
        return tuple(opening.offer for opening in self.openings)

    @property
    def first(self) -> tuple[Opening, ...]:
        """The best opening of every target that has one."""
        found: dict[int, Opening] = {}
        for opening in self.openings:
            found.setdefault(opening.target.id, opening)
        return tuple(found.values())

    @property
    def best(self) -> tuple[Offer, ...]:
        """The best offer of every target that has one."""
        return tuple(opening.offer for opening in self.first)
