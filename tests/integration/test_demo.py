"""`doorstep demo` as a stranger starts it: one process that brings everything and takes it away."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener, urlopen

import pytest

from doorstep.config import embedded_postgres
from doorstep.config.embedded_postgres import cluster_at

# Its own patience speaks first, that of the start among them.
pytestmark = pytest.mark.timeout(400)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Demo:
    def __init__(self, directory: Path) -> None:
        self.port = free_port()
        self.log = directory / "demo.log"
        self.cluster = cluster_at(directory / "postgres")
        self.process: subprocess.Popen[bytes]
        self.environment = {
            name: value for name, value in os.environ.items() if not name.startswith("DOORSTEP_")
        }
        self.environment |= {
            "DOORSTEP_VAR": str(directory),
            "DOORSTEP_SMTP_PORT": str(free_port()),
            "DJANGO_SETTINGS_MODULE": "doorstep.config.settings",
        }
        self.environment.pop("DATABASE_URL", None)

    def start(self) -> None:
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "doorstep.config.cli", "demo", "--port", str(self.port)],
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + 150
        while "Ctrl-C stops it" not in self.text():
            assert self.process.poll() is None, self.text()
            assert time.monotonic() < deadline, self.text()
            time.sleep(0.5)

    def text(self) -> str:
        return self.log.read_text(errors="replace")

    def get(self, path: str) -> tuple[int, bytes]:
        try:
            with urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=20) as answer:
                return answer.status, answer.read()
        except HTTPError as error:
            return error.code, error.read()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    started = Demo(tmp_path_factory.mktemp("demo"))
    # Another demo's mail server, say, is at the port of this one.
    taken = socket.create_server(("127.0.0.1", int(started.environment["DOORSTEP_SMTP_PORT"])))
    try:
        started.start()
        yield started
    finally:
        taken.close()
        if started.process.poll() is None:
            started.process.send_signal(signal.SIGTERM)
            started.process.wait(timeout=60)
        embedded_postgres.stop(started.cluster)
        if started.cluster.base.parts[:3] == ("/", "var", "lib"):
            shutil.rmtree(started.cluster.base, ignore_errors=True)


def test_it_says_where_to_go_and_who_can_sign_in(demo: Demo) -> None:
    printed = demo.text()

    assert f"http://127.0.0.1:{demo.port}/office/" in printed
    for person in ("carol@", "dana@", "tom@", "otto@"):
        assert person in printed


def test_technicians_calendars_can_be_looked_at_and_are_written(demo: Demo) -> None:
    found = re.search(r"Calendars +(http://127\.0\.0\.1:[0-9]+/)", demo.text())
    assert found
    deadline = time.monotonic() + 60
    while b"WO-" not in (page := _read(f"{found[1]}calendar/tom@example.com")):
        assert time.monotonic() < deadline, page
        time.sleep(1)


def _read(url: str) -> bytes:
    """Nothing, as long as nobody has asked for that mailbox."""
    try:
        with urlopen(url, timeout=20) as answer:
            content: bytes = answer.read()
            return content
    except HTTPError:
        return b""


def test_a_mail_lands_in_the_inbox_even_where_the_usual_port_is_taken(demo: Demo) -> None:
    browser = build_opener(HTTPCookieProcessor())
    address = f"http://127.0.0.1:{demo.port}/accounts/password/reset/"
    with browser.open(address, timeout=20) as answer:
        token = re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', answer.read())
    assert token
    values = {"email": "carol@example.com", "csrfmiddlewaretoken": token[1].decode()}
    browser.open(address, urlencode(values).encode(), timeout=20).close()

    deadline = time.monotonic() + 60
    while b"Choose a new password" not in (page := demo.get("/demo/inbox/")[1]):
        assert time.monotonic() < deadline, page
        time.sleep(1)


def test_a_second_one_at_the_same_port_says_so_before_it_makes_anything(
    demo: Demo, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "doorstep.config.cli", "demo", "--port", str(demo.port)]

    second = subprocess.run(
        command, env=demo.environment, capture_output=True, text=True, timeout=100, check=False
    )

    assert second.returncode == 1
    assert f".venv/bin/doorstep demo --port {demo.port + 1}" in second.stderr
    assert "Making the demo company" not in second.stdout
    assert "Traceback" not in second.stderr
    assert demo.get("/health/")[0] == 200


def test_pages_and_everything_they_need_are_served(demo: Demo) -> None:
    status, page = demo.get("/accounts/login/")
    needed = re.findall(rb'(?:href|src)="(/(?:static|brand)[^"]+)"', page)

    assert status == 200
    assert needed
    assert {path: demo.get(path.decode())[0] for path in needed} == dict.fromkeys(needed, 200)


def test_what_does_not_exist_is_not_found(demo: Demo) -> None:
    assert demo.get("/static/../settings.py")[0] == 404
    assert demo.get("/demo/nothing/")[0] == 404


def test_sigterm_ends_web_worker_and_database_and_it_starts_again(demo: Demo) -> None:
    demo.process.send_signal(signal.SIGTERM)
    code = demo.process.wait(timeout=60)
    database_stopped = not (demo.cluster.data / "postmaster.pid").exists()
    with socket.socket() as probe:
        web_stopped = probe.connect_ex(("127.0.0.1", demo.port)) != 0

    demo.start()

    assert (code, database_stopped, web_stopped) == (0, True, True)
    assert demo.get("/health/")[0] == 200
