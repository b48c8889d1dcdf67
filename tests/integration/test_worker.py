"""The worker as a process of its own, on a database that dies under it."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from doorstep.config import embedded_postgres
from doorstep.config.embedded_postgres import Cluster, cluster_at

DEFER = """
import django
django.setup()
from doorstep.domain.bookings.tasks import remove_expired_holds
print(remove_expired_holds.defer(timestamp=1))
"""


class Installation:
    """An empty Doorstep with a database of its own, reached through its command line."""

    def __init__(self, directory: Path) -> None:
        self.environment = {
            **{name: value for name, value in os.environ.items() if name != "DATABASE_URL"},
            "DOORSTEP_VAR": str(directory),
            "DJANGO_SETTINGS_MODULE": "doorstep.config.settings",
            "DOORSTEP_DEMO": "0",
        }
        self.cluster: Cluster = cluster_at(directory / "postgres")
        self.log = directory / "worker.log"

    def run(self, *arguments: str) -> str:
        return subprocess.run(
            [sys.executable, *arguments],
            env=self.environment,
            check=True,
            capture_output=True,
            text=True,
            timeout=120,
        ).stdout

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        # Into a file: a pipe that nobody reads would stop a worker with much to complain about.
        with open(self.log, "a") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "doorstep.config.cli", *arguments],
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                text=True,
            )

    def open_jobs(self) -> int:
        query = "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"
        with psycopg.connect(self.cluster.url, autocommit=True) as connection:
            row = connection.execute(query).fetchone()
        assert row is not None
        return int(row[0])


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    made = Installation(tmp_path_factory.mktemp("worker"))
    # Uses the server throughout, so that it does not stop between two commands.
    embedded_postgres.ensure_running(made.cluster)
    made.run("-m", "doorstep.config.cli", "migrate", "-v0")
    yield made
    embedded_postgres.stop(made.cluster)
    shutil.rmtree(made.cluster.base, ignore_errors=True)


def wait_until(condition: Callable[[], bool], seconds: float = 60) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if condition():
                return True
        except psycopg.OperationalError:
            pass
        time.sleep(0.2)
    return False


@pytest.fixture
def worker(installation: Installation) -> Iterator[subprocess.Popen[str]]:
    process = installation.start("worker")
    yield process
    if process.poll() is None:
        process.send_signal(signal.SIGKILL)
    process.wait(timeout=30)


def test_jobs_deferred_before_it_starts_are_run(
    installation: Installation, worker: subprocess.Popen[str]
) -> None:
    installation.run("-c", DEFER)

    assert wait_until(lambda: installation.open_jobs() == 0)


def test_it_survives_a_crash_of_the_database(
    installation: Installation, worker: subprocess.Popen[str]
) -> None:
    installation.run("-c", DEFER)
    assert wait_until(lambda: installation.open_jobs() == 0)

    embedded_postgres.kill(installation.cluster)
    # Nobody restarts it but the worker itself.
    assert wait_until(lambda: installation.open_jobs() >= 0)
    installation.run("-c", DEFER)

    assert wait_until(lambda: installation.open_jobs() == 0)
    assert worker.poll() is None


def test_sigterm_ends_it_in_good_order(
    installation: Installation, worker: subprocess.Popen[str]
) -> None:
    installation.run("-c", DEFER)
    assert wait_until(lambda: installation.open_jobs() == 0)

    worker.send_signal(signal.SIGTERM)

    assert worker.wait(timeout=40) == 0
