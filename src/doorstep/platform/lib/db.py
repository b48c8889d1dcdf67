"""Small things about PostgreSQL: its clock, its lock time limit, its conflicts."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from math import ceil

import psycopg
from django.db import DatabaseError, connection, models, transaction
from psycopg.pq import TransactionStatus

# The errors that mean "somebody else was faster or holds it"; PostgreSQL manual, appendix A.
EXCLUSION_VIOLATION = "23P01"
SERIALIZATION_FAILURE = "40001"
DEADLOCK_DETECTED = "40P01"
LOCK_NOT_AVAILABLE = "55P03"
CONFLICTS = frozenset(
    {EXCLUSION_VIOLATION, SERIALIZATION_FAILURE, DEADLOCK_DETECTED, LOCK_NOT_AVAILABLE}
)


class TransactionRequired(RuntimeError):
    """A function that only makes sense inside a transaction was called outside one."""


def require_transaction() -> None:
    """Raise TransactionRequired outside `transaction.atomic`."""
    if not connection.in_atomic_block:
        raise TransactionRequired("call this inside transaction.atomic()")


@contextmanager
def lock_timeout(seconds: float) -> Iterator[None]:
    """Within the block, wait at most this long for each lock; then SQLSTATE 55P03.

    Needs a transaction. The earlier limit comes back at the end of the block, or with the
    rollback when the block failed in the database. ValueError for a limit that is not positive:
    PostgreSQL reads zero as "no limit".
    """
    if seconds <= 0:
        raise ValueError("a lock time limit must be positive")
    require_transaction()
    earlier = _set_lock_timeout(f"{ceil(seconds * 1000)}ms")
    try:
        yield
    finally:
        if connection.connection.info.transaction_status == TransactionStatus.INTRANS:
            _set_lock_timeout(earlier)


@contextmanager
def undone_on_error(name: str) -> Iterator[None]:
    """As `transaction.atomic`, but that within a transaction the block sets the savepoint itself,
    with its first statements (`rows.savepoint`), and that it stays until the transaction ends:
    that saves two round trips.
    """
    if not connection.in_atomic_block:
        with transaction.atomic():
            yield
        return
    waiting = len(connection.run_on_commit)
    try:
        yield
    except BaseException:
        del connection.run_on_commit[waiting:]
        try:
            transaction.set_rollback(False)
            transaction.savepoint_rollback(name)
        except DatabaseError:
            transaction.set_rollback(True)
        raise


def is_conflict(error: BaseException | None) -> bool:
    """Whether a lost race in PostgreSQL is this error or a cause of it.

    True for exclusion violation, deadlock, serialization failure and lock not available: trying
    again with fresh data makes sense.
    """
    while error is not None:
        if isinstance(error, psycopg.Error) and error.sqlstate in CONFLICTS:
            return True
        error = error.__cause__
    return False


def database_now() -> datetime:
    """The database's clock as an aware UTC instant; it moves on inside a transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: datetime = cursor.fetchone()[0]
    return now.astimezone(UTC)


class DatabaseClock(models.Func):
    """The same clock inside a query."""

    function = "clock_timestamp"
    output_field = models.DateTimeField()


def _set_lock_timeout(limit: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('lock_timeout')")
        earlier: str = cursor.fetchone()[0]
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [limit])
    return earlier
