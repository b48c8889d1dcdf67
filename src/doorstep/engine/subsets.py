"""One day in any order: exact by dynamic programming over subsets of its stops.

Plain functions over sequences, complete in themselves, so that they can be compiled. A day of n
stops has 2ⁿ subsets; a place is 0 where the resource is when the day begins (or now), i + 1 at stop
i, n + 1 at the end of the route with the trip home made. Where a rest has to lie between two
stops with a place, it makes a difference whether something else was done since: then every place
comes twice, `places` is 2 (n + 2), and p + n + 2 stands for being at p with something done since.

    early[S, p]  earliest time at which exactly the stops of S are done and the resource is at p
    late[R, p]   latest time at which it may be at p with the stops of R and the trip home to come

Held and Karp's recursion (1962) with time windows; both tables depend only on what is promised.
"""

from math import ceil, sqrt
from typing import Any

from doorstep.platform.values.geo import arc_series

FAR = 1 << 29


def tables(
    count: int,
    placed: Any,  # bool per stop: it has a place
    lead: Any,  # seconds a stop without a place takes before its arrival
    low: Any,  # arrivals it allows
    high: Any,
    length: Any,  # seconds of work
    places: int,  # count + 2, or twice that
    legs: Any,  # [places, count + 2] seconds until the arrival at the earliest, flat
    free_s: int,  # when the resource is free to begin
    to_s: int,  # when everything must be over
    has_end: bool,
    has_driven: bool,  # it was somewhere already, so that it has to get home
    early: Any,  # [2**count, places], flat; filled
    late: Any,  # the same
) -> None:
    """Fill both tables; FAR and -FAR stand for "cannot be"."""
    width = count + 2
    home = count + 1
    full = (1 << count) - 1
    all_placed = 0
    for index in range(count):
        if placed[index]:
            all_placed |= 1 << index
    must_return = has_end and (has_driven or all_placed != 0)

    for at in range((full + 1) * places):
        early[at] = FAR
        late[at] = -FAR
    early[0] = free_s
    for done in range(full + 1):
        for turn in range(places):
            # Home last: it is reached within the same subset from places that are looked at before.
            place = home if turn == places - 1 else turn + (turn >= home)
            time = early[done * places + place]
            if time >= FAR:
                continue
            since = place + width if place < home and places > width else place
            for index in range(count):
                bit = 1 << index
                if done & bit or (placed[index] and place == home):
                    continue
                to_place = since
                start = time + lead[index]
                if placed[index]:
                    to_place = index + 1
                    start = time + legs[place * width + to_place]
                start = max(start, low[index])
                if start > high[index]:
                    continue
                at = (done | bit) * places + to_place
                early[at] = min(early[at], start + length[index])
            if must_return and place != home and done & all_placed == all_placed:
                at = done * places + home
                early[at] = min(early[at], time + legs[place * width + home])

    for rest in range(full + 1):
        for turn in range(places):
            # Home first: the others may go there within the same subset.
            place = home - turn if turn <= home else turn
            base = place % width
            if base == home and (place > home or not has_end or rest & all_placed):
                continue
            if base >= 1 and base <= count and (not placed[base - 1] or rest >> (base - 1) & 1):
                continue
            since = place + width if place < home and places > width else place
            best = -FAR
            if rest == 0 and (place == home or not has_end or (base == 0 and not must_return)):
                best = to_s
            if place != home and has_end and rest & all_placed == 0:
                best = max(best, late[rest * places + home] - legs[place * width + home])
            for index in range(count):
                bit = 1 << index
                if not rest & bit or (placed[index] and place == home):
                    continue
                after = index + 1 if placed[index] else since
                start = min(high[index], late[(rest ^ bit) * places + after] - length[index])
                if start < low[index]:
                    continue
                if placed[index]:
                    start -= legs[place * width + after]
                else:
                    start -= lead[index]
                best = max(best, start)
            late[rest * places + place] = best


