"""Travel times from the built-in road engine: no server, a file made by `doorstep roads build`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import numpy.typing as npt

from doorstep.connectors.base import InvalidSettings, PermanentFailure, setting
from doorstep.connectors.travel.base import UNROUTABLE, Leg, Matrix, Route
from doorstep.connectors.travel.roads.errors import BadRoadFile
from doorstep.connectors.travel.roads.opened import open_roads
from doorstep.connectors.travel.roads.packed import FAR, Packed, metres, milliseconds
from doorstep.connectors.travel.roads.profiles import NAMES, profile_at
from doorstep.connectors.travel.roads.road_map import RoadMap
from doorstep.connectors.travel.roads.streets import NOWHERE
from doorstep.platform.values.geo import Coordinates

MOST_TRAFFIC = 3.0
_FREE = 0


@dataclass(frozen=True, slots=True)
class Settings:
    file: str = setting("Road file", help="Path of a file made by doorstep roads build.")
    hours: str = setting(
        "Traffic when no time is given", help="free, day or rush.", default=NAMES[-1]
    )
    traffic: float = setting(
        "Traffic",
        help="Multiplies the delay by traffic: 0 always free, 1 as built in, 2 twice the delay.",
        default=1.0,
    )
    zone: str = setting("Time zone of the roads", help="IANA name.", default="UTC")

    def __post_init__(self) -> None:
        if self.hours not in NAMES:
            raise InvalidSettings(f"hours must be one of {', '.join(NAMES)}")
        if not 0 <= self.traffic <= MOST_TRAFFIC:
            raise InvalidSettings(f"traffic must be between 0 and {MOST_TRAFFIC:g}")


@dataclass(frozen=True, slots=True)
class Reach:
    """The drives between one place and others, a column each; seconds are -1 where no road leads.

    Seconds are rounded up, and 0 to the same place.
    """

    seconds: npt.NDArray[np.int64]
    metres: npt.NDArray[np.float64]


class Roads:
    """The roads of one file, under the settings' traffic."""

    settings_class = Settings

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._path = Path(settings.file)
        try:
            self._zone = ZoneInfo(settings.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise InvalidSettings(f"zone: {settings.zone!r} is not an IANA name") from error

    def open(self, departs_at: datetime | None = None) -> "OpenRoads":
        """The file as it is now, a replaced one included, with the traffic of that hour.

        Without an hour it is the traffic of the settings. Raises BadRoadFile.
        """
        if departs_at is None:
            profile = NAMES.index(self._settings.hours)
        else:
            profile = profile_at(departs_at.astimezone(self._zone))
        return OpenRoads(open_roads(self._path), profile, self._settings.traffic)

    def matrix(
        self,
        origins: Sequence[Coordinates],
        destinations: Sequence[Coordinates],
        departs_at: datetime | None = None,
    ) -> Matrix:
        """Raises PermanentFailure if the file is missing or broken."""
        try:
            roads = self.open(departs_at)
        except BadRoadFile as error:
            raise PermanentFailure("bad_road_file", str(error)) from error
        rows = [roads.reach(origin, destinations, is_return=False) for origin in origins]
        return tuple(
            tuple(
                UNROUTABLE if seconds < 0 else Leg(seconds, far)
                for seconds, far in zip(row.seconds.tolist(), row.metres.tolist(), strict=True)
            )
            for row in rows
        )

    def drive(
        self, start: Coordinates, end: Coordinates, departs_at: datetime | None = None
    ) -> Route | None:
        """Without a path: the file has times of shortcuts, not the streets below them.

        Its traffic is that of an ordinary day at that hour, not today's. Raises PermanentFailure
        if the file is missing or broken.
        """
        ((leg,),) = self.matrix([start], [end], departs_at)
        if leg.seconds is None or leg.metres is None:
            return None
        return Route(leg.seconds, leg.metres)


class OpenRoads:
    """One road file as it was when it was opened, at one hour. Safe between threads."""

    def __init__(self, roads: RoadMap, profile: int, traffic: float) -> None:
        self._roads = roads
        self._profile = profile if traffic else _FREE
        self._traffic = traffic

    def reach(self, place: Coordinates, others: Sequence[Coordinates], *, is_return: bool) -> Reach:
        """From `place` to each of the others; with `is_return`, from each of them to `place`."""
        spot, spots = self._roads.place([place]), self._roads.place(others)

        def times(profile: int) -> Packed:
            return self._roads.times(spot, spots, profile, is_return=is_return)

        driven = times(self._profile)
        needed_ms = milliseconds(driven)
        if self._profile != _FREE and self._traffic != 1:
            free_ms = milliseconds(times(_FREE))
            delay_ms = self._traffic * (needed_ms - free_ms)
            needed_ms = free_ms + np.ceil(delay_ms).astype(np.int64)
        found = driven < FAR
        seconds = np.where(found, -(-needed_ms // 1000), -1)
        far_m = np.where(found, metres(driven), 0.0)
        # Who is at the place already has nowhere to go, not even to the road and back.
        near = np.flatnonzero((spots.road == spot.road[0]) & (spots.share == spot.share[0]))
        at_home = [index for index in near.tolist() if others[index] == place]
        seconds[at_home], far_m[at_home] = 0, 0.0
        return Reach(seconds, far_m)

    def connects(self, a: Coordinates, b: Coordinates) -> bool:
        """Whether a road leads from one to the other, and then back as well."""
        one, other = self._roads.place([a, b]).network
        return bool(one == other != NOWHERE)
