"""Which days are worth a closer look: whether a visit could be done in any order of their stops.

Plain functions over sequences, complete in themselves, so that they can be compiled. Most days are
out after a handful of comparisons with what was kept of them (`spaces`); for the others the tables
of `subsets` are filled, which is exact.
"""

from typing import Any

import numpy as np

from doorstep.engine.spaces import MOST_SPACES, has_space, spaces
from doorstep.engine.subsets import FAR, rooms, tables
from doorstep.engine.trips import shortest_trips, trip_s


def has_time(
    count: int, low: Any, high: Any, length: Any, lead: Any, free_s: int, to_s: int, left: Any
) -> bool:
    """Whether all could be done if work might be interrupted: if not, no order does it.

    Jackson's rule, earliest deadline first with interruptions (1955). `lead` is the least travel
    in front of each; `left` is memory for what remains of each.
    """
    time = free_s
    for index in range(count):
        left[index] = lead[index] + length[index]
    done = 0
    while done < count:
        best, deadline = -1, FAR
        next_release = FAR
        done = 0
        for index in range(count):
            if left[index] == 0:
                done += 1
                continue
            release = max(low[index] - lead[index], free_s)
            if release > time:
                next_release = min(next_release, release)
            else:
                until = high[index] + length[index]
                if until < deadline:
                    best, deadline = index, until
        if done == count:
            break
        if best < 0:
            time = next_release
            continue
        step = min(left[best], next_release - time)
        time += step
        left[best] -= step
        if left[best] == 0 and time > deadline:
            return False
        if left[best] > 0 and time >= deadline:
            return False
    return time <= to_s


