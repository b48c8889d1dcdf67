"""What has become of a visit by now: its status, and when it came to each."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from doorstep.domain.bookings.models import ParentStatus
from doorstep.domain.work.models import WorkLocation

from .visits import Outcome, Visit

_BOOKED_AHEAD_DAYS = (1, 15)
_RUNNING_LATE = 0.2
_Step = tuple[ParentStatus, datetime]


@dataclass(frozen=True, slots=True)
class History:
    """`steps` are the statuses a visit has had, the last one its present one."""

    created_at: datetime
    steps: tuple[_Step, ...]
    is_late: bool = False

    @property
    def parent(self) -> ParentStatus:
        return self.steps[-1][0]

    @property
    def since(self) -> datetime:
        return self.steps[-1][1]


def history_of(visit: Visit, *, now: datetime) -> History:
    """When it was booked and how far it has come; nothing in it is later than `now`."""
    rng = visit.chance
    departs_at = _instant(min(each[0] for each in visit.times))
    arrives_at, ends_at = _instant(visit.arrives_s), _instant(visit.ends_s)
    booked_at = departs_at - timedelta(
        days=rng.randint(*_BOOKED_AHEAD_DAYS), minutes=rng.randrange(24 * 60)
    )
    # However far ahead: booked within the last three days if it had to be.
    created_at = min(booked_at, now - timedelta(minutes=rng.randint(20, 3 * 24 * 60)))
    steps: list[_Step] = [(ParentStatus.SCHEDULED, created_at)]
    if visit.outcome is Outcome.CANCELED:
        last = min(departs_at, now)
        steps.append((ParentStatus.CANCELED, created_at + (last - created_at) * rng.random()))
        return History(created_at, tuple(steps))
    wobble = [timedelta(seconds=rng.randint(0, 240)) for _step in range(3)]
    if visit.kind.location != WorkLocation.AGNOSTIC:
        steps.append((ParentStatus.TRAVELING, departs_at + wobble[0] / 2))
    steps.append((ParentStatus.IN_PROGRESS, arrives_at + wobble[1]))
    steps.append((ParentStatus.COMPLETED, ends_at - wobble[2]))
    planned = dict(zip(
        (ParentStatus.TRAVELING, ParentStatus.IN_PROGRESS, ParentStatus.COMPLETED),
        (departs_at, arrives_at, ends_at),
        strict=True,
    ))  # fmt: skip
    kept = [
        (parent, min(at, now))
        for parent, at in steps
        if parent is ParentStatus.SCHEDULED or planned[parent] <= now
    ]
    return History(created_at, tuple(kept), rng.random() < _RUNNING_LATE)


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
