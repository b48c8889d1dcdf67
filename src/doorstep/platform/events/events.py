"""Publish an event: one job per subscriber, deferred in the caller's transaction."""

from dataclasses import asdict

from doorstep.platform.lib.db import require_transaction

from .registry import Event, name_of, subscribers_of
from .tasks import hand_over


def publish(event: Event) -> int:
    """Defer one job per subscriber; they vanish if the caller's transaction rolls back.

    Returns the number of jobs. Raises outside a transaction: news must not outrun the change.
    """
    require_transaction()
    subscribers = subscribers_of(type(event))
    for subscriber in subscribers:
        hand_over.defer(subscriber=subscriber, event=name_of(type(event)), data=asdict(event))
    return len(subscribers)