def reaches(
    header: Any,  # of the row
    stops: Any,  # of the row, flat: six per stop
    points: Any,  # of the row, flat: three per slot
    has_start: bool,
    has_end: bool,
    speed: float,
    now_s: int,
    is_remote: bool,
    here: Any,  # [3] the place of work
    per_m: float,
    fixed_s: int,
    radius_m: float,
    duration_s: int,
    targets: Any,  # flat: from and to per target, in order of from
    most: int,  # stops still to come; days with more are left
    looks_first: bool,  # a cheap test may spare the tables
    memory: Any,  # small, [11, most + 3], flat
    legs: Any,  # [(most + 3) ** 2], flat
    early: Any,  # as `tables` wants them
    late: Any,
    after: Any,
    drives: Any,  # memory of the size of `after`
    out: Any,
    kept: Any,  # filled with the day's `spaces`, once its tables are there
) -> tuple[bool, bool]:
    """Whether the new stop may arrive at one of these targets by some order of the day; and
    whether `kept` was filled.

    "No" is certain. "Yes" is so only with an estimate for every leg (`per_m` is not 0) and where
    stops need no rest between them.
    """
    from_s, to_s, total = header[0], header[1], header[3]
    row = most + 3
    placed, lead, low, high, length, least, to_new, from_new, left, more_low, more_high = (
        0, row, 2 * row, 3 * row, 4 * row, 5 * row, 6 * row, 7 * row, 8 * row, 9 * row, 10 * row,
    )  # fmt: skip
    free_s = max(from_s, now_s)
    begun = 0
    origin = 0
    driven = False
    while begun < total and stops[6 * begun] < now_s:
        free_s = max(free_s, stops[6 * begun + 2])
        if stops[6 * begun + 5] & 2:
            origin, driven = 2 + begun, True
        begun += 1
    count = total - begun
    if count == 0 or count > most:
        return False, False
    busy = duration_s
    free = free_s
    knows = has_start or driven
    if not knows and not is_remote:
        return False, False
    for index in range(count):
        at = 6 * (begun + index)
        departs, arrives, ends = stops[at], stops[at + 1], stops[at + 2]
        flags = stops[at + 5]
        if departs < free or ends > to_s or arrives < stops[at + 3] or arrives > stops[at + 4]:
            return False, False
        free = ends
        is_placed = flags & 2 != 0
        if is_placed and not knows:
            return False, False
        memory[placed + index] = 1 if is_placed else 0
        memory[lead + index] = 0 if is_placed else arrives - departs
        memory[low + index] = arrives if flags & 1 else stops[at + 3]
        memory[high + index] = arrives if flags & 1 else min(stops[at + 4], to_s - ends + arrives)
        memory[length + index] = ends - arrives
        busy += ends - arrives
    if looks_first and free_s + busy > to_s:
        return False, False

    width = count + 2
    for a in range(width + 1):  # the last one is the new stop
        slot_a = origin if a == 0 else (1 if a > count else 1 + begun + a)
        is_known = knows and (
            has_end if a == count + 1 else a < 1 or a > count or memory[placed + a - 1] == 1
        )
        ax, ay, az = here[0], here[1], here[2]
        if a < width:
            ax, ay, az = points[3 * slot_a], points[3 * slot_a + 1], points[3 * slot_a + 2]
            legs[a * width + a] = 0
        for b in range(a):
            seconds = 0
            is_there = is_known and (
                has_end if b == count + 1 else b < 1 or memory[placed + b - 1] == 1
            )
            if is_there and not (is_remote and a == width):
                slot_b = origin if b == 0 else (1 if b > count else 1 + begun + b)
                bx, by, bz = points[3 * slot_b], points[3 * slot_b + 1], points[3 * slot_b + 2]
                seconds = trip_s(ax - bx, ay - by, az - bz, per_m, fixed_s, radius_m, speed)
            # As long in both directions.
            if a < width:
                legs[a * width + b] = legs[b * width + a] = seconds
            else:
                memory[to_new + b] = memory[from_new + b] = seconds
    before = 0
    for index in range(count):
        if memory[placed + index]:
            at = 6 * (begun + index)
            legs[before * width + index + 1] = stops[at + 1] - stops[at]
            before = index + 1

    if looks_first:
        # The least travel in front of everybody; the new stop is the last.
        for index in range(count):
            memory[least + index] = memory[lead + index]
            if memory[placed + index]:
                shortest = FAR if is_remote else memory[from_new + index + 1]
                for a in range(count + 1):
                    if a != index + 1 and (a == 0 or memory[placed + a - 1]):
                        shortest = min(shortest, legs[a * width + index + 1])
                memory[least + index] = shortest
            memory[more_low + index] = memory[low + index]
            memory[more_high + index] = memory[high + index]
        shortest = 0
        if not is_remote:
            shortest = FAR
            for a in range(count + 1):
                if a == 0 or memory[placed + a - 1]:
                    shortest = min(shortest, memory[to_new + a])
        memory[least + count] = shortest
        memory[length + count] = duration_s
        any_time = False
        for at in range(len(targets) // 2):
            memory[more_low + count] = targets[2 * at]
            memory[more_high + count] = targets[2 * at + 1]
            if targets[2 * at + 1] < from_s or targets[2 * at] > to_s:
                continue
            if has_time(
                count + 1, memory[more_low:], memory[more_high:], memory[length:], memory[least:],
                free_s, to_s, memory[left:],
            ):  # fmt: skip
                any_time = True
                break
        if not any_time:
            return False, False

    tables(
        count, memory[placed:], memory[lead:], memory[low:], memory[high:], memory[length:], width,
        legs, free_s, to_s, has_end, driven, early, late,
    )  # fmt: skip
    spaces(
        count, memory[placed:], memory[lead:], memory[low:], memory[high:], memory[length:], to_s,
        has_end, early, late, after, drives, kept,
    )  # fmt: skip
    if not has_space(kept, 0, 0, duration_s, targets):
        return False, True
    if not is_remote:
        there_s, onward_s = shortest_trips(
            total, stops, points, has_start, has_end, here, per_m, fixed_s, radius_m, speed
        )
        if not has_space(kept, there_s, onward_s, duration_s, targets):
            return False, True
    found = rooms(
        count, memory[placed:], memory[lead:], memory[low:], memory[high:], memory[length:], width,
        to_s, has_end, early, late, is_remote, memory[to_new:], memory[from_new:], duration_s,
        after, out,
    )  # fmt: skip
    for at in range(len(targets) // 2):
        for room in range(found):
            if out[2 * room] <= targets[2 * at + 1] and out[2 * room + 1] >= targets[2 * at]:
                return True, True
    return False, True


def which_reach(
    rows: Any,
    speeds: Any,  # per row of `rows`
    header: Any,
    stops: Any,
    points: Any,
    places: Any,
    now_s: int,
    is_remote: bool,
    here: Any,
    per_m: float,
    fixed_s: int,
    radius_m: float,
    duration_s: int,
    targets: Any,
    most: int,
    memory: Any,
    legs: Any,
    early: Any,
    late: Any,
    after: Any,
    drives: Any,
    out: Any,
    known: Any,  # int[rows of the board]: where the segment began whose spaces are kept, or -1
    known_speeds: Any,  # the speed they were found with
    kept: Any,  # [rows of the board, 3 × MOST_SPACES]
    answers: Any,  # bool per row of `rows`; filled
) -> None:
    """`reaches` for many rows at once, most of which are told by what was kept of them."""
    unkept = np.empty(3 * MOST_SPACES, np.int32)
    for number in range(len(rows)):
        row, speed = rows[number], speeds[number]
        first, count = header[row, 2], header[row, 3]
        # Before its first departure a row does not care what time it is.
        is_ahead = header[row, 9] >= now_s
        own_stops = stops[first + 2 : first + 2 + count].reshape(-1)
        own_points = points[first : first + 2 + count].reshape(-1)
        has_start = places[first, 0] == places[first, 0]
        has_end = places[first + 1, 0] == places[first + 1, 0]
        is_known = is_ahead and known[row] == first and known_speeds[row] == speed
        answers[number] = False
        if is_known and not is_remote:
            if not has_space(kept[row], 0, 0, duration_s, targets):
                continue
            there_s, onward_s = shortest_trips(
                count, own_stops, own_points, has_start, has_end, here, per_m, fixed_s, radius_m,
                speed,
            )  # fmt: skip
            if not has_space(kept[row], there_s, onward_s, duration_s, targets):
                continue
        is_there, is_filled = reaches(
            header[row], own_stops, own_points, has_start, has_end, speed, now_s, is_remote, here,
            per_m, fixed_s, radius_m, duration_s, targets, most, is_known, memory, legs, early,
            late, after, drives, out, kept[row] if is_ahead else unkept,
        )  # fmt: skip
        answers[number] = is_there
        if is_filled and is_ahead:
            known[row], known_speeds[row] = first, speed
