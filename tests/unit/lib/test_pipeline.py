"""What a connection keeps prepared, and what an exchange leaves behind when it goes wrong."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import (
    DataError,
    InternalError,
    NotSupportedError,
    OperationalError,
    ProgrammingError,
    connection,
    transaction,
)
from pytest_django import Settings

from doorstep.domain.resources.models import RatingModel
from doorstep.platform.lib.pipeline import MOST_PREPARED
from doorstep.platform.lib.rows import insertion, run, run_together, select

pytestmark = pytest.mark.django_db(transaction=True)

PREPARED = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s"
SINCE = "SELECT prepare_time FROM pg_prepared_statements WHERE statement = %s"


@pytest.fixture
def fresh_connection() -> Iterator[None]:
    """One that has prepared nothing yet."""
    connection.close()
    yield
    connection.close()


def asked(sql: str, params: list[object] | None = None) -> Any:
    """As the ORM asks: nothing is prepared for it."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        row = cursor.fetchone()
    return row and row[0]


def elsewhere() -> psycopg.Connection[tuple[Any, ...]]:
    settings = connection.get_connection_params()
    names = ("dbname", "user", "password", "host", "port")
    known = {each: settings[each] for each in names if each in settings}
    return psycopg.connect(**known, autocommit=True)


def test_a_statement_is_prepared_once(fresh_connection: None) -> None:
    for number in range(3):
        assert run("SELECT %s::int + 1", [number]) == [(number + 1,)]

    assert asked(PREPARED, ["SELECT $1::int + 1"]) == 1


def test_a_statement_that_comes_twice_at_once_is_prepared_once_too(fresh_connection: None) -> None:
    found = run_together(("SELECT %s::int + 13", [1]), ("SELECT %s::int + 13", [2]))

    assert found == [[(14,)], [(15,)]]
    assert asked(PREPARED, ["SELECT $1::int + 13"]) == 1


def test_a_rollback_takes_nothing_away(fresh_connection: None) -> None:
    with transaction.atomic():
        run("SELECT %s::int + 2", [1])
        transaction.set_rollback(True)

    assert asked(PREPARED, ["SELECT $1::int + 2"]) == 1
    assert run("SELECT %s::int + 2", [1]) == [(3,)]


def test_nothing_is_prepared_where_a_pooler_could_not_keep_it(
    fresh_connection: None, settings: Settings
) -> None:
    settings.PREPARED_STATEMENTS = False

    found = run_together(("SELECT %s::int + 4", [1]), ("SELECT 5", None))

    assert found == [[(5,)], [(5,)]]
    assert asked(PREPARED, ["%"]) == 0


def test_what_was_unused_for_longest_goes_first(fresh_connection: None) -> None:
    first, second = "SELECT 'first'", "SELECT 'second'"
    run(first)
    since = asked(SINCE, [first])
    run(second)
    for number in range(MOST_PREPARED - 1):
        run(f"SELECT {number}")
        run(first)

    assert asked(PREPARED, ["%"]) == MOST_PREPARED
    assert asked(PREPARED, [second]) == 0
    assert asked(SINCE, [first]) == since
    assert run(second) == [("second",)]


def test_a_value_may_be_named_in_several_places() -> None:
    named = {"much": 3, "what": "50 %"}

    found = run("SELECT %(much)s::int, %(what)s || ' %%', %(much)s::int * 2", named)

    assert found == [(3, "50 % %", 6)]


def test_a_doubled_percent_sign_is_none_even_before_an_s() -> None:
    assert run("SELECT 'a%%s' LIKE '%%s', %s::int", [1]) == [(True, 1)]


@pytest.mark.parametrize("values", [[], [1], [1, 2, 3]])
def test_there_is_a_value_for_each_placeholder(values: list[object]) -> None:
    with pytest.raises(ProgrammingError, match="for 2 placeholders"):
        run("SELECT %s::int, %s::int", values)


def test_an_exchange_that_cannot_be_sent_ends_the_connection_with_what_it_did() -> None:
    """Else the next one would take its answers for its own, and commit what it began."""
    many = [1] * 70_000
    with pytest.raises(OperationalError, match="65535"):
        run_together(
            insertion(RatingModel(name="Lost")),
            (f"SELECT {', '.join(['%s'] * len(many))}", many),
        )
    assert connection.connection.closed
    connection.close()

    assert run("SELECT 14") == [(14,)]
    assert not RatingModel.objects.exists()


