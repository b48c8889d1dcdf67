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
from procrastinate.contrib.django import app

from doorstep.config import embedded_postgres
from doorstep.config import worker as worker_module
from doorstep.config.embedded_postgres import Cluster, cluster_at
from doorstep.config.worker import HANDS
from doorstep.domain.notifications.bell import CHANNEL_QUEUES
from doorstep.domain.notifications.models import Channel
from tests.doubles.http import Reply
from tests.doubles.http import running as serving
from tests.doubles.sms_gateway import SmsGatewayDouble
from tests.doubles.smtp import SmtpDouble, running

DEFER = """
import django
django.setup()
from doorstep.domain.bookings.tasks import remove_expired_holds
print(remove_expired_holds.defer(timestamp=1))
"""

# What a job that takes long would ask.
ASK = """
import asyncio
import os
import signal
import django
django.setup()
from doorstep.config import worker
from doorstep.platform.lib.ending import is_ending

async def told_to_end():
    print(is_ending())
    asyncio.get_running_loop().call_soon(os.kill, os.getpid(), signal.SIGTERM)
    await worker.run(concurrency=1)
    print(is_ending())

asyncio.run(told_to_end())
"""

# Texts for a gateway that hangs, more than there are hands, and then mails.
WRITE = """
import sys
import django
django.setup()
from django.db import transaction
from doorstep.domain.notifications.bell import ring
from doorstep.domain.notifications.models import Channel, Message
from tests.doubles.sms_gateway import SECRET
from tests.factories.notifications import make_message, make_sms_account
from tests.factories.organization import make_portal

with transaction.atomic():
    portal = make_portal()
    make_sms_account(
        connector="signed_webhook",
        settings={"url": sys.argv[1], "secret": SECRET, "allows_private": True},
    )
    for number in range(12):
        ring(
            Message.objects.create(
                message_type="booking_confirmed",
                channel=Channel.SMS,
                portal=portal,
                address=f"+4477009001{number:02}",
                is_test=True,
                dedupe_key=f"text:{number}",
            )
        )
    for _number in range(5):
        make_message()
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

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        # Into a file: a pipe that nobody reads would stop a worker with much to complain about.
        with open(self.log, "a") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "doorstep.config.cli", *arguments],
                env=self.environment | environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                text=True,
            )

    def forget_messages(self) -> None:
        """What was left half-sent is not for the next test to wait for."""
        with psycopg.connect(self.cluster.url, autocommit=True) as connection:
            connection.execute("TRUNCATE notifications_message, procrastinate_jobs CASCADE")

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


def test_jobs_can_find_out_that_their_worker_ends(installation: Installation) -> None:
    assert installation.run("-c", ASK).split() == ["False", "True"]


def test_a_text_service_that_hangs_does_not_hold_up_mails(installation: Installation) -> None:
    gateway = SmsGatewayDouble()
    gateway.reply = Reply(wait_s=600)
    with serving(gateway), running(SmtpDouble()) as mail_server:
        installation.run("-c", WRITE, gateway.url)
        worker = installation.start("worker", DOORSTEP_SMTP_PORT=str(mail_server.port))
        try:
            assert wait_until(lambda: len(mail_server.mails) == 5)
            # Meanwhile every hand for texts is held by the gateway, which has answered nobody.
            assert wait_until(lambda: len(gateway.requests) >= HANDS)
        finally:
            worker.send_signal(signal.SIGKILL)
            worker.wait(timeout=30)
            installation.forget_messages()


def test_every_queue_is_worked_by_exactly_one_share() -> None:
    shares = worker_module._shares(concurrency=4)

    worked = [queue for queues, _hands in shares for queue in queues]
    rung = {task.queue for task in app.tasks.values()} | set(CHANNEL_QUEUES.values())
    assert sorted(worked) == sorted(rung)
    assert all(hands > 0 for _queues, hands in shares)


def test_each_channel_of_messages_has_a_share_of_its_own() -> None:
    shares = worker_module._shares(concurrency=4)

    for channel in Channel:
        assert [CHANNEL_QUEUES[channel]] in [queues for queues, _hands in shares]
