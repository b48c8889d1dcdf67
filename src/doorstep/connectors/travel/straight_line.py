"""The estimate that always answers: great circle, a detour factor, a steady speed, a surcharge."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from doorstep.connectors.base import InvalidSettings, setting
from doorstep.connectors.travel.base import Leg, Matrix
from doorstep.platform.values.geo import Coordinates, distance_m

METRES_PER_KILOMETRE, SECONDS_PER_HOUR = 1000, 3600


@dataclass(frozen=True, slots=True)
class Settings:
    """Defaults are the fall-back rule of the house: 1.35 at 40 km/h and five minutes."""

    detour_factor: float = setting(
        "Detour factor", help="Road distance divided by straight distance.", default=1.35
    )
    speed_kmh: float = setting("Speed in km/h", default=40.0)
    extra_s: int = setting(
        "Extra seconds", help="Added to each drive, for parking and walking.", default=300
    )

    def __post_init__(self) -> None:
        if not (self.detour_factor >= 1 and self.speed_kmh > 0 and self.extra_s >= 0):
            raise InvalidSettings(
                "detour_factor must be at least 1, speed_kmh positive, extra_s not negative"
            )


class StraightLine:
    """Estimates every leg; knows no rivers and no traffic. Never fails."""

    settings_class = Settings

    def __init__(self, settings: Settings | None = None) -> None:
        self._settings = settings or Settings()

    def matrix(
        self,
        origins: Sequence[Coordinates],
        destinations: Sequence[Coordinates],
        departs_at: datetime | None = None,  # noqa: ARG002 - the protocol has it
    ) -> Matrix:
        return tuple(
            tuple(self._leg(origin, destination) for destination in destinations)
            for origin in origins
        )

    def _leg(self, origin: Coordinates, destination: Coordinates) -> Leg:
        # Nobody drives or parks between two visits at the same door.
        if origin == destination:
            return Leg(seconds=0, metres=0.0, estimated=True)
        metres = distance_m(origin, destination) * self._settings.detour_factor
        metres_per_second = self._settings.speed_kmh * METRES_PER_KILOMETRE / SECONDS_PER_HOUR
        seconds = ceil(metres / metres_per_second + self._settings.extra_s)
        return Leg(seconds=seconds, metres=metres, estimated=True)
