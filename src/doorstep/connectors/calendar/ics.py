"""Calendar events as iCalendar text (RFC 5545).

Times are UTC and need no zone table. Nobody is invited: no ORGANIZER, no ATTENDEE, except in the
one file a customer is sent (`published`). What is written depends on the event alone, not on when
it is written, so that equal events are equal bytes.
"""

import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from icalendar import (
    Alarm,
    Calendar,
    Event,
    Timezone,
    TimezoneStandard,
    vCalAddress,
    vDDDTypes,
    vDuration,
    vText,
    vUnknown,
)

from doorstep.connectors.calendar.base import CalendarEvent, Importance

CONTENT_TYPE = "text/calendar; charset=utf-8"
PRODUCT = "-//Doorstep//Visits//EN"
MARK = "X-DOORSTEP-REFERENCE"  # "<reference> <generation>"
REMINDER = "X-DOORSTEP-REMINDER"  # minutes we last asked for, on the event and on our alarm
PRIVATE = "X-DOORSTEP-CLASS"  # the class we last asked for, beside that of the event
PRIORITIES = {Importance.HIGH: 1, Importance.NORMAL: 5, Importance.LOW: 9}
LINE_BREAKS = str.maketrans(dict.fromkeys("\r\v\f\x1c\x1d\x1e\x85\u2028\u2029", "\n"))


def stored_object(event: CalendarEvent, *, uid: str) -> bytes:
    """What a CalDAV server stores: one event, and no METHOD (RFC 4791, 4.1)."""
    calendar = _calendar()
    calendar.add_component(event_component(event, uid))
    return calendar_bytes(calendar)


def feed(
    events: Iterable[tuple[str, CalendarEvent]], *, name: str, refresh_every: timedelta
) -> bytes:
    """A calendar to subscribe to: pairs of UID and event.

    Without METHOD, though many feeds say PUBLISH: with it each event needs an ORGANIZER, and
    DTSTAMP would be the moment of sending, which makes every reading differ (RFC 5545, 3.7.2 and
    3.8.7.2; RFC 5546, 3.2.1). Without, the text is what it is: a snapshot of a calendar.
    """
    calendar = _calendar()
    for property_name in ("name", "x-wr-calname"):  # RFC 7986, and what came before it
        calendar.add(property_name, Text(one_line(name)))
    refresh = vDuration(refresh_every)
    calendar.add("refresh-interval", refresh, parameters={"value": "DURATION"})
    calendar.add("x-published-ttl", vDuration(refresh_every))
    for uid, event in events:
        calendar.add_component(event_component(event, uid))
    if not calendar.subcomponents:  # a calendar has at least one component (RFC 5545, 3.6)
        calendar.add_component(_utc())
    return calendar_bytes(calendar)


def published(
    event: CalendarEvent, *, uid: str, method: str, organizer: str, sent_at: datetime
) -> bytes:
    """A file that is handed over: `method` is PUBLISH or CANCEL. No attendees, no mails.

    What is published or canceled names its organizer, the same each time, and DTSTAMP is when it
    was sent (RFC 5546, 3.2.1 and 3.2.5).
    """
    component = event_component(event, uid)
    component["DTSTAMP"] = _stamp(sent_at)
    component.add("organizer", vCalAddress(f"mailto:{one_line(organizer)}"))
    calendar = _calendar()
    calendar.add("method", method)
    calendar.add_component(component)
    return calendar_bytes(calendar)


class Text(vText):
    r"""A text as it was: the library's own takes the two signs \N for a line end."""

    def to_ical(self) -> bytes:
        escaped = str(self).replace("\\", r"\\").replace(";", r"\;").replace(",", r"\,")
        return escaped.replace("\n", r"\n").encode()


def plain(text: str) -> str:
    """Text that every reader takes: one kind of line end, no control characters (RFC 5545,
    3.3.11), and nothing that cannot be written in UTF-8."""
    lines = text.replace("\r\n", "\n").translate(LINE_BREAKS)
    return "".join(
        sign for sign in lines if sign in "\t\n" or unicodedata.category(sign) not in {"Cc", "Cs"}
    )


def one_line(text: str) -> str:
    return " ".join(part.strip() for part in plain(text).split("\n") if part.strip())


def _calendar() -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    return calendar


def event_component(event: CalendarEvent, uid: str) -> Event:
    component = Event()
    component.add("uid", Text(one_line(uid)))
    component.add("sequence", event.sequence)
    component["DTSTAMP"] = component["LAST-MODIFIED"] = _stamp(event.changed_at)
    component["DTSTART"] = _stamp(event.starts_at)
    component["DTEND"] = _stamp(event.ends_at)
    component.add("summary", Text(one_line(event.title)))
    component.add("status", "CANCELLED" if event.is_canceled else "CONFIRMED")
    component.add("transp", "OPAQUE" if event.is_busy else "TRANSPARENT")
    component.add("priority", PRIORITIES[event.importance])
    if event.text:
        component.add("description", Text(plain(event.text)))
    if event.url:
        component.add("url", "".join(plain(event.url).split()))
    if event.is_private:
        component.add("class", "PRIVATE")
        component.add(PRIVATE, Text("PRIVATE"))
    _add_place(component, event)
    if event.reference:
        component.add(MARK, Text(f"{one_line(event.reference)} {event.generation}"))
    if event.reminder_minutes is not None and not event.is_canceled:
        component.add(REMINDER, Text(str(event.reminder_minutes)))
        component.add_component(_alarm(event))
    return component


def _add_place(component: Event, event: CalendarEvent) -> None:
    place = event.place
    if place is None:
        return
    if place.name:
        component.add("location", Text(one_line(place.name)))
    if place.latitude is not None and place.longitude is not None:
        # Written by hand: a float of almost nothing would be 1e-06, which is no number here.
        component["GEO"] = vUnknown(f"{place.latitude:.6f};{place.longitude:.6f}")


def _alarm(event: CalendarEvent) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", Text(one_line(event.title)))
    alarm.add("trigger", -timedelta(minutes=event.reminder_minutes or 0))
    alarm.add(REMINDER, Text(str(event.reminder_minutes)))
    return alarm


def _stamp(at: datetime) -> Any:
    """An instant as UTC to the second, with its Z."""
    return vDDDTypes(at.astimezone(UTC).replace(microsecond=0))


def _utc() -> Timezone:
    rule = TimezoneStandard()
    rule.add("dtstart", datetime(1970, 1, 1))  # noqa: DTZ001 - local by definition
    rule.add("tzoffsetfrom", timedelta(0))
    rule.add("tzoffsetto", timedelta(0))
    zone = Timezone()
    zone.add("tzid", "UTC")
    zone.add_component(rule)
    return zone


def calendar_bytes(calendar: Calendar) -> bytes:
    content: bytes = calendar.to_ical()
    return content
