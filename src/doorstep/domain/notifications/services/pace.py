"""How fast a crowd of messages goes out: what is left of the machine belongs to web pages."""

import time
from collections.abc import Callable
from threading import Lock, local

# Of one core, for all drains of a process together. Ten thousand in five minutes need half of it.
SHARE = 0.6
# Debts of long ago are forgotten, and nobody sleeps long for those of others.
WINDOW_S, LONGEST_S = 1.0, 0.2


class Pace:
    """Shared by the threads of a process that send; what others do there, such as planning, is
    not their doing. Clocks and sleep are arguments for tests."""

    def __init__(
        self,
        share: float = SHARE,
        *,
        clock: Callable[[], float] = time.monotonic,
        cpu_clock: Callable[[], float] = time.thread_time,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._share, self._clock, self._cpu_clock, self._sleep = share, clock, cpu_clock, sleep
        self._lock = Lock()
        self._seen = local()
        self._began_at, self._used = clock(), 0.0

    def begin(self) -> None:
        """This thread begins to send; what it did before does not count."""
        self._seen.cpu = self._cpu_clock()

    def rest(self) -> None:
        """Wait until those who send have had no more than their share together."""
        cpu = self._cpu_clock()
        used, self._seen.cpu = cpu - self._seen.cpu, cpu
        with self._lock:
            self._used += used
            at = self._clock()
            due_s = self._used / self._share - (at - self._began_at)
            if at - self._began_at > WINDOW_S:
                # What is owed goes over into the next window, what was not used does not.
                self._began_at, self._used = at + min(max(due_s, 0.0), LONGEST_S), 0.0
        if due_s > 0:
            self._sleep(min(due_s, LONGEST_S))


PACE = Pace()
