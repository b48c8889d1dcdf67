"""Read iCalendar text (RFC 5545) that we or others have written."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from icalendar import Calendar, Component, Event, vText, vUnknown

from doorstep.connectors.calendar.ics import MARK


class UnreadableCalendar(ValueError):
    """What should be a calendar is none, or lacks what every event has."""


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """What an event in a calendar says, whoever wrote it last. `reference` is "" without our
    mark. A whole day spans midnight to midnight."""

    uid: str
    sequence: int
    reference: str
    generation: int
    title: str
    place_name: str
    starts_at: datetime
    ends_at: datetime
    is_busy: bool
    is_canceled: bool


def read_events(content: bytes, *, zone: tzinfo = UTC) -> tuple[StoredEvent, ...]:
    """The events of a calendar, without the exceptions to repeated ones.

    Times without a zone, and whole days, are those of `zone`. Raises UnreadableCalendar.
    """
    return tuple(_stored_event(event, zone) for event in masters(parse(content)))


def read_occurrences(content: bytes, *, zone: tzinfo = UTC) -> tuple[StoredEvent, ...]:
    """Every event there is, the exceptions to repeated ones and single repetitions included."""
    events = parse(content).walk("VEVENT")
    return tuple(_stored_event(event, zone) for event in events if isinstance(event, Event))


def _stored_event(event: Event, zone: tzinfo) -> StoredEvent:
    reference, _, generation = text(event, MARK).rpartition(" ")
    is_marked = bool(reference) and generation.isdecimal()
    starts_at, ends_at = _period(event, zone)
    is_canceled = text(event, "STATUS").upper() == "CANCELLED"
    return StoredEvent(
        uid=text(event, "UID"),
        sequence=number(event, "SEQUENCE"),
        reference=reference if is_marked else "",
        generation=int(generation) if is_marked else 0,
        title=text(event, "SUMMARY"),
        place_name=text(event, "LOCATION"),
        starts_at=starts_at,
        ends_at=ends_at,
        is_busy=text(event, "TRANSP").upper() != "TRANSPARENT",
        is_canceled=is_canceled,
    )


def _period(event: Event, zone: tzinfo) -> tuple[datetime, datetime]:
    """From and to in UTC; an end may be missing (RFC 5545, 3.6.1)."""
    start, end, length = (_value(event, name) for name in ("DTSTART", "DTEND", "DURATION"))
    if not isinstance(start, date):
        raise UnreadableCalendar("An event says no time.")
    starts_at = _instant(start, zone)
    if isinstance(end, date):
        return starts_at, _instant(end, zone)
    if isinstance(length, timedelta):
        return starts_at, starts_at + length
    if isinstance(start, datetime):
        return starts_at, starts_at
    return starts_at, _instant(start + timedelta(days=1), zone)


def _instant(value: date, zone: tzinfo) -> datetime:
    at = value if isinstance(value, datetime) else datetime.combine(value, time.min)
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)


def parse(content: bytes) -> Calendar:
    """Raises UnreadableCalendar."""
    try:
        calendar = Calendar.from_ical(content)
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise UnreadableCalendar(f"This is no calendar: {error}") from error
    if calendar.name != "VCALENDAR":
        raise UnreadableCalendar(f"A calendar was expected, and this is a {calendar.name}.")
    return calendar


def masters(calendar: Calendar) -> list[Event]:
    """The events themselves, without the exceptions to repeated ones."""
    events = calendar.walk("VEVENT")
    return [one for one in events if isinstance(one, Event) and "RECURRENCE-ID" not in one]


def _value(component: Component, name: str) -> object:
    """A time or length; None if it is missing, there twice, or broken."""
    try:
        return getattr(component.get(name), "dt", None)
    except ValueError:
        return None


def text(component: Component, name: str) -> str:
    """A property's text, "" if it is missing."""
    value = component.get(name, "")
    if isinstance(value, list):  # there twice, against the rules
        value = value[0]
    if isinstance(value, vUnknown):  # read as it is on the line, still escaped
        value = vText.from_ical(value)
    return str(value)


def number(component: Component, name: str) -> int:
    """A property's number, 0 if it is missing or none."""
    value = text(component, name)
    return int(value) if value.isascii() and value.isdecimal() else 0
