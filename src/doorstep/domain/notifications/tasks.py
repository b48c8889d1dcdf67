"""Jobs: deliver messages, ring again for those whose ring was lost, remind."""

from procrastinate.contrib.django import app

from doorstep.platform.lib.db import database_now

from . import inbound_tasks as inbound_tasks
from .bell import DELIVER, DRAIN, QUEUE, ring_for_many
from .models import Channel
from .services.deliver import deliver
from .services.drain import drain
from .services.remind import remind
from .services.sweep import ring_at_its_time, ring_for_due_messages


@app.task(name=DELIVER, queue=QUEUE)
def deliver_message(*, message_id: int) -> str:
    state = deliver(message_id=message_id, now=database_now())
    if state is None:
        # It was put off after this ring was set, or somebody else has it.
        ring_at_its_time(message_id)
    return str(state or "not due")


@app.task(name=DRAIN, queue=QUEUE)
def drain_messages(*, channel: str) -> int:
    count, is_more = drain(Channel(channel), now=database_now)
    if is_more:
        ring_for_many(Channel(channel))
    return count


@app.periodic(cron="* * * * * */30")
@app.task(name="doorstep.notifications.sweep", queue=QUEUE, queueing_lock="message-sweep")
def sweep(timestamp: int) -> int:  # noqa: ARG001 -- procrastinate hands it over
    return ring_for_due_messages()


# Every few minutes, for portals and places of work have their own hours.
@app.periodic(cron="*/5 * * * *")
@app.task(name="doorstep.notifications.remind", queue=QUEUE, queueing_lock="message-remind")
def remind_customers(timestamp: int) -> int:  # noqa: ARG001 -- procrastinate hands it over
    return len(remind(now=database_now()))
