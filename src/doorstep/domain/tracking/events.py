"""What tracking finds out, as news for those above."""

from dataclasses import dataclass

from doorstep.platform.events.registry import Event


@dataclass(frozen=True)
class ArrivalEstimated(Event):
    """A technician on the way has a new arrival estimate."""

    booking_id: int
    resource_id: int


@dataclass(frozen=True)
class ArrivalDelayed(Event):
    """The expected arrival of a visit whose promise is at risk has changed enough to be told."""

    booking_id: int
    delay_id: int
