"""Jobs about what providers report. Imported by tasks.py, where procrastinate looks."""

from procrastinate.contrib.django import app

from doorstep.platform.lib.db import database_now

from .services.reports import forget_parked, match_all_parked
from .services.stragglers import poll_stragglers


@app.periodic(cron="* * * * *")
@app.task(
    name="doorstep.notifications.match_reports", queue="reports", queueing_lock="match-reports"
)
def match_reports(timestamp: int) -> int:  # noqa: ARG001 -- procrastinate hands it over
    """Reports that came while their message was being written down."""
    return match_all_parked(now=database_now())


@app.periodic(cron="41 3 * * *")
@app.task(
    name="doorstep.notifications.forget_reports", queue="reports", queueing_lock="forget-reports"
)
def forget_reports(timestamp: int) -> int:  # noqa: ARG001
    """Reports that turned out to be about no message of ours."""
    return forget_parked(now=database_now())


# A queue and a lock of its own: a provider that hangs holds up nothing else.
@app.periodic(cron="*/10 * * * *")
@app.task(
    name="doorstep.notifications.poll_stragglers",
    queue="reports",
    lock="stragglers",
    queueing_lock="stragglers",
)
def ask_about_stragglers(timestamp: int) -> int:  # noqa: ARG001
    return poll_stragglers(database_now())
