"""The inner loops of a search, written to be compiled; `scan_numpy` gives the same answers.

`collect` tries the new stop in every way of every row of those who may come. `choose` then finds,
for every target, the best of these chances, and `pick` copies what an answer has to keep of them.
"""

from math import ceil, sqrt
from typing import Any

import numpy as np

from doorstep.engine.passes import HEADER_COLUMNS, WAY_COLUMNS

# Columns of a chance; the last is the first target that may not be over before its row begins.
SEEKER, ROW, WAY, FROM_S, TO_S, CALM_S, TRAVEL_S, ADDED_S, COST, NEXT = range(10)
CHANCE_COLUMNS = 10
# Columns of a pick: target, cost and arrival; then the chance, the header of its row, and the way.
PICK_CHANCE = 3
PICK_HEADER = PICK_CHANCE + CHANCE_COLUMNS
PICK_WAY = PICK_HEADER + HEADER_COLUMNS
PICK_COLUMNS = PICK_WAY + WAY_COLUMNS
# Above any cost there can be.
NOBODY = 1 << 60


def collect(
    seekers: Any,  # int64[S, 5]: slice of order, lowest and highest arrival, what they cost extra
    people: Any,  # float64[S, 4]: where they start, and their speed
    reach_m: float,  # how far from the place of work they may start; 0: anywhere
    is_remote: bool,  # the visit has no place
    order: Any,  # int32: rows by resource, lane and time
    header: Any,  # int32[rows, :]
    ways: Any,  # int32[ways, :]: for visits without a place, if this one has none
    points: Any,  # float64[slots, 3]
    here: Any,  # float64[3]: the place of work
    per_m: float,  # the estimate: seconds per metre, and seconds on top
    fixed_s: int,
    radius_m: float,  # of the earth
    legs: Any,  # int64[slots, 2]: known legs to and from the place of work; empty: the estimate
    targets: Any,  # int64[T, 4]: from, to, day, where the next day begins; in order of from
    longest_s: int,  # of the targets
    now_s: int,
    duration_s: int,
    is_near: Any,  # bool[S]: set where the seeker starts within reach
    works: Any,  # bool[S, days]: set where a row reaches a target of the day
    out: Any,  # int64[chances, :]
) -> int:
    """Write every chance to `out`; returns how many there are, or -1 if there is no room."""

    per_chord = radius_m * per_m * radius_m * per_m

    def chord_of(x: float, y: float, z: float) -> float:
        """The square of the straight line through the earth, whose radius is 1."""
        dx, dy, dz = x - here[0], y - here[1], z - here[2]
        chord: float = dx * dx + dy * dy + dz * dz
        return chord

    def metres(chord: float) -> float:
        half = chord / 4.0
        if half > 0.25:
            return 4.0 * radius_m  # nobody drives across a sixth of the earth
        # As platform.values.geo.arc_series, to the last bit.
        series = 1.0 + half * (1.0 / 6.0 + half * (3.0 / 40.0 + half * (15.0 / 336.0)))
        apart_m: float = radius_m * sqrt(chord) * series
        return apart_m

    def seconds(chord: float) -> int:
        apart_m = metres(chord)
        return int(ceil(apart_m * per_m)) + fixed_s if apart_m > 0.0 else 0

    def is_beyond(chord: float, limit_s: float) -> bool:
        """Too far even straight through the earth; a second more makes up for all rounding."""
        reach = max(limit_s - fixed_s, 0.0) + 1.0
        return chord * per_chord > reach * reach

    found = 0
    count = targets.shape[0]
    has_legs = legs.shape[0] > 0
    for seeker in range(seekers.shape[0]):
        # Where nobody knows the start, no comparison is true.
        if reach_m > 0.0 and not (
            metres(chord_of(people[seeker, 0], people[seeker, 1], people[seeker, 2])) <= reach_m
        ):
            continue
        is_near[seeker] = True
        low, high, pay = seekers[seeker, 2], seekers[seeker, 3], seekers[seeker, 4]
        speed = people[seeker, 3]
        begin, before = 0, 0
        for index in range(seekers[seeker, 0], seekers[seeker, 1]):
            row = order[index]
            row_from, row_to = header[row, 0], header[row, 1]
            # Rows come in order of time, lane by lane.
            if index == seekers[seeker, 0] or row_from < before:
                begin = 0
            before = row_from
            while begin < count and targets[begin, 0] < row_from - longest_s:
                begin += 1
            is_reached = False
            left = begin
            while left < count and targets[left, 0] <= row_to:
                if targets[left, 1] >= row_from:
                    is_reached = True
                    works[seeker, targets[left, 2]] = True
                    left = targets[left, 3]
                else:
                    left += 1
            if not is_reached or row_to <= now_s:
                continue
            first = header[row, 13] if is_remote else header[row, 4]
            last = first + (header[row, 6] if is_remote else header[row, 5])
            if found + last - first > out.shape[0]:
                return -1
            known_gap = -1
            for way in range(first, last):
                # Not looked at by itself: which way has room is too hard to guess for a processor.
                room = ways[way, 11] - duration_s
                there, back = 0, 0
                slot = ways[way, 1]
                if slot >= 0:
                    if has_legs:
                        raw = legs[slot, 0]
                    else:
                        chord = chord_of(points[slot, 0], points[slot, 1], points[slot, 2])
                        if is_beyond(chord, room * speed):
                            continue
                        raw = seconds(chord)
                    there = raw if speed == 1.0 else int(ceil(raw / speed))
                if there > room:
                    continue
                from_s = max(ways[way, 3] + there, ways[way, 12], low)
                to_s = min(ways[way, 5] - duration_s, high)
                # What the way onward may take at most.
                limit = ways[way, 4]
                spare = min(limit - ways[way, 7], limit - ways[way, 6] - duration_s - from_s)
                if from_s > to_s or spare < 0:
                    continue
                slot = ways[way, 2]
                if slot >= 0:
                    if has_legs:
                        raw = legs[slot, 1]
                    else:
                        chord = chord_of(points[slot, 0], points[slot, 1], points[slot, 2])
                        raw = seconds(chord)
                    back = raw if speed == 1.0 else int(ceil(raw / speed))
                    if back > spare:
                        continue
                to_s = min(to_s, limit - back - ways[way, 6] - duration_s)
                gap = ways[way, 0]
                if gap == known_gap:
                    # The same gap with another choice of the trip home: the roomier one counts.
                    if to_s > out[found - 1, 4]:
                        out[found - 1, 2], out[found - 1, 4] = way, to_s
                    continue
                if not is_remote:
                    known_gap = gap
                added_s = there + back - ways[way, 8]
                out[found, 0] = seeker
                out[found, 1] = row
                out[found, 2] = way
                out[found, 3] = from_s
                out[found, 4] = to_s
                # Calm is as long behind the end as it is planned as ready behind the earliest one.
                out[found, 5] = ways[way, 9] + max(there, ways[way, 12] - ways[way, 3])
                out[found, 6] = there
                out[found, 7] = added_s
                out[found, 8] = added_s + pay
                out[found, 9] = begin
                found += 1
    return found


