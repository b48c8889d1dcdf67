"""One state per process, shared by its threads and never with another process."""

import os
import threading
from datetime import datetime

from django.db import connection

from .changes import look_since
from .state import State


class SharedState:
    """`lock` guards the state and everything that is asked of it."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._state: State | None = None
        self._is_behind = False

    def fresh(self, now: datetime) -> State | None:
        """The state with everything committed until this moment, for a customer's `now`.

        One small query if nothing changed. None within a transaction that has written: what it sees
        is not for others, and what they see is not enough for it.
        """
        # Before the lock: who waits for a connection must not make others wait.
        connection.ensure_connection()
        with self.lock:
            # Put back only when all went well: half a change is worse than a new load.
            state, self._state = self._state, None
            self._is_behind = False
            return self._loaded(now) if state is None else self._caught_up(state, now)

    def known(self, now: datetime) -> State | None:
        """The state as it is, for who asks by himself whether it still holds; as `fresh` where
        there is none, or it is known not to."""
        with self.lock:
            state = self._state
            if state is not None and not self._is_behind and state.reaches(now):
                return state
        return self.fresh(now)

    def fall_behind(self) -> None:
        """Somebody found that the state does not hold any more."""
        with self.lock:
            self._is_behind = True

    def drop(self) -> None:
        """Forget everything; the next search loads it anew."""
        with self.lock:
            self._state = None

    def _caught_up(self, state: State, now: datetime) -> State | None:
        found = look_since(state.mark)
        if found.has_written:
            self._state = state
            return None
        if found.is_lost:
            return self._loaded(now)
        state.catch_up(found)
        if not state.reaches(now):
            return self._loaded(now)
        self._state = state
        return state

    def _loaded(self, now: datetime) -> State | None:
        state = State.load(now)
        self._state = state
        return state


shared = SharedState()


def _start_again() -> None:
    global shared
    shared = SharedState()


# A child process has a copy of the memory, and perhaps of a lock that somebody held.
os.register_at_fork(after_in_child=_start_again)
