"""Ruin and recreate over several days at once: the inner loops over `arrays`.

Written for two readers of the same text: numba, with flat numpy arrays, and plain Python, with flat
lists. Hence whole numbers only, no objects, and a generator of random numbers of its own; both give
the same plan for the same seed. Travel to a job fills the time right before it in one piece. The
trip to the end place is made any time after the last job with a place, in one piece too.

The method: take a few strings of neighbouring jobs out of neighbouring rows, put each back where it
costs least, sometimes skipping a row on purpose; keep the result if it is not worse than a
threshold that sinks. (Christiaens and Vanden Berghe, Transportation Science 54:417, 2020.)
"""

# mypy: disable-error-code="no-untyped-def, no-untyped-call"

# Of `totals`.
OUTSIDE, COST, STATE, PENALTY, WEIGHT = range(5)

NEVER = -(1 << 60)
FOREVER = 1 << 60

# How many jobs a round takes out on average, and how many in one string at most.
_REMOVED = 10
_LONGEST = 5
# One row in so many is not looked at when a job is put back.
_BLINK = 100
# So many more jobs than in the best plan may be outside for a while.
_MOST_OUTSIDE = 3
# A job that was in a row weighs more than the most that may be outside, so that no plan without it
# can pass for a better one.
_DROPPED = 4
_DEARER, _CHEAPER = 500, 1000


def _random(plan, below):
    """A number of [0, below)."""
    state = plan.totals[STATE] * 48271 % 2147483647
    plan.totals[STATE] = state
    return state % below


def _rest(days, row, before, job):
    """What must lie between two jobs with a place; `before` is -1 for what has begun.

    Those that are planned closer together in this row already may stay so.
    """
    if days.planned_row[job] == row and days.planned_behind[job] == before:
        return min(days.rest[row], days.planned_rest[job])
    return days.rest[row]


def _ready(days, plan, row, position, job):
    """When the job may be arrived at because of the rest, in this place of the row's order."""
    if days.rest[row] == 0:
        return NEVER
    if position == 0:
        return days.begun_end[row] + _rest(days, row, -1, job)
    before = plan.job[row * days.capacity + position - 1]
    if days.place[before] < 0:
        return NEVER
    over = plan.free[row * (days.capacity + 1) + position]
    return over + _rest(days, row, before, job)


def time_row(days, plan, row):
    """Both passes over a row. False if somebody would come too late."""
    at, gap, table = row * days.capacity, row * (days.capacity + 1), days.table[row]
    count, places, closes = plan.count[row], days.places, days.closes[row]
    free, here, cost, last, loaded = days.opens[row], days.origin[row], 0, -1, 0
    plan.free[gap], plan.here[gap] = free, here
    for position in range(count):
        job = plan.job[at + position]
        place = days.place[job]
        if place >= 0:
            leg = days.legs[table + here * places + place]
            cost += leg
            free = max(free + leg, _ready(days, plan, row, position, job))
            here = place
            last = position
        free = max(free, days.earliest[job])
        if free > days.latest[job]:
            return False
        free += days.length[job]
        loaded += days.load[job]
        if days.owner[job] >= 0 and days.owner[job] != days.row_owner[row]:
            cost += days.change_cost
        plan.free[gap + position + 1], plan.here[gap + position + 1] = free, here
    if free > closes or loaded > days.room[row]:
        return False
    end, home, due, made = days.end[row], 0, closes, closes
    if end >= 0 and (last >= 0 or days.is_home_due[row] == 1):
        home = days.legs[table + here * places + end]
        cost += home
        due -= home
    following = count
    plan.following[gap + count] = following
    for position in range(count - 1, -1, -1):
        job = plan.job[at + position]
        limit = min(days.latest[job], due - days.length[job])
        if limit < days.earliest[job]:
            limit = NEVER
        if days.place[job] >= 0:
            plan.until[at + position] = limit
            before = plan.here[gap + position]
            wait = days.legs[table + before * places + days.place[job]]
            if position > 0 and days.rest[row] > 0:
                in_front = plan.job[at + position - 1]
                if days.place[in_front] >= 0:
                    wait = max(wait, _rest(days, row, in_front, job))
            due = limit - wait
            following = position
        else:
            due = limit
            if position > last:
                made = min(days.latest[job], made - days.length[job])
                if made < days.earliest[job]:
                    made = NEVER
                due = max(due, made - home)
        plan.following[gap + position] = following
    if due < days.opens[row]:
        return False
    plan.cost[row], plan.loaded[row] = cost, loaded
    return True


