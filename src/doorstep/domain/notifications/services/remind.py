"""Remind customers of their visits: a daily run per portal, which may come late but never twice.

A reminder "d days before" belongs to the first run from then on at which the promise stood: who
books within the period is reminded at the next run (product reference 5.4).
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice

from django.db import transaction

from doorstep.domain.bookings.models import Booking, ParentStatus
from doorstep.domain.notifications.message_types import BOOKING_REMINDER
from doorstep.domain.notifications.models import Message, MessageSettings
from doorstep.domain.notifications.quiet import first_instant
from doorstep.domain.notifications.reasons import Reason
from doorstep.domain.notifications.recipients import fallback_portal, find_contact_of_booking
from doorstep.domain.notifications.selectors import settings_of
from doorstep.domain.organization.models import Portal
from doorstep.platform.lib.site_time import get_zone, local_day

from .consent import own_addresses, wishes_at
from .visits import WITH_IT
from .write import Moment, decide_for_visit, read_moment, write

ONE_DAY = timedelta(days=1)
# So many are decided in one transaction.
BATCH = 100


def remind(*, now: datetime) -> list[Message]:
    """Decide all reminders that are due at `now`; called again it adds nothing.

    Of several that are due together the one nearest to the visit is sent.
    """
    written: list[Message] = []
    fallback = fallback_portal()
    for portal in Portal.objects.all():
        settings = settings_of(portal)
        if not settings.reminders or BOOKING_REMINDER.name in settings.switched_off:
            continue
        is_fallback = portal.pk == fallback.pk
        candidates = _candidates(portal, is_fallback, settings, now)
        while ids := list(islice(candidates, BATCH)):
            written += _remind_some(ids, portal, settings, now)
    return written


def due_reminders(booking: Booking, settings: MessageSettings, *, now: datetime) -> list[int]:
    """The days-before of every reminder whose run has come, the nearest to the visit first."""
    if booking.promised_from <= now or booking.parent_status is not ParentStatus.SCHEDULED:
        return []
    return [
        days
        for days in reversed(settings.reminders)
        if run_of(booking, days, settings) <= min(now, booking.promised_from)
    ]


def run_of(booking: Booking, days: int, settings: MessageSettings) -> datetime:
    """The run this reminder belongs to: the first one in its period with this promise."""
    place = get_zone(booking.time_zone)
    zone = get_zone(settings.reminder_zone) if settings.reminder_zone else place
    day = local_day(booking.promised_from, place) - timedelta(days=days)
    run = first_instant(day, settings.reminder_time, zone)
    if booking.promised_at <= run:
        return run
    day = local_day(booking.promised_at, zone)
    run = first_instant(day, settings.reminder_time, zone)
    if run < booking.promised_at:
        run = first_instant(day + ONE_DAY, settings.reminder_time, zone)
    return run


def _candidates(
    portal: Portal, is_fallback: bool, settings: MessageSettings, now: datetime
) -> Iterator[int]:
    """Ids of visits that may be due, soonest first. Zones shift days by one at most."""
    until = now + (settings.reminders[0] + 2) * ONE_DAY
    visits = Booking.objects.filter(
        promised_from__gt=now, promised_from__lte=until, status__parent=ParentStatus.SCHEDULED
    )
    own = visits.filter(work_order__portal=portal)
    if is_fallback:
        own = own | visits.filter(work_order__portal=None)
    yield from own.order_by("promised_from", "pk").values_list("pk", flat=True)


@transaction.atomic
def _remind_some(
    ids: Iterable[int], portal: Portal, settings: MessageSettings, now: datetime
) -> list[Message]:
    bookings = (
        # Who is being changed at this moment is reminded by the next run.
        Booking.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
        .select_related(*WITH_IT)
        .filter(pk__in=ids)
        .order_by("pk")
    )
    due = [(booking, due_reminders(booking, settings, now=now)) for booking in bookings]
    due = [(booking, each) for booking, each in due if each]
    occasions = {
        (booking.pk, days): reminder_occasion(booking, days)
        for booking, each in due
        for days in each
    }
    known = _known(occasions.values(), [booking.pk for booking, _each in due])
    moment = _moment_of([booking for booking, _each in due], settings)
    messages: list[Message] = []
    for booking, each in due:
        # The same for all of them, also for those that name none.
        booking.work_order.portal = portal
        fresh = [days for days in each if occasions[booking.pk, days] not in known]
        for days in fresh:
            messages += decide_for_visit(
                BOOKING_REMINDER,
                booking,
                occasion=occasions[booking.pk, days],
                settings=settings,
                now=now,
                reason=None if days == each[0] else Reason.NEARER_REMINDER,
                moment=moment,
            )
    return write(messages, now=now)


def _moment_of(bookings: Iterable[Booking], settings: MessageSettings) -> Moment:
    """With everything that is asked of each of these visits' contacts."""
    contacts = [find_contact_of_booking(booking, settings) for booking in bookings]
    addresses = [address for contact in contacts if contact for address in own_addresses(contact)]
    return replace(read_moment(), wishes=wishes_at(addresses))


def reminder_occasion(booking: Booking, days: int) -> str:
    """Each (booking, reminder, announced time) at most once."""
    told = f"{booking.promised_from:%Y%m%dT%H%M}-{booking.promised_to:%Y%m%dT%H%M}"
    return f"{BOOKING_REMINDER.name}:{booking.pk}:{days}:{told}"


def _known(occasions: Iterable[str], booking_ids: list[int]) -> set[str]:
    """Which of them have been decided."""
    keys = Message.objects.filter(
        booking__in=booking_ids, message_type=BOOKING_REMINDER.name, is_test=False
    ).values_list("dedupe_key", flat=True)
    return set(occasions) & {key.rpartition(":")[0] for key in keys}
