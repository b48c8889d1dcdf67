"""Housekeeping: free what expired holds still take, forget old request keys and changes."""

from datetime import timedelta

from procrastinate.contrib.django import app

from doorstep.platform.lib.db import database_now

from .models import Hold, RequestKey
from .snapshot.changes import prune_changes

REQUEST_KEYS_KEPT = timedelta(hours=48)


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
