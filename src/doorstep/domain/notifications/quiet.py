"""Quiet hours at the place of work: when a message that can wait may go out."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from doorstep.domain.organization.selectors import get_company
from doorstep.platform.lib.site_time import combine, get_zone, local_day

from .message_types import MESSAGE_TYPES
from .models import Message, MessageSettings

ONE_DAY = timedelta(days=1)


def quiet_until(message: Message, settings: MessageSettings, *, now: datetime) -> datetime | None:
    """The end of the quiet hours `now` lies in; None when it may go out at once.

    Urgent types pass, and so do tests that staff send to themselves.
    """
    if (
        settings.quiet_from is None
        or settings.quiet_to is None
        or message.is_test
        or MESSAGE_TYPES[message.message_type].is_urgent
    ):
        return None
    return end_of_quiet(settings.quiet_from, settings.quiet_to, zone_of(message), now=now)


def end_of_quiet(
    from_time: time, to_time: time, zone: ZoneInfo, *, now: datetime
) -> datetime | None:
    """The end of the quiet stretch around `now`, or None outside; 22:00 to 7:00 spans midnight.

    A stretch that begins and ends at the same time of day is empty.
    """
    if from_time == to_time:
        return None
    today = local_day(now, zone)
    for day in (today - ONE_DAY, today):
        begins = first_instant(day, from_time, zone)
        ends = first_instant(day if from_time < to_time else day + ONE_DAY, to_time, zone)
        if begins <= now < ends:
            return ends
    return None


def zone_of(message: Message) -> ZoneInfo:
    """Where the visit is; without one, where the contact lives; else the company's."""
    own = ""
    if message.booking is not None:
        own = message.booking.time_zone
    elif message.contact is not None:
        own = message.contact.time_zone or message.contact.account.time_zone
    return get_zone(own or get_company().time_zone)


def first_instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The first instant of this wall time; in the hour that is skipped, the first one after it."""
    wall = datetime.combine(day, at)
    while True:
        found = combine(wall.date(), wall.time(), zone)
        if found:
            return found[0]
        wall += timedelta(minutes=15)