def _fits_tail(days, plan, row, gap_number, free, home):
    """Whether nothing is late behind a gap with no more places, with a trip home of that length."""
    made = free + home
    for position in range(gap_number, plan.count[row]):
        job = plan.job[row * days.capacity + position]
        if made <= days.latest[job]:
            made = max(made, days.earliest[job]) + days.length[job]
        else:
            made = FOREVER
        if free > days.latest[job]:
            return False
        free = max(free, days.earliest[job]) + days.length[job]
        made = min(made, free + home)
    return made <= days.closes[row]


def _best_gap(days, plan, row, new, most):
    """The cheapest gap below `most` as (added cost, gap); gap -1 if there is none."""
    best, found = most, -1
    count = plan.count[row]
    if count >= days.capacity or plan.loaded[row] + days.load[new] > days.room[row]:
        return best, found
    at, first, table = row * days.capacity, row * (days.capacity + 1), days.table[row]
    places, place, end = days.places, days.place[new], days.end[row]
    earliest, latest, length = days.earliest[new], days.latest[new], days.length[new]
    change = 0
    if days.owner[new] >= 0 and days.owner[new] != days.row_owner[row]:
        change = days.change_cost
    for gap in range(count + 1):
        free = plan.free[first + gap]
        if free > latest:
            break
        following = plan.following[first + gap]
        # Looking at the times first spares most gaps the legs.
        if following < count and max(free, earliest) + length > plan.until[at + following]:
            continue
        here = plan.here[first + gap]
        leg = 0
        if place >= 0:
            leg = days.legs[table + here * places + place]
        over = max(free + leg, earliest)
        if place >= 0:
            over = max(over, _ready(days, plan, row, gap, new))
        if over > latest:
            continue
        over += length
        if following < count:
            onward = days.place[plan.job[at + following]]
            old = days.legs[table + here * places + onward]
            onward_leg = old
            if place >= 0:
                onward_leg = days.legs[table + place * places + onward]
            added = leg + onward_leg - old + change
            if added >= best:
                continue
            wait = onward_leg
            if place >= 0 and following == gap and days.rest[row] > 0:
                wait = max(wait, _rest(days, row, new, plan.job[at + following]))
            limit = plan.until[at + following] - wait
            for position in range(following - 1, gap - 1, -1):
                job = plan.job[at + position]
                limit = min(days.latest[job], limit - days.length[job])
                if limit < days.earliest[job]:
                    limit = NEVER
            if over <= limit:
                best, found = added, gap
        else:
            home, old = 0, 0
            if end >= 0:
                has_place = here != days.origin[row] or days.is_home_due[row] == 1
                if has_place:
                    old = days.legs[table + here * places + end]
                home = old
                if place >= 0:
                    home = days.legs[table + place * places + end]
            added = leg + home - old + change
            if added < best and _fits_tail(days, plan, row, gap, over, home):
                best, found = added, gap
    return best, found


def _keep(days, plan, row, touched):
    """Remember a row before its first change in this round; get the number of such rows."""
    if plan.is_kept[row] == 1:
        return touched
    at = row * days.capacity
    for position in range(at, at + plan.count[row]):
        plan.kept_job[position] = plan.job[position]
    plan.kept_count[row], plan.kept_cost[row] = plan.count[row], plan.cost[row]
    plan.is_kept[row] = 1
    plan.touched[touched] = row
    return touched + 1


