"""Ring for the worker: one waiting job per message, or a few that drain all that is due. A lost
ring is repaired by the sweep."""

from datetime import datetime

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

QUEUE = "messages"
DELIVER = "doorstep.notifications.deliver"
DRAIN = "doorstep.notifications.drain"
# A job costs the queue about as much as a message costs to send, so a crowd is not rung for one by
# one; so many jobs go through it side by side.
DRAINS = 3


def ring(*, message_id: int, at: datetime | None = None) -> bool:
    """Defer the delivery in the caller's transaction; False when a ring is waiting already."""
    return _defer(DELIVER, f"message:{message_id}", at, message_id=message_id)


def ring_for_many() -> bool:
    """Defer jobs that send everything due; False when they are waiting already."""
    rung = [_defer(DRAIN, f"drain:{number}", None, number=number) for number in range(DRAINS)]
    return any(rung)


def _defer(task: str, lock: str, at: datetime | None, **values: int) -> bool:
    job = app.configure_task(task, queue=QUEUE, queueing_lock=lock, schedule_at=at)
    try:
        with transaction.atomic():
            job.defer(**values)
    except AlreadyEnqueued:
        return False
    return True
