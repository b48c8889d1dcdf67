"""What bookings do about news from below."""

from doorstep.domain.resources.events import TimeOffApproved
from doorstep.domain.work.events import WorkOrderCanceled
from doorstep.platform.events.registry import subscribe
from doorstep.platform.lib.db import database_now

from .services.cancel import cancel_bookings_of
from .services.time_off import block_time_off


@subscribe(TimeOffApproved)
def take_the_time(event: TimeOffApproved) -> None:
    block_time_off(time_off_id=event.time_off_id)


@subscribe(WorkOrderCanceled)
def cancel_its_visits(event: WorkOrderCanceled) -> None:
    cancel_bookings_of(work_order_id=event.work_order_id, now=database_now())
