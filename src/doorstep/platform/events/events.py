"""Publish an event: one job per subscriber, deferred in the caller's transaction."""

from dataclasses import asdict

from psycopg.types.json import Jsonb

from doorstep.platform.lib.db import require_transaction
from doorstep.platform.lib.rows import Statement, run_together

from .registry import Event, name_of, subscribers_of
from .tasks import hand_over

# As `hand_over.batch_defer` does it, but as one prepared statement that can share a round trip.
_DEFER = """
SELECT procrastinate_defer_jobs_v1(ARRAY(
  SELECT ROW(%s, %s, %s, NULL, NULL, args, NULL)::procrastinate_job_to_defer_v1
    FROM jsonb_array_elements(%s) AS args))
"""


def publish(event: Event) -> int:
    """Defer one job per subscriber; they vanish if the caller's transaction rolls back.

    Returns the number of jobs. Raises outside a transaction: news must not outrun the change.
    """
    require_transaction()
    run_together(*publishing(event))
    return len(subscribers_of(type(event)))


def publishing(event: Event) -> list[Statement]:
    """The statement by which `publish` does it, to be sent with others; none if nobody listens."""
    subscribers = subscribers_of(type(event))
    if not subscribers:
        return []
    name, data = name_of(type(event)), asdict(event)
    jobs = [{"subscriber": each, "event": name, "data": data} for each in subscribers]
    return [(_DEFER, [hand_over.queue, hand_over.name, hand_over.priority, Jsonb(jobs)])]
