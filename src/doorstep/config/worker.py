"""The worker: runs jobs until told to stop, and outlives a restart of the database."""

import asyncio
import logging
import signal
from contextlib import suppress

import procrastinate
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import close_old_connections
from procrastinate.contrib.django import DjangoApp, app
from procrastinate.contrib.django.utils import connector_params

from doorstep.domain.calendars.bell import QUEUE as CALENDAR_QUEUE
from doorstep.domain.notifications.bell import CHANNEL_QUEUES
from doorstep.platform.lib.ending import end_soon

from . import embedded_postgres

logger = logging.getLogger(__name__)

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 15.0
DRAIN_S = 30.0
# Messages at once on each channel.
HANDS = 3
# Calendars at once: one or two more than a service allows calls, for those that wait or count.
CALENDAR_HANDS = 6
# How long to wait for a connection before the worker is started anew.
CONNECT_S = 4.0


async def run(*, concurrency: int) -> None:
    """Run jobs until SIGTERM or SIGINT; running ones get 30 seconds to finish, and know of it."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def told() -> None:
        stop.set()
        end_soon()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told)
    await asyncio.gather(
        *(_keep_working(stop, queues, hands) for queues, hands in _shares(concurrency))
    )


async def _keep_working(stop: asyncio.Event, queues: list[str], hands: int) -> None:
    """procrastinate's own worker ends when its connection breaks, so it is started again and
    again, with growing pauses while the database stays away."""
    loop = asyncio.get_running_loop()
    pause = FIRST_PAUSE_S
    while not stop.is_set():
        began = loop.time()
        try:
            await _work(stop, queues, hands)
        except Exception as error:
            logger.warning("The worker lost the database (%s); it goes on in %.0f s", error, pause)
        if loop.time() - began > LONGEST_PAUSE_S:
            pause = FIRST_PAUSE_S
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pause)
        pause = min(pause * 2, LONGEST_PAUSE_S)
        if not stop.is_set():
            await sync_to_async(_revive)()


async def _work(stop: asyncio.Event, queues: list[str], hands: int) -> None:
    # An app beside the registered one: jobs deferred by tasks must keep using Django's own
    # connection, so that they belong to the task's transaction. Django's kind of app gives each
    # job's connection back after it, so that none outlives its server in a thread's pocket.
    connector = procrastinate.PsycopgConnector(
        kwargs=connector_params(), timeout=CONNECT_S, reconnect_timeout=CONNECT_S
    )
    worker_app = DjangoApp(connector=connector)
    worker_app.tasks = app.tasks
    worker_app.periodic_registry = app.periodic_registry
    async with worker_app.open_async():
        work = asyncio.create_task(
            worker_app.run_worker_async(
                queues=queues,
                concurrency=hands,
                install_signal_handlers=False,
                shutdown_graceful_timeout=DRAIN_S,
                delete_jobs="successful",
            )
        )
        told = asyncio.create_task(stop.wait())
        await asyncio.wait({work, told}, return_when=asyncio.FIRST_COMPLETED)
        if not work.done():
            work.cancel()
        told.cancel()
        with suppress(asyncio.CancelledError):
            await work


def _shares(concurrency: int) -> list[tuple[list[str], int]]:
    """Queues and jobs at once: calendars and each channel of messages apart, so that a service that
    hangs holds up nothing but its own."""
    apart = {CALENDAR_QUEUE: CALENDAR_HANDS} | dict.fromkeys(CHANNEL_QUEUES.values(), HANDS)
    others = {task.queue for task in app.tasks.values()} - set(apart)
    return [
        (sorted(others), concurrency),
        *(([queue], hands) for queue, hands in sorted(apart.items())),
    ]


def _revive() -> None:
    close_old_connections()
    if settings.EMBEDDED_POSTGRES is not None:
        try:
            embedded_postgres.ensure_running(settings.EMBEDDED_POSTGRES)
        except embedded_postgres.EmbeddedPostgresError as error:
            logger.warning("The embedded database does not start: %s", error)
