"""The embedded server, with real processes that come, go and die."""

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from doorstep.config import embedded_postgres
from doorstep.config.embedded_postgres import Cluster, cluster_at

USE = """
import sys
from pathlib import Path
from doorstep.config import embedded_postgres
embedded_postgres.ensure_running(embedded_postgres.cluster_at(Path(sys.argv[1])))
print("ready", flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("embedded") / "postgres"


@pytest.fixture(scope="module")
def cluster(directory: Path) -> Iterator[Cluster]:
    cluster = cluster_at(directory)
    yield cluster
    embedded_postgres.stop(cluster)
    shutil.rmtree(cluster.base, ignore_errors=True)


class user:  # noqa: N801 (reads as a function in a with statement)
    """A process that uses the server until the block ends."""

    def __init__(self, cluster: Cluster, directory: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", USE, str(directory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"

    def __enter__(self) -> "user":
        return self

    def leave(self) -> None:
        self.process.communicate(timeout=60)

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.leave()


def answers(cluster: Cluster) -> bool:
    try:
        psycopg.connect(cluster.url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def test_two_processes_share_one_server(cluster: Cluster, directory: Path) -> None:
    with (
        user(cluster, directory),
        user(cluster, directory),
        psycopg.connect(cluster.url) as connection,
    ):
        assert connection.info.server_version >= 150000


def test_the_server_stays_while_somebody_uses_it_and_stops_with_the_last(
    cluster: Cluster, directory: Path
) -> None:
    first, second = user(cluster, directory), user(cluster, directory)

    first.leave()
    stayed = answers(cluster)
    second.leave()

    assert stayed
    assert not answers(cluster)


def test_a_killed_user_does_not_keep_the_server_for_ever(cluster: Cluster, directory: Path) -> None:
    killed, other = user(cluster, directory), user(cluster, directory)

    killed.process.send_signal(signal.SIGKILL)
    killed.process.communicate(timeout=30)
    other.leave()

    assert not answers(cluster)


def test_a_crashed_server_is_repaired_at_the_next_start(cluster: Cluster, directory: Path) -> None:
    with user(cluster, directory):
        with psycopg.connect(cluster.url) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS kept (n int)")
        embedded_postgres.kill(cluster)
    assert (cluster.data / "postmaster.pid").exists()

    with user(cluster, directory), psycopg.connect(cluster.url) as connection:
        found = connection.execute("SELECT to_regclass('kept')").fetchone()

    assert found == ("kept",)


def test_a_stale_pid_file_that_names_a_stranger_is_repaired(
    cluster: Cluster, directory: Path
) -> None:
    with user(cluster, directory):
        pass
    stranger = subprocess.Popen(["/bin/sleep", "60"])
    try:
        (cluster.data / "postmaster.pid").write_text(
            f"{stranger.pid}\n{cluster.data}\n{int(time.time())}\n5432\n/nowhere\n\n0 0\nready\n"
        )

        with user(cluster, directory):
            assert answers(cluster)
    finally:
        stranger.kill()
        stranger.wait()
