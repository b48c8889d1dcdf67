"""What tracking finds out, as news for those above."""

from dataclasses import dataclass

from doorstep.platform.events.registry import Event


@dataclass(frozen=True)
class ArrivalEstimated(Event):
    """A technician on the way has a new arrival estimate."""

    booking_id: int
    resource_id: int
