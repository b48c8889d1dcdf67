"""Busy times of technicians' own calendars: read, without our events, and turned into blocks.

Only from, to and "busy" are read; nothing else ever comes to us.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models.functions import Now

from doorstep.connectors.base import ConnectorError
from doorstep.connectors.calendar.base import CalendarService, MailboxCalendar
from doorstep.domain.bookings.models import BlockKind, ResourceBlock
from doorstep.domain.bookings.services.outside import block_outside_times
from doorstep.platform.lib.db import database_now
from doorstep.platform.values.intervals import Interval, subtract

from ..accounts import asked_wait, is_for_account
from ..models import AT_WORK, BusyTime, CalendarLink, CalendarSettings
from ..selectors import get_calendar_settings
from .lease import Lease, renew
from .places import calling

# Older than so many intervals, busy times are shown as stale; they still count, for the best guess
# at tomorrow is what was known today.
STALE_AFTER = 3
# Where nobody reads any more, as the calendar is paused or the sync is off, they count so long.
UNREAD_FOR = timedelta(days=1)


def is_busy_due(link: CalendarLink, settings: CalendarSettings, at: datetime) -> bool:
    if not (settings.reads_busy and link.resource.is_active):
        return False
    every = timedelta(minutes=settings.busy_minutes)
    return link.busy_tried_at is None or at - link.busy_tried_at >= every


def is_stale(link: CalendarLink, settings: CalendarSettings, at: datetime) -> bool:
    """Whether what is known of the technician's own appointments may be out of date."""
    if not settings.reads_busy:
        return False
    limit = timedelta(minutes=settings.busy_minutes) * STALE_AFTER
    return link.busy_read_at is None or at - link.busy_read_at > limit


def read_busy(
    lease: Lease,
    link: CalendarLink,
    settings: CalendarSettings,
    service: CalendarService,
    calendar: MailboxCalendar,
    *,
    now: datetime,
) -> bool:
    """Returns whether it could be read; if not, the calendar says why, and is written all the same.

    Raises what concerns more than this question: a wait the service asks for, refused credentials,
    ServicePaused, LeaseLost.
    """
    at = database_now()
    to_at = now + timedelta(days=settings.busy_days_ahead)
    try:
        with calling(link.account, service):
            busy = calendar.busy_times(now, to_at)
            ours = calendar.list_ours(now, to_at) if busy else ()
    except ConnectorError as error:
        CalendarLink.objects.filter(pk=link.pk).update(
            busy_tried_at=at, busy_problem=error.text[:500]
        )
        if is_for_account(error) or asked_wait(error) is not None:
            raise
        return False
    whole = Interval(now, to_at)
    taken = [Interval(each.starts_at, each.ends_at).clip(whole) for each in busy]
    own = [Interval(each.starts_at, each.ends_at) for each in ours if each.is_busy]
    times = subtract([each for each in taken if each], own)
    with transaction.atomic():
        BusyTime.objects.filter(link=link).delete()
        BusyTime.objects.bulk_create(
            BusyTime(link=link, starts_at=each.start, ends_at=each.end) for each in times
        )
        CalendarLink.objects.filter(pk=link.pk).update(
            busy_read_at=at, busy_tried_at=at, busy_problem=""
        )
        renew(lease)
    return True


def apply_busy(link: CalendarLink) -> bool:
    """Let the blocks be what the busy times say now: a visit may have come or gone since."""
    times = [Interval(*row) for row in link.busy_times.values_list("starts_at", "ends_at")]
    return block_outside_times(resource_id=link.resource_id, times=times)


def forget_unwanted_busy() -> int:
    """Where busy times are not read any more, by setting or because the calendar or its technician
    is gone or it has been out of use for a day, they and their blocks go; returns how many
    technicians had some."""
    BusyTime.objects.filter(link__resource__is_active=False).delete()
    unread = BusyTime.objects.filter(link__busy_read_at__lt=Now() - UNREAD_FOR)
    if get_calendar_settings().is_enabled:
        unread = unread.exclude(link__state__in=AT_WORK, link__account__is_active=True)
    unread.delete()
    known = set(
        CalendarLink.objects.filter(busy_times__isnull=False).values_list("resource", flat=True)
    )
    if not get_calendar_settings().reads_busy:
        BusyTime.objects.all().delete()
        CalendarLink.objects.filter(busy_tried_at__isnull=False).update(
            busy_read_at=None, busy_tried_at=None, busy_problem=""
        )
        known = set()
    blocked = ResourceBlock.objects.filter(kind=BlockKind.OUTSIDE).exclude(resource__in=known)
    resources = set(blocked.values_list("resource", flat=True))
    for resource_id in resources:
        block_outside_times(resource_id=resource_id, times=())
    return len(resources)
