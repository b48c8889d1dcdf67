"""A worker that is killed at a chosen step: before its n-th statement or connection.

Run as a program it forks a child for every line it reads, lets it work, and answers how it ended.
A fork costs milliseconds where a new process costs seconds, so that every step can be tried.
"""

import gc
import json
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable
from importlib import import_module
from typing import Any

LAST = "before "


class MortalWorker:
    """The end that a test holds. `died_before` is the statement that the last one who was killed
    did not come to."""

    died_before = ""

    def __init__(self, *, database: str, smtp_port: int = 0) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.doubles.mortal_worker", database, str(smtp_port)],
            env={"DJANGO_SETTINGS_MODULE": "tests.settings", **os.environ},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def work(self, do: str, *, kill_at: int | None = None, **values: Any) -> bool:
        """Let a child do something; True when it came to its end, False when it was killed."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        question = {"do": do, "kill_at": kill_at, **values}
        self._process.stdin.write(json.dumps(question, default=str) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if answer.startswith(LAST):
            self.died_before = answer.removeprefix(LAST)
            answer = self._process.stdout.readline()
        if answer not in ("done\n", "killed\n"):
            raise RuntimeError(f"the worker ended with {answer!r}")
        return answer == "done\n"

    def end(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._process.kill()
        self._process.wait()


class _Fate:
    """Counts steps and ends the process before the chosen one."""

    def __init__(self, kill_at: int | None) -> None:
        self._left = kill_at

    def step(self, what: str) -> None:
        if self._left is None:
            return
        self._left -= 1
        if self._left == 0:
            os.write(sys.stdout.fileno(), f"{LAST}{' '.join(what.split())}\n".encode())
            os.kill(os.getpid(), signal.SIGKILL)

    def around_statement(
        self, execute: Callable[..., Any], sql: Any, params: Any, many: Any, context: Any
    ) -> Any:
        self.step(str(sql))
        return execute(sql, params, many, context)

    def on_event(self, event: str, arguments: tuple[Any, ...]) -> None:
        is_to_a_service = (
            event == "socket.connect"
            and isinstance(arguments[1], tuple)
            and arguments[1][0] == "127.0.0.1"
        )
        if is_to_a_service:
            self.step(event)


def _work(question: dict[str, Any]) -> None:
    from datetime import datetime

    from django.db import connection
    from django.utils import timezone

    from doorstep.domain.calendars.services.sync import sync_calendar
    from doorstep.domain.notifications.models import Channel
    from doorstep.domain.notifications.services.deliver import deliver
    from doorstep.domain.notifications.services.drain import drain
    from doorstep.domain.notifications.services.remind import remind
    from doorstep.domain.notifications.services.visits import tell_confirmed

    fate = _Fate(question["kill_at"])
    sys.addaudithook(fate.on_event)
    now = datetime.fromisoformat(question["now"]) if "now" in question else timezone.now()
    with connection.execute_wrapper(fate.around_statement):
        match question["do"]:
            case "deliver":
                deliver(message_id=question["message"], now=now)
            case "drain":
                drain(Channel.EMAIL, now=lambda: now)
            case "remind":
                remind(now=now)
            case "confirm":
                tell_confirmed(booking_id=question["booking"], now=now)
            case "calendars":
                for link_id in question["links"]:
                    sync_calendar(link_id=link_id, now=lambda: now)


def _main() -> None:
    import django
    from django.conf import settings
    from django.urls import reverse

    django.setup()
    settings.DATABASES["default"]["NAME"] = sys.argv[1]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", int(sys.argv[2])
    settings.EMAIL_TIMEOUT = 5
    # What the children need is loaded once, here: first of all the pages that messages link to.
    import_module("doorstep.domain.notifications.tasks")
    import_module("doorstep.connectors.calendar.outlook")
    reverse("office:index")
    import_module("httpcore")
    import_module("doorstep.connectors.http").tls_context()
    # Nor do they look for garbage in it, which would copy every page of memory they share.
    gc.collect()
    gc.freeze()

    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                _work(json.loads(line))
            except BaseException:
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        _pid, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
            answer = "killed"
        else:
            answer = "done" if status == 0 else f"status {status}"
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _main()
