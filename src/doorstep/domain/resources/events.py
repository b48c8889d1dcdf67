"""What happens to resources, as news for those above. Instants are ISO 8601."""

from dataclasses import dataclass

from doorstep.platform.events.registry import Event


@dataclass(frozen=True)
class TimeOffApproved(Event):
    time_off_id: int


@dataclass(frozen=True)
class TimeOffRemoved(Event):
    """Time that was taken by an approved absence is free again; the row is gone or rejected."""

    resource_id: int
    starts_at: str
    ends_at: str


@dataclass(frozen=True)
class WorkHoursChanged(Event):
    resource_id: int
