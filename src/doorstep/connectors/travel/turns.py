"""Ask services one after the other, within one budget of time; rest those that keep failing."""

import logging
import time
from collections import deque
from collections.abc import Callable, Container, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from typing import Generic, TypeVar

from doorstep.connectors.base import (
    ConnectorError,
    CredentialsRefused,
    PermanentFailure,
    TemporaryFailure,
)

BUDGET_S = 2.0
FAILURES, WITHIN_S = 5, 60.0
# Calls that overran their budget keep a thread until their own time limit.
THREADS = 8

Clock = Callable[[], float]
ServiceT = TypeVar("ServiceT")
AnswerT = TypeVar("AnswerT")
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
        self._rests_until: float | None = None
        self._lock = Lock()

    def is_open(self) -> bool:
        """Whether the service rests; nobody should call it now."""
        with self._lock:
            return self._rests_until is not None and self._clock() < self._rests_until

    def succeeded(self) -> None:
        with self._lock:
            self._failed_at.clear()
            self._rests_until = None

    def failed(self, *, rest_s: float = 0.0) -> None:
        """`rest_s` is how long the service itself wants to be left alone."""
        with self._lock:
            now = self._clock()
            self._failed_at.append(now)
            is_full = len(self._failed_at) == self._failed_at.maxlen
            if self._rests_until is not None or (
                is_full and now - self._failed_at[0] < self._within_s
            ):
                rest_s = max(rest_s, self._within_s)
            if rest_s:
                self._rests_until = now + rest_s


@dataclass(frozen=True, slots=True)
class Outcome(Generic[AnswerT]):
    """What one service said: an answer, or the error that stands in its place."""

    name: str
    answer: AnswerT | None = None
    error: ConnectorError | None = None


class Turns(Generic[ServiceT]):
    """Named services in order of trust; each has a breaker of its own.

    `reserve_s` of the budget is kept for those that follow, so that a slow service does not leave
    them without time. `clock` counts seconds and only goes forward. Safe between threads.
    """

    def __init__(
        self,
        services: Iterable[tuple[str, ServiceT]],
        *,
        clock: Clock = time.monotonic,
        budget_s: float = BUDGET_S,
        reserve_s: float = 0.0,
    ) -> None:
        self._services = [(name, service, Breaker(clock=clock)) for name, service in services]
        self._clock = clock
        self._budget_s = budget_s
        self._reserve_s = reserve_s
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="travel")

    def ask(
        self, question: Callable[[ServiceT], AnswerT], *, but: Container[str] = ()
    ) -> Iterator[Outcome[AnswerT]]:
        """What they say, each asked when its turn comes; those that rest are passed over, and
        those named in `but`.

        Never raises for a service. Stop when the answer is good enough.
        """
        ends_at = self._clock() + self._budget_s
        for number, (name, service, breaker) in enumerate(self._services, start=1):
            left_s = ends_at - self._clock()
            if number < len(self._services):
                left_s -= self._reserve_s
            if left_s <= 0:
                return
            if name in but or breaker.is_open():
                continue
            call = self._threads.submit(question, service)
            error: ConnectorError
            try:
                answer = call.result(timeout=left_s)
            except ConnectorError as failure:
                error = failure
            except TimeoutError:
                call.cancel()
                error = TemporaryFailure("time_out", "The service did not answer in time.")
            except Exception:
                # A defect of one connector must not take the booking with it either.
                log.exception("travel service %s broke", name)
                error = PermanentFailure("defect", "The connector broke; the log says how.")
            else:
                breaker.succeeded()
                yield Outcome(name, answer)
                continue
            breaker.failed(rest_s=_rest_s(error))
            log.warning("travel service %s failed: %s", name, error)
            yield Outcome(name, error=error)

    def close(self) -> None:
        """Let go of the threads without waiting for calls under way."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _rest_s(error: ConnectorError) -> float:
    if isinstance(error, CredentialsRefused):
        return WITHIN_S
    asked = error.retry_after_s if isinstance(error, TemporaryFailure) else None
    return asked or 0.0
