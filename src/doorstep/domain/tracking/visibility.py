"""What a customer may see of a technician on the way to her, and why not. Pure functions.

Only while traveling to this visit; nothing of where the trip began; an area and no point until the
technician is near (market reference 5 and 8.9; product reference 9.3).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import cos, floor, radians

from doorstep.platform.values.geo import Coordinates, distance_m

from .models import SharingSession, TrackingSettings

METRES_PER_DEGREE = 111_320.0
# An area is drawn a little larger than its square, so that the technician is always inside.
AREA_RADIUS = 0.75


class Sight(StrEnum):
    """How much of the position is shown, or why none is."""

    EXACT = "exact"
    COARSE = "coarse"
    NO_POSITION = "no_position"
    PAUSED = "paused"
    LEAVING = "leaving"
    OLD = "old"

    @property
    def is_on_map(self) -> bool:
        return self in (Sight.EXACT, Sight.COARSE)


@dataclass(frozen=True, slots=True)
class Seen:
    """`place` is what may be drawn: a point, or the middle of an area of `radius_metres`."""

    sight: Sight
    place: Coordinates | None = None
    radius_metres: float = 0.0
    at: datetime | None = None


def seen_of(
    session: SharingSession | None,
    *,
    goal: Coordinates | None,
    settings: TrackingSettings,
    now: datetime,
) -> Seen:
    """What the customer at `goal` sees of the trip; the caller has made sure that it is a trip to
    her, under way, on a portal that shows a map."""
    if session is None or not settings.is_sharing_enabled:
        return Seen(Sight.NO_POSITION)
    if session.paused_at is not None:
        return Seen(Sight.PAUSED)
    position, at = session.position, session.position_at
    if position is None or at is None:
        return Seen(Sight.NO_POSITION)
    if now - at > timedelta(minutes=settings.shown_minutes):
        return Seen(Sight.OLD, at=at)
    if not session.has_left:
        return Seen(Sight.LEAVING, at=at)
    is_near = goal is not None and distance_m(position, goal) <= settings.exact_within_metres
    if is_near or settings.coarse_metres == 0:
        return Seen(Sight.EXACT, position, 0.0, at)
    middle = middle_of_cell(position, settings.coarse_metres)
    return Seen(Sight.COARSE, middle, settings.coarse_metres * AREA_RADIUS, at)


def middle_of_cell(place: Coordinates, metres: float) -> Coordinates:
    """The middle of the square of a fixed grid that holds the place.

    Fixed, so that many looks at a slow van tell no more than one.
    """
    high = metres / METRES_PER_DEGREE
    row = floor(place.latitude / high)
    latitude = min(max((row + 0.5) * high, -90.0), 90.0)
    wide = high / max(cos(radians(latitude)), 0.01)
    longitude = (floor(place.longitude / wide) + 0.5) * wide
    return Coordinates(latitude, min(max(longitude, -180.0), 180.0))


def shown_way(way: Sequence[Coordinates], seen: Seen) -> tuple[Coordinates, ...]:
    """The part of the planned way that lies ahead of what is shown; nothing of what lies behind,
    nor of the inside of an area."""
    if seen.place is None or not way:
        return ()
    place = seen.place
    nearest = min(range(len(way)), key=lambda index: distance_m(way[index], place))
    # The last point is always ahead, however near.
    following = way[nearest + 1 :] or way[-1:]
    ahead = [point for point in following if distance_m(point, place) > seen.radius_metres]
    if not ahead:
        return ()
    return tuple(ahead) if seen.sight is Sight.COARSE else (place, *ahead)
