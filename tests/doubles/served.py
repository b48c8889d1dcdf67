"""`doorstep serve` as a process of its own, on a test's database."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from tests.doubles.ports import kept_port


class Served:
    """Serves from `start` to `stop`. Its clock is the real one."""

    def __init__(self, *, log: Path, environment: dict[str, str], processes: int = 1) -> None:
        self.log, self.environment, self._processes = log, environment, processes
        self.port = kept_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with open(self.log, "ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "doorstep.config.cli", "serve", "--port", str(self.port),
                 "--processes", str(self._processes)],
                env={**os.environ, **self.environment, "DOORSTEP_PUBLIC_URL": self.url},
                stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                urllib.request.urlopen(f"{self.url}/health/", timeout=5).close()
            except (urllib.error.URLError, OSError):
                assert self._process.poll() is None, self.log.read_text()
                time.sleep(0.1)
            else:
                return
        raise AssertionError(self.log.read_text())

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def terminate(self) -> None:
        """Ask it to stop, as a service manager does."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)

    def wait(self, seconds: float) -> int:
        """Its exit code; raises subprocess.TimeoutExpired."""
        assert self._process is not None
        return self._process.wait(seconds)

    def stop(self) -> None:
        if self._process is not None and self.is_running:
            self._process.terminate()
            try:
                self._process.wait(30)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()


def beside_test(database: str) -> dict[str, str]:
    """What makes the process use the test's database and files."""
    return {
        "DJANGO_SETTINGS_MODULE": "tests.served_settings",
        "TEST_DATABASE": database,
        "DOORSTEP_HOSTS": "127.0.0.1",
    }
