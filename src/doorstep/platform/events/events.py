"""Publish an event: one job for all subscribers, deferred in the caller's transaction."""

from dataclasses import asdict

from psycopg.types.json import Jsonb

from doorstep.platform.lib.db import require_transaction
from doorstep.platform.lib.rows import Statement, run_together

from .registry import Event, name_of, subscribers_of
from .tasks import hand_over

# As `hand_over.defer` does it, but as a prepared statement that can share a round trip.
_DEFER = """
SELECT procrastinate_defer_jobs_v1(ARRAY[
  ROW(%s, %s, %s, NULL, NULL, %s, NULL)::procrastinate_job_to_defer_v1])
"""


def publish(event: Event) -> None:
    """Defer a job for those who listen; it vanishes if the caller's transaction rolls back.

    Raises outside a transaction: news must not outrun the change.
    """
    require_transaction()
    statements = publishing(event)
    if statements:
        run_together(*statements)


def publishing(event: Event) -> list[Statement]:
    """The statement by which `publish` does it, to be sent with others; none if nobody listens."""
    if not subscribers_of(type(event)):
        return []
    news = Jsonb({"event": name_of(type(event)), "data": asdict(event)})
    return [(_DEFER, [hand_over.queue, hand_over.name, hand_over.priority, news])]
