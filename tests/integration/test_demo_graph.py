"""`doorstep demo graph` as a stranger starts it, with the settings it prints."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from doorstep.connectors.calendar.base import Mailbox
from doorstep.connectors.calendar.outlook import OutlookCalendar, Settings
from tests.unit.connectors.calendar.worlds import EVENT, WINDOW


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def demo_graph(directory: Path, port: int) -> Iterator[str]:
    """What it prints while it runs; afterwards it has ended as told, without a complaint."""
    environment = {**os.environ, "DOORSTEP_VAR": str(directory)}
    environment["DJANGO_SETTINGS_MODULE"] = "doorstep.config.settings"
    log = directory / "graph.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "doorstep.config.cli", "demo", "graph", "--port", str(port)],
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            deadline = time.monotonic() + 60
            while "Ctrl-C stops it" not in log.read_text():
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.1)
            yield log.read_text()
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0, log.read_text()
        finally:
            process.kill()
            process.wait()


def printed(text: str, label: str) -> str:
    found = re.search(rf"{label} +(\S+)", text)
    assert found, text
    return found[1]


def calendar(text: str) -> OutlookCalendar:
    return OutlookCalendar(
        Settings(
            tenant_id=printed(text, "Tenant"),
            client_id=printed(text, "Application"),
            client_secret=printed(text, "Client secret"),
            base_url=printed(text, "Graph address"),
            authority_url=printed(text, "Sign-in address"),
            allows_private=True,
        )
    )


def test_events_written_with_the_printed_settings_are_there_the_next_time(tmp_path: Path) -> None:
    port, tom = free_port(), Mailbox("tom@example.com")

    with demo_graph(tmp_path, port) as text:
        calendar(text).open(tom).create(EVENT)
    with demo_graph(tmp_path, port) as text:
        found = calendar(text).open(tom).list_ours(*WINDOW)

    assert [event.title for event in found] == [EVENT.title]
