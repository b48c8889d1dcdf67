"""What many tests begin with, made once: each of them gets it as it was made, and a savepoint of
its own takes back what it did to it."""

import time
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import TypeVar

import pytest
from django.db import connection, transaction

# PostgreSQL counts a transaction that stays open against every reader of the server, other tests'
# databases included: those that wait for older transactions must not wait for long.
LONGEST_S = 5.0

Make = Callable[[], object]
T = TypeVar("T")


class Stage:
    """Rows that stay while one test after the other begins with them, and nobody else sees.

    They are made in a transaction around those of the tests, which never ends well.
    """

    def __init__(self) -> None:
        self._make: Make | None = None
        self._made: object = None
        self._transaction: transaction.Atomic | None = None
        self._since = 0.0

    def set(self, make: Make) -> None:
        """Make it, unless it stands already."""
        if self.stands(make):
            return
        self.clear()
        self._transaction = transaction.atomic()
        self._transaction.__enter__()
        self._make, self._since = make, _clock()
        self._made = make()
        # Foreign keys are looked at when a transaction ends: now, and not at the end of each test.
        connection.check_constraints()

    def clear(self) -> None:
        """As if it had never been."""
        if self._transaction is not None:
            transaction.set_rollback(True)
            self._transaction.__exit__(None, None, None)
        self._make = self._made = self._transaction = None

    def stands(self, make: Make | None) -> bool:
        """Whether this is what stands on it; not any more where a test closed the connection."""
        return make is not None and make is self._make and not connection.closed_in_transaction

    def may_stay(self, make: Make | None) -> bool:
        """Whether it stands, and not for too long yet."""
        return self.stands(make) and _clock() - self._since < LONGEST_S

    def copy(self, make: Callable[[], T]) -> T:
        """What this returned, for one test to change."""
        assert self.stands(make), "a test without the marker `begins_with`"
        made: T = deepcopy(self._made)  # type: ignore[assignment]  # `make` returned it
        return made


def _clock() -> float:
    """A clock that tests do not set."""
    return time.clock_gettime(time.CLOCK_MONOTONIC)


stage = Stage()


def worlds_begin_with(make: Make, items: list[pytest.Item], folder: Path) -> None:
    """Mark those tests of the folder that use a fixture `world`."""
    for item in items:
        if folder in Path(item.path).parents and "world" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.begins_with.with_args(make))
