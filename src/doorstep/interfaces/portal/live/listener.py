"""Hears which visits have changed: one connection per process, LISTEN on PostgreSQL."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress

import psycopg
from procrastinate.contrib.django.utils import connector_params

from doorstep.platform.events.live import CHANNEL

logger = logging.getLogger(__name__)

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 10.0
# A connection that died without a word is found out after this.
PROBE_S = 15.0
ANSWER_S = 5.0


class Listener:
    """`on_change(booking_id)` for each announcement, `on_return()` whenever announcements may have
    been missed: at the start and after the database was away."""

    def __init__(self, *, on_change: Callable[[int], None], on_return: Callable[[], None]) -> None:
        self._on_change, self._on_return = on_change, on_return

    async def run(self) -> None:
        """Until canceled; starts again with growing pauses while the database stays away."""
        pause = FIRST_PAUSE_S
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            try:
                await self._listen()
            except (psycopg.Error, OSError, TimeoutError) as error:
                logger.warning("Live pages lost the database (%s), again in %.1f s", error, pause)
            if loop.time() - began > LONGEST_PAUSE_S:
                pause = FIRST_PAUSE_S
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_S)

    async def _listen(self) -> None:
        connection = await asyncio.wait_for(
            psycopg.AsyncConnection.connect(**connector_params(), autocommit=True), ANSWER_S * 2
        )
        try:
            await connection.execute(f"LISTEN {CHANNEL}")
            self._on_return()
            while True:
                async for notice in connection.notifies(timeout=PROBE_S):
                    with suppress(ValueError):
                        self._on_change(int(notice.payload))
                await asyncio.wait_for(connection.execute("SELECT 1"), ANSWER_S)
        finally:
            # Not gracefully: the server may be gone, and nobody waits for its goodbye.
            with suppress(psycopg.Error, OSError):
                await asyncio.wait_for(connection.close(), 1)
