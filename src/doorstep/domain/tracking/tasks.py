"""Jobs of tracking: arrival estimates, and forgetting."""

from procrastinate.contrib.django import app

from doorstep.platform.lib.db import database_now

from .services.estimate import QUEUE, REFRESH
from .services.estimate import refresh_estimate as refresh
from .services.forget import forget_positions as forget


@app.task(name=REFRESH, queue=QUEUE)
def refresh_estimate(session_id: int) -> bool:
    return refresh(session_id=session_id, now=database_now()) is not None


@app.periodic(cron="*/10 * * * *")
@app.task(name="doorstep.tracking.forget_positions", queue="housekeeping")
def forget_positions(timestamp: int) -> int:  # noqa: ARG001 (procrastinate's contract)
    return forget(now=database_now())
