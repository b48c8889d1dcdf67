"""The arrays of a search over several days: what does not change, and the plan that does.

A *job* is any stop; it has a place (index into the table of legs, -1 without one), a length, and
bounds for its arrival. A *row* is what is still open of one route. All values are whole numbers;
`Any` because the sequences are numpy arrays where numba compiles the loops and lists where not.
"""

from typing import Any, NamedTuple


class Days(NamedTuple):
    """What does not change. Sequences of whole numbers; `Any` because they are arrays or lists."""

    capacity: int  # most jobs in one row
    places: int
    legs: Any  # [speed class, from place, to place] → seconds
    place: Any  # per job
    length: Any
    earliest: Any
    latest: Any
    load: Any
    owner: Any  # resource that has the job now, -1 if nobody
    planned_row: Any  # -1: none
    planned_behind: Any  # the job right in front of it there; -1: what has begun, or nothing
    planned_rest: Any  # seconds from the end of that one to its arrival
    is_anchored: Any  # 1: stays in its row, at its time
    loose: Any  # jobs that are not anchored
    choice_from: Any  # per job: where its rows begin in `choices`
    choices: Any
    near_from: Any  # per job: where its neighbours begin in `near`
    near: Any
    origin: Any  # per row
    end: Any  # place or -1
    opens: Any
    closes: Any
    table: Any  # where the legs of the row's speed class begin
    rest: Any  # least time between two jobs with a place that follow each other
    begun_end: Any  # when what has begun is over, if it has a place; else NEVER
    is_home_due: Any  # 1: somebody who works no more still has to travel to the end place
    room: Any  # load the row can take
    row_owner: Any
    change_cost: int


class Plan(NamedTuple):
    """What changes. Rows of `capacity` jobs (or gaps: one more) one after the other."""

    job: Any
    count: Any  # jobs per row
    row: Any  # per job: its row, -1 outside
    free: Any  # per gap: free from, everything before as early as possible
    here: Any  # per gap: where the resource is
    following: Any  # per gap: position of the next job with a place, or the count
    until: Any  # per position with a place: latest arrival
    cost: Any  # per row
    loaded: Any  # per row
    totals: (
        Any  # see kernel: jobs outside, their weight, what a unit of it counts, cost, random state
    )
    waiting: Any  # jobs outside
    best_job: Any
    best_count: Any
    best_row: Any
    best_totals: Any  # [jobs outside, cost]
    kept_job: Any  # rows as they were before this round
    kept_count: Any
    kept_cost: Any
    is_kept: Any
    touched: Any  # rows changed in this round
    outside: Any  # jobs outside in this round
    keys: Any
