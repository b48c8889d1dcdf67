"""One pass over one calendar: look what should stand there, write what is due, read it back.

A pass is bounded in time, so that every calendar gets its turn; what is left makes it due again.
Whatever the reason for a pass, a change or the clock, it does the same.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import Min

from doorstep.connectors.base import ConnectorError, CredentialsRefused, TemporaryFailure
from doorstep.platform.lib.db import database_now
from doorstep.platform.lib.secrets import SecretUnreadable

from ..accounts import (
    ServicePaused,
    is_for_account,
    note_failure,
    note_success,
    pause_at_once,
    service_of,
)
from ..models import AT_WORK, OPEN_STATES, CalendarLink, CalendarSettings, LinkState, SyncedEvent
from ..selectors import get_calendar_settings
from .busy import apply_busy, is_busy_due, read_busy
from .health import note_link_success, note_link_trouble
from .lease import Lease, LeaseLost, claim, claim_now, leased_link, release, renew
from .plan import plan
from .reconcile import reconcile
from .write import CalendarTrouble, Writer, due_events

# Then it is another calendar's turn.
LONGEST_S = 15.0
CHUNK = 20
SOONEST, AFTER_ERROR = timedelta(seconds=1), timedelta(seconds=10)
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pass:
    """What one pass did, for logs and people. `problem` says why it ended early."""

    written: int = 0
    reconciled: bool = False
    problem: str = ""


def sync_calendar(
    *, link_id: int, now: Callable[[], datetime] = database_now, by_hand: bool = False
) -> Pass | None:
    """None when the calendar is not due, not in use, or another worker has it.

    `by_hand` does it at once, and reads back. `now` is the business's clock; leases and due times
    go by the database's.
    """
    settings = get_calendar_settings()
    if not settings.is_enabled:
        return None
    lease = claim_now(link_id) if by_hand else claim(link_id)
    if lease is None:
        return None
    # If this ends in an error, what made it due has not been looked at.
    next_in = AFTER_ERROR
    try:
        link = leased_link(lease)
        if link.state not in AT_WORK or link.tested_at is None or not link.account.is_active:
            next_in = timedelta(minutes=settings.cycle_minutes)
            return None
        try:
            done = _pass(lease, link, settings, now, by_hand=by_hand)
        except (LeaseLost, CalendarLink.DoesNotExist, DatabaseError):
            raise
        except Exception as error:  # what is wrong with one must be seen, and stop no other
            log.exception("calendar %s cannot be looked at", link_id)
            ours = TemporaryFailure("broken", f"A mistake of our own: {type(error).__name__}.")
            done = _stop(link, ours, 0, False)
        next_in = _next_look(link_id, settings)
        return done
    except (LeaseLost, CalendarLink.DoesNotExist):
        return Pass(problem="another worker took over, or the calendar was changed or deleted")
    finally:
        release(lease, next_in=next_in)


def _pass(
    lease: Lease,
    link: CalendarLink,
    settings: CalendarSettings,
    now: Callable[[], datetime],
    *,
    by_hand: bool,
) -> Pass:
    instant = now()
    try:
        with transaction.atomic():
            plan(link, settings, now=instant)
            renew(lease)
    except IntegrityError:
        # Somebody deleted a visit at this moment, which makes the calendar due once more.
        return Pass(problem="a visit was deleted meanwhile")
    if settings.reads_busy:
        apply_busy(link)
    at = database_now()
    # By hand a refusal is put to the test, but a wait that the service asked for is kept.
    is_tried_again = by_hand and link.state == LinkState.FAILING
    if link.retry_at is not None and link.retry_at > at and not is_tried_again:
        return Pass(problem=link.state_reason)
    written, is_read_back = 0, False
    try:
        service = service_of(link.account)
        calendar = service.open(link.mailbox)
        is_probe = link.state == LinkState.FAILING
        if by_hand or is_probe or _is_reconcile_due(link, settings, at):
            reconcile(lease, link, settings, service, calendar, now=instant)
            is_read_back = True
        writer = Writer(lease, link, settings, service, calendar, now=instant)
        until = time.monotonic() + LONGEST_S
        while time.monotonic() < until and _is_in_use(link):
            rows = list(due_events(link, now=instant)[:CHUNK])
            if not rows:
                break
            written += writer.write_some(rows)
        is_busy_read = False
        if is_busy_due(link, settings, at):
            is_busy_read = read_busy(lease, link, settings, service, calendar, now=instant)
        if written or is_read_back or is_busy_read:
            note_link_success(link)
            note_success(link.account)
        if is_busy_read:
            apply_busy(link)
    except ServicePaused as pause:
        return Pass(written, is_read_back, problem=str(pause))
    except SecretUnreadable as error:
        return _stop(link, CredentialsRefused(str(error)), written, is_read_back)
    except CalendarTrouble as trouble:
        return _stop(link, trouble.error, written, is_read_back)
    except ConnectorError as error:
        return _stop(link, error, written, is_read_back)
    return Pass(written, is_read_back)


def _stop(link: CalendarLink, error: ConnectorError, written: int, is_read_back: bool) -> Pass:
    """Whose trouble it is decides who has to wait."""
    if is_for_account(error):
        pause_at_once(link.account, error)
        note_failure(link.account, error)
    else:
        note_link_trouble(link, error)
    return Pass(written, is_read_back, problem=str(error))


def _is_in_use(link: CalendarLink) -> bool:
    """Still: somebody may have paused it, its profile or the sync as a whole a moment ago."""
    links = CalendarLink.objects.filter(pk=link.pk, state__in=AT_WORK, account__is_active=True)
    return links.exists() and get_calendar_settings().is_enabled


def _is_reconcile_due(link: CalendarLink, settings: CalendarSettings, at: datetime) -> bool:
    return link.reconciled_at is None or (
        at - link.reconciled_at >= timedelta(minutes=settings.reconcile_minutes)
    )


def _next_look(link_id: int, settings: CalendarSettings) -> timedelta:
    """The next turn, or the next try if that comes first."""
    at = database_now()
    link = CalendarLink.objects.get(pk=link_id)
    waits = [timedelta(minutes=settings.cycle_minutes)]
    if settings.reads_busy:
        waits.append(timedelta(minutes=settings.busy_minutes))
    next_event = SyncedEvent.objects.filter(link=link, state__in=OPEN_STATES).aggregate(
        at=Min("due_at")
    )["at"]
    if next_event is not None:
        waits.append(next_event - at)
    wait = max(min(waits), SOONEST)
    return max(wait, link.retry_at - at) if link.retry_at else wait
