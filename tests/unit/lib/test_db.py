import threading
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from doorstep.platform.lib.db import (
    TransactionRequired,
    database_now,
    is_conflict,
    lock_timeout,
    require_transaction,
)


def current_lock_timeout() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        return str(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_says_so_outside_a_transaction() -> None:
    with pytest.raises(TransactionRequired):
        require_transaction()


@pytest.mark.django_db(transaction=True)
def test_is_content_inside_a_transaction() -> None:
    with transaction.atomic():
        require_transaction()


@pytest.mark.django_db
def test_the_lock_limit_holds_only_in_its_block() -> None:
    before = current_lock_timeout()

    with lock_timeout(1.5):
        assert current_lock_timeout() == "1500ms"

    assert current_lock_timeout() == before


@pytest.mark.django_db
def test_the_lock_limit_ends_with_a_block_that_failed_in_the_database() -> None:
    before = current_lock_timeout()

    with pytest.raises(DatabaseError), transaction.atomic(), lock_timeout(1):
        connection.cursor().execute("SELECT 1/0")

    assert current_lock_timeout() == before


@pytest.mark.django_db
def test_refuses_a_lock_limit_that_means_no_limit() -> None:
    with pytest.raises(ValueError, match="positive"), lock_timeout(0):
        pass


@pytest.mark.django_db(transaction=True)
def test_a_lock_held_elsewhere_is_a_conflict() -> None:
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            connection.cursor().execute("SELECT pg_advisory_xact_lock(4711)")
            held.set()
            done.wait(10)
        connection.close()

    other = threading.Thread(target=hold)
    other.start()
    try:
        assert held.wait(10)
        with pytest.raises(DatabaseError) as caught, transaction.atomic(), lock_timeout(0.05):
            connection.cursor().execute("SELECT pg_advisory_xact_lock(4711)")
    finally:
        done.set()
        other.join()

    assert is_conflict(caught.value)


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["23P01", "40P01", "40001", "55P03"])
def test_lost_races_are_conflicts(state: str) -> None:
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        connection.cursor().execute(f"DO $$ BEGIN RAISE SQLSTATE '{state}'; END $$")

    assert is_conflict(caught.value)


@pytest.mark.django_db
def test_a_duplicate_key_is_not_a_conflict() -> None:
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        connection.cursor().execute("DO $$ BEGIN RAISE SQLSTATE '23505'; END $$")

    assert not is_conflict(caught.value)


def test_a_conflict_is_found_under_an_error_of_our_own() -> None:
    error = RuntimeError("could not book")
    error.__cause__ = psycopg.errors.DeadlockDetected()

    assert is_conflict(error)


def test_an_ordinary_error_is_not_a_conflict() -> None:
    assert not is_conflict(ValueError("no"))


@pytest.mark.django_db
def test_the_database_clock_moves_on_inside_a_transaction() -> None:
    first, second = database_now(), database_now()

    assert first < second
    assert abs(first - datetime.now(UTC)) < timedelta(minutes=1)
    assert first.utcoffset() == timedelta()
