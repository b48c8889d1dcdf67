"""What a stand-in server does wrong on purpose, and what it was asked: the script and the log.

Nothing here knows whose server it is; the stand-ins of other calendar services use it as well.
"""

import re
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from random import Random
from threading import Lock

LOG_KEEPS = 200_000
ONE_DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to one request.

    Without `is_done` it is refused, with it it is carried out and the answer is spoilt. Status 0
    is no answer at all, the connection is closed. `body` replaces the error's own, as garbage does.
    `is_for_account` says that the wait concerns all mailboxes.
    """

    status: int
    code: str = ""
    is_done: bool = False
    retry_after_s: float | None = None
    as_date: bool = False
    is_for_account: bool = False
    body: bytes | None = None

    @property
    def hangs_up(self) -> bool:
        return self.status == 0

    def retry_after(self, now: datetime) -> str | None:
        """The header's value; a date is rounded up, so that nobody comes too early by it."""
        if self.retry_after_s is None:
            return None
        if not self.as_date:
            return f"{self.retry_after_s:.0f}"
        at = now.astimezone(UTC) + timedelta(seconds=self.retry_after_s)
        if at.microsecond:
            at = at.replace(microsecond=0) + timedelta(seconds=1)
        return format_datetime(at, usegmt=True)


DROP = Fault(0)
ACCEPT_THEN_DROP = Fault(0, is_done=True)
ACCEPT_THEN_504 = Fault(504, "UnknownError", is_done=True)
GARBAGE = Fault(200, body=b"<html>Welcome to the hotel network</html>")


@dataclass(slots=True)
class _Rule:
    fault: Fault
    methods: frozenset[str]
    path: re.Pattern[str]
    mailbox: str
    times_left: int | None

    def fits(self, method: str, path: str, mailbox: str) -> bool:
        return (
            (not self.methods or method in self.methods)
            and self.mailbox in ("", mailbox)
            and self.path.search(path) is not None
        )


class FaultScript:
    """Which requests go wrong: by rules, the oldest first, and by chance.

    Safe to change while the server answers.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._rules: list[_Rule] = []
        self._faults: tuple[Fault, ...] = ()
        self._probability = 0.0
        self._random = Random()  # noqa: S311 (chance for tests, no secret)

    def add(
        self,
        fault: Fault,
        *,
        method: str = "",
        path: str = "",
        mailbox: str = "",
        times: int | None = 1,
    ) -> None:
        """The next `times` requests that fit go wrong, all of them with None.

        `method` may be several, as in "POST|PATCH". `path` is a regular expression found anywhere
        in it. What is empty fits everything.
        """
        methods = frozenset(method.upper().split("|")) if method else frozenset[str]()
        rule = _Rule(fault, methods, re.compile(path), mailbox.lower(), times)
        with self._lock:
            self._rules.append(rule)

    def at_random(self, faults: Sequence[Fault], *, probability: float, seed: int) -> None:
        """From now on this share of all requests goes wrong, each in one of these ways."""
        with self._lock:
            self._faults, self._probability = tuple(faults), probability
            self._random = Random(seed)  # noqa: S311

    def clear(self) -> None:
        """Everything works from now on."""
        with self._lock:
            self._rules.clear()
            self._faults, self._probability = (), 0.0

    def next_for(self, method: str, path: str, mailbox: str) -> Fault | None:
        with self._lock:
            for rule in self._rules:
                if rule.times_left != 0 and rule.fits(method, path, mailbox):
                    if rule.times_left is not None:
                        rule.times_left -= 1
                    return rule.fault
            if self._faults and self._random.random() < self._probability:
                return self._random.choice(self._faults)
            return None


# --- The log ---------------------------------------------------------------------------------


@dataclass(slots=True)
class LoggedRequest:
    """Instants are seconds of this machine's monotonic clock; status 0 means no answer (yet).

    `in_flight` counts this request too; `mailbox` is "" where a request concerns none.
    """

    method: str
    path: str
    mailbox: str
    arrived_at: float
    in_flight: int
    weight: int
    status: int = 0
    code: str = ""
    answered_at: float | None = None
    retry_after_s: float | None = None
    is_for_account: bool = False


@dataclass(slots=True)
class RequestLog:
    """Every request with what became of it: the oracle for the promises of a polite client."""

    entries: deque[LoggedRequest] = field(default_factory=lambda: deque(maxlen=LOG_KEEPS))
    _in_flight: int = 0
    _lock: Lock = field(default_factory=Lock, repr=False)

    def arrived(
        self, method: str, path: str, mailbox: str = "", *, weight: int = 1
    ) -> LoggedRequest:
        """Note a request; `weight` is how many places it takes while it is under way."""
        with self._lock:
            self._in_flight += weight
            entry = LoggedRequest(
                method, path, mailbox.lower(), time.monotonic(), self._in_flight, weight
            )
            self.entries.append(entry)
            return entry

    def answered(
        self,
        entry: LoggedRequest,
        status: int,
        code: str = "",
        *,
        retry_after_s: float | None = None,
        is_for_account: bool = False,
    ) -> None:
        """Note the answer before it leaves: its reader may ask again faster than we return."""
        with self._lock:
            self._in_flight -= entry.weight
            entry.status, entry.code = status, code
            entry.answered_at = time.monotonic()
            entry.retry_after_s, entry.is_for_account = retry_after_s, is_for_account

    def violations(
        self,
        *,
        most_at_once: int | None = 4,
        transit_s: float = 0.1,
        untold: Sequence[float] = (),
    ) -> list[str]:
        """What a polite client would not have done, one sentence each: too many requests at once,
        and requests inside a time that a Retry-After asked to leave out.

        A request that was on its way when that answer left (`transit_s`) could not know. `untold`
        are instants at which a client died with such an answer for the whole account, the last
        before, that it had told nobody; what is refused without naming a mailbox, as a batch, is
        for the whole account too.
        """
        with self._lock:
            entries = sorted(self.entries, key=lambda entry: entry.arrived_at)
        found: list[str] = []
        waits = [entry for entry in entries if entry.retry_after_s]
        for died_at in untold:
            wide = [each for each in waits if each.is_for_account or not each.mailbox]
            if known := [each for each in wide if _told_at(each) <= died_at]:
                waits.remove(max(known, key=_told_at))
        for entry in entries:
            shown = f"{entry.method} {entry.path}"
            if most_at_once is not None and entry.in_flight > most_at_once:
                found.append(f"{shown} was number {entry.in_flight} at once")
            for wait in waits:
                since_s = entry.arrived_at - _told_at(wait)
                is_meant = wait.is_for_account or wait.mailbox == entry.mailbox
                if is_meant and transit_s < since_s < (wait.retry_after_s or 0):
                    found.append(
                        f"{shown} came {since_s:.1f} s after it was asked to wait "
                        f"{wait.retry_after_s:.0f} s"
                    )
                    break
        return found


def _told_at(entry: LoggedRequest) -> float:
    return entry.answered_at or entry.arrived_at
