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

from typing import Any

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
