"""Ask one service after the other, and estimate rather than fail: travel never blocks a booking."""

import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Lock

from doorstep.connectors.base import ConnectorError
from doorstep.connectors.travel.base import Matrix, TravelTimes
from doorstep.connectors.travel.straight_line import StraightLine
from doorstep.platform.values.geo import Coordinates

BUDGET_S = 2.0
FAILURES, WITHIN_S = 5, 60.0
# Calls that overran their budget keep a thread until their own time limit.
THREADS = 8

Clock = Callable[[], float]
log = logging.getLogger(__name__)


class Breaker:
    """Stops asking a service that failed five times within a minute.

    After a minute of rest it lets calls through again; the first failure then means another
    minute of rest, a success forgives everything. Safe to share between threads.
    """

    def __init__(
        self, *, clock: Clock, failures: int = FAILURES, within_s: float = WITHIN_S
    ) -> None:
        self._clock = clock
        self._within_s = within_s
        self._failed_at: deque[float] = deque(maxlen=failures)
        self._opened_at: float | None = None
        self._lock = Lock()

    def is_open(self) -> bool:
        """Whether the service rests; nobody should call it now."""
        with self._lock:
            opened_at = self._opened_at
            return opened_at is not None and self._clock() - opened_at < self._within_s

    def succeeded(self) -> None:
        with self._lock:
            self._failed_at.clear()
            self._opened_at = None

    def failed(self) -> None:
        with self._lock:
            now = self._clock()
            self._failed_at.append(now)
            is_full = len(self._failed_at) == self._failed_at.maxlen
            if self._opened_at is not None or (
                is_full and now - self._failed_at[0] < self._within_s
            ):
                self._opened_at = now


class FallbackTravel:
    """The services in order of trust, within one budget of time; then the straight line.

    Never raises for a service. Estimated legs are marked `estimated`. `clock` counts seconds and
    only goes forward.
    """

    def __init__(
        self,
        services: Sequence[TravelTimes],
        *,
        estimate: StraightLine | None = None,
        clock: Clock = time.monotonic,
        budget_s: float = BUDGET_S,
    ) -> None:
        self._services = [(service, Breaker(clock=clock)) for service in services]
        self._estimate = estimate or StraightLine()
        self._clock = clock
        self._budget_s = budget_s
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="travel")

    def matrix(
        self,
        origins: Sequence[Coordinates],
        destinations: Sequence[Coordinates],
        departs_at: datetime | None = None,
    ) -> Matrix:
        ends_at = self._clock() + self._budget_s
        for service, breaker in self._services:
            left_s = ends_at - self._clock()
            if left_s <= 0:
                break
            if breaker.is_open():
                continue
            call = self._threads.submit(service.matrix, origins, destinations, departs_at)
            try:
                answer = call.result(timeout=left_s)
            except (ConnectorError, TimeoutError) as error:
                call.cancel()
                breaker.failed()
                log.warning("travel service %s failed: %s", _name(service), error or "time-out")
            except Exception:
                # A defect of one connector must not take the booking with it either.
                breaker.failed()
                log.exception("travel service %s broke", _name(service))
            else:
                breaker.succeeded()
                return answer
        return self._estimate.matrix(origins, destinations, departs_at)

    def close(self) -> None:
        """Let go of the threads without waiting for calls under way."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _name(service: TravelTimes) -> str:
    return type(service).__name__