def choose(
    chances: Any,  # int64[:, CHANCE_COLUMNS], in the order in which ties are settled
    targets: Any,
    has_chance: Any,  # bool[S, days]
    best: Any,  # int64[T, 3]: cost, arrival, chance; cost of nobody: above any other
) -> None:
    """For every target the chance of least cost, then earliest arrival, then first in order."""
    count = targets.shape[0]
    for index in range(chances.shape[0]):
        from_s, to_s, cost = chances[index, 3], chances[index, 4], chances[index, 8]
        calm_s, seeker, left = chances[index, 5], chances[index, 0], chances[index, 9]
        while left < count and targets[left, 1] < from_s:
            left += 1
        while left < count and targets[left, 0] <= to_s:
            if targets[left, 1] >= from_s:
                has_chance[seeker, targets[left, 2]] = True
                if cost <= best[left, 0]:
                    arrives_s = min(
                        max(from_s, targets[left, 0], calm_s), min(to_s, targets[left, 1])
                    )
                    if cost < best[left, 0] or arrives_s < best[left, 1]:
                        best[left, 0] = cost
                        best[left, 1] = arrives_s
                        best[left, 2] = index
            left += 1


def pick(
    chances: Any,
    targets: Any,
    has_chance: Any,
    header: Any,
    ways: Any,
    out: Any,  # int64[T, PICK_COLUMNS]
) -> int:
    """Write the best chance of every target that has one to `out`, with all that it points to.

    Returns how many there are. Rows and ways may change later; the copies do not.
    """
    best = np.empty((targets.shape[0], 3), np.int64)
    best[:, 0] = NOBODY
    choose(chances, targets, has_chance, best)
    found = 0
    for at in range(best.shape[0]):
        if best[at, 0] == NOBODY:
            continue
        chance = best[at, 2]
        row, way = chances[chance, 1], chances[chance, 2]
        out[found, 0], out[found, 1], out[found, 2] = at, best[at, 0], best[at, 1]
        for column in range(CHANCE_COLUMNS):
            out[found, PICK_CHANCE + column] = chances[chance, column]
        for column in range(HEADER_COLUMNS):
            out[found, PICK_HEADER + column] = header[row, column]
        for column in range(WAY_COLUMNS):
            out[found, PICK_WAY + column] = ways[way, column]
        found += 1
    return found


