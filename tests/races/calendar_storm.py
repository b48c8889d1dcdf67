"""A storm over many calendars: every kind of fault, visits that change meanwhile, workers that are
killed; and then the question whether the calendars show what they should."""

import random
import re
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import datetime, timedelta
from threading import Event, Thread
from time import monotonic, sleep

from django.db import OperationalError, connection, connections
from django.db.models import F, Q
from django.db.models.functions import Now
from psycopg.errors import LockNotAvailable

from doorstep.connectors.calendar.base import Mailbox
from doorstep.demo.graph.faults import (
    ACCEPT_THEN_504,
    ACCEPT_THEN_DROP,
    DROP,
    GARBAGE,
    Fault,
)
from doorstep.demo.graph.server import GraphServer
from doorstep.domain.bookings.models import Assignment, Booking, ParentStatus
from doorstep.domain.bookings.selectors import get_default_status
from doorstep.domain.calendars.models import CalendarLink, WhenCanceled
from doorstep.domain.calendars.services.sweep import due_calendars
from doorstep.domain.organization.models import ConnectorAccount
from doorstep.domain.work.models import WorkOrder
from tests.doubles import graph
from tests.doubles.mortal_worker import MortalWorker
from tests.factories.calendars import (
    make_calendar_account,
    make_calendar_link,
    set_calendar_settings,
)
from tests.factories.customers import carol
from tests.factories.resources import make_technician
from tests.factories.work import make_incident_type

# Long beside the time in which the news of a refusal gets round on a busy machine.
WAIT_S = 2
NEWS_S = 0.5
LAPSE = timedelta(seconds=1.5 * WAIT_S)
FAULTS = (
    Fault(429, "TooManyRequests", retry_after_s=WAIT_S),
    Fault(429, "TooManyRequests", retry_after_s=WAIT_S, as_date=True),
    Fault(429, "ApplicationThrottled", retry_after_s=WAIT_S, is_for_account=True),
    Fault(429, "TooManyRequests"),
    Fault(500, "ErrorInternalServerError"),
    Fault(502),
    Fault(503, "ServiceUnavailable", retry_after_s=WAIT_S),
    Fault(503, "ServiceUnavailable"),
    Fault(504, "GatewayTimeout"),
    Fault(409, "ErrorIrresolvableConflict"),
    Fault(503, "ErrorConcurrentItemSave"),
    DROP,
    ACCEPT_THEN_DROP,
    ACCEPT_THEN_504,
    GARBAGE,
)
WORKERS = 4
ONE_IN_SO_MANY_DIES = 4
_PAUSES = re.compile(r'UPDATE "organization_connectoraccount" SET "paused_until"')
_NUMBER = re.compile(r"WO-?[0-9]+")

# What a calendar shows or should: number of the work order, start and end.
Shown = Counter[tuple[str, datetime, datetime]]


