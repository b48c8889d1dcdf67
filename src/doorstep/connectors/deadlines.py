"""Do something unless a block ends in time: one thread watches all blocks of the process.

A thread for each block (threading.Timer) costs a busy worker more than the mail it guards.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition, Thread

# The thread ends when it has had nothing to watch for so long.
IDLE_S = 30.0


class Deadlines:
    """Safe to share between threads."""

    def __init__(self, *, idle_s: float = IDLE_S) -> None:
        self._idle_s = idle_s
        self._change = Condition()
        self._watched: dict[object, tuple[float, Callable[[], None]]] = {}
        self._wakes_at: float | None = None  # None: there is no thread

    @contextmanager
    def within(self, seconds: float, cut: Callable[[], None]) -> Iterator[None]:
        """Call `cut` when the block takes longer; never once the block has been left.

        `cut` runs in the watching thread and must neither wait nor raise.
        """
        block, ends_at = object(), time.monotonic() + seconds
        with self._change:
            self._watched[block] = ends_at, cut
            if self._wakes_at is None:
                self._wakes_at = ends_at
                Thread(target=self._watch, daemon=True, name="deadlines").start()
            elif ends_at < self._wakes_at:
                self._change.notify()
        try:
            yield
        finally:
            with self._change:
                self._watched.pop(block, None)

    def _watch(self) -> None:
        with self._change:
            while True:
                now = time.monotonic()
                watched = list(self._watched.items())
                for block, cut in [(key, cut) for key, (ends_at, cut) in watched if ends_at <= now]:
                    del self._watched[block]
                    cut()
                nearest = min((ends_at for ends_at, _cut in self._watched.values()), default=None)
                self._wakes_at = now + self._idle_s if nearest is None else nearest
                self._change.wait(self._wakes_at - now)
                if nearest is None and not self._watched:
                    self._wakes_at = None
                    return


DEADLINES = Deadlines()
