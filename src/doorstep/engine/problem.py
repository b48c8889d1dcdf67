"""What goes into a slot search: the wish, the people, and their days as they are planned now.

Instants are integer seconds since 1970 in UTC (`_s`), lengths are seconds (`_s`), distances
metres (`_m`). Nothing here knows a clock or a database; the caller fills it in.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from doorstep.engine.travel import Travel
from doorstep.platform.values.geo import Coordinates


class ResourceKind(StrEnum):
    """The eight types of bookable resources."""

    GENERIC = "generic"
    CONTACT = "contact"
    USER = "user"
    EQUIPMENT = "equipment"
    ACCOUNT = "account"
    CREW = "crew"
    FACILITY = "facility"
    POOL = "pool"


class WorkLocation(StrEnum):
    """Where the work happens: at the customer's place, at a facility, or nowhere in particular."""

    ONSITE = "onsite"
    FACILITY = "facility"
    AGNOSTIC = "agnostic"


class StopKind(StrEnum):
    """What takes the time. The search treats them alike; the names are for whoever reads a plan."""

    VISIT = "visit"
    HOLD = "hold"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class Characteristic:
    """A skill (with a rating) or a certificate (without), perhaps valid for some time only.

    It counts for a visit that lies within [valid_from_s, valid_to_s) as a whole.
    """

    id: int
    rating: int | None = None
    valid_from_s: int | None = None
    valid_to_s: int | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """A characteristic the work asks for. Without a minimum any rating will do, or none."""

    characteristic_id: int
    minimum_rating: int | None = None


@dataclass(frozen=True, slots=True)
class Stop:
    """Something already planned in a route. It takes the block [departs_s, ends_s).

    Travel fills [departs_s, arrives_s), the work [arrives_s, ends_s). The arrival may be moved
    within [promised_from_s, promised_to_s], both inclusive, unless the stop is fixed. A fixed stop
    keeps its arrival and its end; only its departure follows when somebody comes to it from
    another place. A stop without a place (break, time off, outside appointment, work done from
    anywhere) leaves the resource where it was.
    """

    id: int
    place: Coordinates | None
    departs_s: int
    arrives_s: int
    ends_s: int
    promised_from_s: int
    promised_to_s: int
    is_fixed: bool = False
    kind: StopKind = StopKind.VISIT

    def __post_init__(self) -> None:
        if not self.departs_s <= self.arrives_s <= self.ends_s:
            raise ValueError(f"stop {self.id} does not depart, arrive and end in this order")

    @property
    def duration_s(self) -> int:
        """Length of the work, without travel."""
        return self.ends_s - self.arrives_s

    @property
    def travel_s(self) -> int:
        """Length of the travel leg that leads to this stop."""
        return self.arrives_s - self.departs_s


@dataclass(frozen=True, slots=True)
class Route:
    """One lane of one resource on one working day; stops in order of time.

    Nobody departs before from_s, everything ends by to_s, and after the last stop with a place
    there is an unbroken stretch to reach the end place by to_s. Breaks, gaps between the shifts of
    a day, time off and outside appointments are fixed stops without a place.

    Where one stop with a place directly follows another, at least `rest_s` lie between the end of
    the one and the arrival at the other, travel included. Two that are planned closer together
    already stay as close as they are, but come no closer.
    """

    id: Hashable
    resource_id: int
    lane: int
    day: date
    from_s: int
    to_s: int
    start: Coordinates | None
    end: Coordinates | None
    stops: tuple[Stop, ...] = ()
    rest_s: int = 0

    def __post_init__(self) -> None:
        if self.from_s > self.to_s:
            raise ValueError(f"route {self.id} ends before it begins")
        if self.rest_s < 0:
            raise ValueError(f"route {self.id} has a negative rest between two stops")

    def rests_s(self) -> list[int]:
        """Per stop the least time from the end of the stop in front of it to its arrival, or 0."""
        found = [0] * len(self.stops)
        if self.rest_s:
            for index in range(1, len(self.stops)):
                before, stop = self.stops[index - 1], self.stops[index]
                if before.place is not None and stop.place is not None:
                    found[index] = max(0, min(self.rest_s, stop.arrives_s - before.ends_s))
        return found


@dataclass(frozen=True, slots=True)
class Resource:
    """Somebody or something that can be booked. Travel time is divided by its speed factor."""

    id: int
    kind: ResourceKind = ResourceKind.USER
    start: Coordinates | None = None
    characteristics: tuple[Characteristic, ...] = ()
    territories: frozenset[int] = frozenset()
    speed_factor: float = 1.0
    is_searchable: bool = True

    def __post_init__(self) -> None:
        if not self.speed_factor > 0:
            raise ValueError(f"resource {self.id} has a speed factor that is not positive")


@dataclass(frozen=True, slots=True)
class CrewMember:
    """A membership. It holds for visits whose arrival lies in [from_s, to_s)."""

    resource_id: int
    from_s: int | None = None
    to_s: int | None = None


@dataclass(frozen=True, slots=True)
class Crew:
    """Resources that are booked together; `id` is the crew's own resource id.

    If `resources` of the problem holds a resource with this id, its `is_searchable` counts.
    """

    id: int
    members: tuple[CrewMember, ...]
    characteristics: tuple[Characteristic, ...] = ()
    territories: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Role:
    """One thing needed at the visit.

    `crew_size` 0 asks for an individual of one of `kinds` (empty: any kind); n ≥ 1 asks for a crew
    with at least n working members, and `kinds` is not looked at. `preferred`, `restricted` and
    `must_choose_from` hold ids of resources or crews; an empty `must_choose_from` admits anybody.
    """

    id: int
    needs: tuple[Need, ...] = ()
    kinds: frozenset[ResourceKind] = frozenset()
    crew_size: int = 0
    preferred: frozenset[int] = frozenset()
    restricted: frozenset[int] = frozenset()
    must_choose_from: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Request:
    """The wish. All roles arrive together and stay equally long. `radius_m` 0 means unlimited.

    Raises ValueError for on-site work without a place, a duration that is not positive, a negative
    radius, no role, or an effort other than 1.
    """

    place: Coordinates | None
    work_location: WorkLocation
    duration_s: int
    roles: tuple[Role, ...]
    territory: int | None = None
    allows_without_territory: bool = False
    radius_m: float = 0.0
    effort: int = 1

    def __post_init__(self) -> None:
        if self.work_location is WorkLocation.ONSITE and self.place is None:
            raise ValueError("on-site work needs a place")
        if self.duration_s <= 0:
            raise ValueError("the work needs a positive duration")
        if self.radius_m < 0:
            raise ValueError("the radius must not be negative")
        if not self.roles:
            raise ValueError("a request needs at least one role")
        if self.effort != 1:
            raise ValueError("only one lane of a resource can be asked for")


@dataclass(frozen=True, slots=True)
class Target:
    """An arrival window, or an exact time when both bounds are equal: arrival in [from_s, to_s]."""

    id: int
    day: date
    from_s: int
    to_s: int
    name: str = ""

    def __post_init__(self) -> None:
        if self.from_s > self.to_s:
            raise ValueError(f"target {self.id} ends before it begins")


@dataclass(frozen=True, slots=True)
class Problem:
    """Everything one search looks at. Nothing departs before `now_s`."""

    request: Request
    targets: tuple[Target, ...]
    resources: tuple[Resource, ...]
    routes: tuple[Route, ...]
    travel: Travel
    now_s: int
    crews: tuple[Crew, ...] = ()
