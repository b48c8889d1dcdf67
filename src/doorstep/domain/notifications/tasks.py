"""Jobs: deliver one message; ring again for messages whose ring was lost."""

from procrastinate.contrib.django import app

from doorstep.platform.lib.db import database_now

from .bell import DELIVER, QUEUE
from .services.deliver import deliver
from .services.sweep import ring_for_due_messages


@app.task(name=DELIVER, queue=QUEUE)
def deliver_message(*, message_id: int) -> str:
    state = deliver(message_id=message_id, now=database_now())
    return str(state or "not due")


@app.periodic(cron="* * * * * */30")
@app.task(name="doorstep.notifications.sweep", queue=QUEUE, queueing_lock="message-sweep")
def sweep(timestamp: int) -> int:  # noqa: ARG001 -- procrastinate hands it over
    return ring_for_due_messages()
