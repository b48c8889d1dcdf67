"""Ring for the worker: one waiting job per message, or a few that drain all that is due. A lost
ring is repaired by the sweep.

Each channel has a queue of its own, and the worker hands of its own for each: a service that hangs
keeps its own channel waiting and no other.
"""

from datetime import datetime

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from .models import Channel, Message

QUEUE = "messages"
CHANNEL_QUEUES = {Channel.EMAIL: "mails", Channel.SMS: "texts"}
DELIVER = "doorstep.notifications.deliver"
DRAIN = "doorstep.notifications.drain"
# A job costs the queue about as much as a message costs to send, so a crowd is not rung for one by
# one; so many jobs go through it side by side.
DRAINS = 3
# More messages than this are a crowd.
FEW = 20


def ring(message: Message, *, at: datetime | None = None) -> bool:
    """Defer the delivery in the caller's transaction; False when a ring is waiting already."""
    channel = Channel(message.channel)
    return _defer(
        DELIVER, CHANNEL_QUEUES[channel], f"message:{message.pk}", at, message_id=message.pk
    )


def ring_for_many(channel: Channel) -> bool:
    """Defer jobs that send everything due there; False when they are waiting already."""
    rung = [
        _defer(
            DRAIN, CHANNEL_QUEUES[channel], f"drain:{channel}:{number}", None, channel=channel.value
        )
        for number in range(DRAINS)
    ]
    return any(rung)


def _defer(task: str, queue: str, lock: str, at: datetime | None, **values: int | str) -> bool:
    job = app.configure_task(task, queue=queue, queueing_lock=lock, schedule_at=at)
    try:
        with transaction.atomic():
            job.defer(**values)
    except AlreadyEnqueued:
        return False
    return True
