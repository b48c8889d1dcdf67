"""What a search costs with a real database: the service, its one query, and the page around it."""

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from benchmarks.measure import Row, measure, measure_in_turn

SIZES = ((200, 14, "p95 ≤ 3 ms"), (1000, 14, "p95 ≤ 10 ms"))
PAGE_SIZES = ((100, 14, "≤ 2.5"), (1000, 14, "≤ 4"))
MEMORY_SIZE = (1000, 60)
_LEAN = """
SELECT a.id, a.resource_id, extract(epoch FROM a.starts_at)::bigint,
       extract(epoch FROM a.arrives_at)::bigint, extract(epoch FROM a.ends_at)::bigint,
       extract(epoch FROM b.promised_from)::bigint, extract(epoch FROM b.promised_to)::bigint,
       a.latitude, a.longitude
  FROM bookings_assignment a JOIN bookings_booking b ON b.id = a.booking_id
"""


def run() -> list[Row]:
    """About three minutes; most of it goes into making the companies."""
    from benchmarks import world

    world.set_up()
    rows: list[Row] = []
    for technicians, days, goal in SIZES:
        world.build(technicians, days)
        rows += _service(f"{technicians} × {days}", goal)
    for technicians, days, goal in PAGE_SIZES:
        made = world.build(technicians, days, has_users=True)
        rows += _page(f"{technicians} × {days}", goal, made.service_ids)
    world.build(*MEMORY_SIZE)
    rows += _memory(f"{MEMORY_SIZE[0]} × {MEMORY_SIZE[1]}")
    return rows


def _service(size: str, goal: str) -> list[Row]:
    import psycopg
    from django.db import connection
    from django.test.utils import CaptureQueriesContext
    from django.utils import timezone

    from doorstep.domain.bookings.services.search import search_offers
    from doorstep.domain.bookings.snapshot import open_planning, shared

    shared.shared.drop()
    connection.ensure_connection()
    wishes = some_wishes(60)

    def search(number: int) -> None:
        search_offers(wish=wishes[number % len(wishes)], now=timezone.now())

    def hand_over(_number: int) -> None:
        with psycopg.Cursor(connection.connection) as cursor:
            cursor.execute(_LEAN, binary=True)
            cursor.fetchall()

    began = time.perf_counter()
    open_planning(timezone.now())
    cold_s = time.perf_counter() - began
    with CaptureQueriesContext(connection) as queries:
        search(0)
    found = measure_in_turn(
        {
            "search": (search, 1),
            "poll": (lambda _number: open_planning(timezone.now()), 1),
            "rows": (hand_over, 20),
        },
        runs=200,
    )
    rows_s = found["rows"].p50_s
    return [
        replace(
            found["search"],
            what=f"{size}: search, {len(queries)} query, with its offers",
            ratio=found["search"].p50_s / rows_s,
            of="of handing over all rows",
            goal=goal,
        ),
        replace(found["poll"], what=f"{size}: the one query, nothing new"),
        replace(found["rows"], what=f"{size}: all rows handed over, lean, binary"),
        _changed(size, search),
        Row(f"{size}: cold start, once per process", cold_s, cold_s, 1),
    ]


def _changed(size: str, search: Callable[[int], None]) -> Row:
    """A search after somebody else's change: one visit pinned and set free again."""
    from django.db import connection

    def call(number: int) -> None:
        search(number)

    def change() -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE bookings_booking SET is_pinned = NOT is_pinned WHERE id = "
                "(SELECT min(id) + %s FROM bookings_booking)",
                [random.Random(1).randrange(500)],
            )

    times = []
    for number in range(100):
        change()
        began = time.perf_counter()
        call(number)
        times.append(time.perf_counter() - began)
    times.sort()
    return Row(f"{size}: search after one change", times[50], times[95], 100)


def _page(size: str, goal: str, service_ids: tuple[int, ...]) -> list[Row]:
    from django.test import Client

    from doorstep.domain.bookings.snapshot import shared
    from doorstep.platform.identity.models import User

    shared.shared.drop()
    clients = []
    for number, user in enumerate(User.objects.order_by("pk")[:20]):
        client = Client()
        client.force_login(user)
        answer = client.post("/book/service/", {"service": service_ids[number % 12]})
        assert answer.status_code == 302, answer.status_code
        clients.append(client)

    def get(address: str) -> Callable[[int], None]:
        def call(number: int) -> None:
            answer = clients[number % len(clients)].get(address)
            assert answer.status_code == 200, answer.status_code

        return call

    found = measure_in_turn(
        {"page": (get("/book/time/"), 1), "empty": (get("/bench/empty/"), 1)}, runs=100
    )
    ratio = found["page"].p50_s / found["empty"].p50_s
    return [
        replace(
            found["page"],
            what=f"{size}: booking page",
            ratio=ratio,
            of="of an empty page",
            goal=goal,
        ),
        replace(found["empty"], what=f"{size}: empty page of the same stack"),
    ]


def _memory(size: str) -> list[Row]:
    """In a process of its own, beside one that has loaded everything but the days."""
    answer = subprocess.run(
        [sys.executable, "-m", "benchmarks.service"],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "benchmarks.settings"},
        capture_output=True,
        text=True,
        check=True,
        timeout=600,
    )
    before, after, cold_s, *search_s = (float(each) for each in answer.stdout.split())
    search_s.sort()
    print(f"\n{size}: {after - before:.0f} MB for the days, beside {before:.0f} MB without")
    return [
        Row(
            f"{size}: cold start; {after - before:.0f} MB more than without the days",
            cold_s,
            cold_s,
            1,
            goal="< 150 MB",
        ),
        Row(f"{size}: search of 14 days", search_s[len(search_s) // 2], search_s[-3], 50),
    ]


def some_wishes(count: int) -> list[Any]:
    """As a page has them: with the rows it shows of account and service."""
    from doorstep.domain.bookings.wish import Wish
    from doorstep.domain.customers.models import Contact
    from doorstep.domain.organization.models import Portal
    from doorstep.domain.work.models import IncidentType

    chance = random.Random(3)
    portal = Portal.objects.get()
    services = list(IncidentType.objects.select_related("work_order_type"))
    contacts = list(Contact.objects.select_related("account", "user").order_by("pk"))
    return [
        Wish(
            portal=portal,
            account=contact.account,
            incident_type=chance.choice(services),
            contact=contact,
        )
        for contact in chance.sample(contacts, count)
    ]


def _resident_mb() -> float:
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmRSS"))


def _measure_memory() -> None:
    """Prints megabytes before and after, the cold start, and searches in seconds."""
    from benchmarks import world

    world.set_up(migrates=False)
    import gc

    from django.utils import timezone

    from doorstep.domain.bookings.snapshot import open_planning
    from doorstep.engine import warm

    warm()
    wishes = some_wishes(50)
    gc.collect()
    before = _resident_mb()
    began = time.perf_counter()
    open_planning(timezone.now())
    cold_s = time.perf_counter() - began
    times = [measure("", partial(_search, wish), runs=1).p50_s for wish in wishes]
    gc.collect()
    print(before, _resident_mb(), cold_s, *times)


def _search(wish: Any, _number: int) -> None:
    from django.utils import timezone

    from doorstep.domain.bookings.services.search import search_offers

    search_offers(wish=wish, now=timezone.now())


if __name__ == "__main__":
    _measure_memory()
