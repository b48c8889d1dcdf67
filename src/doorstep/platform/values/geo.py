"""A point on the earth, straight-line distance, and coarse rounding for privacy."""

from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt
from typing import Any, TypeVar

Numbers = TypeVar("Numbers", float, Any)

EARTH_RADIUS_M = 6_371_008.8  # mean radius, IUGG


@dataclass(frozen=True, slots=True, order=True)
class Coordinates:
    """Latitude and longitude in degrees (WGS 84).

    Raises ValueError outside [-90, 90] and [-180, 180] or when not a number.
    """

    latitude: float
    longitude: float

    def __post_init__(self) -> None:
        if not -90 <= self.latitude <= 90:
            raise ValueError(f"latitude {self.latitude} is not within 90 degrees")
        if not -180 <= self.longitude <= 180:
            raise ValueError(f"longitude {self.longitude} is not within 180 degrees")

    def rounded(self, decimals: int) -> "Coordinates":
        """The same place, blurred: 2 decimals are about a kilometre, 3 about a hundred metres."""
        return Coordinates(round(self.latitude, decimals), round(self.longitude, decimals))


def unit_vector(point: Coordinates) -> tuple[float, float, float]:
    """The point on a sphere of radius 1."""
    lat, lon = radians(point.latitude), radians(point.longitude)
    return (cos(lat) * cos(lon), cos(lat) * sin(lon), sin(lat))


def distance_m(a: Coordinates, b: Coordinates) -> float:
    """Great-circle distance in metres on a sphere (0.3 % off the ellipsoid)."""
    ax, ay, az = unit_vector(a)
    bx, by, bz = unit_vector(b)
    dx, dy, dz = ax - bx, ay - by, az - bz
    return arc_m(dx * dx + dy * dy + dz * dz)


def arc_m(squared_chord: float) -> float:
    """Metres along the sphere between two points of it, from the square of their straight chord.

    The series of the arcsine, cut where it is exact to a metre for anything up to 3,000 km, and to
    0.02 % farther away. It uses nothing but + and ×, so that arrays and compiled code can repeat it
    to the last bit.
    """
    half = squared_chord / 4.0
    if half > ARC_SERIES_LIMIT:
        return 2.0 * EARTH_RADIUS_M * asin(min(1.0, sqrt(half)))
    metres: float = EARTH_RADIUS_M * sqrt(squared_chord) * arc_series(half)
    return metres


# Beyond 60 degrees of arc, which is farther than anybody drives.
ARC_SERIES_LIMIT = 0.25


def arc_series(half: Numbers) -> Numbers:
    """asin(√h) ÷ √h for 0 ≤ h ≤ 0.25, by its power series; of a number or an array of them."""
    # A search works out thousands of distances: each more term costs it two percent and more.
    series: Numbers = 1.0 + half * (1.0 / 6.0 + half * (3.0 / 40.0 + half * (15.0 / 336.0)))
    return series
