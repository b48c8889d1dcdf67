"""Read the one route of an answer that came from outside and may be anything."""

import re
from collections.abc import Iterable
from math import ceil

import polyline

from doorstep.connectors.travel.base import Route
from doorstep.connectors.travel.cells import bad_answer, length
from doorstep.platform.values.geo import Coordinates

# Differences, two per point, each of at most seven characters: six that say "more follows" and
# one that ends it. Without that end a decoder would read one number of the answer's whole size.
_POLYLINE = re.compile(r"(?:(?:[_-~]{0,6}[?-^]){2})+")


def route(
    seconds: object,
    metres: object,
    path: Iterable[Coordinates],
    *,
    has_traffic: bool = False,
) -> Route:
    """A route, seconds rounded up; TemporaryFailure where a number is none."""
    return Route(ceil(length(seconds)), length(metres), tuple(path), has_traffic)


def decode(text: object, decimals: int) -> tuple[Coordinates, ...]:
    """The points of an encoded polyline: 5 decimals by Google's rule, 6 for OSRM and Valhalla.

    https://developers.google.com/maps/documentation/utilities/polylinealgorithm
    Raises TemporaryFailure for anything else.
    """
    if not isinstance(text, str) or not _POLYLINE.fullmatch(text):
        raise bad_answer()
    return points(polyline.decode(text, decimals))


def points(pairs: Iterable[tuple[object, object]]) -> tuple[Coordinates, ...]:
    """Latitudes and longitudes as places; TemporaryFailure for none, and for one off the earth."""
    try:
        found = tuple(Coordinates(_degrees(lat), _degrees(lon)) for lat, lon in pairs)
    except (ValueError, TypeError) as error:
        raise bad_answer() from error
    if not found:
        raise bad_answer()
    return found


def _degrees(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError("a coordinate is a number")
    return value
