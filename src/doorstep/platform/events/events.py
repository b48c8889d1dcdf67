"""Publish an event: one job per subscriber, deferred in the caller's transaction."""

from dataclasses import asdict

from procrastinate.types import JSONDict

from doorstep.platform.lib.db import require_transaction

from .registry import Event, name_of, subscribers_of
from .tasks import hand_over


def publish(event: Event) -> int:
    """Defer one job per subscriber; they vanish if the caller's transaction rolls back.

    Returns the number of jobs. Raises outside a transaction: news must not outrun the change.
    """
    require_transaction()
    subscribers = subscribers_of(type(event))
    if subscribers:
        name, data = name_of(type(event)), asdict(event)
        jobs: list[JSONDict] = [
            {"subscriber": each, "event": name, "data": data} for each in subscribers
        ]
        hand_over.batch_defer(*jobs)
    return len(subscribers)
