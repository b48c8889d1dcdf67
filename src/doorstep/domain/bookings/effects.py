"""What a change of status by the technician does to a visit's times (product reference 6.4). Pure.

Where the reference leaves a gap: who goes on after a break left when she first left, and a trip
that is taken back gets the planned times again.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from .models.status import ParentStatus as P

ONE_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Times:
    """Departure, arrival and end of a visit or of somebody's part in it."""

    starts_at: datetime
    arrives_at: datetime
    ends_at: datetime

    @property
    def travel(self) -> timedelta:
        return self.arrives_at - self.starts_at


def times_after(
    times: Times, *, old: P, new: P, at: datetime, planned: Times, duration: timedelta
) -> Times:
    """The times once a visit went from `old` to `new` at the instant `at`.

    `planned` are the times before anybody set out. The estimated arrival stays, unless departure or
    end pass it.
    """
    travel = planned.travel
    match new:
        case P.TRAVELING:
            starts_at = min(times.starts_at, at) if old is P.ON_BREAK else at
            moved = replace(times, starts_at=starts_at, ends_at=at + travel + duration)
            return _with_arrival(moved, at + travel)
        case P.IN_PROGRESS:
            length = ONE_MINUTE if old is P.COMPLETED else duration
            moved = replace(times, starts_at=min(times.starts_at, at), ends_at=at + length)
            return _with_arrival(moved, at)
        case P.COMPLETED:
            # A visit lasts a minute at least, also one that lay ahead.
            starts_at = min(times.starts_at, at - ONE_MINUTE)
            return _with_arrival(replace(times, starts_at=starts_at, ends_at=at), starts_at)
        case P.SCHEDULED:
            return planned
    return times


def _with_arrival(times: Times, arrives_at: datetime) -> Times:
    """The times as they are, or with this arrival where theirs is not between the two others."""
    if times.starts_at <= times.arrives_at < times.ends_at:
        return times
    return replace(times, arrives_at=arrives_at)
