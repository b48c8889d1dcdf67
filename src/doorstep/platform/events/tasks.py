"""Hand a published event to one subscriber."""

from typing import Any

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from .registry import event_type_named, subscribers_of

# A subscriber only writes rows of its own; what fails is a deadlock or a restarting database.
_RETRY = RetryStrategy(max_attempts=8, exponential_wait=2)


@app.task(name="doorstep.events.hand_over", queue="events", retry=_RETRY)
def hand_over(*, subscriber: str, event: str, data: dict[str, Any]) -> None:
    event_type = event_type_named(event)
    subscribers_of(event_type)[subscriber](event_type(**data))
