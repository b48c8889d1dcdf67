"""One route's forward and backward pass, laid out as "ways": gaps with the room they leave.

The same rules as `route.prepare` and `insertion.fits`, as one function over plain sequences, so
that it can be compiled; tests hold the two against each other.

A way is one gap of a route, perhaps with one choice of when the trip home is made. A visit that
needs t1 seconds to get there and t2 seconds onward may arrive in it from `max(FREE + t1, READY)` to
`min(CAP, LIMIT - t2 - DRAG) - duration`, provided `LIMIT - t2 >= LEAST`: DRAG and LEAST stand for
the stops without a place between the visit and the next drive; READY and CAP keep the rest between
the visit and a stop with a place right in front of it, or right behind it.
"""

from collections.abc import Sequence
from typing import Any

BIG = 1 << 29  # seconds; about 17 years, and four of them still fit into 32 bits

# Columns of a way.
GAP, ORIGIN, ONWARD, FREE, LIMIT, CAP, DRAG, LEAST, LEG, CALM, AFTER_HOME, ROOM, READY = range(13)
WAY_COLUMNS = 13
HEADER_COLUMNS = 14  # of a row, as `rows` names them
# Bits of a stop.
FIXED, PLACED = 1, 2
# Slots of a route's points: where it starts, where it ends, then its stops.
START, END, FIRST_STOP = 0, 1, 2


def most_ways(stops: int, trailing: int) -> tuple[int, int]:
    """How many ways a route can have at most, for visits with a place and for those without.

    `trailing` stops without a place end it.
    """
    return stops + 1 + (trailing + 1) * (trailing + 2) // 2, stops + 1 + trailing + 1


