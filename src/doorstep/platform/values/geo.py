"""A point on the earth, straight-line distance, and coarse rounding for privacy."""

from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

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


def distance_m(a: Coordinates, b: Coordinates) -> float:
    """Great-circle distance in metres, by the haversine formula (0.3 % off the ellipsoid)."""
    lat_a, lat_b = radians(a.latitude), radians(b.latitude)
    half_lat = sin((lat_b - lat_a) / 2)
    half_lon = sin(radians(b.longitude - a.longitude) / 2)
    return (
        2
        * EARTH_RADIUS_M
        * asin(min(1.0, sqrt(half_lat * half_lat + cos(lat_a) * cos(lat_b) * half_lon * half_lon)))
    )
