"""Booking under concurrency: how many a second beside a bare protocol, who loses a race, and
whether every promise is still kept when all is done."""

import json
import multiprocessing
import os
import random
import threading
import time
import traceback
from collections import Counter
from datetime import timedelta
from typing import Any

from benchmarks.measure import Row

# Fewer for a quick look: the goals are for 5,000 and more.
BOOKINGS = int(os.environ.get("DOORSTEP_BENCH_BOOKINGS", "5000"))
TECHNICIANS, DAYS = 1000, 14
CLIENTS, WORKERS = 4, 2
CROWD = 16
# Whose holds are confirmed: enough for some seconds of it.
CUSTOMERS = 1600
SECONDS = 8.0
# Before the clock starts each client connects and goes through its step so often: what a server
# does once per connection is not what a booking costs.
WARM_UP = 8


def run() -> list[Row]:
    """Some minutes; DOORSTEP_BENCH_BOOKINGS makes it shorter."""
    from benchmarks import world

    world.set_up()
    world.build(100, 60, has_users=True, customers=CUSTOMERS)
    _make_bare_tables()
    # Before and behind it, because the speed of a machine wanders.
    before = _in_processes(_bare, CLIENTS, threads=1, share=0)
    confirm = _in_processes(_confirm, WORKERS, threads=CLIENTS // WORKERS, share=0)
    bare = before.with_also(_in_processes(_bare, CLIENTS, threads=1, share=0))
    rows = [
        _row("bare row lock, 4 clients: one booking", bare),
        _row(
            "confirm, 4 clients on 2 workers: one booking",
            confirm,
            of=bare,
            goal="≥ 0.25 of the rate",
        ),
    ]
    world.build(TECHNICIANS, DAYS, has_users=True)
    broken_before = _broken()
    deadlocks = _deadlocks()
    crowd = _in_processes(_compete, WORKERS, threads=CROWD // WORKERS, share=BOOKINGS)
    booked, lost = crowd.counts["booked"], crowd.counts["lost"]
    broken = _broken() - broken_before
    print(
        f"\n{booked} booked by {CROWD} clients on {WORKERS} workers, {lost} lost the race "
        f"({100 * lost / max(1, booked + lost):.1f} %, goal ≤ 3 %), {crowd.counts['none']} found "
        f"no time, {_deadlocks() - deadlocks} deadlocks, {broken} broken promises (goal 0)"
    )
    rows.append(_row(f"search, hold and confirm, {CROWD} clients, {broken} broken promises", crowd))
    return rows


class Outcome:
    """Times of what went well, counts by what happened, and how long it took in all."""

    def __init__(self, times: list[float], counts: Counter[str], seconds: float) -> None:
        self.times, self.counts, self.seconds = sorted(times), counts, seconds

    @property
    def rate(self) -> float:
        return len(self.times) / self.seconds

    def with_also(self, other: "Outcome") -> "Outcome":
        counts = self.counts + other.counts
        return Outcome([*self.times, *other.times], counts, self.seconds + other.seconds)


def _row(what: str, outcome: Outcome, *, of: Outcome | None = None, goal: str = "") -> Row:
    times = outcome.times or [0.0]
    return Row(
        f"{what}; {outcome.rate:.0f} a second",
        times[len(times) // 2],
        times[int(len(times) * 0.95)],
        len(outcome.times),
        ratio=None if of is None else outcome.rate / of.rate,
        of="" if of is None else "of the bare rate",
        goal=goal,
    )


# --- Processes ---------------------------------------------------------------------------------


def _in_processes(work: Any, processes: int, *, threads: int, share: int) -> Outcome:
    """`work` in so many processes with so many threads each, all released together."""
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(processes)
    answers = context.Queue()
    started = [
        context.Process(
            target=_process, args=(work.__name__, number, threads, share, barrier, answers)
        )
        for number in range(processes)
    ]
    for process in started:
        process.start()
    found = [json.loads(answers.get(timeout=1800)) for _process_of in started]
    for process in started:
        process.join(timeout=60)
    broken = [each["error"] for each in found if "error" in each]
    if broken:
        raise RuntimeError("\n".join(broken))
    counts: Counter[str] = Counter()
    for each in found:
        counts.update(each["counts"])
    times = [seconds for each in found for seconds in each["times"]]
    return Outcome(times, counts, max(each["seconds"] for each in found))


def _process(name: str, number: int, threads: int, share: int, barrier: Any, answers: Any) -> None:
    try:
        answer = _measured(name, number, threads, share, barrier)
    except Exception:
        # The others must not wait for this one, nor the benchmark for its answer.
        barrier.abort()
        answer = {"error": traceback.format_exc()}
    answers.put(json.dumps(answer))


def _measured(name: str, number: int, threads: int, share: int, barrier: Any) -> dict[str, Any]:
    from benchmarks import world

    world.set_up(migrates=False)
    from doorstep.engine import warm

    warm()
    work = globals()[name]
    prepared = [work(number * threads + thread, share) for thread in range(threads)]
    times: list[float] = []
    counts: Counter[str] = Counter()
    guard = threading.Lock()

    # All clients, and who starts the clock.
    ready = threading.Barrier(threads + 1)

    def loop(step: Any) -> None:
        from django.db import connection

        try:
            for _number in range(WARM_UP if name != "_compete" else 0):
                step()
        finally:
            ready.wait(timeout=300)
        ready.wait(timeout=300)
        until = time.monotonic() + (SECONDS if name != "_compete" else 1700)
        while time.monotonic() < until:
            began = time.perf_counter()
            what = step()
            took = time.perf_counter() - began
            if what == "end":
                break
            with guard:
                counts[what] += 1
                if what == "booked":
                    times.append(took)
        connection.close()

    running = [threading.Thread(target=loop, args=(step,)) for step in prepared]
    for thread in running:
        thread.start()
    ready.wait(timeout=300)
    barrier.wait(timeout=300)
    began = time.monotonic()
    ready.wait(timeout=300)
    for thread in running:
        thread.join()
    seconds = time.monotonic() - began
    return {"times": times, "counts": counts, "seconds": seconds}


# --- What a client does ------------------------------------------------------------------------


def _make_bare_tables() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "DROP TABLE IF EXISTS bench_visit, bench_booking;"
            "CREATE TABLE bench_visit (id bigserial PRIMARY KEY, resource_id bigint, "
            "starts_at timestamptz, ends_at timestamptz, place float8[]);"
            "CREATE INDEX bench_visit_day ON bench_visit (resource_id, starts_at);"
            "CREATE TABLE bench_booking (id bigserial PRIMARY KEY, visit bigint)"
        )


def _bare(client: int, _share: int) -> Any:
    """The least a booking can be: lock a technician, read the day, write a visit and its time."""
    import psycopg
    from django.db import connection

    chance = random.Random(client)
    settings = connection.get_connection_params()
    names = ("dbname", "user", "password", "host", "port")
    with connection.cursor() as cursor:
        cursor.execute("SELECT array_agg(id) FROM resources_bookableresource")
        (ids,) = cursor.fetchone()
    bare = psycopg.connect(**{name: settings[name] for name in names if settings.get(name)})

    def step() -> str:
        resource_id, day = chance.choice(ids), chance.randrange(60)
        with bare.transaction(), bare.cursor() as cursor:
            cursor.execute(
                "SELECT id FROM resources_bookableresource WHERE id = %s FOR NO KEY UPDATE",
                [resource_id],
            )
            cursor.execute(
                "SELECT starts_at, ends_at, place FROM bench_visit WHERE resource_id = %s "
                "AND starts_at >= current_date + %s AND starts_at < current_date + %s",
                [resource_id, day, day + 1],
            )
            count = len(cursor.fetchall())
            cursor.execute(
                "INSERT INTO bench_visit (resource_id, starts_at, ends_at, place) VALUES "
                "(%s, current_date + %s + make_interval(mins => %s), now(), %s) RETURNING id",
                [resource_id, day, count % 1400, [53.0, -2.0]],
            )
            row = cursor.fetchone()
            cursor.execute("INSERT INTO bench_booking (visit) VALUES (%s)", [row and row[0]])
        return "booked"

    return step


def _confirm(client: int, _share: int) -> Any:
    """Confirm what was held before the clock started: nothing else is counted."""
    customer = _Customer(client, CLIENTS)
    found = [customer.hold(one_each=True) for _number in range(CUSTOMERS // CLIENTS)]
    # The first one that was held comes first; who lost a race holds nothing.
    held = [each for each in reversed(found) if each not in (None, "lost")]

    def step() -> str:
        if not held:
            return "end"
        return customer.confirm(held.pop())

    return step


def _compete(client: int, share: int) -> Any:
    """Search, take any window that is offered, hold it, confirm it."""
    customer = _Customer(client, CROWD)
    left = [share // CROWD + 1]

    def step() -> str:
        if not left[0]:
            return "end"
        what = "none"
        found = customer.hold()
        if found == "lost":
            what = "lost"
        elif found is not None:
            what = customer.confirm(found)
        if what == "booked":
            left[0] -= 1
        return what

    return step


class _Customer:
    """The contacts of one client, one after the other: nobody else has them."""

    def __init__(self, client: int, clients: int) -> None:
        from doorstep.domain.customers.models import Contact
        from doorstep.domain.organization.models import Portal
        from doorstep.domain.work.models import IncidentType

        self.chance = random.Random(client)
        self.portal = Portal.objects.get()
        self.services = list(IncidentType.objects.select_related("work_order_type"))
        everybody = Contact.objects.select_related("account", "user").order_by("pk")
        self.contacts = list(everybody)[client::clients]

    def hold(self, *, one_each: bool = False) -> Any:
        """(contact, hold), "lost", or None when nothing was offered; `one_each`: as long as there
        are contacts who hold nothing."""
        from django.utils import timezone

        from doorstep.domain.bookings.errors import OfferGone
        from doorstep.domain.bookings.services.hold import hold_offer
        from doorstep.domain.bookings.services.search import search_offers
        from doorstep.domain.bookings.wish import Wish

        if one_each and not self.contacts:
            return None
        contact = self.contacts.pop() if one_each else self.chance.choice(self.contacts)
        wish = Wish(
            portal=self.portal,
            account=contact.account,
            incident_type=self.chance.choice(self.services),
            contact=contact,
        )
        now = timezone.now()
        # Any fortnight: customers come to all days that can be booked.
        later = self.chance.randrange(max(1, self.portal.max_lead_days - DAYS))
        from_day = now.date() + timedelta(days=self.portal.min_lead_days + later)
        windows = search_offers(wish=wish, now=now, from_day=from_day).windows
        if not windows:
            return None
        try:
            key = self.chance.choice(windows).key
            return contact, hold_offer(wish=wish, key=key, contact=contact, now=now)
        except OfferGone:
            return "lost"

    def confirm(self, found: Any) -> str:
        from django.utils import timezone

        from doorstep.domain.bookings.errors import OfferGone
        from doorstep.domain.bookings.services.confirm import confirm_hold
        from doorstep.platform.audit.models import Source
        from doorstep.platform.audit.services import Actor
        from doorstep.platform.lib.tokens import new_code

        contact, held = found
        try:
            confirm_hold(
                hold_code=held.code,
                contact=contact,
                details="",
                request_key=new_code(),
                actor=Actor(Source.PORTAL, contact.user),
                now=timezone.now(),
            )
        except OfferGone:
            return "lost"
        return "booked"


# --- The truth afterwards ----------------------------------------------------------------------


def _broken() -> int:
    """Broken promises of all days, taken anew from the database: overlap, travel, shift, skill."""
    from datetime import UTC, datetime

    from doorstep.domain.bookings.days import planned_days
    from doorstep.domain.bookings.models import Assignment
    from doorstep.domain.bookings.people import load_workers
    from doorstep.domain.organization.selectors import get_company
    from doorstep.domain.work.selectors import roles_by_incident_type
    from doorstep.engine import StraightLine, validate_route

    first = datetime.now(UTC).date()
    last = first + timedelta(days=DAYS + 2)
    company = get_company()
    travel = StraightLine(
        company.detour_factor, company.travel_speed_kmh, company.travel_extra_seconds
    )
    workers = load_workers(from_day=first, to_day=last, company=company)
    broken = 0
    seen: set[int] = set()
    for route in planned_days(workers.values(), first, last, legs=travel):
        seen |= {stop.id for stop in route.stops if stop.id > 0}
        broken += len(validate_route(route, travel))
    roles = roles_by_incident_type()
    skills = {
        worker.id: {each.id for each in worker.resource.characteristics}
        for worker in workers.values()
    }
    # Those made before the benchmark went to whoever was at hand.
    for pk, resource_id, service_id in Assignment.objects.filter(
        booking__number__isnull=False
    ).values_list("pk", "resource_id", "booking__work_order__incident_type_id"):
        needed = {need.characteristic_id for role in roles[service_id] for need in role.needs}
        broken += not needed <= skills[resource_id]
        broken += pk not in seen  # outside every shift
    return broken


def _deadlocks() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])
