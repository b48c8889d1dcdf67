"""Ring for the worker: one waiting job per message. A lost ring is repaired by the sweep."""

from datetime import datetime

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

QUEUE = "messages"
DELIVER = "doorstep.notifications.deliver"


def ring(*, message_id: int, at: datetime | None = None) -> bool:
    """Defer the delivery in the caller's transaction; False when a ring is waiting already."""
    job = app.configure_task(
        DELIVER, queue=QUEUE, queueing_lock=f"message:{message_id}", schedule_at=at
    )
    try:
        with transaction.atomic():
            job.defer(message_id=message_id)
    except AlreadyEnqueued:
        return False
    return True
