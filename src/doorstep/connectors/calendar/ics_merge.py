"""Bring an event in somebody's calendar (RFC 5545) up to date without taking what they added."""

from datetime import timedelta

from icalendar import Component, Event

from doorstep.connectors.calendar.base import CalendarEvent
from doorstep.connectors.calendar.ics import (
    MARK,
    PRIVATE,
    PRODUCT,
    REMINDER,
    calendar_bytes,
    event_component,
    stored_object,
)
from doorstep.connectors.calendar.ics_reader import masters, number, parse, text

# A visit happens once: a repetition somebody added goes with the time it belonged to.
OF_TIME = ("DTSTART", "DTEND", "DURATION", "RRULE", "EXRULE", "RDATE", "EXDATE")
OURS = (
    *OF_TIME,
    *("DTSTAMP", "LAST-MODIFIED", "SEQUENCE", "STATUS", "TRANSP", "PRIORITY"),
    *("SUMMARY", "DESCRIPTION", "LOCATION", "GEO", "URL", MARK, REMINDER, PRIVATE),
)
# Programs keep second versions of the same fields, and would go on showing those.
SHADOWS = (
    *("X-ALT-DESC", "STYLED-DESCRIPTION", "X-APPLE-STRUCTURED-LOCATION"),
    *("X-MICROSOFT-CDO-BUSYSTATUS", "X-MICROSOFT-CDO-IMPORTANCE", "X-MICROSOFT-CDO-ALLDAYEVENT"),
)


def merged(existing: bytes, event: CalendarEvent, *, uid: str) -> bytes:
    """The stored object with our fields as in `event`, and all that its user added.

    Kept are categories, colors, attachments, comments, a class somebody chose, guests, and every
    alarm; ours is changed only when we ask for another one and it still is as we wrote it.
    SEQUENCE passes the one that is there, or programs would take ours for the older version.
    Raises UnreadableCalendar.
    """
    calendar = parse(existing)
    found = next((one for one in masters(calendar) if text(one, "UID") == uid), None)
    if found is None:
        return stored_object(event, uid=uid)
    fresh = event_component(event, uid)
    present = number(found, "SEQUENCE")
    if present > event.sequence:
        fresh["SEQUENCE"] = present + 1
    _merge_alarms(found, fresh)
    if text(found, PRIVATE) and text(found, PRIVATE) == text(found, "CLASS"):
        del found["CLASS"]  # ours, and nobody chose another since
    for name in (*OURS, *SHADOWS):
        found.pop(name, None)
    for name, value in fresh.items():
        found[name] = value
    for name in ("METHOD", "PRODID"):
        calendar.pop(name, None)
    calendar.add("prodid", PRODUCT)
    calendar.subcomponents = [
        one for one in calendar.subcomponents if one.name != "VEVENT" or one is found
    ]
    return calendar_bytes(calendar)


def _merge_alarms(found: Event, fresh: Event) -> None:
    if text(found, REMINDER) == text(fresh, REMINDER):
        return
    theirs = [one for one in found.subcomponents if not _is_our_alarm(one)]
    had_ours = len(theirs) < len(found.subcomponents)
    if had_ours or not theirs:
        theirs += fresh.subcomponents
    found.subcomponents = theirs


def _is_our_alarm(alarm: Component) -> bool:
    """Whether it is as we wrote it; an edited one belongs to whoever edited it."""
    minutes, trigger = text(alarm, REMINDER), alarm.get("TRIGGER")
    return minutes.isdecimal() and getattr(trigger, "dt", None) == -timedelta(minutes=int(minutes))