class Interrupted(Exception):
    """What a signal handler raises."""


def interrupt(*_arguments: object) -> None:
    raise Interrupted


def interrupt_when_it_sleeps(backend: int) -> None:
    asleep = "SELECT FROM pg_stat_activity WHERE pid = %s AND wait_event = 'PgSleep'"
    gives_up_at = time.monotonic() + 20
    with elsewhere() as other:
        while other.execute(asleep, [backend]).fetchone() is None:
            if time.monotonic() > gives_up_at:
                return
            time.sleep(0.02)
    os.kill(os.getpid(), signal.SIGUSR1)


def test_who_is_interrupted_hears_why_and_leaves_no_answers_behind() -> None:
    own = asked("SELECT pg_backend_pid()")
    before = signal.signal(signal.SIGUSR1, interrupt)
    watcher = threading.Thread(target=interrupt_when_it_sleeps, args=[own], daemon=True)
    watcher.start()
    try:
        with pytest.raises(Interrupted):
            run("SELECT pg_sleep(30)")
        assert connection.connection.closed
    finally:
        watcher.join(timeout=60)
        signal.signal(signal.SIGUSR1, before)
        connection.close()
        with elsewhere() as other:  # the server sleeps on
            other.execute("SELECT pg_terminate_backend(%s, 10000)", [own])

    assert run("SELECT 15") == [(15,)]


def test_what_finds_no_columns_finds_its_rows_all_the_same() -> None:
    assert run("SELECT FROM generate_series(1, 2)") == [(), ()]


def test_what_stood_behind_a_failure_works_when_its_turn_comes(fresh_connection: None) -> None:
    """It was not prepared then, as nothing behind a failure is done."""
    behind = "SELECT %s::int + 6", [1]
    with transaction.atomic():
        with pytest.raises(DataError), transaction.atomic():
            run_together(("SELECT 1 / %s::int", [0]), behind)

        assert run(*behind) == [(7,)]


def test_a_value_that_cannot_be_sent_harms_nothing_else() -> None:
    with transaction.atomic():
        run_together(insertion(RatingModel(name="Kept")))
        with pytest.raises(ProgrammingError):
            run_together(("SELECT 1", None), ("SELECT %s", [object()]))
        assert run("SELECT 8") == [(8,)]

    assert RatingModel.objects.get().name == "Kept"


@transaction.atomic
def go_on_after_a_failure() -> None:
    with pytest.raises(DataError):
        run("SELECT 1 / %s::int", [0])
    run("SELECT 1")


def test_a_transaction_that_failed_takes_nothing_more() -> None:
    with pytest.raises(InternalError, match="aborted"):
        go_on_after_a_failure()

    assert run("SELECT 9") == [(9,)]


def test_who_takes_too_long_is_stopped_and_can_go_on() -> None:
    with pytest.raises(OperationalError, match="statement timeout"), transaction.atomic():
        run_together(("SET LOCAL statement_timeout = 50", None), ("SELECT pg_sleep(30)", None))

    assert run("SELECT 10") == [(10,)]


def test_a_connection_that_is_cut_is_an_error_and_the_next_one_works() -> None:
    own = asked("SELECT pg_backend_pid()")
    with elsewhere() as other:
        # And waits until it has gone.
        other.execute("SELECT pg_terminate_backend(%s, 10000)", [own])

    with pytest.raises(OperationalError):
        run("SELECT 11")
    connection.close_if_unusable_or_obsolete()

    assert run("SELECT 11") == [(11,)]


def test_plans_that_somebody_took_away_are_made_anew() -> None:
    run("SELECT %s::int + 12", [1])
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")

    assert run("SELECT %s::int + 12", [1]) == [(13,)]


def test_a_table_that_was_altered_fails_one_transaction_at_most() -> None:
    statement = select(RatingModel, "ORDER BY id")
    alter = "ALTER TABLE resources_ratingmodel ALTER COLUMN name TYPE varchar(%s)"
    run(statement)
    with elsewhere() as other:
        other.execute(alter % 81)
        try:
            with pytest.raises(NotSupportedError, match="must not change"), transaction.atomic():
                run(statement)
            with transaction.atomic():
                assert run(statement) == []
        finally:
            connection.close()
            other.execute(alter % 80)
