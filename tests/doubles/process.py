"""Another process of Doorstep on the same test database: it searches and books when told to.

Run as a program it reads one JSON object per line and answers with one; `OtherProcess` is the end
that a test holds.
"""

import json
import os
import subprocess
import sys
import time
from datetime import date, datetime
from typing import Any


class OtherProcess:
    """A process with a memory and a database connection of its own."""

    def __init__(self, *, database: str, environment: dict[str, str] | None = None) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.doubles.process"],
            env={**os.environ, **(environment or {}), "TEST_DATABASE": database},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, **question: Any) -> Any:
        """Send a question and wait for the answer. Raises what the process raised, as text."""
        self.send(**question)
        return self.answer()

    def send(self, **question: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(question, default=str) + "\n")
        self._process.stdin.flush()

    def answer(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the other process has ended")
        found = json.loads(line)
        if "error" in found:
            raise RuntimeError(found["error"])
        return found["answer"]

    def kill(self) -> None:
        """End it in the middle of whatever it does, without a chance to tidy up."""
        self._process.kill()
        self._process.wait()

    def end(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._process.kill()
        self._process.wait()


def _search(question: dict[str, Any]) -> Any:
    """What a customer would be offered, and how many queries that took."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from doorstep.domain.bookings.services.search import search_offers

    wish = _wish(question["contact"])
    with CaptureQueriesContext(connection) as queries:
        found = search_offers(
            wish=wish,
            now=datetime.fromisoformat(question["now"]),
            from_day=date.fromisoformat(question["day"]),
            days=question["days"],
        )
    return {
        "windows": [
            [window.key, sorted(window.plan.resource_ids), window.plan.arrives_s]
            for window in found.windows
        ],
        "removed": {
            str(day): {str(rule): count for rule, count in counts.items()}
            for day, counts in found.removed.items()
        },
        "queries": len(queries),
    }


def _book(question: dict[str, Any]) -> Any:
    """Book these windows, one contact after the other; the errors are told by their names."""
    from doorstep.domain.customers.models import Contact
    from doorstep.platform.lib.errors import DomainError
    from tests.factories.bookings import World, book

    answers = []
    pause_s = question.get("pause_s", 0)
    for contact_id, key in question["wanted"]:
        time.sleep(pause_s)
        wish = _wish(contact_id)
        contact = Contact.objects.select_related("account", "user").get(pk=contact_id)
        world = World(wish.portal, None, wish.incident_type, contact)  # type: ignore[arg-type]
        try:
            booking = book(world, now=datetime.fromisoformat(question["now"]), key=key)
            answers.append(booking.code)
        except DomainError as error:
            answers.append(type(error).__name__)
    return answers


def _replan(question: dict[str, Any]) -> Any:
    """Improve a day so often; how many visits were moved."""
    from doorstep.domain.bookings.services.replan_due import replan_day

    moved = 0
    for _number in range(question["times"]):
        found = replan_day(
            date.fromisoformat(question["day"]),
            now=datetime.fromisoformat(question["now"]),
            seconds=1.0,
        )
        moved += 0 if found is None else sum(move.is_written for move in found.moves)
    return moved


def _wish(contact_id: int) -> Any:
    from doorstep.domain.customers.models import Contact
    from doorstep.domain.organization.models import Portal
    from doorstep.domain.work.models import IncidentType
    from tests.factories.bookings import wish_for

    contact = Contact.objects.select_related("account").get(pk=contact_id)
    service = IncidentType.objects.select_related("work_order_type").order_by("pk").first()
    assert service is not None
    return wish_for(contact, service, Portal.objects.get(is_default=True))


def _main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = os.environ.get("TEST_SETTINGS", "tests.settings")
    from django.conf import settings

    if os.environ["TEST_DATABASE"]:
        settings.DATABASES["default"]["NAME"] = os.environ["TEST_DATABASE"]
    import django

    django.setup()
    from django.db import close_old_connections

    verbs = {"search": _search, "book": _book, "replan": _replan}
    for line in sys.stdin:
        question = json.loads(line)
        close_old_connections()
        try:
            answer = {"answer": verbs[question["do"]](question)}
        except Exception as error:
            answer = {"error": repr(error)}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _main()
