"""When the user of a CalDAV calendar is taken (RFC 4791, 7.10)."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from doorstep.connectors.calendar import caldav_errors
from doorstep.connectors.calendar.base import BusyTime
from doorstep.connectors.calendar.caldav_client import CaldavClient
from doorstep.connectors.calendar.caldav_text import calendar_text
from doorstep.connectors.calendar.caldav_xml import (
    CALDAV,
    bad_answer,
    conditions,
    events_between,
    free_busy,
    read_multi_status,
)
from doorstep.connectors.calendar.ics_reader import (
    UnreadableCalendar,
    parse,
    read_occurrences,
)

DATA = f"{CALDAV}calendar-data"
# A server that cannot do this report says so in one of these ways (RFC 3253, 3.6, and practice).
UNSUPPORTED = frozenset({400, 405, 415, 422, 501})
UNSUPPORTED_CONDITIONS = frozenset({"supported-report", "supported-filter"})


def ask_busy(client: CaldavClient, url: str, from_at: datetime, to_at: datetime) -> list[BusyTime]:
    """By the report made for it; where the server has none, from the events themselves."""
    response = client.ask("REPORT", url, body=free_busy(from_at, to_at), depth="1")
    if response.status in UNSUPPORTED or UNSUPPORTED_CONDITIONS & conditions(response).keys():
        return _from_events(client, url, from_at, to_at)
    if response.status != 200:
        raise caldav_errors.failure(response, who=client.login.user)
    return [_within(busy, from_at, to_at) for busy in _read(calendar_text(response))]


def _read(content: bytes) -> Iterator[BusyTime]:
    try:
        components = parse(content).walk("VFREEBUSY")
    except UnreadableCalendar as error:
        raise bad_answer() from error
    for component in components:
        lines = component.get("FREEBUSY", [])
        for line in lines if isinstance(lines, list) else [lines]:
            if str(line.params.get("FBTYPE", "BUSY")).upper() == "FREE":
                continue
            yield BusyTime(_utc(line.start), _utc(line.end))


def _from_events(
    client: CaldavClient, url: str, from_at: datetime, to_at: datetime
) -> list[BusyTime]:
    body = events_between(from_at, to_at, is_expanded=True)
    response = client.ask("REPORT", url, body=body, depth="1")
    if not 200 <= response.status < 300:
        raise caldav_errors.failure(response, who=client.login.user)
    busy: list[BusyTime] = []
    for found in read_multi_status(response):
        try:
            events = read_occurrences(found.raw(DATA).encode())
        except UnreadableCalendar:
            continue  # one broken event of theirs must not hide all others
        busy += [
            _within(BusyTime(each.starts_at, each.ends_at), from_at, to_at)
            for each in events
            if each.is_busy
            and not each.is_canceled
            and each.starts_at < to_at
            and each.ends_at > from_at
        ]
    return busy


def _within(busy: BusyTime, from_at: datetime, to_at: datetime) -> BusyTime:
    return BusyTime(max(busy.starts_at, from_at), min(busy.ends_at, to_at))


def _utc(value: date | timedelta) -> datetime:
    if not isinstance(value, datetime):
        raise bad_answer()
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
