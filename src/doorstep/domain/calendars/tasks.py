"""Jobs of calendars: look at one, test one, find those that are due."""

from procrastinate.contrib.django import app

from doorstep.platform.lib.db import database_now

from .bell import QUEUE, SYNC, TEST
from .errors import CalendarBusy
from .services.busy import forget_unwanted_busy
from .services.links import run_test
from .services.prune import forget_old_events, forget_old_notices
from .services.sweep import ring_for_due_calendars
from .services.sync import sync_calendar


@app.task(name=SYNC, queue=QUEUE)
def sync_one(link_id: int) -> str:
    done = sync_calendar(link_id=link_id)
    if done is None:
        return "not due"
    return done.problem or f"{done.written} written"


@app.task(name=TEST, queue=QUEUE)
def try_out(link_id: int) -> str:
    try:
        return str(run_test(link_id=link_id, now=database_now()) or "not asked for")
    except CalendarBusy:
        return "busy; the sweep rings again"


# A change of a visit shall be in the calendar within a minute; mostly it is within this and a bit.
@app.periodic(cron="* * * * * */10")
@app.task(name="doorstep.calendars.sweep", queue="upkeep", queueing_lock="calendar-sweep")
def sweep(timestamp: int) -> int:  # noqa: ARG001 -- procrastinate hands it over
    return ring_for_due_calendars()


@app.periodic(cron="*/5 * * * *")
@app.task(name="doorstep.calendars.forget_unwanted_busy", queue="housekeeping")
def forget_busy(timestamp: int) -> int:  # noqa: ARG001
    return forget_unwanted_busy()


@app.periodic(cron="47 3 * * *")
@app.task(name="doorstep.calendars.forget_old_events", queue="housekeeping")
def forget_events(timestamp: int) -> int:  # noqa: ARG001
    return forget_old_events(now=database_now()) + forget_old_notices()
