"""Instances live on a plane; the engine lives on the earth. One unit becomes 1,000 seconds."""

from dataclasses import dataclass
from math import ceil, hypot

from doorstep.platform.values.geo import Coordinates

SCALE = 1_000
# Keeps any plane within the degrees there are.
_SHRINK = 10_000.0


class BadInstance(Exception):
    """The file is not in the format; the text says which line."""


@dataclass(frozen=True, slots=True)
class Customer:
    """A request, its times in units of the file."""

    id: int
    x: float
    y: float
    opens: float
    closes: float
    service: float
    demand: int = 0
    skills: frozenset[int] = frozenset()
    tools: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A vehicle or a technician; home is where the day starts and ends."""

    id: int
    x: float
    y: float
    opens: float
    closes: float
    capacity: int | None = None
    skills: frozenset[int] = frozenset()
    tools: frozenset[int] = frozenset()

    def may_serve(self, customer: Customer) -> bool:
        """Skills and tools are there; nobody fetches a tool on the way."""
        return customer.skills <= self.skills and customer.tools <= self.tools


@dataclass(frozen=True, slots=True)
class Instance:
    name: str
    vehicles: tuple[Vehicle, ...]
    customers: tuple[Customer, ...]


@dataclass(frozen=True, slots=True)
class Plane:
    """Travel as the crow flies at one unit of length per unit of time; no rounding in `metres`,
    which counts in units."""

    def seconds(self, a: Coordinates, b: Coordinates) -> int:
        return ceil(round(self.metres(a, b) * SCALE, 3))

    def metres(self, a: Coordinates, b: Coordinates) -> float:
        return hypot(a.latitude - b.latitude, a.longitude - b.longitude) * _SHRINK


def point(x: float, y: float) -> Coordinates:
    """A place on the plane. Raises BadInstance beyond 900,000 units."""
    try:
        return Coordinates(y / _SHRINK, x / _SHRINK)
    except ValueError as error:
        raise BadInstance(f"{x}, {y} is too far out") from error


def scaled(units: float) -> int:
    """Units of time as the engine's seconds."""
    return round(units * SCALE)
