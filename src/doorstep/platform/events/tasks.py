"""Hand a published event to its subscribers; keep the queue itself healthy."""

import logging
from typing import Any

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Status

from .registry import event_type_named, subscribers_of

logger = logging.getLogger(__name__)

# A subscriber only writes rows of its own; what fails is a deadlock or a restarting database.
_RETRY = RetryStrategy(max_attempts=8, exponential_wait=2)
# A worker says that it lives every 10 seconds; three silences and it is dead.
DEAD_AFTER_S = 30.0
KEEP_HOURS = 72


@app.task(name="doorstep.events.hand_over", queue="events", retry=_RETRY)
def hand_over(*, event: str, data: dict[str, Any], subscriber: str | None = None) -> None:
    """To all who listen, one after the other, or to one of them.

    Whoever fails among several gets a job of its own, tried again as long as needed: the others
    have had theirs, and none waits for it.
    """
    event_type = event_type_named(event)
    subscribers = subscribers_of(event_type)
    if subscriber is not None:
        subscribers[subscriber](event_type(**data))
        return
    if len(subscribers) == 1:
        (only,) = subscribers.values()
        only(event_type(**data))
        return
    for name, function in subscribers.items():
        try:
            function(event_type(**data))
        except Exception:
            logger.exception("%s failed with %s %s; it is tried again", name, event, data)
            hand_over.defer(event=event, data=data, subscriber=name)


@app.periodic(cron="* * * * * */30")
@app.task(name="doorstep.events.rescue", queue="upkeep", queueing_lock="rescue")
async def rescue_stalled_jobs(timestamp: int) -> int:  # noqa: ARG001 -- procrastinate hands it over
    """Put jobs whose worker died back into the queue; returns how many were found.

    Procrastinate finds them but retries none by itself (reliability reference 1.2).
    """
    jobs = list(await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=DEAD_AFTER_S))
    for job in jobs:
        try:
            await app.job_manager.retry_job(job)
        except UniqueViolation:
            # A twin waits already under the same queueing lock.
            await app.job_manager.finish_job(job, Status.FAILED, delete_job=False)
    return len(jobs)


@app.periodic(cron="17 3 * * *")
@app.task(name="doorstep.events.prune", queue="upkeep", queueing_lock="prune")
async def remove_old_jobs(timestamp: int) -> None:  # noqa: ARG001 -- procrastinate hands it over
    await app.job_manager.delete_old_jobs(
        KEEP_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
    )
