"""Travel times from the built-in road engine: no server, a file made by `doorstep roads build`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import numpy.typing as npt

from doorstep.connectors.base import InvalidSettings, PermanentFailure, setting
from doorstep.connectors.travel.base import UNROUTABLE, Leg, Matrix
from doorstep.connectors.travel.roads.errors import BadRoadFile
from doorstep.connectors.travel.roads.opened import open_roads
from doorstep.connectors.travel.roads.packed import FAR, Packed, metres, milliseconds
from doorstep.connectors.travel.roads.profiles import NAMES, profile_at
from doorstep.connectors.travel.roads.road_map import RoadMap
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

    Seconds are rounded up.
    """

    seconds: npt.NDArray[np.int64]
    metres: npt.NDArray[np.float64]


class Roads:
    """The roads of one file, under the settings' traffic. A replaced file is noticed at once."""

    settings_class = Settings

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._path = Path(settings.file)
        try:
            self._zone = ZoneInfo(settings.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise InvalidSettings(f"zone: {settings.zone!r} is not an IANA name") from error

    def road_map(self) -> RoadMap:
        """The file as it is now. Raises BadRoadFile."""
        return open_roads(self._path)

    def reach(
        self,
        place: Coordinates,
        others: Sequence[Coordinates],
        *,
        is_return: bool,
        departs_at: datetime | None = None,
    ) -> Reach:
        """From `place` to each of the others; with `is_return`, from each of them to `place`.

        Raises BadRoadFile.
        """
        roads = self.road_map()
        spot, spots = roads.place([place]), roads.place(others)
        profile = self._profile(departs_at)
        traffic = self._settings.traffic

        def times(of: int) -> Packed:
            return roads.times(spot, spots, of, is_return=is_return)

        driven = times(profile if traffic else _FREE)
        found = driven < FAR
        needed_ms = milliseconds(driven).astype(float)
        if profile != _FREE and traffic not in (0, 1):
            free_ms = milliseconds(times(_FREE))
            needed_ms = free_ms + traffic * (needed_ms - free_ms)
        seconds = np.ceil(needed_ms / 1000).astype(np.int64)
        return Reach(np.where(found, seconds, -1), np.where(found, metres(driven), 0.0))

    def matrix(
        self,
        origins: Sequence[Coordinates],
        destinations: Sequence[Coordinates],
        departs_at: datetime | None = None,
    ) -> Matrix:
        """Raises PermanentFailure if the file is missing or broken."""
        try:
            rows = [
                self.reach(origin, destinations, is_return=False, departs_at=departs_at)
                for origin in origins
            ]
        except BadRoadFile as error:
            raise PermanentFailure("bad_road_file", str(error)) from error
        return tuple(
            tuple(
                UNROUTABLE if seconds < 0 else Leg(seconds, far)
                for seconds, far in zip(row.seconds.tolist(), row.metres.tolist(), strict=True)
            )
            for row in rows
        )

    def _profile(self, departs_at: datetime | None) -> int:
        if departs_at is None:
            return NAMES.index(self._settings.hours)
        return profile_at(departs_at.astimezone(self._zone))
