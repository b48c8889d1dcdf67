"""What bookings do about news from below."""

from doorstep.domain.resources.events import TimeOffApproved
from doorstep.platform.events.registry import subscribe

from .services.time_off import block_time_off


@subscribe(TimeOffApproved)
def take_the_time(event: TimeOffApproved) -> None:
    block_time_off(time_off_id=event.time_off_id)
