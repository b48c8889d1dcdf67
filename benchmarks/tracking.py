"""Five hundred customers follow two hundred technicians on one web process: how soon they see a
position, and what the other pages feel of it."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie
from typing import Any

from benchmarks.measure import Row

FOLLOWERS = int(os.environ.get("DOORSTEP_BENCH_FOLLOWERS", "500"))
TRIPS = int(os.environ.get("DOORSTEP_BENCH_TRIPS", "200"))
SECONDS = float(os.environ.get("DOORSTEP_BENCH_SECONDS", "75"))
REPORT_EVERY_S = 15.0
# As a few dozen people who book at the same time.
PAGE_EVERY_S = 0.2
PAGES = 100
SERVE_S = 90.0


@dataclass(frozen=True)
class Trip:
    """`latitude` is where it ends; positions come from the south, in steps of eleven meters."""

    device: str
    path: str
    cookie: str
    latitude: float
    longitude: float


def run() -> list[Row]:
    """About four minutes; DOORSTEP_BENCH_FOLLOWERS, _TRIPS and _SECONDS make it smaller."""
    from benchmarks import world

    world.set_up()
    made = world.build(TRIPS + 20, 2, has_users=True)
    with ExitStack() as stack:
        key, trips = _send_them_off()
        port = stack.enter_context(_served())
        page = _BookingPage(port, made.service_ids[0])
        page.get()
        idle = page.times(lambda count: count < PAGES)
        stack.enter_context(_worker())
        followers = stack.enter_context(_followers(port, trips))
        reporter = _Reporter(port, key, trips)
        reporter.start()
        began = time.monotonic()
        beside = page.times(lambda _count: time.monotonic() - began < SECONDS)
        reporter.stop()
        time.sleep(6)
        seen = followers.end()
    print(
        f"\n{len(reporter.sent)} positions taken in {SECONDS:.0f} s "
        f"({len(trips) * SECONDS / REPORT_EVERY_S:.0f} wanted), {reporter.refused} refused"
    )
    return _rows(trips, reporter.sent, seen, idle, beside)


def _rows(
    trips: list[Trip],
    sent: dict[tuple[int, str], float],
    seen: dict[str, Any],
    idle: list[float],
    beside: list[float],
) -> list[Row]:
    delays, missed = [], 0
    first_told = [dict(reversed(told)) for told in seen["told"]]
    for (number, place), at in sent.items():
        for follower in range(number, FOLLOWERS, len(trips)):
            told_at = first_told[follower].get(place)
            if told_at is None:
                missed += 1
            else:
                delays.append(told_at - at)
    print(
        f"\n{seen['open']} of {FOLLOWERS} streams stood to the end; {len(sent)} positions of "
        f"{len(trips)} technicians were seen {len(delays)} times, {missed} times a newer one came "
        "first or none"
    )
    return [
        _row("from position to page", delays, goal="p95 ≤ 5 s"),
        _row("booking page, nothing else going on", idle),
        _row(
            "booking page meanwhile",
            beside,
            ratio=_percentile(beside) / _percentile(idle),
            of="of its p95 alone",
        ),
    ]


# --- Who is on the way -----------------------------------------------------------------------


def _send_them_off() -> tuple[str, list[Trip]]:
    """So many visits under way now, each by a technician of its own, with a link to each."""
    from django.test import Client
    from django.utils import timezone

    from doorstep.domain.bookings.models import Assignment, Booking, ParentStatus, StatusTimestamp
    from doorstep.domain.bookings.selectors import get_default_status
    from doorstep.domain.bookings.services.codes import create_booking_code
    from doorstep.domain.customers.models import Contact
    from doorstep.domain.organization.models import Portal
    from doorstep.domain.tracking.models import PositionKey, Tracker, TrackingSettings
    from doorstep.domain.tracking.services.keys import new_secret
    from doorstep.domain.work.models import WorkOrder
    from doorstep.interfaces.portal.links import COOKIE
    from doorstep.platform.audit.models import Source

    Portal.objects.update(
        is_tracking_enabled=True, shows_technician_name=True, shows_technician_phone=True
    )
    TrackingSettings(pk=1, hide_start_metres=0, coarse_metres=0).save()
    key = PositionKey(name="Bench")
    secret = new_secret(key)
    key.save()
    now = timezone.now()
    traveling = get_default_status(ParentStatus.TRAVELING)
    trips: list[Trip] = []
    parts = Assignment.objects.filter(booking__isnull=False, latitude__isnull=False)
    for part in parts.order_by("resource_id", "pk").distinct("resource_id")[:TRIPS]:
        booking = Booking.objects.select_related("work_order__account").get(assignments=part)
        Booking.objects.filter(pk=booking.pk).update(
            status=traveling, promised_from=now, promised_to=now + timedelta(hours=2),
            starts_at=now, arrives_at=now + timedelta(minutes=30),
            ends_at=now + timedelta(minutes=90),
        )  # fmt: skip
        StatusTimestamp.objects.create(
            booking=booking, status=traveling, parent=ParentStatus.TRAVELING, at=now,
            source=Source.SYSTEM,
        )  # fmt: skip
        device = f"van {part.resource_id}"
        Tracker.objects.create(device=device, resource_id=part.resource_id)
        contact = Contact.objects.filter(account=booking.work_order.account).first()
        assert contact is not None
        _row_of_code, code = create_booking_code(
            booking=booking, contact=contact, purpose="booking_confirmed", now=now
        )
        client = Client()
        client.get(f"/v/{code}")
        latitude, longitude = part.latitude, part.longitude
        assert latitude is not None
        assert longitude is not None
        WorkOrder.objects.filter(bookings=booking).update(latitude=latitude, longitude=longitude)
        trips.append(
            Trip(
                device=device,
                path=f"/visit/{booking.code}/live?language=en",
                cookie=f"{COOKIE}={client.cookies[COOKIE].value}",
                latitude=latitude,
                longitude=longitude,
            )
        )
    if len(trips) < TRIPS:
        raise RuntimeError(f"the world has only {len(trips)} technicians with visits")
    return secret, trips


class _Reporter(threading.Thread):
    """Posts a position of each technician every fifteen seconds, spread evenly. `sent` says when
    which latitude of which trip was posted."""

    def __init__(self, port: int, key: str, trips: list[Trip]) -> None:
        super().__init__(daemon=True)
        self._url = f"http://127.0.0.1:{port}/hooks/positions/"
        self._key, self._trips = key, trips
        self._stopping = threading.Event()
        self.sent: dict[tuple[int, str], float] = {}
        self.refused = 0

    def run(self) -> None:
        import httpx

        pause = REPORT_EVERY_S / len(self._trips)
        due = time.monotonic()
        step = 0
        headers = {"Authorization": f"Bearer {self._key}"}
        # Phones do not wait for each other.
        with httpx.Client(headers=headers, timeout=30) as client, ThreadPoolExecutor(16) as pool:
            while True:
                step += 1
                for number, trip in enumerate(self._trips):
                    due += pause
                    if self._stopping.wait(max(due - time.monotonic(), 0)):
                        return
                    pool.submit(self._post, client, number, trip, step)

    def _post(self, client: Any, number: int, trip: Trip, step: int) -> None:
        latitude = round(trip.latitude - 0.02 + step * 0.0001, 5)
        posted_at = time.time()
        answer = client.post(
            self._url,
            json=[
                {
                    "device": trip.device,
                    "at": datetime.now(UTC).isoformat(),
                    "latitude": latitude,
                    "longitude": trip.longitude,
                    "accuracy": 5,
                }
            ],
        )
        if answer.status_code == 200 and answer.json()["taken"] == 1:
            self.sent[number, str(latitude)] = posted_at
        else:
            self.refused += 1

    def stop(self) -> None:
        self._stopping.set()
        self.join(timeout=60)


# --- Processes -------------------------------------------------------------------------------


@contextmanager
def _served() -> Iterator[int]:
    import httpx

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environment = {"DOORSTEP_LIVE_STREAMS_PER_ADDRESS": str(FOLLOWERS)}
    with _command("serve", "--port", str(port), environment=environment):
        deadline = time.monotonic() + SERVE_S
        while True:
            try:
                httpx.get(f"http://127.0.0.1:{port}/health/", timeout=5)
                break
            except httpx.TransportError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
        yield port


def _worker() -> Any:
    """It estimates the arrivals."""
    return _command("worker", environment={})


@contextmanager
def _command(*arguments: str, environment: dict[str, str]) -> Iterator[None]:
    process = subprocess.Popen(
        [sys.executable, "-m", "doorstep.config.cli", *arguments],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "benchmarks.settings", **environment},
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=60)


class _Followers:
    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def end(self) -> dict[str, Any]:
        output, _errors = self._process.communicate(timeout=60)
        found: dict[str, Any] = json.loads(output)
        return found


@contextmanager
def _followers(port: int, trips: list[Trip]) -> Iterator[_Followers]:
    """Two or three followers for each trip, all of them looking."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.followers"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    streams = [
        (trips[number % len(trips)].path, trips[number % len(trips)].cookie)
        for number in range(FOLLOWERS)
    ]
    process.stdin.write(json.dumps({"port": port, "streams": streams}) + "\n")
    process.stdin.flush()
    assert process.stdout.readline() == "ready\n"
    try:
        yield _Followers(process)
    finally:
        process.kill()
        process.wait()


class _BookingPage:
    """The page with times, asked for over HTTP by a customer who has signed in."""

    def __init__(self, port: int, service_id: int) -> None:
        import httpx
        from django.test import Client

        from doorstep.platform.identity.models import User

        client = Client()
        client.force_login(User.objects.order_by("pk")[0])
        answer: Any = client.post("/book/service/", {"service": service_id})
        assert answer.status_code == 302, answer.status_code
        cookies: SimpleCookie = client.cookies
        self._client = httpx.Client(
            base_url=f"http://127.0.0.1:{port}",
            cookies={name: morsel.value for name, morsel in cookies.items()},
            timeout=30,
        )

    def get(self) -> None:
        answer = self._client.get("/book/time/")
        assert answer.status_code == 200, answer.status_code

    def times(self, goes_on: Any) -> list[float]:
        times: list[float] = []
        while goes_on(len(times)):
            began = time.perf_counter()
            self.get()
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
