"""Compare what should stand in a calendar with what was written, and note what is to be done.

The window rolls: a visit made months ahead enters when its time has come, without any change of its
own. What is written already is followed wherever it is moved; what time alone carries out of the
window is left as it is.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings as django_settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from doorstep.domain.bookings.models import Assignment, Booking, ParentStatus
from doorstep.domain.bookings.technicians import part_by_booking, parts_of
from doorstep.domain.resources.models import BookableResource
from doorstep.platform.lib.db import database_now

from ..mapping import RELATED, Wanted, wanted_event
from ..models import (
    CalendarLink,
    CalendarSettings,
    EventState,
    SyncedEvent,
    WhenCanceled,
    WhenDeleted,
)

_DONE_WITH = (EventState.LEFT, EventState.REMOVED)


@dataclass(frozen=True, slots=True)
class _Context:
    link: CalendarLink
    settings: CalendarSettings
    language: str
    now: datetime
    # Due times go by the database's clock, whatever `now` is.
    at: datetime


def language_of(resource: BookableResource) -> str:
    """That in which the technician's texts are."""
    own = resource.user.language if resource.user else ""
    return own or str(django_settings.LANGUAGE_CODE)


@transaction.atomic
def plan(link: CalendarLink, settings: CalendarSettings, *, now: datetime) -> None:
    """Bring the rows of this calendar up to date with the bookings; writes nothing outside."""
    context = _Context(link, settings, language_of(link.resource), now, database_now())
    first, last = window(settings, now=now)
    resource = link.resource
    parts = part_by_booking(
        parts_of_link(link).filter(arrives_at__lt=last, ends_at__gt=first), resource
    )
    rows = list(
        SyncedEvent.objects.filter(link=link).filter(
            (Q(ends_at__gt=first) & ~Q(state__in=_DONE_WITH))
            | Q(state__in=[EventState.WAITING, EventState.REMOVING])
            | Q(booking__in=list(parts))
        )
    )
    elsewhere = {row.booking_id for row in rows if row.booking_id} - set(parts)
    parts |= part_by_booking(parts_of_link(link).filter(booking__in=elsewhere), resource)
    existing = set(
        Booking.objects.filter(pk__in=elsewhere - set(parts)).values_list("pk", flat=True)
    )
    changed = [
        row for row in rows if _look_at(context, row, parts.get(row.booking_id or 0), existing)
    ]
    known = {row.booking_id for row in rows}
    SyncedEvent.objects.bulk_update(changed, _FIELDS)
    SyncedEvent.objects.bulk_create(
        _new_rows(context, (part for part in parts.values() if part.booking_id not in known))
    )


def window(settings: CalendarSettings, *, now: datetime) -> tuple[datetime, datetime]:
    """Visits that touch it are written: they end after its start and begin before its end."""
    return now - timedelta(days=settings.days_back), now + timedelta(days=settings.days_ahead)


_FIELDS = (
    "state", "reason", "title", "starts_at", "ends_at", "wanted_core", "wanted_full",
    "written_core", "written_full", "generation", "remote_id", "etag", "attempts", "due_at",
)  # fmt: skip


def parts_of_link(link: CalendarLink) -> QuerySet[Assignment]:
    """What the technician has to do with visits, with all that their events say."""
    return parts_of(link.resource).select_related(*RELATED)


def _new_rows(context: _Context, parts: Iterable[Assignment]) -> list[SyncedEvent]:
    rows = []
    for part in parts:
        assert part.booking is not None
        if part.booking.parent_status is ParentStatus.CANCELED:
            continue  # nobody was ever told of it here
        wanted = _wanted(context, part)
        row = SyncedEvent(link=context.link, booking=part.booking, due_at=context.at)
        row.reference = wanted.event.reference
        _note(row, wanted)
        rows.append(row)
    return rows


def _wanted(context: _Context, part: Assignment) -> Wanted:
    return wanted_event(part, context.settings, language=context.language, now=context.now)


def _note(row: SyncedEvent, wanted: Wanted) -> None:
    event = wanted.event
    row.title, row.starts_at, row.ends_at = event.title, event.starts_at, event.ends_at
    row.wanted_core, row.wanted_full = wanted.core, wanted.full


