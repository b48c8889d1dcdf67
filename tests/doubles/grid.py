"""The small world the routing doubles live in: a grid of streets, and an island without a road."""

from doorstep.platform.values.geo import Coordinates

METRES_PER_DEGREE = 100_000
METRES_PER_SECOND = 10
ISLAND_LATITUDE = 60


def is_on_the_island(point: Coordinates) -> bool:
    return point.latitude >= ISLAND_LATITUDE


def drive(a: Coordinates, b: Coordinates) -> tuple[float, float] | None:
    """Seconds and metres along the grid; None between mainland and island."""
    if is_on_the_island(a) != is_on_the_island(b):
        return None
    degrees = abs(a.latitude - b.latitude) + abs(a.longitude - b.longitude)
    metres = degrees * METRES_PER_DEGREE
    return round(metres / METRES_PER_SECOND, 1), round(metres, 1)


def path(a: Coordinates, b: Coordinates) -> list[tuple[float, float]]:
    """Latitudes and longitudes along the grid: first along the street, then up the avenue."""
    return [
        (a.latitude, a.longitude),
        (a.latitude, b.longitude),
        (b.latitude, b.longitude),
    ]
