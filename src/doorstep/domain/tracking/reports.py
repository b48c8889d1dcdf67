"""Is a reported position to be believed? Pure functions (reliability reference F88)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import isfinite

from doorstep.platform.values.geo import Coordinates, distance_m

# Phones' clocks go wrong by seconds; what lies further ahead is made up.
CLOCK_ERROR = timedelta(minutes=2)
# The first fix may be a little older than the tap on "Start travel".
BEFORE_TRIP = timedelta(minutes=1)
LEAST_GAP = timedelta(seconds=2)
# A fix this vague names a district, not a street.
MOST_VAGUE_M = 1_000.0
# No van drives 250 km/h; the slack forgives two bad fixes in a row.
TOP_SPEED_MPS = 70.0
SLACK_M = 300.0
# Null Island: what broken devices send for "I do not know".
NOWHERE_DEGREES = 0.001


class Refusal(StrEnum):
    NOT_A_PLACE = "not_a_place"
    IN_THE_FUTURE = "in_the_future"
    BEFORE_THE_TRIP = "before_the_trip"
    TOO_OFTEN = "too_often"
    TOO_VAGUE = "too_vague"
    JUMP = "jump"


@dataclass(frozen=True, slots=True)
class Report:
    """What a device says: raw numbers, checked by nobody. `accuracy_metres` is a radius."""

    at: datetime
    latitude: float
    longitude: float
    accuracy_metres: float | None = None


@dataclass(frozen=True, slots=True)
class Fix:
    """A position at an instant."""

    at: datetime
    place: Coordinates
    accuracy_metres: float = 0.0


def read(report: Report) -> Fix | Refusal:
    """The report as a place on earth."""
    numbers = (report.latitude, report.longitude, report.accuracy_metres or 0.0)
    if not all(isfinite(number) for number in numbers) or numbers[2] < 0:
        return Refusal.NOT_A_PLACE
    if abs(report.latitude) < NOWHERE_DEGREES and abs(report.longitude) < NOWHERE_DEGREES:
        return Refusal.NOT_A_PLACE
    try:
        place = Coordinates(report.latitude, report.longitude)
    except ValueError:
        return Refusal.NOT_A_PLACE
    return Fix(report.at, place, numbers[2])


def check(
    fix: Fix, *, began_at: datetime, now: datetime, last: Fix | None, doubted: Fix | None
) -> Refusal | None:
    """Why the fix is not taken, or None.

    `last` is the newest good one. A fix too far from it is a jump, unless the one doubted before
    it (`doubted`) is where it could come from: then `last` was the wrong one.
    """
    if fix.at > now + CLOCK_ERROR:
        return Refusal.IN_THE_FUTURE
    if fix.at < began_at - BEFORE_TRIP:
        return Refusal.BEFORE_THE_TRIP
    if fix.accuracy_metres > MOST_VAGUE_M:
        return Refusal.TOO_VAGUE
    if last is None:
        return None
    if abs(fix.at - last.at) < LEAST_GAP:
        return Refusal.TOO_OFTEN
    if is_within_reach(last, fix):
        return None
    if doubted is not None and doubted.at != fix.at and is_within_reach(doubted, fix):
        return None
    return Refusal.JUMP


def is_within_reach(a: Fix, b: Fix) -> bool:
    """Whether somebody could drive from one to the other in the time between them."""
    seconds = abs((b.at - a.at).total_seconds())
    reach_m = TOP_SPEED_MPS * seconds + a.accuracy_metres + b.accuracy_metres + SLACK_M
    return distance_m(a.place, b.place) <= reach_m
