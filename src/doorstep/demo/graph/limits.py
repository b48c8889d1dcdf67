"""How much Graph lets an application do: four calls at once, and so many in ten minutes."""

import time
from collections import deque
from dataclasses import dataclass, field
from threading import Lock

from .answers import Answer, error


@dataclass(slots=True)
class Limits:
    """`at_once` counts all mailboxes of the application together; `per_window` each mailbox, and
    refused calls count as well."""

    at_once: int = 4
    per_window: int = 10_000
    window_s: float = 600.0
    wait_s: float = 1.0
    _calls: dict[str, deque[float]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def refusal(self, mailbox: str, in_flight: int) -> Answer | None:
        """What a call gets that is one too many, `in_flight` counting itself."""
        now = time.monotonic()
        with self._lock:
            calls = self._calls.setdefault(mailbox, deque())
            while calls and calls[0] <= now - self.window_s:
                calls.popleft()
            calls.append(now)
            is_over = len(calls) > self.per_window
            oldest = calls[0]
        if in_flight > self.at_once:
            return error(
                429,
                "ApplicationThrottled",
                "Application is over its MailboxConcurrency limit.",
                retry_after_s=self.wait_s,
                is_for_account=True,
            )
        if is_over:
            wait_s = max(1.0, oldest + self.window_s - now)
            return error(429, "TooManyRequests", "Too many requests.", retry_after_s=wait_s)
        return None
