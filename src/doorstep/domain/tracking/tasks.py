"""Jobs of tracking: arrival estimates, and forgetting."""

from procrastinate.contrib.django import app

from doorstep.platform.lib.db import database_now

from .services.estimate import QUEUE, REFRESH
from .services.estimate import refresh_estimate as refresh
from .services.forget import forget_positions as forget
from .services.outlook import LOOK_AHEAD, ask_to_look_ahead, busy_resources
from .services.outlook import look_ahead as look


@app.task(name=REFRESH, queue=QUEUE)
def refresh_estimate(session_id: int) -> bool:
    return refresh(session_id=session_id, now=database_now()) is not None


@app.task(name=LOOK_AHEAD, queue=QUEUE)
def look_ahead(resource_id: int) -> int:
    return len(look(resource_id=resource_id, now=database_now()))


@app.periodic(cron="*/5 * * * *")
@app.task(name="doorstep.tracking.look_ahead_of_all", queue=QUEUE)
def look_ahead_of_all(timestamp: int) -> int:  # noqa: ARG001
    """Visits that overrun make no news by themselves."""
    return sum(ask_to_look_ahead(resource_id) for resource_id in busy_resources())


@app.periodic(cron="*/10 * * * *")
@app.task(name="doorstep.tracking.forget_positions", queue="housekeeping")
def forget_positions(timestamp: int) -> int:  # noqa: ARG001 (procrastinate's contract)
    return forget(now=database_now())