class Storm:
    """Everything that is random comes from `seed`, but for what runs at the same time."""

    def __init__(self, server: GraphServer, *, bookings: int, mailboxes: int, now: datetime,
                 seed: int) -> None:  # fmt: skip
        self.server = server
        self.now = now
        self.kills = self.changes = 0
        self._untold: list[float] = []
        self._random = random.Random(seed)
        set_calendar_settings(when_canceled=WhenCanceled.REMOVE, reconcile_minutes=5)
        settings = {**asdict(graph.settings(server)), "allows_private": True}
        account = make_calendar_account(connector="outlook", settings=settings)
        self.links = [
            make_calendar_link(
                make_technician(f"Technician {number}", works=False),
                account=account,
                mailbox=Mailbox(f"technician{number}@contoso.example"),
            )
            for number in range(mailboxes)
        ]
        self._make_bookings(bookings)

    def _make_bookings(self, count: int) -> None:
        """Times may overlap here: nobody has to drive there."""
        contact, service = carol(), make_incident_type()
        status = get_default_status(ParentStatus.SCHEDULED)
        for number in range(count):
            order = WorkOrder.objects.create(
                number=f"WO-{number:05}", account=contact.account, incident_type=service,
                reported_by=contact, street="1 High Street", city="Manchester",
            )  # fmt: skip
            starts_at = self._some_time()
            times = {
                "starts_at": starts_at - timedelta(minutes=20),
                "arrives_at": starts_at,
                "ends_at": starts_at + timedelta(hours=1),
            }
            booking = Booking.objects.create(
                work_order=order, status=status, promised_from=starts_at, duration_minutes=60,
                promised_to=starts_at + timedelta(hours=2), time_zone="Europe/London", **times,
            )  # fmt: skip
            resource_id = self._random.choice(self.links).resource_id
            Assignment.objects.create(booking=booking, resource_id=resource_id, **times)

    def _some_time(self) -> datetime:
        return self.now + timedelta(hours=self._random.randrange(1, 13 * 24))

    # --- The storm -----------------------------------------------------------------------------

    def rage(self, seconds: float, *, probability: float = 0.3) -> None:
        """Faults, changes and deaths for so long."""
        faults = self.server.gateway.faults
        faults.at_random(FAULTS, probability=probability, seed=self._random.randrange(1 << 30))
        stop = Event()
        changer = Thread(target=self._change_until, args=(stop,))
        changer.start()
        until = monotonic() + seconds
        with ThreadPoolExecutor(WORKERS) as pool:
            for future in [pool.submit(self._work_until, until, n) for n in range(WORKERS)]:
                future.result()
        stop.set()
        changer.join()
        faults.clear()

    def _work_until(self, until: float, number: int) -> None:
        chance = random.Random(number)
        worker = MortalWorker(database=str(connection.settings_dict["NAME"]))
        try:
            while monotonic() < until:
                due = list(due_calendars()[: 4 * WORKERS])
                if not due:
                    sleep(0.1)
                    continue
                links = [link.pk for link in chance.sample(due, min(6, len(due)))]
                dies = chance.randrange(ONE_IN_SO_MANY_DIES) == 0
                at = chance.randrange(1, 120) if dies else None
                if not worker.work("calendars", links=links, kill_at=at, now=self.now):
                    self.kills += 1
                    self._lapse(links)
                    if _PAUSES.match(worker.died_before):
                        self._untold.append(monotonic())
        finally:
            worker.end()
            connections.close_all()

    def _lapse(self, links: Sequence[int]) -> None:
        """The leases of the dead run out sooner than in two minutes, but not before a wait is over
        that they were asked for and could not note."""
        dead = CalendarLink.objects.filter(pk__in=links, lease_until__gt=Now() + LAPSE)
        dead.update(lease_until=Now() + LAPSE)

    def _change_until(self, stop: Event) -> None:
        canceled = get_default_status(ParentStatus.CANCELED)
        try:
            while not stop.wait(0.02):
                part = Assignment.objects.order_by("?").first()
                if part is None:
                    return
                try:
                    self._change(part, canceled.pk)
                except Assignment.DoesNotExist:
                    continue
                except OperationalError as error:
                    if not isinstance(error.__cause__, LockNotAvailable):
                        raise
                    continue  # waited too long for its turn, as anybody may
                self.changes += 1
        finally:
            connections.close_all()

    def _change(self, part: Assignment, canceled: int) -> None:
        parts = Assignment.objects.filter(pk=part.pk)
        by = timedelta(minutes=self._random.choice((-30, 15, 45)))
        match self._random.randrange(10):
            case 0:
                Booking.objects.filter(assignments=part).update(status_id=canceled)
            case 1:
                Booking.objects.filter(assignments=part).delete()
            case 2 | 3 | 4:
                parts.update(resource_id=self._random.choice(self.links).resource_id)
            case _:
                parts.update(
                    starts_at=F("starts_at") + by,
                    arrives_at=F("arrives_at") + by,
                    ends_at=F("ends_at") + by,
                )

    # --- After the storm -----------------------------------------------------------------------

    def cycle(self) -> None:
        """Every calendar once, and read back, when the waits that were asked for are over."""
        while CalendarLink.objects.filter(lease_until__gt=Now()).exists():
            sleep(0.1)
        for link in self.links:
            link.events.update(due_at=Now())
        CalendarLink.objects.update(due_at=Now(), reconciled_at=None)
        waiting = {link.pk for link in self.links}
        worker = MortalWorker(database=str(connection.settings_dict["NAME"]))
        try:
            while waiting:
                open_now = set(
                    due_calendars()
                    .filter(Q(retry_at=None) | Q(retry_at__lte=Now()), pk__in=waiting)
                    .values_list("pk", flat=True)
                )
                worker.work("calendars", links=sorted(open_now), now=self.now)
                waiting -= open_now
                sleep(0.1 if waiting else 0)
        finally:
            worker.end()

    def wanted(self) -> Shown:
        parts = Assignment.objects.exclude(booking__status__parent=ParentStatus.CANCELED)
        return Counter(parts.values_list("booking__work_order__number", "arrives_at", "ends_at"))

    def shown(self) -> Shown:
        return Counter(
            (_number_in(event.fields["subject"]), event.starts_at, event.ends_at)
            for link in self.links
            for event in self.server.store.live(link.address)
        )

    def misplaced(self) -> list[str]:
        """Events in the calendar of somebody who does not come."""
        found = []
        for link in self.links:
            own = set(
                Assignment.objects.filter(resource=link.resource_id).values_list(
                    "booking__work_order__number", flat=True
                )
            )
            shown = (_number_in(e.fields["subject"]) for e in self.server.store.live(link.address))
            found += [f"{number} in {link.address}" for number in shown if number not in own]
        return found

    def violations(self, *, news_s: float = NEWS_S) -> list[str]:
        """Calls that a polite client would not have made; news has so long to get round. A wait
        that was told to a worker who died before it could tell the others is nobody's fault."""
        return self.server.gateway.log.violations(transit_s=news_s, untold=self._untold)

    def is_account_well(self) -> bool:
        return not ConnectorAccount.objects.filter(paused_until__gt=Now()).exists()


def _number_in(title: str) -> str:
    found = _NUMBER.search(title)
    assert found, title
    return found[0]