def rooms(
    count: int,
    placed: Any,
    lead: Any,
    low: Any,
    high: Any,
    length: Any,
    places: int,
    to_s: int,
    has_end: bool,
    early: Any,
    late: Any,
    is_remote: bool,
    to_new: Any,  # [places] seconds from there to the arrival at the new stop
    from_new: Any,  # [places] seconds from the new stop to places 0 … count + 1, twice as `places`
    duration_s: int,
    after: Any,  # [2 × 2**count]: used for the latest time at the new stop with a subset to come
    out: Any,  # [2 × 2**count × places], flat: intervals of arrival
) -> int:
    """Write every interval in which the new stop may arrive; returns how many there are."""
    width = count + 2
    home = count + 1
    full = (1 << count) - 1
    found = 0
    if is_remote:
        for done in range(full + 1):
            for place in range(places):
                since = place + width if place < home and places > width else place
                start = early[done * places + place]
                end = late[(full ^ done) * places + since] - duration_s
                if start < FAR and start <= end:
                    out[2 * found] = start
                    out[2 * found + 1] = end
                    found += 1
        return found
    all_placed = 0
    for index in range(count):
        if placed[index]:
            all_placed |= 1 << index
    for rest in range(full + 1):
        best = -FAR
        # With something done since the new stop first, if that makes a difference.
        for base in range(places - width, -1, -width):
            best = -FAR
            if rest == 0 and not has_end:
                best = to_s
            if has_end and rest & all_placed == 0:
                best = max(best, late[rest * places + home] - from_new[base + home])
            for index in range(count):
                bit = 1 << index
                if not rest & bit:
                    continue
                if placed[index]:
                    start = late[(rest ^ bit) * places + index + 1] - length[index]
                    start = min(high[index], start)
                    if start >= low[index]:
                        best = max(best, start - from_new[base + index + 1])
                else:
                    since = full + 1 if places > width else 0
                    start = min(high[index], after[since + (rest ^ bit)] - length[index])
                    if start >= low[index]:
                        best = max(best, start - lead[index])
            after[rest + (full + 1 if base else 0)] = best
        done = full ^ rest
        start = FAR
        for place in range(places):
            time = early[done * places + place]
            if time < FAR and place != home:
                start = min(start, time + to_new[place])
        end = best - duration_s
        if start <= end:
            out[2 * found] = start
            out[2 * found + 1] = end
            found += 1
    return found


