"""How traffic slows roads through the week: three profiles, and which hour has which.

The factors multiply the time on a free road. They are round figures for a middling European city,
not measurements of yours: the company's settings scale the delay they stand for.
"""

from dataclasses import dataclass
from datetime import datetime

from doorstep.connectors.travel.roads.tags import RoadClass

HOURS, DAYS = 24, 7


@dataclass(frozen=True, slots=True)
class Profile:
    """Times as long as on a free road, by class of road; never below 1."""

    name: str
    fast: float
    main: float
    local: float

    def factor(self, road_class: RoadClass) -> float:
        return (self.fast, self.main, self.local)[road_class]


FREE = Profile("free", 1.0, 1.0, 1.0)
DAY = Profile("day", 1.05, 1.2, 1.1)
RUSH = Profile("rush", 1.35, 1.5, 1.2)
# The first is the free road, which the delay of the others is reckoned from.
PROFILES = (FREE, DAY, RUSH)
NAMES = tuple(profile.name for profile in PROFILES)

# First letters of the profiles, hour by hour.
_WEEKDAY = "f" * 6 + "d" + "r" * 2 + "d" * 7 + "r" * 3 + "d" + "f" * 4
_SATURDAY = "f" * 9 + "d" * 9 + "f" * 6
_SUNDAY = "f" * HOURS
_LETTERS = {profile.name[0]: index for index, profile in enumerate(PROFILES)}
WEEK = tuple(
    tuple(_LETTERS[letter] for letter in day) for day in (*[_WEEKDAY] * 5, _SATURDAY, _SUNDAY)
)


def profile_at(local: datetime) -> int:
    """Index of the profile for an instant in the zone of the roads."""
    return WEEK[local.weekday()][local.hour]