def choose_two(
    chances: Any,  # int64[:, CHANCE_COLUMNS]
    pays: Any,  # int64[S, 2]: what each seeker costs extra in either role; negative: not for it
    targets: Any,
    has_chance: Any,  # bool[S, days]
    best: Any,  # int64[T, 4]: cost, arrival, chance in the first role, chance in the second
) -> None:
    """For every target the best two different seekers who can arrive together.

    Least cost, then earliest arrival, then lowest seekers; chances of a target are tried from the
    cheapest on, and left as soon as no pair can be better than the one at hand.
    """
    count = targets.shape[0]
    starts = np.zeros(count + 1, np.int64)
    for index in range(chances.shape[0]):
        from_s, to_s, left = chances[index, 3], chances[index, 4], chances[index, 9]
        while left < count and targets[left, 0] <= to_s:
            if targets[left, 1] >= from_s:
                has_chance[chances[index, 0], targets[left, 2]] = True
                starts[left + 1] += 1
            left += 1
    for at in range(count):
        starts[at + 1] += starts[at]
    touching = np.empty(starts[count], np.int64)
    filled = np.zeros(count, np.int64)
    for index in np.argsort(chances[:, 8], kind="mergesort"):  # cheapest first, then in order
        from_s, to_s, left = chances[index, 3], chances[index, 4], chances[index, 9]
        while left < count and targets[left, 0] <= to_s:
            if targets[left, 1] >= from_s:
                touching[starts[left] + filled[left]] = index
                filled[left] += 1
            left += 1
    for at in range(count):
        low, high = targets[at, 0], targets[at, 1]
        least = 0
        if starts[at + 1] > starts[at]:
            least = chances[touching[starts[at]], 8]
        for one_at in range(starts[at], starts[at + 1]):
            one = touching[one_at]
            one_pay = pays[chances[one, 0], 0]
            if chances[one, 8] + least > best[at, 0]:
                break
            if one_pay < 0:
                continue
            for two_at in range(starts[at], starts[at + 1]):
                two = touching[two_at]
                cost = chances[one, 8] + chances[two, 8] + one_pay
                if cost > best[at, 0]:
                    break
                two_pay = pays[chances[two, 0], 1]
                if two_pay < 0 or chances[one, 0] == chances[two, 0]:
                    continue
                cost += two_pay
                from_s = max(chances[one, 3], chances[two, 3], low)
                to_s = min(chances[one, 4], chances[two, 4], high)
                if from_s > to_s or cost > best[at, 0]:
                    continue
                one_at_s = min(max(chances[one, 5], chances[one, 3], low), chances[one, 4], high)
                two_at_s = min(max(chances[two, 5], chances[two, 3], low), chances[two, 4], high)
                arrives_s = min(max(one_at_s, two_at_s), to_s)
                if cost == best[at, 0]:
                    if arrives_s > best[at, 1]:
                        continue
                    if arrives_s == best[at, 1]:
                        first = min(chances[one, 0], chances[two, 0])
                        second = max(chances[one, 0], chances[two, 0])
                        known_one = chances[best[at, 2], 0]
                        known_two = chances[best[at, 3], 0]
                        known = min(known_one, known_two)
                        if first > known or (
                            first == known and second >= max(known_one, known_two)
                        ):
                            continue
                best[at, 0], best[at, 1], best[at, 2], best[at, 3] = cost, arrives_s, one, two