def lay_ways(
    count: int,
    departs: Sequence[int],
    arrives: Sequence[int],
    ends: Sequence[int],
    low: Sequence[int],
    high: Sequence[int],
    flags: Sequence[int],
    from_s: int,
    to_s: int,
    now_s: int,
    home_s: int,
    rest_s: int,
    first_slot: int,
    has_start: bool,
    has_end: bool,
    out: Any,
    remote_out: Any,
) -> tuple[int, int]:
    """Write the ways of a route, row by row of WAY_COLUMNS; returns how many.

    Those for visits with a place go to `out`, those for visits without one to `remote_out`.
    `home_s` is the trip from the last stop with a place to the end, `rest_s` what the route has
    between two stops with a place; `first_slot` is where the route's points begin.
    """
    # --- Which stops cannot move, and the first gap still ahead of the resource ---------------
    anchored = [False] * count
    first_gap = 0
    busy_until = -BIG
    for index in range(count):
        anchored[index] = (
            flags[index] & 1 != 0
            or departs[index] < now_s
            or departs[index] < from_s
            or ends[index] > to_s
            or not low[index] <= arrives[index] <= high[index]
        )
        if departs[index] < busy_until:
            anchored[index] = True
            anchored[index - 1] = True
        if departs[index] < now_s:
            first_gap = index + 1
        busy_until = max(busy_until, ends[index])

    # --- What must lie between the end of the stop in front and the arrival --------------------
    rests = [0] * count
    if rest_s > 0:
        for index in range(1, count):
            if flags[index] & 2 and flags[index - 1] & 2:
                rests[index] = max(0, min(rest_s, arrives[index] - ends[index - 1]))

    # --- Forward: everything as early as the promises allow -----------------------------------
    earliest = [0] * (count + 1)
    origin = [-1] * (count + 1)
    earliest[0] = max(from_s, now_s)
    if has_start:
        origin[0] = first_slot
    ready = [-BIG] * (count + 1)  # the earliest arrival that leaves the rest
    last = -1
    over = -BIG
    for index in range(count):
        free = earliest[index]
        if anchored[index]:
            over = ends[index]
        else:
            at = max(free + arrives[index] - departs[index], low[index], over + rests[index])
            over = at + ends[index] - arrives[index]
        earliest[index + 1] = max(free, over)
        origin[index + 1] = origin[index]
        if flags[index] & 2:
            origin[index + 1] = first_slot + 2 + index
            ready[index + 1] = over + rest_s
            last = index

    # --- Backward: everything as late as they allow -------------------------------------------
    has_home = last >= 0 and has_end
    if not has_home:
        home_s = 0
    latest = [to_s] * (count + 1)
    made = [to_s] * (count + 1)  # behind the last drive, with the trip home made
    due = [to_s] * (count + 1)  # the same with the trip home still due
    following = [count] * (count + 1)
    for index in range(count - 1, -1, -1):
        free = latest[index + 1]
        if index == last:
            for gap in range(count + 1):
                made[gap] = latest[gap]
            if has_home:
                due[count] = made[count] - home_s
                for gap in range(count - 1, last, -1):
                    before = -BIG
                    if anchored[gap]:
                        if ends[gap] <= due[gap + 1]:
                            before = departs[gap]
                    else:
                        at = min(high[gap], due[gap + 1] - (ends[gap] - arrives[gap]))
                        if at >= low[gap]:
                            before = at - (arrives[gap] - departs[gap])
                    due[gap] = max(made[gap] - home_s, before)
                has_home = ends[index] <= due[index + 1]
                free = max(due[index + 1], ends[index])
        leg = max(arrives[index] - departs[index], rests[index])
        if anchored[index]:
            latest[index] = arrives[index] - leg
        else:
            latest[index] = min(high[index], free - (ends[index] - arrives[index])) - leg
        following[index] = index if flags[index] & 2 else following[index + 1]
    if last < 0:
        for gap in range(count + 1):
            made[gap] = latest[gap]
    if has_home:
        for gap in range(last + 1, count + 1):
            latest[gap] = due[gap]

    # --- Ways for visits with a place ----------------------------------------------------------
    written = 0
    for gap in range(first_gap, count + 1):
        if origin[gap] < 0:
            continue  # nobody knows where the resource comes from
        onward = following[gap]
        first_end, last_end = onward, onward
        if onward == count:
            first_end, last_end = gap, count
        for end in range(first_end, last_end + 1):
            if onward < count:
                leg = arrives[onward] - departs[onward]
                limit = latest[onward] + max(leg, rests[onward])
                to_slot = first_slot + 2 + onward
            else:
                leg = home_s
                limit = made[end]
                to_slot = first_slot + 1 if has_end else -1
            cap, drag, least = to_s, 0, -BIG
            if onward == gap and gap < count:
                cap = min(to_s, limit - rest_s)
            is_open = True
            for index in range(end - 1, gap - 1, -1):
                duration = ends[index] - arrives[index]
                if anchored[index]:
                    if cap < ends[index]:
                        is_open = False
                        break
                    least = max(least, ends[index] + drag)
                    cap = departs[index]
                    drag += ends[index] - departs[index]
                else:
                    if cap < low[index] + duration:
                        is_open = False
                        break
                    least = max(least, low[index] + duration + drag)
                    travel = arrives[index] - departs[index]
                    cap = min(high[index], cap - duration) - travel
                    drag += duration + travel
            if not is_open or limit < least:
                continue
            at = written * 13
            out[at] = gap
            out[at + 1] = origin[gap]
            out[at + 2] = to_slot
            out[at + 3] = earliest[gap]
            out[at + 4] = limit
            out[at + 5] = cap
            out[at + 6] = drag
            out[at + 7] = least
            out[at + 8] = leg
            out[at + 9] = ends[gap - 1] if gap else -BIG
            out[at + 10] = 0
            out[at + 11] = min(cap, limit - drag) - earliest[gap]
            out[at + 12] = ready[gap]
            written += 1
    located, written = written, 0

    # --- Ways for visits without a place ---------------------------------------------------------
    home_free = BIG
    for gap in range(count + 1):
        if has_home and gap > last:
            # Free with the trip home made: on the way of the stop before, or right now.
            if gap > last + 1 and home_free < BIG:
                index = gap - 1
                if anchored[index]:
                    home_free = ends[index] if home_free <= departs[index] else BIG
                else:
                    at = max(low[index], home_free + arrives[index] - departs[index])
                    home_free = at + ends[index] - arrives[index] if at <= high[index] else BIG
            home_free = min(home_free, earliest[gap] + home_s)
        if gap < first_gap:
            continue
        calm = ends[gap - 1] if gap else -BIG
        for choice in range(2):
            free, until = earliest[gap], latest[gap]
            if gap < count:
                # Whatever comes between two stops with a place is rest enough.
                leg = arrives[gap] - departs[gap]
                until += max(leg, rests[gap]) - leg
            until = min(until, to_s)
            if choice == 1:
                if not has_home or gap <= last or home_free >= BIG:
                    break
                free, until = home_free, min(made[gap], to_s)
                calm = max(calm, free)
            at = written * 13
            remote_out[at] = gap
            remote_out[at + 1] = -1
            remote_out[at + 2] = -1
            remote_out[at + 3] = free
            remote_out[at + 4] = until
            remote_out[at + 5] = until
            remote_out[at + 6] = 0
            remote_out[at + 7] = -BIG
            remote_out[at + 8] = 0
            remote_out[at + 9] = calm
            remote_out[at + 10] = choice
            remote_out[at + 11] = until - free
            remote_out[at + 12] = -BIG
            written += 1
    return located, written
