"""Real commits in many threads, and a way to start them all at one moment."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable

import pytest
from django.db import connection, connections

from doorstep.domain.bookings.models import ResourceBlock
from doorstep.platform.lib.rows import run


def pytest_collection_modifyitems(items: Iterable[pytest.Item]) -> None:
    for item in items:
        if "/races/" in str(item.path):
            item.add_marker(pytest.mark.races)


def wait_for_waiting(count: int) -> None:
    """Until so many wait for somebody's lock."""
    waiting = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    for _attempt in range(500):
        run("SELECT pg_stat_clear_snapshot()")
        if run(waiting)[0][0] >= count:
            return
        time.sleep(0.02)
    raise AssertionError(f"never {count} of them")


def run_together(tasks: Iterable[Callable[[], object]]) -> list[object]:
    """Run each in a thread of its own, released together; get what they returned or raised."""
    tasks = list(tasks)
    results: list[object] = [None] * len(tasks)
    barrier = threading.Barrier(len(tasks))

    def each(index: int, task: Callable[[], object]) -> None:
        try:
            connection.ensure_connection()
            barrier.wait(timeout=60)
            results[index] = task()
        except Exception as error:
            results[index] = error
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=each, args=(index, task)) for index, task in enumerate(tasks)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    return results


def kinds(results: Iterable[object]) -> Counter[str]:
    """How often each class of result came."""
    return Counter(type(result).__name__ for result in results)


def overlaps() -> int:
    """Pairs of blocks of one lane that overlap, counted from the rows, not by the constraint."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT count(*) FROM {ResourceBlock._meta.db_table} a
            JOIN {ResourceBlock._meta.db_table} b
              ON a.resource_id = b.resource_id AND a.lane = b.lane AND a.id < b.id
             AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at
            """
        )
        return cursor.fetchone()[0]


def deadlocks() -> int:
    """How many deadlocks PostgreSQL has broken in this database so far."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return cursor.fetchone()[0]
