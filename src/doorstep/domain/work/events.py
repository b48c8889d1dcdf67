"""What happens to work orders, as news for those above."""

from dataclasses import dataclass

from doorstep.platform.events.registry import Event


@dataclass(frozen=True)
class WorkOrderCreated(Event):
    work_order_id: int


@dataclass(frozen=True)
class WorkOrderCanceled(Event):
    work_order_id: int
