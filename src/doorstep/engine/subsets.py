"""One day in any order: exact by dynamic programming over subsets of its stops.

Plain functions over sequences, complete in themselves, so that they can be compiled. A day of n
stops has 2ⁿ subsets; a place is 0 where the resource is when the day begins (or now), i + 1 at stop
i, n + 1 at the end of the route with the trip home made.

    early[S, p]  earliest time at which exactly the stops of S are done and the resource is at p
    late[R, p]   latest time at which it may be at p with the stops of R and the trip home to come

Held and Karp's recursion (1962) with time windows; both tables depend only on what is promised.
"""

from typing import Any

FAR = 1 << 29


def tables(
    count: int,
    placed: Any,  # bool per stop: it has a place
    lead: Any,  # seconds a stop without a place takes before its arrival
    low: Any,  # arrivals it allows
    high: Any,
    length: Any,  # seconds of work
    legs: Any,  # [count + 2, count + 2] seconds, flat
    free_s: int,  # when the resource is free to begin
    to_s: int,  # when everything must be over
    has_end: bool,
    has_driven: bool,  # it was somewhere already, so that it has to get home
    early: Any,  # [2**count, count + 2], flat; filled
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

    for at in range((full + 1) * width):
        early[at] = FAR
        late[at] = -FAR
    early[0] = free_s
    for done in range(full + 1):
        for place in range(width):
            time = early[done * width + place]
            if time >= FAR:
                continue
            for index in range(count):
                bit = 1 << index
                if done & bit or (placed[index] and place == home):
                    continue
                to_place = place
                start = time + lead[index]
                if placed[index]:
                    to_place = index + 1
                    start = time + legs[place * width + to_place]
                start = max(start, low[index])
                if start > high[index]:
                    continue
                at = (done | bit) * width + to_place
                early[at] = min(early[at], start + length[index])
            if must_return and place != home and done & all_placed == all_placed:
                # Home is reached within the same subset, from places that are looked at before it.
                at = done * width + home
                early[at] = min(early[at], time + legs[place * width + home])

    for rest in range(full + 1):
        for turn in range(width):
            place = home - turn  # home first: the others may go there within the same subset
            if place == home and (not has_end or rest & all_placed):
                continue
            if place >= 1 and place <= count and (not placed[place - 1] or rest >> (place - 1) & 1):
                continue
            best = -FAR
            if rest == 0 and (place == home or not has_end or (place == 0 and not must_return)):
                best = to_s
            if place != home and has_end and rest & all_placed == 0:
                best = max(best, late[rest * width + home] - legs[place * width + home])
            for index in range(count):
                bit = 1 << index
                if not rest & bit or (placed[index] and place == home):
                    continue
                after = index + 1 if placed[index] else place
                start = min(high[index], late[(rest ^ bit) * width + after] - length[index])
                if start < low[index]:
                    continue
                if placed[index]:
                    start -= legs[place * width + after]
                else:
                    start -= lead[index]
                best = max(best, start)
            late[rest * width + place] = best


def rooms(
    count: int,
    placed: Any,
    lead: Any,
    low: Any,
    high: Any,
    length: Any,
    to_s: int,
    has_end: bool,
    early: Any,
    late: Any,
    is_remote: bool,
    to_new: Any,  # [count + 1] seconds from places 0 … count to the new stop
    from_new: Any,  # [count + 2] seconds from the new stop to places 0 … count + 1
    duration_s: int,
    after: Any,  # [2**count]: used for the latest time at the new stop with a subset to come
    out: Any,  # [2 × 2**count × (count + 2)], flat: intervals of arrival
) -> int:
    """Write every interval in which the new stop may arrive; returns how many there are."""
    width = count + 2
    home = count + 1
    full = (1 << count) - 1
    found = 0
    if is_remote:
        for done in range(full + 1):
            for place in range(width):
                start = early[done * width + place]
                end = late[(full ^ done) * width + place] - duration_s
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
        if rest == 0 and not has_end:
            best = to_s
        if has_end and rest & all_placed == 0:
            best = max(best, late[rest * width + home] - from_new[home])
        for index in range(count):
            bit = 1 << index
            if not rest & bit:
                continue
            if placed[index]:
                start = min(high[index], late[(rest ^ bit) * width + index + 1] - length[index])
                if start >= low[index]:
                    best = max(best, start - from_new[index + 1])
            else:
                start = min(high[index], after[rest ^ bit] - length[index])
                if start >= low[index]:
                    best = max(best, start - lead[index])
        after[rest] = best
        done = full ^ rest
        start = FAR
        for place in range(home):
            time = early[done * width + place]
            if time < FAR:
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
    legs: Any,
    free_s: int,
    to_s: int,
    has_end: bool,
    has_driven: bool,
    most: int,  # labels kept per subset and place; the earliest is always among them
    labels: Any,  # [2**count * (count + 2) * most, 4], flat: time, travel, label before, stop
    held: Any,  # [2**count * (count + 2)]: how many labels each has
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
    for at in range((full + 1) * width):
        held[at] = 0
    held[0] = 1
    labels[0], labels[1], labels[2], labels[3] = free_s, 0, -1, -1
    for done in range(full + 1):
        for turn in range(width):
            place = turn
            base = done * width + place
            for number in range(held[base]):
                mine = base * most + number
                time, travel = labels[4 * mine], labels[4 * mine + 1]
                for index in range(count + 1):
                    if index == count:
                        if not must_return or place == home or done & all_placed != all_placed:
                            continue
                        to_place = home
                        next_done = done
                        next_travel = travel + legs[place * width + home]
                        next_time = time + legs[place * width + home]
                        if next_time > to_s:
                            continue
                    else:
                        bit = 1 << index
                        if done & bit or (placed[index] and place == home):
                            continue
                        to_place, next_travel = place, travel
                        start = time + lead[index]
                        if placed[index]:
                            to_place = index + 1
                            leg = legs[place * width + to_place]
                            start, next_travel = time + leg, travel + leg
                        start = max(start, low[index])
                        if start > high[index]:
                            continue
                        next_done = done | bit
                        next_time = start + length[index]
                    target = next_done * width + to_place
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
    for place in range(width):
        if must_return and place != home:
            continue
        base = full * width + place
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