def _look_at(
    context: _Context, row: SyncedEvent, part: Assignment | None, existing: set[int]
) -> bool:
    """Whether the row has changed by what is wanted now."""
    if part is None:
        return _no_longer_here(context, row, is_deleted=row.booking_id not in existing)
    assert part.booking is not None
    wanted = _wanted(context, part)
    if part.booking.parent_status is ParentStatus.CANCELED:
        return _canceled(context, row, wanted)
    if row.state in (EventState.REMOVED, EventState.REMOVING, EventState.LEFT):
        # It came back: given away and given back, say.
        return _again(context, row, wanted)
    if row.state == EventState.MISSING:
        if context.settings.when_deleted == WhenDeleted.NEVER or wanted.core == row.written_core:
            return False
        return _again(context, row, wanted)
    return _bring_up_to_date(context, row, wanted)


def _bring_up_to_date(context: _Context, row: SyncedEvent, wanted: Wanted) -> bool:
    is_new = wanted.core != row.wanted_core or wanted.full != row.wanted_full
    if is_new:
        _note(row, wanted)
    is_due = row.wanted_core != row.written_core or (
        context.settings.follows_work_order and row.wanted_full != row.written_full
    )
    if row.state == EventState.WRITTEN and is_due:
        _wait(context, row, EventState.WAITING)
        return True
    if row.state == EventState.WAITING and row.remote_id and not (is_due or row.attempts):
        row.state = EventState.WRITTEN  # moved, and moved back before anybody wrote it
        return True
    if row.state == EventState.FAILED and is_new:
        _wait(context, row, EventState.WAITING)
    return is_new


def _again(context: _Context, row: SyncedEvent, wanted: Wanted) -> bool:
    """The event is to be made anew, by a new name: the old one may lie in a bin."""
    if row.state == EventState.REMOVING and not row.attempts:
        # Nobody has begun to remove it.
        _note(row, wanted)
        is_written = bool(row.remote_id) and row.wanted_core == row.written_core
        _wait(context, row, EventState.WRITTEN if is_written else EventState.WAITING)
        return True
    if row.state == EventState.REMOVING:
        return False  # first let it be removed
    _note(row, wanted)
    start_anew(row)
    _wait(context, row, EventState.WAITING)
    return True


def start_anew(row: SyncedEvent) -> None:
    """The next write makes another event."""
    row.generation += 1
    row.remote_id = row.etag = row.written_core = row.written_full = ""
    row.attempts = 0


def _canceled(context: _Context, row: SyncedEvent, wanted: Wanted) -> bool:
    if row.state not in (EventState.WAITING, EventState.WRITTEN, EventState.FAILED):
        if row.state == EventState.MISSING:
            _finish(row, EventState.REMOVED, _("The visit was canceled."))
            return True
        return False
    if not row.may_exist:
        _finish(row, EventState.REMOVED, _("The visit was canceled before it was written."))
        return True
    match context.settings.when_canceled:
        case WhenCanceled.REMOVE:
            _wait(context, row, EventState.REMOVING, _("The visit was canceled."))
            return True
        case WhenCanceled.MARK:
            return _bring_up_to_date(context, row, wanted)
    if row.remote_id:
        _finish(row, EventState.LEFT, _("The visit was canceled; the event stays, by setting."))
    else:
        # It may stand there, by an attempt whose answer was lost: nobody has relied on it yet.
        _wait(context, row, EventState.REMOVING, _("The visit was canceled."))
    return True


def _no_longer_here(context: _Context, row: SyncedEvent, *, is_deleted: bool) -> bool:
    """Deleted, or given to somebody else."""
    if row.state in (EventState.REMOVING, *_DONE_WITH):
        return False
    if row.state == EventState.MISSING or not row.may_exist:
        _finish(row, EventState.REMOVED, "")
        return True
    if not is_deleted:
        _wait(context, row, EventState.REMOVING, _("Somebody else does this visit now."))
    elif row.starts_at > context.now:
        _wait(context, row, EventState.REMOVING, _("The visit was deleted."))
    else:
        # Only what lies ahead is removed with a deleted booking (product reference 10.5).
        _finish(row, EventState.LEFT, _("The visit was deleted; its time was past."))
    return True


def _wait(context: _Context, row: SyncedEvent, state: EventState, reason: str = "") -> None:
    row.state, row.reason, row.due_at = state, reason, context.at
    if row.remote_id:
        # Without an id the count says that something may stand there nevertheless.
        row.attempts = 0


def _finish(row: SyncedEvent, state: EventState, reason: str) -> None:
    row.state, row.reason, row.attempts = state, reason, 0
