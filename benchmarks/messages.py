"""Ten thousand reminders due at once: how long one worker takes, and what web pages feel of it."""

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks.measure import Row

REMINDERS = int(os.environ.get("DOORSTEP_BENCH_REMINDERS", "10000"))
TECHNICIANS, DAYS = 1100, 3
LONGEST_S = 900.0
PAGES = 100
# As a few dozen people who book at the same time.
PAGE_EVERY_S = 0.2


def run() -> list[Row]:
    """Some minutes; DOORSTEP_BENCH_REMINDERS makes it shorter."""
    from benchmarks import world

    world.set_up()
    made = world.build(TECHNICIANS, DAYS, has_users=True)
    _make_due(REMINDERS)
    page = _page_of(made.service_ids)
    with _sink() as (port, mails):
        alone = _times_of(page, lambda: False)
        with _worker(port):
            began = time.monotonic()
            _ask_for_reminders()
            beside = _times_of(page, lambda: not _is_done(began))
            seconds = time.monotonic() - began
        ids = mails()
    doubled = sum(count - 1 for count in Counter(ids).values())
    print(
        f"\n{len(ids)} reminders handed over by one worker in {seconds:.0f} s "
        f"({len(ids) / seconds:.0f} a second; goal {REMINDERS} in 300 s), {doubled} twice (goal 0)"
    )
    return [
        Row(f"{len(ids)} reminders decided and handed over", seconds, seconds, 1, goal="≤ 300 s"),
        _row("booking page, nothing else going on", alone),
        _row(
            "booking page meanwhile",
            beside,
            ratio=_percentile(beside) / _percentile(alone),
            of="of its p95 alone",
            goal="≤ 1.5",
        ),
    ]


# --- What is due -----------------------------------------------------------------------------


def _make_due(count: int) -> None:
    """So many visits that are to be remembered now, of customers with an address."""
    from django.db import connection

    from doorstep.domain.bookings.models import Booking, ParentStatus
    from doorstep.domain.bookings.selectors import get_default_status
    from doorstep.domain.notifications.models import MessageSettings
    from doorstep.domain.organization.models import Portal

    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE customers_account a SET primary_contact_id = c.id "
            "FROM customers_contact c WHERE c.account_id = a.id"
        )
    future = Booking.objects.filter(promised_from__gt=datetime.now(UTC) + timedelta(hours=2))
    wanted = list(future.order_by("pk").values_list("pk", flat=True)[:count])
    if len(wanted) < count:
        raise RuntimeError(f"the world has only {len(wanted)} visits")
    Booking.objects.exclude(pk__in=wanted).update(status=get_default_status(ParentStatus.COMPLETED))
    Booking.objects.update(promised_at=datetime.now(UTC) - timedelta(days=30))
    # Every run of the last days has been missed.
    MessageSettings.objects.create(portal=Portal.objects.get(), reminder_days=[DAYS + 2])


def _ask_for_reminders() -> None:
    from doorstep.domain.notifications.tasks import remind_customers

    remind_customers.defer(timestamp=0)  # type: ignore[call-arg]  # as a periodic task gets it


def _is_done(began: float) -> bool:
    from doorstep.domain.notifications.models import Message, MessageState

    if time.monotonic() - began > LONGEST_S:
        raise RuntimeError(f"not done after {LONGEST_S:.0f} s: {Message.objects.count()} written")
    return Message.objects.filter(state=MessageState.SENT).count() >= REMINDERS


# --- Who takes part --------------------------------------------------------------------------


@contextmanager
def _worker(port: int) -> Iterator[None]:
    process = subprocess.Popen(
        [sys.executable, "-m", "doorstep.config.cli", "worker"],
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
            "DOORSTEP_SMTP_PORT": str(port),
        },
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=60)


@contextmanager
def _sink() -> Iterator[tuple[int, Callable[[], list[str]]]]:
    """A mail server in a process of its own that counts Message-IDs."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.mail_sink"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    port = int(process.stdout.readline())

    def mails() -> list[str]:
        process.stdin.write("done\n")  # type: ignore[union-attr]
        process.stdin.flush()  # type: ignore[union-attr]
        return process.stdout.readline().split()  # type: ignore[union-attr]

    try:
        yield port, mails
    finally:
        process.kill()
        process.wait()


def _page_of(service_ids: tuple[int, ...]) -> Callable[[], None]:
    from django.test import Client

    from doorstep.platform.identity.models import User

    client = Client()
    client.force_login(User.objects.order_by("pk")[0])
    answer: Any = client.post("/book/service/", {"service": service_ids[0]})
    assert answer.status_code == 302, answer.status_code

    def get() -> None:
        found: Any = client.get("/book/time/")
        assert found.status_code == 200, found.status_code

    return get


def _times_of(page: Callable[[], None], goes_on: Callable[[], bool]) -> list[float]:
    """At least `PAGES` pages, and on as long as there is something to wait for."""
    page()
    times: list[float] = []
    while len(times) < PAGES or goes_on():
        began = time.perf_counter()
        page()
        times.append(time.perf_counter() - began)
        time.sleep(PAGE_EVERY_S)
    return times


def _percentile(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.95)]


def _row(
    what: str, times: list[float], *, ratio: float | None = None, of: str = "", goal: str = ""
) -> Row:
    times = sorted(times)
    middle, late = times[len(times) // 2], _percentile(times)
    return Row(what, middle, late, len(times), ratio=ratio, of=of, goal=goal)
