"""One open page's stream: the newest frame that waits to be sent, and when it ends."""

import asyncio
import time
from datetime import datetime

from .viewers import Look, Viewer

# Browsers do not tell their page that a connection has died; a page that hears nothing asks itself.
BEAT_S = 10.0
BEAT = b"event: beat\ndata: 1\n\n"
CLOSED_FRAME = b"event: closed\ndata: 1\n\n"


class Stream:
    """A reader that is slow misses frames, never the newest one."""

    def __init__(self, viewer: Viewer) -> None:
        self.viewer = viewer
        self.ends_at: datetime | None = None
        self.was_let_in: bool | None = None
        self._frame = b""
        self._tag = ""
        self._sent_at = 0.0
        self._is_over = False
        self._ready = asyncio.Event()

    def take(self, found: Look) -> None:
        """What a look found becomes the next frame, if it is news."""
        if self._is_over:
            return
        if found.content is None:
            if self.was_let_in is None:
                self.was_let_in = False
            self._put(CLOSED_FRAME)
            self.end()
            return
        self.was_let_in, self.ends_at = True, found.ends_at
        if found.content.tag != self._tag:
            self._tag = found.content.tag
            self._put(f"event: visit\ndata: {found.content.body}\n\n".encode())
            if found.content.is_last:
                self.end()
        elif not self._frame and time.monotonic() - self._sent_at >= BEAT_S:
            self._put(BEAT)

    def end(self) -> None:
        """No more frames after the one that waits."""
        self._is_over = True
        self._ready.set()

    def is_past_end(self, now: datetime) -> bool:
        return self.ends_at is not None and self.ends_at <= now

    async def next(self) -> bytes:
        """Waits for a frame; empty when the stream is over."""
        while not self._frame and not self._is_over:
            await self._ready.wait()
            self._ready.clear()
        frame, self._frame = self._frame, b""
        self._sent_at = time.monotonic()
        return frame

    def _put(self, frame: bytes) -> None:
        self._frame = frame
        self._ready.set()
