"""Write what is due in one calendar: a few events at a time, each result recorded at once.

Around each call of the network: note the attempts, call, record. A worker that is killed leaves
attempts without an end behind; whoever comes next makes the same calls again, which the services
take for what they are (transactionId, UID, id of our choice), so that there is still one event.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile

from django.db import transaction
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from doorstep.connectors.base import (
    ConnectorError,
    CredentialsRefused,
    PermanentFailure,
)
from doorstep.connectors.calendar.base import (
    CalendarEvent,
    CalendarService,
    Change,
    EventGone,
    MailboxCalendar,
    MailboxRefused,
    Removal,
    WritesMany,
    WrittenEvent,
)
from doorstep.domain.bookings.models import Assignment
from doorstep.domain.bookings.technicians import part_by_booking
from doorstep.platform.lib.db import database_now

from ..accounts import asked_wait, is_for_account, pause_at_once
from ..mapping import named, wanted_event
from ..models import (
    OPEN_STATES,
    CalendarLink,
    CalendarSettings,
    EventState,
    SyncedEvent,
    WhenDeleted,
)
from .lease import Lease, renew
from .places import calling
from .plan import language_of, parts_of_link, start_anew

FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=2), timedelta(minutes=15)
# So many events in a row that do not go through are the calendar's trouble and not theirs.
MOST_FAILURES = 3
# An event that fails so often while others go through is put aside for staff to see.
MOST_ATTEMPTS = 30

Result = WrittenEvent | Removal | ConnectorError


class CalendarTrouble(Exception):
    """Nothing more can be done here now, because of `error`; the caller decides for how long."""

    def __init__(self, error: ConnectorError) -> None:
        super().__init__(str(error))
        self.error = error


@dataclass(frozen=True, slots=True)
class Prepared:
    """`event` is None for one to be removed whose make is settled."""

    row: SyncedEvent
    event: CalendarEvent | None
    core: str
    full: str


def due_events(link: CalendarLink, *, now: datetime) -> QuerySet[SyncedEvent]:
    """What lies ahead first, the nearest first; then what is past, the latest first."""
    is_past = Case(When(ends_at__lt=now, then=Value(1)), default=0, output_field=IntegerField())
    return (
        SyncedEvent.objects.filter(Q(link=link, state__in=OPEN_STATES, due_at__lte=Now()))
        .annotate(is_past=is_past)
        .order_by("is_past", "starts_at", "pk")
    )


class Writer:
    """Writes to one calendar under one lease."""

    def __init__(
        self,
        lease: Lease,
        link: CalendarLink,
        settings: CalendarSettings,
        service: CalendarService,
        calendar: MailboxCalendar,
        *,
        now: datetime,
    ) -> None:
        self._lease = lease
        self._link = link
        self._settings = settings
        self._service = service
        self._calendar = calendar
        self._now = now
        self._failures = 0

    def write_some(self, rows: Sequence[SyncedEvent]) -> int:
        """Write the first of these, as many as go in one call; returns how many went through.

        Raises CalendarTrouble, and LeaseLost when another worker has the calendar by now.
        """
        account = self._link.account
        with calling(account, self._service, wanted=self._most_in_one_call(rows)) as allowed:
            prepared = self._prepare(rows[:allowed])
            results = self._call(prepared)
            for result in results:
                if isinstance(result, ConnectorError) and is_for_account(result):
                    pause_at_once(account, result)
                    break
        self._record(list(zip(prepared, results, strict=True)))
        return sum(isinstance(result, (WrittenEvent, Removal)) for result in results)

    def _most_in_one_call(self, rows: Sequence[SyncedEvent]) -> int:
        """The lease is renewed with every call, and is not meant to last for several."""
        if not isinstance(self._calendar, WritesMany):
            return 1
        writes = takewhile(lambda row: row.state == EventState.WAITING, rows)
        return max(1, sum(1 for _row in writes))

    # --- Before the network --------------------------------------------------------------------

    @transaction.atomic
    def _prepare(self, rows: Sequence[SyncedEvent]) -> list[Prepared]:
        at = database_now()
        parts = part_by_booking(
            parts_of_link(self._link).filter(booking__in=[row.booking_id for row in rows]),
            self._link.resource,
        )
        prepared = []
        for row in rows:
            row.due_at = at + FIRST_WAIT
            part = parts.get(row.booking_id or 0)
            if part is not None and row.state == EventState.WAITING:
                prepared.append(self._fresh(row, part))
            elif row.state == EventState.REMOVING:
                prepared.append(Prepared(row, self._stand_in(row), "", ""))
            # Else it was taken away a moment ago, which the next look will find.
        SyncedEvent.objects.bulk_update(rows, ["attempts", "attempted_at", "sequence", "due_at"])
        renew(self._lease)
        return prepared

    def _fresh(self, row: SyncedEvent, part: Assignment) -> Prepared:
        wanted = wanted_event(
            part, self._settings, language=language_of(self._link.resource), now=self._now
        )
        row.sequence += 1
        row.attempts += 1
        row.attempted_at = self._now
        event = named(wanted, generation=row.generation, sequence=row.sequence)
        return Prepared(row, event, wanted.core, wanted.full)

    def _stand_in(self, row: SyncedEvent) -> CalendarEvent | None:
        """For an event that may have been made by an attempt whose answer was lost: making it
        again, which finds it, tells its id."""
        row.attempts += 1
        row.attempted_at = self._now
        if row.remote_id:
            return None
        return CalendarEvent(
            reference=row.reference,
            generation=row.generation,
            sequence=row.sequence,
            title=row.title,
            text="",
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            changed_at=self._now,
        )

    # --- The network ---------------------------------------------------------------------------

    def _call(self, prepared: Sequence[Prepared]) -> list[Result]:
        if isinstance(self._calendar, WritesMany) and len(prepared) > 1:
            changes = [
                Change(each.event, each.row.written if each.row.remote_id else None)
                for each in prepared
                if each.event is not None
            ]
            try:
                return list(self._calendar.write_many(changes))
            except ConnectorError as error:
                return [error] * len(prepared)
        return [self._call_one(each) for each in prepared]

    def _call_one(self, each: Prepared) -> Result:
        row = each.row
        try:
            if row.state == EventState.REMOVING:
                known = row.written
                if each.event is not None:
                    try:
                        known = self._calendar.create(each.event)
                    except EventGone:
                        return Removal.ALREADY_GONE
                return self._calendar.remove(known, reference=row.reference)
            assert each.event is not None
            if not row.remote_id:
                return self._calendar.create(each.event)
            return self._calendar.update(each.event, row.written)
        except ConnectorError as error:
            return error

    # --- After the network ---------------------------------------------------------------------

    def _record(self, results: Sequence[tuple[Prepared, Result]]) -> None:
        trouble: ConnectorError | None = None
        with transaction.atomic():
            at = database_now()
            for each, result in results:
                error = self._note(each, result, at)
                trouble = trouble or error
            SyncedEvent.objects.bulk_update([each.row for each, _result in results], _FIELDS)
            renew(self._lease)
        if trouble is not None:
            raise CalendarTrouble(trouble)

    def _note(self, each: Prepared, result: Result, at: datetime) -> ConnectorError | None:
        """Changes the row; returns the error if nothing more shall be tried in this calendar."""
        row = each.row
        match result:
            case WrittenEvent():
                self._failures = 0
                if not row.remote_id:
                    row.seen_at = at  # it was there a moment ago
                row.remote_id, row.etag = result.remote_id, result.etag
                row.written_core, row.written_full = each.core, each.full
                row.wanted_core, row.wanted_full = each.core, each.full
                assert each.event is not None
                row.title = each.event.title
                row.starts_at, row.ends_at = each.event.starts_at, each.event.ends_at
                row.state, row.reason = EventState.WRITTEN, ""
                row.attempts, row.written_at = 0, at
            case Removal():
                self._failures = 0
                self._note_removal(row, result)
            case EventGone():
                self._note_gone(row, at)
            case PermanentFailure():
                is_removal = row.state == EventState.REMOVING
                row.state = EventState.LEFT if is_removal else EventState.FAILED
                row.reason = str(result)[:500]
                if not row.remote_id:
                    row.attempts = 0
            case _ if is_about_more(result):
                # Not this event's fault: it is tried again with the calendar.
                row.due_at, row.reason = at, result.text[:500]
                return result
            case _:
                self._failures += 1
                row.reason = result.text[:500]
                row.due_at = at + wait_after(row.attempts)
                if row.attempts >= MOST_ATTEMPTS and self._failures < MOST_FAILURES:
                    row.state = EventState.FAILED
                if self._failures >= MOST_FAILURES:
                    return result
        return None

    def _note_removal(self, row: SyncedEvent, removal: Removal) -> None:
        row.attempts = 0
        if removal is Removal.NOT_OURS:
            row.state = EventState.LEFT
            row.reason = _("The event no longer bears our mark, so it was left.")
        else:
            row.state, row.reason = EventState.REMOVED, row.reason

    def _note_gone(self, row: SyncedEvent, at: datetime) -> None:
        """Its user has deleted it, and the visit has changed since."""
        if self._settings.when_deleted == WhenDeleted.NEVER:
            row.state, row.attempts = EventState.MISSING, 0
            row.reason = _("The technician deleted the event.")
            # What it would say now counts as told: only a further change is one.
            row.written_core, row.written_full = row.wanted_core, row.wanted_full
            return
        start_anew(row)
        row.due_at = at


_FIELDS = (
    "state", "reason", "title", "starts_at", "ends_at", "wanted_core", "wanted_full",
    "written_core", "written_full", "generation", "remote_id", "etag", "attempts", "due_at",
    "written_at", "seen_at",
)  # fmt: skip


def is_about_more(error: ConnectorError) -> bool:
    """Whether the calendar or the whole service is meant, and not one event."""
    return isinstance(error, (MailboxRefused, CredentialsRefused)) or asked_wait(error) is not None


def wait_after(attempts: int) -> timedelta:
    """Twice as long each time, up to a limit, and never the same for two."""
    doubled = FIRST_WAIT * (1 << min(max(attempts - 1, 0), 10))
    return min(doubled, LONGEST_WAIT) * random.uniform(0.5, 1)  # noqa: S311 (no secret)