def _take_out(days, plan, row, job_position, outside):
    """Take a string of jobs around a position out of a row; get the number of jobs outside."""
    at, count = row * days.capacity, plan.count[row]
    most = min(count, _LONGEST)
    length = 1 + _random(plan, most)
    spared = 0
    if length > 1 and length < count and _random(plan, 2) == 0:
        # A longer string of which a piece stays.
        spared = 1
        while length + spared < count and _random(plan, 2) == 0:
            spared += 1
    whole = length + spared
    lowest = max(0, job_position - whole + 1)
    highest = min(job_position, count - whole)
    begin = lowest + _random(plan, highest - lowest + 1)
    spare_from = begin + whole
    if spared > 0:
        spare_from = begin + _random(plan, length + 1)
    kept = begin
    for position in range(begin, count):
        job = plan.job[at + position]
        is_out = position < begin + whole
        if spare_from <= position < spare_from + spared:
            is_out = False
        if is_out and days.is_anchored[job] == 0:
            plan.row[job] = -1
            plan.outside[outside] = job
            outside += 1
        else:
            plan.job[at + kept] = job
            kept += 1
    plan.count[row] = kept
    return outside


def _position_of(days, plan, row, job):
    at = row * days.capacity
    for position in range(plan.count[row]):
        if plan.job[at + position] == job:
            return position
    return 0


def _sort_outside(days, plan, outside):
    """Put the jobs outside in the order in which they are put back."""
    how = _random(plan, 10)
    for index in range(outside):
        job = plan.outside[index]
        if how < 4:
            key = _random(plan, 1 << 20)
        elif how < 6:
            key = days.latest[job] - days.earliest[job]
        elif how < 7:
            key = -days.length[job]
        elif how < 8:
            key = days.earliest[job]
        elif how < 9:
            key = -days.latest[job]
        else:
            key = days.choice_from[job + 1] - days.choice_from[job]
        plan.keys[index] = key
    for index in range(1, outside):
        job, key, at = plan.outside[index], plan.keys[index], index
        while at > 0 and plan.keys[at - 1] > key:
            plan.outside[at], plan.keys[at] = plan.outside[at - 1], plan.keys[at - 1]
            at -= 1
        plan.outside[at], plan.keys[at] = job, key


def _put_back(days, plan, outside, touched):
    """Each job where it costs least; those that fit nowhere stay outside, in front of the list."""
    left = 0
    for index in range(outside):
        job = plan.outside[index]
        best, row_found, gap_found = FOREVER, -1, -1
        for choice in range(days.choice_from[job], days.choice_from[job + 1]):
            if _random(plan, _BLINK) == 0:
                continue
            row = days.choices[choice]
            added, gap = _best_gap(days, plan, row, job, best)
            if gap >= 0:
                best, row_found, gap_found = added, row, gap
        if row_found < 0:
            plan.outside[left] = job
            left += 1
            continue
        touched = _keep(days, plan, row_found, touched)
        at = row_found * days.capacity
        for position in range(plan.count[row_found], gap_found, -1):
            plan.job[at + position] = plan.job[at + position - 1]
        plan.job[at + gap_found] = job
        plan.count[row_found] += 1
        plan.row[job] = row_found
        time_row(days, plan, row_found)
    return left, touched