def cheapest(
    count: int,  # the last one is the new stop
    placed: Any,
    lead: Any,
    low: Any,
    high: Any,
    length: Any,
    places: int,  # as in `tables`
    legs: Any,  # [count + 2, count + 2] seconds of travel
    waits: Any,  # [places, count + 2] seconds until the arrival at the earliest
    free_s: int,
    to_s: int,
    has_end: bool,
    has_driven: bool,
    most: int,  # labels kept per subset and place; the earliest is always among them
    labels: Any,  # [2**count * places * most, 4], flat: time, travel, label before, stop
    held: Any,  # [2**count * places]: how many labels each has
    order: Any,  # [count + 1]: filled with stops in order, count for the trip home
) -> int:
    """The order of least travel that keeps every promise; returns its travel, or FAR.

    Labels are (time, travel) pairs of which none is beaten in both. With more than `most` of them
    the dearest goes, so that an order is found whenever there is one.
    """
    width = count + 2
    home = count + 1
    full = (1 << count) - 1
    all_placed = 0
    for index in range(count):
        if placed[index]:
            all_placed |= 1 << index
    must_return = has_end and (has_driven or all_placed != 0)
    for at in range((full + 1) * places):
        held[at] = 0
    held[0] = 1
    labels[0], labels[1], labels[2], labels[3] = free_s, 0, -1, -1
    for done in range(full + 1):
        for turn in range(places):
            place = home if turn == places - 1 else turn + (turn >= home)  # home last, as above
            base = done * places + place
            here = place % width
            since = place + width if place < home and places > width else place
            for number in range(held[base]):
                mine = base * most + number
                time, travel = labels[4 * mine], labels[4 * mine + 1]
                for index in range(count + 1):
                    if index == count:
                        if not must_return or place == home or done & all_placed != all_placed:
                            continue
                        to_place = home
                        next_done = done
                        next_travel = travel + legs[here * width + home]
                        next_time = time + legs[here * width + home]
                        if next_time > to_s:
                            continue
                    else:
                        bit = 1 << index
                        if done & bit or (placed[index] and place == home):
                            continue
                        to_place, next_travel = since, travel
                        start = time + lead[index]
                        if placed[index]:
                            to_place = index + 1
                            start = time + waits[place * width + to_place]
                            next_travel = travel + legs[here * width + to_place]
                        start = max(start, low[index])
                        if start > high[index]:
                            continue
                        next_done = done | bit
                        next_time = start + length[index]
                    target = next_done * places + to_place
                    kept = held[target]
                    is_beaten = False
                    for other in range(kept):
                        at = 4 * (target * most + other)
                        if labels[at] <= next_time and labels[at + 1] <= next_travel:
                            is_beaten = True
                            break
                    if is_beaten:
                        continue
                    other = 0
                    while other < kept:
                        at = 4 * (target * most + other)
                        if labels[at] >= next_time and labels[at + 1] >= next_travel:
                            kept -= 1
                            last = 4 * (target * most + kept)
                            for column in range(4):
                                labels[at + column] = labels[last + column]
                        else:
                            other += 1
                    slot = kept
                    if kept == most:
                        # None beats another, so the dearest is the earliest: spare that one.
                        slot = -1
                        earliest = next_time
                        for other in range(kept):
                            earliest = min(earliest, labels[4 * (target * most + other)])
                        dearest = next_travel if next_time > earliest else -1
                        for other in range(kept):
                            at = 4 * (target * most + other)
                            if labels[at] > earliest and labels[at + 1] > dearest:
                                slot, dearest = other, labels[at + 1]
                        if slot < 0:
                            continue
                    else:
                        kept += 1
                    held[target] = kept
                    at = 4 * (target * most + slot)
                    labels[at], labels[at + 1] = next_time, next_travel
                    labels[at + 2], labels[at + 3] = mine, index
    best, least = -1, FAR
    for place in range(places):
        if must_return and place != home:
            continue
        base = full * places + place
        for number in range(held[base]):
            at = 4 * (base * most + number)
            if labels[at] <= to_s and labels[at + 1] < least:
                best, least = base * most + number, labels[at + 1]
    if best < 0:
        return FAR
    length_of = 0
    at = best
    while labels[4 * at + 2] >= 0:
        length_of += 1
        at = labels[4 * at + 2]
    at = best
    for position in range(length_of - 1, -1, -1):
        order[position] = labels[4 * at + 3]
        at = labels[4 * at + 2]
    for position in range(length_of, count + 1):
        order[position] = -1
    return least


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
    targets: Any,  # flat: from and to per target
    most: int,  # stops still to come; days with more are left
    memory: Any,  # small, [11, most + 3], flat
    legs: Any,  # [(most + 3) ** 2], flat
    early: Any,  # as `tables` wants them
    late: Any,
    after: Any,
    out: Any,
) -> bool:
    """Whether the new stop may arrive at one of these targets by some order of the day.

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
        return False
    busy = duration_s
    free = free_s
    knows = has_start or driven
    if not knows and not is_remote:
        return False
    for index in range(count):
        at = 6 * (begun + index)
        departs, arrives, ends = stops[at], stops[at + 1], stops[at + 2]
        flags = stops[at + 5]
        if departs < free or ends > to_s or arrives < stops[at + 3] or arrives > stops[at + 4]:
            return False
        free = ends
        is_placed = flags & 2 != 0
        if is_placed and not knows:
            return False
        memory[placed + index] = 1 if is_placed else 0
        memory[lead + index] = 0 if is_placed else arrives - departs
        memory[low + index] = arrives if flags & 1 else stops[at + 3]
        memory[high + index] = arrives if flags & 1 else min(stops[at + 4], to_s - ends + arrives)
        memory[length + index] = ends - arrives
        busy += ends - arrives
    if free_s + busy > to_s:
        return False

    width = count + 2
    for a in range(width + 1):  # the last one is the new stop
        for b in range(width + 1):
            seconds = 0
            slot_a = origin if a == 0 else (1 if a == count + 1 else 1 + begun + a)
            slot_b = origin if b == 0 else (1 if b == count + 1 else 1 + begun + b)
            is_there = (
                a != b
                and (a != count + 1 or has_end)
                and (b != count + 1 or has_end)
                and (a < 1 or a > count or memory[placed + a - 1] == 1)
                and (b < 1 or b > count or memory[placed + b - 1] == 1)
            )
            if is_there and not (is_remote and (a == width or b == width)) and knows:
                square = 0.0
                for axis in range(3):
                    one = here[axis] if a == width else points[3 * slot_a + axis]
                    two = here[axis] if b == width else points[3 * slot_b + axis]
                    square += (one - two) * (one - two)
                if square > 0.0 and per_m > 0.0:
                    if square / 4.0 > 0.25:
                        seconds = 1 << 28
                    else:
                        metres = radius_m * sqrt(square) * arc_series(square / 4.0)
                        seconds = int(ceil(metres * per_m)) + fixed_s
                        if speed != 1.0:
                            seconds = int(ceil(seconds / speed))
            if a < width and b < width:
                legs[a * width + b] = seconds
            elif a < width:
                memory[to_new + a] = seconds
            elif b < width:
                memory[from_new + b] = seconds
    before = 0
    for index in range(count):
        if memory[placed + index]:
            at = 6 * (begun + index)
            legs[before * width + index + 1] = stops[at + 1] - stops[at]
            before = index + 1

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
        return False

    tables(
        count, memory[placed:], memory[lead:], memory[low:], memory[high:], memory[length:], width,
        legs, free_s, to_s, has_end, driven, early, late,
    )  # fmt: skip
    found = rooms(
        count, memory[placed:], memory[lead:], memory[low:], memory[high:], memory[length:], width,
        to_s, has_end, early, late, is_remote, memory[to_new:], memory[from_new:], duration_s,
        after, out,
    )  # fmt: skip
    for at in range(len(targets) // 2):
        for room in range(found):
            if out[2 * room] <= targets[2 * at + 1] and out[2 * room + 1] >= targets[2 * at]:
                return True
    return False


def which_reach(
    rows: Any,
    speeds: Any,  # per row of `rows`
    has_ends: Any,  # bool[rows, 2]: the start and the end are known
    header: Any,
    stops: Any,
    points: Any,
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
    out: Any,
    answers: Any,  # bool per row of `rows`; filled
) -> None:
    """`reaches` for many rows at once."""
    for number in range(len(rows)):
        row = rows[number]
        first, count = header[row, 2], header[row, 3]
        answers[number] = reaches(
            header[row], stops[first + 2 : first + 2 + count].reshape(-1),
            points[first : first + 2 + count].reshape(-1), has_ends[number, 0],
            has_ends[number, 1], speeds[number], now_s, is_remote, here, per_m, fixed_s, radius_m,
            duration_s, targets, most, memory, legs, early, late, after, out,
        )  # fmt: skip
