"""A real CalDAV server: Radicale as a process of its own, with its files where tests can look."""

import atexit
import http.client
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from base64 import b64encode
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.parse import quote

from tests.doubles.http import Reply
from tests.doubles.ports import kept_port

MAKE = (
    '<c:mkcalendar xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:set><d:prop>'
    "<d:displayname>{name}</d:displayname><c:supported-calendar-component-set>"
    '<c:comp name="{component}"/></c:supported-calendar-component-set>'
    "</d:prop></d:set></c:mkcalendar>"
)


@dataclass
class Radicale:
    """Listens on this machine from `start` to `stop`. Each user may write what is their own."""

    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="radicale-")))
    port: int = 0

    def start(self) -> None:
        self.port = kept_port()
        self._users.touch()
        options = {
            "server-hosts": f"127.0.0.1:{self.port}",
            "storage-filesystem-folder": str(self.folder / "data"),
            "auth-type": "htpasswd",
            "auth-htpasswd-filename": str(self._users),
            "auth-htpasswd-encryption": "plain",
            "auth-delay": "0",
            "logging-level": "error",
        }
        command = [sys.executable, "-m", "radicale", "--config", ""]
        for name, value in options.items():
            command += [f"--{name}", value]
        with open(self.folder / "log", "wb") as log:
            self._process = subprocess.Popen(
                command,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PYTHONWARNINGS": "ignore"},
            )
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                assert self._process.poll() is None, (self.folder / "log").read_text()
                time.sleep(0.05)
            else:
                return
        raise AssertionError((self.folder / "log").read_text())

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(30)
        shutil.rmtree(self.folder)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def _users(self) -> Path:
        return self.folder / "users"

    def add_user(self, name: str, password: str) -> None:
        with open(self._users, "a") as users:
            users.write(f"{name}:{password}\n")

    def make_calendar(
        self, user: str, password: str, path: str, name: str, *, component: str = "VEVENT"
    ) -> None:
        body = MAKE.format(name=name, component=component).encode()
        reply = self.ask("MKCALENDAR", f"/{user}/{path}/", (user, password), body)
        assert reply.status == 201, reply

    def ask(
        self,
        method: str,
        path: str,
        login: tuple[str, str],
        body: bytes = b"",
        headers: dict[str, str] | None = None,
    ) -> Reply:
        """What another program of the user does."""
        sign = b64encode(":".join(login).encode()).decode()
        return forward(
            self.port, method, path, {"Authorization": f"Basic {sign}", **(headers or {})}, body
        )

    def files(self, user: str, path: str) -> list[Path]:
        """The events of a calendar as they lie on the disk."""
        folder = self.folder / "data" / "collection-root" / user / path
        return sorted(each for each in folder.glob("*.ics") if not each.name.startswith("."))


def forward(port: int, method: str, path: str, headers: dict[str, str], body: bytes) -> Reply:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, quote(path, safe="/%?=&@:~"), body, headers)
        response = connection.getresponse()
        hidden = {"content-length", "transfer-encoding", "connection"}
        kept = {n: value for n, value in response.getheaders() if n.lower() not in hidden}
        return Reply(response.status, response.read(), kept)
    finally:
        connection.close()


@cache
def shared_radicale() -> Radicale:
    """One for all tests of this process, each of which adds users of its own."""
    server = Radicale()
    server.start()
    atexit.register(server.stop)
    return server
