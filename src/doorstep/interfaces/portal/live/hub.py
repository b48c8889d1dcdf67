"""Keeps open pages up to date: looks again when their visit changes, and every fifteen seconds.

Lives in the server's event loop. What asks the database runs in a few threads of its own, so that
open pages hold neither a thread nor a connection (docs/decisions/0016-live-pages.md).
"""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from .listener import Listener
from .stream import Stream
from .viewers import CLOSED, Known, Look, Viewer, look

logger = logging.getLogger(__name__)

RECHECK_S = 15.0
# A burst of changes of one visit is read once.
LEAST_GAP_S = 0.5
THREADS = 4


class Hub:
    """Streams by the code of their visit. A visit is looked at by one thread at a time, for all
    who follow it."""

    def __init__(self) -> None:
        self._streams: dict[str, set[Stream]] = {}
        self._codes: dict[int, str] = {}
        # What was announced while a page's first look was still finding out whose news to follow.
        self._heard: dict[str, set[int]] = {}
        self._known: dict[str, Known] = {}
        self._changed: set[str] = set()
        self._at_work: dict[str, asyncio.Task[None]] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._listening: asyncio.Task[None] | None = None
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="live")
        self._is_away = False
        self.is_closed = False

    @property
    def count(self) -> int:
        return sum(len(streams) for streams in self._streams.values())

    def open(self, viewer: Viewer) -> Stream:
        """A stream whose first frame says whether the viewer may see the visit."""
        if self._listening is None:
            listener = Listener(on_change=self._on_change, on_return=self.refresh_all)
            self._listening = asyncio.create_task(listener.run())
        stream = Stream(viewer)
        self._streams.setdefault(viewer.booking_code, set()).add(stream)
        self._refresh(viewer.booking_code)
        return stream

    def leave(self, stream: Stream) -> None:
        code = stream.viewer.booking_code
        streams = self._streams.get(code, set())
        streams.discard(stream)
        if not streams:
            self._streams.pop(code, None)
            self._known.pop(code, None)
            self._codes = {pk: each for pk, each in self._codes.items() if each != code}
            if timer := self._timers.pop(code, None):
                timer.cancel()

    def refresh_all(self) -> None:
        """Nobody knows what happened meanwhile."""
        for code in list(self._streams):
            self._refresh(code)

    def close(self) -> None:
        """End all streams: the server stops. Browsers come back by themselves."""
        self.is_closed = True
        for streams in self._streams.values():
            for stream in streams:
                stream.end()
        for timer in self._timers.values():
            timer.cancel()
        for task in self._at_work.values():
            task.cancel()
        if self._listening is not None:
            self._listening.cancel()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _on_change(self, booking_id: int) -> None:
        if code := self._codes.get(booking_id):
            self._refresh(code)
        for heard in self._heard.values():
            heard.add(booking_id)

    def _refresh(self, code: str) -> None:
        if self.is_closed:
            return
        self._changed.add(code)
        if code not in self._at_work:
            self._at_work[code] = asyncio.create_task(self._work(code))

    async def _work(self, code: str) -> None:
        """Look until nothing has changed during the last look."""
        try:
            while code in self._changed:
                self._changed.discard(code)
                await self._look(code)
                await asyncio.sleep(LEAST_GAP_S)
        finally:
            del self._at_work[code]
            self._set_timer(code)

    async def _look(self, code: str) -> None:
        streams = list(self._streams.get(code, ()))
        viewers = list({stream.viewer for stream in streams})
        if not viewers:
            return
        known = self._known.setdefault(code, Known())
        heard = set[int]()
        if code not in self._codes.values():
            self._heard[code] = heard
        loop = asyncio.get_running_loop()
        try:
            found = await loop.run_in_executor(self._threads, _look_in_thread, viewers, known)
        except Exception as error:
            # Whatever it is, the others' pages go on, and this one is looked at again.
            self._note_failure(error)
            now = timezone.now()
            # What cannot be looked up is not shown any longer than it was allowed to.
            found = {each.viewer: CLOSED for each in streams if each.is_past_end(now)}
        else:
            self._is_away = False
        finally:
            self._heard.pop(code, None)
        for stream in streams:
            if stream.viewer in found:
                self._hand_over(stream, found[stream.viewer])
        if any(self._codes.get(each) == code for each in heard):
            self._changed.add(code)

    def _hand_over(self, stream: Stream, result: Look) -> None:
        if result.booking_id is not None:
            self._codes[result.booking_id] = stream.viewer.booking_code
        stream.take(result)

    def _set_timer(self, code: str) -> None:
        """Look again in fifteen seconds, or the moment somebody's right to see it ends."""
        streams = self._streams.get(code)
        if not streams or self.is_closed:
            return
        ends = [stream.ends_at for stream in streams if stream.ends_at is not None]
        wait = RECHECK_S
        if ends:
            wait = min(wait, max(_seconds_until(min(ends)), LEAST_GAP_S))
        if timer := self._timers.get(code):
            timer.cancel()
        loop = asyncio.get_running_loop()
        self._timers[code] = loop.call_later(wait, self._refresh, code)

    def _note_failure(self, error: Exception) -> None:
        if not isinstance(error, (DatabaseError, InterfaceError)):
            logger.error("A live page could not be looked at", exc_info=error)
        elif not self._is_away:
            logger.warning("Live pages wait for the database: %s", error)
            self._is_away = True


def _look_in_thread(viewers: list[Viewer], known: Known) -> dict[Viewer, Look]:
    try:
        return look(viewers, known=known, now=timezone.now())
    finally:
        # Back to the pool: between two looks nobody holds a connection.
        connection.close()


def _seconds_until(instant: datetime) -> float:
    return (instant - timezone.now()).total_seconds()
