"""Read a calendar back, compare it with what we wrote, note what to repair, and count the drift.

Reading is the only proof: an id can go on answering from a bin while nobody sees the event
(reliability.md, F58).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max, Min, QuerySet
from django.utils.translation import gettext as _

from doorstep.connectors.calendar.base import CalendarService, FoundEvent, MailboxCalendar, Removal
from doorstep.platform.lib.db import database_now

from ..models import (
    CalendarLink,
    CalendarSettings,
    EventState,
    SyncedEvent,
    WhenDeleted,
    WhenEdited,
)
from .lease import Lease, renew
from .links import TEST_REFERENCE
from .places import calling
from .plan import start_anew, window

# Beyond what was written, for events that their user has moved.
_AROUND = timedelta(days=7)


@dataclass(slots=True)
class Drift:
    missing: int = 0
    edited: int = 0
    duplicates: int = 0
    unknown: int = 0


def reconcile(
    lease: Lease,
    link: CalendarLink,
    settings: CalendarSettings,
    service: CalendarService,
    calendar: MailboxCalendar,
    *,
    now: datetime,
) -> Drift:
    """Repairs are left to the writer, but for second copies and forgotten test events, which are
    removed here.

    Raises the connector's errors, ServicePaused and LeaseLost.
    """
    from_at, to_at = _span(link, settings, now=now)
    asked_at = database_now()
    with calling(link.account, service):
        found = calendar.list_ours(from_at, to_at)
    by_reference: dict[str, list[FoundEvent]] = defaultdict(list)
    for each in found:
        by_reference[each.reference].append(each)
    rows = list(SyncedEvent.objects.filter(link=link, reference__in=list(by_reference)))
    lost = [
        row
        for row in _should_be_there(link, from_at, to_at).exclude(reference__in=list(by_reference))
        if not _is_there(row, lease, link, service, calendar)
    ]
    drift = Drift(missing=len(lost))
    known = {row.reference for row in rows}
    unknown = by_reference.keys() - known
    tests = {reference for reference in unknown if reference.startswith(TEST_REFERENCE)}
    drift.unknown = len(unknown - tests)
    # Left by a test whose worker died, or whose answers were lost.
    extras = [each for reference in sorted(tests) for each in by_reference[reference]]
    with transaction.atomic():
        for row in rows:
            extras += _compare(row, by_reference[row.reference], settings, drift, asked_at)
        for row in lost:
            _note_missing(row, settings, asked_at)
        _save([*rows, *lost])
        renew(lease)
        CalendarLink.objects.filter(pk=link.pk).update(
            reconciled_at=asked_at,
            missing_count=drift.missing,
            edited_count=drift.edited,
            duplicate_count=drift.duplicates,
            unknown_count=drift.unknown,
        )
    _remove(extras, lease, link, service, calendar)
    return drift


def _span(
    link: CalendarLink, settings: CalendarSettings, *, now: datetime
) -> tuple[datetime, datetime]:
    """The window, and as far as something of ours was written beyond it."""
    first, last = window(settings, now=now)
    written = SyncedEvent.objects.filter(link=link, state=EventState.WRITTEN, ends_at__gt=first)
    reach = written.aggregate(first=Min("starts_at"), last=Max("ends_at"))
    return (
        min(first, reach["first"] or first) - _AROUND,
        max(last, reach["last"] or last) + _AROUND,
    )


def _should_be_there(
    link: CalendarLink, from_at: datetime, to_at: datetime
) -> QuerySet[SyncedEvent]:
    return SyncedEvent.objects.filter(
        link=link,
        state__in=[EventState.WRITTEN, EventState.WAITING],
        starts_at__gte=from_at + _AROUND,
        starts_at__lt=to_at,
    ).exclude(remote_id="")


def _is_there(
    row: SyncedEvent,
    lease: Lease,
    link: CalendarLink,
    service: CalendarService,
    calendar: MailboxCalendar,
) -> bool:
    """Perhaps its user has moved it far away."""
    renew(lease)  # there may be hundreds
    with calling(link.account, service):
        return calendar.read(row.written) is not None


def _compare(
    row: SyncedEvent,
    found: Sequence[FoundEvent],
    settings: CalendarSettings,
    drift: Drift,
    asked_at: datetime,
) -> list[FoundEvent]:
    """Changes the row; returns second copies that bear our mark, to be removed."""
    if row.state in (EventState.REMOVING, EventState.LEFT):
        return []  # its removal is on its way, or we let go of it
    if row.state == EventState.REMOVED:
        drift.duplicates += len(found)
        return list(found)
    ours = next((each for each in found if each.written.remote_id == row.remote_id), None)
    if ours is None:
        # What an attempt made whose answer was lost, or what an older copy of our database knew.
        ours = max(found, key=lambda each: each.generation)
        row.remote_id, row.etag = ours.written.remote_id, ours.written.etag
        row.generation = max(row.generation, ours.generation)
        row.written_core = ""
        if row.state in (EventState.WRITTEN, EventState.MISSING):
            row.state, row.due_at = EventState.WAITING, asked_at
    elif row.state == EventState.MISSING:
        row.state, row.reason = EventState.WRITTEN, ""  # taken out of the bin again
    row.seen_at = asked_at
    if row.state == EventState.WRITTEN and _is_edited(row, ours):
        drift.edited += 1
        if settings.when_edited == WhenEdited.AT_ONCE:
            row.written_core, row.etag = "", ours.written.etag
            row.state, row.due_at = EventState.WAITING, asked_at
    extras = [each for each in found if each is not ours]
    drift.duplicates += len(extras)
    return extras


def _is_edited(row: SyncedEvent, ours: FoundEvent) -> bool:
    return (ours.starts_at, ours.ends_at, ours.title) != (row.starts_at, row.ends_at, row.title)


def _note_missing(row: SyncedEvent, settings: CalendarSettings, asked_at: datetime) -> None:
    """Made anew if the setting says so; and once if we changed it after it was last seen, for that
    change went to an event nobody sees."""
    is_change_lost = bool(row.written_at and row.seen_at and row.written_at > row.seen_at)
    again = settings.when_deleted == WhenDeleted.AT_ONCE or (
        settings.when_deleted == WhenDeleted.ON_CHANGE
        and (is_change_lost or row.state == EventState.WAITING)
    )
    if again:
        start_anew(row)
        row.state, row.due_at = EventState.WAITING, asked_at
        row.reason = _("It was no longer in the calendar.")
    else:
        row.state, row.reason = EventState.MISSING, _("The technician deleted the event.")


def _save(rows: Iterable[SyncedEvent]) -> None:
    SyncedEvent.objects.bulk_update(
        rows,
        [
            "state", "reason", "generation", "remote_id", "etag", "written_core", "written_full",
            "attempts", "due_at", "seen_at",
        ],
    )  # fmt: skip


def _remove(
    extras: Sequence[FoundEvent],
    lease: Lease,
    link: CalendarLink,
    service: CalendarService,
    calendar: MailboxCalendar,
) -> int:
    removed = 0
    for each in extras:
        renew(lease)
        with calling(link.account, service):
            removal = calendar.remove(each.written, reference=each.reference)
        removed += removal is Removal.REMOVED
    return removed
