"""The estimate for trips between places given as unit vectors; written to be compiled."""

from math import ceil, sqrt
from typing import Any

from doorstep.engine.subsets import FAR
from doorstep.platform.values.geo import arc_series


def trip_s(
    x: float, y: float, z: float, per_m: float, fixed_s: int, radius_m: float, speed: float
) -> int:
    """The estimate for a trip along this chord, at this speed; as `travel.leg_s`."""
    square = x * x + y * y + z * z
    if square == 0.0 or per_m == 0.0:
        return 0
    if square / 4.0 > 0.25:
        return 1 << 28
    metres = radius_m * sqrt(square) * arc_series(square / 4.0)
    seconds: int = ceil(metres * per_m) + fixed_s
    return seconds if speed == 1.0 else ceil(seconds / speed)


def shortest_trips(
    count: int,
    stops: Any,  # of the row, flat
    points: Any,  # of the row, flat
    has_start: bool,
    has_end: bool,
    here: Any,
    per_m: float,
    fixed_s: int,
    radius_m: float,
    speed: float,
) -> tuple[int, int]:
    """The shortest way to the new stop from anywhere the day leads, and the shortest onward."""
    nearest, there_s, onward_s = FAR, FAR, FAR
    for slot in range(count + 2):
        if slot >= 2 and not stops[6 * (slot - 2) + 5] & 2:
            continue
        x, y, z = points[3 * slot], points[3 * slot + 1], points[3 * slot + 2]
        trip = trip_s(x - here[0], y - here[1], z - here[2], per_m, fixed_s, radius_m, speed)
        if slot >= 2:
            nearest = min(nearest, trip)
        elif slot == 0 and has_start:
            there_s = trip
        elif slot == 1 and has_end:
            onward_s = trip
    there_s, onward_s = min(there_s, nearest), min(onward_s, nearest)
    # Without a place on either side nobody has to drive.
    return there_s if there_s < FAR else 0, onward_s if onward_s < FAR else 0


def trips_between(
    starts: Any,  # [starts, 3], flat
    is_start: Any,  # per start, whether it is known
    ends: Any,  # [ends, 3], flat
    is_end: Any,
    per_m: float,
    fixed_s: int,
    radius_m: float,
    speed: float,
    out: Any,  # [starts, ends], flat; filled with seconds, 0 where a place is not known
) -> None:
    """The estimate for every trip from one of these places to one of those."""
    count = len(is_end)
    for a in range(len(is_start)):
        for b in range(count):
            seconds = 0
            if is_start[a] and is_end[b]:
                x = starts[3 * a] - ends[3 * b]
                y = starts[3 * a + 1] - ends[3 * b + 1]
                z = starts[3 * a + 2] - ends[3 * b + 2]
                seconds = trip_s(x, y, z, per_m, fixed_s, radius_m, speed)
            out[a * count + b] = seconds
