"""Points in, a matrix of seconds and metres out; or one drive with its path."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from doorstep.platform.values.geo import Coordinates


@dataclass(frozen=True, slots=True)
class Leg:
    """The drive from one point to another; both None when no road leads there.

    `estimated` tells people to read "about": no road was looked at.
    """

    seconds: int | None
    metres: float | None
    estimated: bool = False


UNROUTABLE = Leg(seconds=None, metres=None)

# One row per origin, one leg per destination in it.
Matrix = tuple[tuple[Leg, ...], ...]


class TravelTimes(Protocol):
    """A service that knows how long drives take."""

    def matrix(
        self,
        origins: Sequence[Coordinates],
        destinations: Sequence[Coordinates],
        departs_at: datetime | None = None,
    ) -> Matrix:
        """Every drive from an origin to a destination, leaving at the aware instant if given.

        Services without traffic data ignore the time. Raises a ConnectorError, never
        UnknownOutcome: asking again changes nothing.
        """
        ...


@dataclass(frozen=True, slots=True)
class Route:
    """One drive along roads. `path` is empty where the service does not tell it.

    `has_traffic` says that the seconds are those of the traffic at the time of departure.
    """

    seconds: int
    metres: float
    path: tuple[Coordinates, ...] = ()
    has_traffic: bool = False


@runtime_checkable
class Drives(Protocol):
    """A service that knows how one drive goes, and by which roads."""

    def drive(
        self, start: Coordinates, end: Coordinates, departs_at: datetime | None = None
    ) -> Route | None:
        """The drive that leaves at the aware instant, or now; None where no road leads.

        Services without traffic data ignore the time. Raises a ConnectorError, never
        UnknownOutcome: asking again changes nothing.
        """
        ...


@runtime_checkable
class TrafficService(Drives, Protocol):
    """A service of drives with traffic that the office sets up and tries out."""

    def check(self) -> str:
        """One sentence for staff about what answered; raises the errors of `drive`."""
        ...
