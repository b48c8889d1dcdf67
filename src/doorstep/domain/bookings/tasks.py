"""Housekeeping, and planning of the days to come."""

from datetime import timedelta

from procrastinate.contrib.django import app

from doorstep.platform.lib.db import database_now

from .models import Hold, RequestKey
from .services.replan_due import replan_due_days
from .snapshot.changes import prune_changes

REQUEST_KEYS_KEPT = timedelta(hours=48)
REPLAN_BY_DAY = timedelta(minutes=4)
REPLAN_BY_NIGHT = timedelta(minutes=30)


@app.periodic(cron="* * * * *")
@app.task(name="doorstep.bookings.remove_expired_holds", queue="housekeeping")
def remove_expired_holds(timestamp: int) -> int:  # noqa: ARG001 (procrastinate's contract)
    """Searches look past expired holds anyway; this keeps the table small."""
    expired = Hold.objects.filter(expires_at__lte=database_now() - timedelta(hours=1))
    count, _by_model = expired.delete()
    return count


@app.periodic(cron="17 3 * * *")
@app.task(name="doorstep.bookings.remove_old_request_keys", queue="housekeeping")
def remove_old_request_keys(timestamp: int) -> int:  # noqa: ARG001
    old = RequestKey.objects.filter(created_at__lt=database_now() - REQUEST_KEYS_KEPT)
    count, _by_model = old.delete()
    return count


@app.periodic(cron="*/10 * * * *")
@app.task(name="doorstep.bookings.prune_planning_changes", queue="housekeeping")
def prune_planning_changes(timestamp: int) -> int:  # noqa: ARG001
    """Web processes that looked within the last hour miss nothing; others load anew."""
    return prune_changes()


@app.periodic(cron="*/5 * * * *")
@app.task(
    name="doorstep.bookings.replan_changed_days", queue="planning", queueing_lock="replan-changed"
)
def replan_changed_days(timestamp: int) -> list[str]:  # noqa: ARG001
    """After a batch of bookings, or a quarter of an hour after the last look at a changed day."""
    now = database_now()
    done = replan_due_days(now=now, until=now + REPLAN_BY_DAY)
    return [day.isoformat() for day in done]


@app.periodic(cron="20 1 * * *")
@app.task(
    name="doorstep.bookings.replan_at_night", queue="planning", queueing_lock="replan-at-night"
)
def replan_at_night(timestamp: int) -> list[str]:  # noqa: ARG001
    """All coming days once more, changed or not."""
    now = database_now()
    done = replan_due_days(now=now, until=now + REPLAN_BY_NIGHT, is_night=True)
    return [day.isoformat() for day in done]
