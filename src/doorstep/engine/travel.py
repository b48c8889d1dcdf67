"""Travel times: the contract, the straight-line estimate, and a table that falls back on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Protocol, runtime_checkable

from doorstep.platform.values.geo import Coordinates, distance_m


class Travel(Protocol):
    """How long and how far it is from one place to another.

    Whole seconds, rounded up, and 0 from a place to itself. Where the way over a third place is
    never the faster one, a booking can be inserted without making a route shorter; the search
    stays right without that, only "one more booking never opens a window" is lost.
    """

    def seconds(self, a: Coordinates, b: Coordinates) -> int: ...

    def metres(self, a: Coordinates, b: Coordinates) -> float: ...


@runtime_checkable
class BatchTravel(Travel, Protocol):
    """Travel that answers for one place and many others at once, as a provider likes to be asked.

    The answers are those of `seconds`, in the order of the question. No leg is shorter than the
    same leg of `floor`, so that what is too far by the floor need not be asked for.
    """

    @property
    def floor(self) -> "StraightLine | None": ...

    def seconds_to(self, origins: Sequence[Coordinates], place: Coordinates) -> list[int]: ...

    def seconds_from(
        self, place: Coordinates, destinations: Sequence[Coordinates]
    ) -> list[int]: ...

    def is_estimated(self, a: Coordinates, b: Coordinates) -> bool:
        """Whether no road was looked at for this leg."""
        ...


def seconds_to(travel: Travel, origins: Sequence[Coordinates], place: Coordinates) -> list[int]:
    """Seconds from each origin to the place, asked at once if the travel can."""
    if isinstance(travel, BatchTravel):
        return travel.seconds_to(origins, place)
    return [travel.seconds(origin, place) for origin in origins]


def seconds_from(
    travel: Travel, place: Coordinates, destinations: Sequence[Coordinates]
) -> list[int]:
    """Seconds from the place to each destination, asked at once if the travel can."""
    if isinstance(travel, BatchTravel):
        return travel.seconds_from(place, destinations)
    return [travel.seconds(place, destination) for destination in destinations]


def floor_of(travel: Travel) -> "StraightLine | None":
    """What no leg of this travel undercuts; None if nothing is known."""
    if isinstance(travel, StraightLine):
        return travel
    return travel.floor if isinstance(travel, BatchTravel) else None


def is_estimated(travel: Travel, a: Coordinates, b: Coordinates) -> bool:
    """Whether the leg is a guess: no road was looked at."""
    if isinstance(travel, BatchTravel):
        return travel.is_estimated(a, b)
    if isinstance(travel, TravelTable):
        return a != b and (a, b) not in travel.pairs
    return a != b


@dataclass(frozen=True, slots=True)
class StraightLine:
    """Great circle × detour at a constant speed, plus a fixed time for parking and walking."""

    detour_factor: float = 1.35
    speed_kmh: float = 40.0
    fixed_s: int = 300

    def __post_init__(self) -> None:
        if self.detour_factor < 1 or self.speed_kmh <= 0 or self.fixed_s < 0:
            raise ValueError("detour at least 1, speed positive, fixed time not negative")

    def seconds(self, a: Coordinates, b: Coordinates) -> int:
        """Whole seconds, rounded up; 0 for the same point."""
        distance = distance_m(a, b)
        return ceil(distance * self.seconds_per_m) + self.fixed_s if distance else 0

    @property
    def seconds_per_m(self) -> float:
        """Driving time per metre of great circle."""
        return self.detour_factor * 3.6 / self.speed_kmh

    def metres(self, a: Coordinates, b: Coordinates) -> float:
        """Great circle × detour."""
        return distance_m(a, b) * self.detour_factor


@dataclass(frozen=True, slots=True)
class TravelTable:
    """Known (seconds, metres) by (from, to); whatever is missing is asked of the fallback."""

    pairs: Mapping[tuple[Coordinates, Coordinates], tuple[int, float]]
    fallback: Travel

    def seconds(self, a: Coordinates, b: Coordinates) -> int:
        """From the table if it is there; 0 for the same point."""
        if a == b:
            return 0
        known = self.pairs.get((a, b))
        return self.fallback.seconds(a, b) if known is None else known[0]

    def metres(self, a: Coordinates, b: Coordinates) -> float:
        """From the table if it is there; 0 for the same point."""
        if a == b:
            return 0.0
        known = self.pairs.get((a, b))
        return self.fallback.metres(a, b) if known is None else known[1]


def leg_s(travel: Travel, a: Coordinates | None, b: Coordinates | None, speed_factor: float) -> int:
    """Seconds one resource needs from a to b, rounded up; 0 if either place is not known."""
    if a is None or b is None:
        return 0
    return ceil(travel.seconds(a, b) / speed_factor)
