"""Travel for one search: roads in process, or a provider that is asked for many legs at once."""

from collections.abc import Callable, Collection, Mapping, Sequence

import numpy as np

from doorstep.connectors.travel.roads.provider import OpenRoads, Reach
from doorstep.engine.travel import StraightLine
from doorstep.platform.values.geo import Coordinates

# Seconds and metres; None where only the estimate knows.
Known = tuple[int, float] | None
Pair = tuple[Coordinates, Coordinates]
Ask = Callable[[Sequence[Coordinates], Sequence[Coordinates]], Mapping[Pair, Known]]
Origins = Collection[Coordinates]
Destinations = Collection[Coordinates]


class AskedTravel:
    """Legs that somebody else knows. Nobody is asked before a leg is needed, and then once for all
    legs that are needed with it.

    `ask` answers for every pair of origins and destinations; what it leaves out is estimated.
    `together` are the legs that are asked for with the first of them, if `seconds` or `metres`
    come for one alone. Any other single leg is estimated: it is not worth a question.
    """

    def __init__(
        self,
        ask: Ask,
        *,
        estimate: StraightLine,
        floor: StraightLine,
        together: Sequence[tuple[Origins, Destinations]],
    ) -> None:
        self._ask = ask
        self._estimate = estimate
        self._together = [(frozenset(origins), frozenset(ends)) for origins, ends in together]
        self._legs: dict[Pair, Known] = {}
        self.floor = floor

    def seconds(self, a: Coordinates, b: Coordinates) -> int:
        """Whole seconds, rounded up; 0 for the same point."""
        leg = self._leg(a, b)
        return self._estimate.seconds(a, b) if leg is None else leg[0]

    def metres(self, a: Coordinates, b: Coordinates) -> float:
        """Along the road, or estimated."""
        leg = self._leg(a, b)
        return self._estimate.metres(a, b) if leg is None else leg[1]

    def seconds_to(self, origins: Sequence[Coordinates], place: Coordinates) -> list[int]:
        self._learn(origins, [place])
        return [self.seconds(origin, place) for origin in origins]

    def seconds_from(self, place: Coordinates, destinations: Sequence[Coordinates]) -> list[int]:
        self._learn([place], destinations)
        return [self.seconds(place, destination) for destination in destinations]

    def is_estimated(self, a: Coordinates, b: Coordinates) -> bool:
        return a != b and self._leg(a, b) is None

    def _leg(self, a: Coordinates, b: Coordinates) -> Known:
        if a == b:
            return (0, 0.0)
        if (a, b) not in self._legs:
            for origins, ends in self._together:
                if a in origins and b in ends:
                    self._learn(sorted(origins), sorted(ends))
        return self._legs.get((a, b))

    def _learn(self, origins: Sequence[Coordinates], destinations: Sequence[Coordinates]) -> None:
        """Ask for what is missing, by whole rows and columns."""
        missing = [
            (a, b) for a in origins for b in destinations if a != b and (a, b) not in self._legs
        ]
        if not missing:
            return
        starts = list(dict.fromkeys(a for a, _b in missing))
        ends = list(dict.fromkeys(b for _a, b in missing))
        found = self._ask(starts, ends)
        self._legs |= dict.fromkeys(missing) | dict(found)


class RoadTravel:
    """Legs along the roads of a file; where none leads, the estimate.

    `hub` is the place that a search asks about again and again: its first single leg brings those
    to and from all `others`. Nothing is remembered of batches, which are quick.
    """

    def __init__(
        self,
        roads: OpenRoads,
        *,
        estimate: StraightLine,
        floor: StraightLine,
        extra_s: int,
        hub: Coordinates | None = None,
        others: Collection[Coordinates] = (),
    ) -> None:
        self._roads = roads
        self._estimate = estimate
        self._extra_s = extra_s
        self._hub = hub
        self._others = list(others)
        self._legs: dict[Pair, Known] = {}
        self._has_hub = False
        self.floor = floor

    def seconds(self, a: Coordinates, b: Coordinates) -> int:
        """Whole seconds, rounded up; 0 for the same point."""
        leg = self._leg(a, b)
        return self._estimate.seconds(a, b) if leg is None else leg[0]

    def metres(self, a: Coordinates, b: Coordinates) -> float:
        """Along the road, or estimated."""
        leg = self._leg(a, b)
        return self._estimate.metres(a, b) if leg is None else leg[1]

    def seconds_to(self, origins: Sequence[Coordinates], place: Coordinates) -> list[int]:
        seconds, lost = self._batch(self._roads.reach(place, origins, is_return=True))
        for index in lost:
            seconds[index] = self._estimate.seconds(origins[index], place)
        return seconds

    def seconds_from(self, place: Coordinates, destinations: Sequence[Coordinates]) -> list[int]:
        seconds, lost = self._batch(self._roads.reach(place, destinations, is_return=False))
        for index in lost:
            seconds[index] = self._estimate.seconds(place, destinations[index])
        return seconds

    def is_estimated(self, a: Coordinates, b: Coordinates) -> bool:
        return a != b and not self._roads.connects(a, b)

    def _batch(self, reach: Reach) -> tuple[list[int], list[int]]:
        """Seconds with the extra of a drive, and the indexes of those no road leads to."""
        seconds = reach.seconds + np.where(reach.seconds > 0, self._extra_s, 0)
        return seconds.tolist(), np.flatnonzero(reach.seconds < 0).tolist()

    def _leg(self, a: Coordinates, b: Coordinates) -> Known:
        if a == b:
            return (0, 0.0)
        if not self._has_hub and self._hub in (a, b):
            self._has_hub = True
            self._learn(self._hub, self._others, is_return=True)
            self._learn(self._hub, self._others, is_return=False)
        if (a, b) not in self._legs:
            self._learn(a, [b], is_return=False)
        return self._legs[a, b]

    def _learn(self, place: Coordinates, others: Sequence[Coordinates], *, is_return: bool) -> None:
        reach = self._roads.reach(place, others, is_return=is_return)
        seconds, _lost = self._batch(reach)
        for other, found, needed, far in zip(
            others, reach.seconds.tolist(), seconds, reach.metres.tolist(), strict=True
        ):
            pair = (other, place) if is_return else (place, other)
            self._legs[pair] = None if found < 0 else (needed, far)
