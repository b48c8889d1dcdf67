"""One working day of one technician, and where in it a visit fits. Simple, and never optimistic.

Instants are seconds since 1970, lengths seconds, as in the engine.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import ceil

from doorstep.engine.travel import Travel, leg_s
from doorstep.platform.values.geo import Coordinates

Span = tuple[int, int]


class Legs:
    """The engine's travel times, each reckoned once.

    A plan asks for hundreds of thousands. Places are told apart by identity, which is much quicker
    than by value; a place that is there twice is only reckoned twice.
    """

    def __init__(self, travel: Travel) -> None:
        self._travel = travel
        self._known: dict[tuple[int, int, float], int] = {}
        self._places: list[Coordinates] = []  # so that no other place takes over an identity

    def seconds(self, a: Coordinates | None, b: Coordinates | None, speed: float) -> int:
        """What one technician needs; 0 when one of the places is not known."""
        if a is None or b is None:
            return 0
        key = (id(a), id(b), speed)
        known = self._known.get(key)
        if known is None:
            known = 0 if a == b else leg_s(self._travel, a, b, speed)
            self._known[key] = known
            self._places += (a, b)
        return known


@dataclass(frozen=True, slots=True)
class PlannedStop:
    """A visit in the day: block [departs_s, ends_s), the work from arrives_s on."""

    visit: Hashable
    place: Coordinates | None
    departs_s: int
    arrives_s: int
    ends_s: int


@dataclass(slots=True)
class DayPlan:
    """`closed` are breaks and absences; `kept_free` is left to customers while planning."""

    day: date
    from_s: int
    to_s: int
    closed: list[Span]
    start: Coordinates | None
    end: Coordinates | None
    speed: float
    legs: Legs
    kept_free: list[Span] = field(default_factory=list)
    stops: list[PlannedStop] = field(default_factory=list)

    @property
    def working_s(self) -> int:
        return self.to_s - self.from_s - sum(end - begin for begin, end in self.closed)

    @property
    def busy_s(self) -> int:
        return sum(stop.ends_s - stop.departs_s for stop in self.stops)

    def leg_s(self, a: Coordinates | None, b: Coordinates | None) -> int:
        return self.legs.seconds(a, b, self.speed)

    def place_before(self, at_s: int) -> Coordinates | None:
        """Where the technician is, or was last, before an instant."""
        here = self.start
        for stop in self.stops:
            if stop.arrives_s < at_s and stop.place is not None:
                here = stop.place
        return here

    def earliest(
        self,
        place: Coordinates | None,
        minutes: int,
        *,
        not_before_s: int,
        grid_s: int,
        latest_s: int | None = None,
    ) -> int | None:
        """The first arrival on the grid, departing no earlier than given, that the day allows.

        None also when that would be after `latest_s`.
        """
        for free_s in self._free_from(not_before_s):
            travel_s = self.leg_s(self.place_before(free_s + 1), place) if place else 0
            arrives_s = ceil((free_s + travel_s) / grid_s) * grid_s
            if latest_s is not None and arrives_s > latest_s:
                return None
            if self.with_stop(None, place, arrives_s, minutes) is not None:
                return arrives_s
        return None

    def with_stop(
        self, visit: Hashable, place: Coordinates | None, arrives_s: int, minutes: int
    ) -> list[PlannedStop] | None:
        """The stops with one more among them, departures brought in line; None if it cannot be."""
        if self._is_taken(arrives_s, arrives_s + minutes * 60):
            return None
        stop = PlannedStop(visit, place, arrives_s, arrives_s, arrives_s + minutes * 60)
        stops = sorted([*self.stops, stop], key=lambda each: each.arrives_s)
        return self._driven(stops, [*self.closed, *self.kept_free])

    def without(self, visit: Hashable) -> list[PlannedStop] | None:
        """The stops without one of them, departures brought in line; None if it cannot be."""
        return self._driven([each for each in self.stops if each.visit != visit], self.closed)

    def _is_taken(self, from_s: int, to_s: int) -> bool:
        """Whether somebody is elsewhere in a part of the time, even without any travel."""
        return any(
            begin < to_s and from_s < end for begin, end in (*self.closed, *self.kept_free)
        ) or any(stop.arrives_s < to_s and from_s < stop.ends_s for stop in self.stops)

    def _free_from(self, not_before_s: int) -> list[int]:
        ends = [end for _begin, end in (*self.closed, *self.kept_free)]
        ends += [stop.ends_s for stop in self.stops]
        later = [end for end in ends if not_before_s < end < self.to_s]
        return [max(not_before_s, self.from_s), *sorted(later)]

    def _driven(
        self, stops: Sequence[PlannedStop], closed: Iterable[Span]
    ) -> list[PlannedStop] | None:
        closed = sorted(closed)
        here, free_s = self.start, self.from_s
        driven: list[PlannedStop] = []
        for stop in stops:
            travel_s = self.leg_s(here, stop.place)
            departs_s = stop.arrives_s - travel_s
            if departs_s < free_s or stop.ends_s > self.to_s:
                return None
            if any(begin < stop.ends_s and departs_s < end for begin, end in closed):
                return None
            driven.append(
                PlannedStop(stop.visit, stop.place, departs_s, stop.arrives_s, stop.ends_s)
            )
            here, free_s = stop.place or here, stop.ends_s
        return driven if self._comes_home(here, free_s, closed, bool(driven)) else None

    def _comes_home(
        self, here: Coordinates | None, free_s: int, closed: Iterable[Span], is_out: bool
    ) -> bool:
        """Whether an unbroken stretch is left to get to the end place."""
        if not is_out:
            return True
        travel_s = self.leg_s(here, self.end)
        for begin, end in closed:
            if begin < free_s + travel_s and free_s < end:
                free_s = end
        return free_s + travel_s <= self.to_s