def _round(days, plan, outside):
    """Ruin and recreate. Get (jobs outside or -1 if a row broke, rows touched)."""
    touched = 0
    if len(days.loose) > 0:
        seed = days.loose[_random(plan, len(days.loose))]
        strings = 1 + _random(plan, max(1, 4 * _REMOVED // (1 + _LONGEST // 2) - 1))
        for index in range(days.near_from[seed], days.near_from[seed + 1]):
            job = days.near[index]
            row = plan.row[job]
            if row < 0 or plan.is_kept[row] == 1:
                continue
            touched = _keep(days, plan, row, touched)
            position = _position_of(days, plan, row, job)
            outside = _take_out(days, plan, row, position, outside)
            if not time_row(days, plan, row):
                return -1, touched
            if touched >= strings:
                break
    _sort_outside(days, plan, outside)
    return _put_back(days, plan, outside, touched)


def _settle(days, plan, touched, is_better):
    """Forget what the touched rows were, or make them that again."""
    if not is_better:
        for index in range(touched):
            at = plan.touched[index] * days.capacity
            for position in range(at, at + plan.count[plan.touched[index]]):
                plan.row[plan.job[position]] = -1
        for index in range(touched):
            row = plan.touched[index]
            at = row * days.capacity
            plan.count[row] = plan.kept_count[row]
            for position in range(at, at + plan.count[row]):
                plan.job[position] = plan.kept_job[position]
                plan.row[plan.job[position]] = row
            time_row(days, plan, row)
    for index in range(touched):
        plan.is_kept[plan.touched[index]] = 0


def _weight(days, jobs, count):
    """What jobs outside weigh: those that were in a row before must get back into one."""
    weight = 0
    for index in range(count):
        weight += _DROPPED if days.owner[jobs[index]] >= 0 else 1
    return weight


def _remember(plan):
    """Keep the plan if it is the best so far: first what is outside counts, then cost."""
    if plan.totals[WEIGHT] > plan.best_totals[OUTSIDE]:
        return
    if (
        plan.totals[WEIGHT] == plan.best_totals[OUTSIDE]
        and plan.totals[COST] >= plan.best_totals[COST]
    ):
        return
    plan.best_totals[OUTSIDE], plan.best_totals[COST] = plan.totals[OUTSIDE], plan.totals[COST]
    plan.best_job[:] = plan.job
    plan.best_count[:] = plan.count
    plan.best_row[:] = plan.row


def search(days, plan, rounds, threshold):
    """So many rounds in which a plan may become worse by up to `threshold`.

    More jobs may be outside for a while than in the best plan; what each of them counts as grows
    while there are, and sinks while there are none.
    """
    for _number in range(rounds):
        waiting, penalty = plan.totals[OUTSIDE], plan.totals[PENALTY]
        for index in range(waiting):
            plan.outside[index] = plan.waiting[index]
        left, touched = _round(days, plan, waiting)
        is_better, change, weight = False, 0, 0
        if 0 <= left <= plan.best_totals[OUTSIDE] + _MOST_OUTSIDE:
            for index in range(touched):
                row = plan.touched[index]
                change += plan.cost[row] - plan.kept_cost[row]
            weight = _weight(days, plan.outside, left)
            rise = change + penalty * (weight - plan.totals[WEIGHT])
            is_better = weight < plan.best_totals[OUTSIDE] or rise <= _random(plan, threshold + 1)
        _settle(days, plan, touched, is_better)
        if is_better:
            plan.totals[OUTSIDE], plan.totals[WEIGHT] = left, weight
            plan.totals[COST] += change
            for index in range(left):
                plan.waiting[index] = plan.outside[index]
            _remember(plan)
        if plan.totals[WEIGHT] > plan.best_totals[OUTSIDE]:
            plan.totals[PENALTY] += penalty // _DEARER + 1
        else:
            plan.totals[PENALTY] -= penalty // _CHEAPER


def resume(days, plan):
    """Go on from the best plan so far."""
    plan.job[:], plan.count[:], plan.row[:] = plan.best_job, plan.best_count, plan.best_row
    left, cost = 0, 0
    for job in range(len(plan.row)):
        if plan.row[job] < 0:
            plan.waiting[left] = job
            left += 1
    for row in range(len(plan.count)):
        time_row(days, plan, row)
        cost += plan.cost[row]
    plan.totals[OUTSIDE], plan.totals[COST] = left, cost
    plan.totals[WEIGHT] = _weight(days, plan.waiting, left)
