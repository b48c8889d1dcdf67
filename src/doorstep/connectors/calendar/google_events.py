"""Our events as Google's JSON, and back.

https://developers.google.com/workspace/calendar/api/v3/reference/events
"""

import hashlib
import re
from base64 import b32hexencode
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from doorstep.connectors.base import TemporaryFailure
from doorstep.connectors.calendar.base import CalendarEvent, FoundEvent, WrittenEvent

# Private properties of an event, seen by this account alone.
MARK, REFERENCE, GENERATION = "doorstep", "doorstepReference", "doorstepGeneration"
MARKED = "1"
ID_BYTES = 20
CANCELLED = "cancelled"
_ENTITY = re.compile(r"&(?=#?[0-9A-Za-z]+;)")


def event_id(reference: str, generation: int) -> str:
    """The id we choose: the same for the same event, so that making it twice makes one.

    Google takes 5 to 1024 signs of base32hex in lower case. It is sent without an iCalUID: only one
    of the two may be given at creation.
    """
    digest = hashlib.sha256(f"{reference}\n{generation}".encode()).digest()
    return b32hexencode(digest[:ID_BYTES]).decode().lower()


def ours(event: CalendarEvent) -> dict[str, Any]:
    """The fields that are ours; in a PATCH what is not named stays as its user has it.

    SEQUENCE is left to Google, which counts its users' changes too and refuses a number below its
    own. There are no priorities and no coordinates in Google Calendar.
    """
    return {
        "summary": event.title,
        "description": _as_html(event.text),
        "location": event.place.name if event.place else "",
        "start": _instant(event.starts_at),
        "end": _instant(event.ends_at),
        # A visit happens once: a repetition somebody added goes with the time it belonged to.
        "recurrence": [],
        "transparency": "opaque" if event.is_busy else "transparent",
        "visibility": "private" if event.is_private else "default",
        "reminders": _reminders(event),
        "source": {"title": event.title, "url": event.url} if event.url else None,
        "extendedProperties": {
            "private": {
                MARK: MARKED,
                REFERENCE: event.reference,
                GENERATION: str(event.generation),
            }
        },
    }


def written(item: Mapping[str, Any]) -> WrittenEvent:
    identifier, etag = item.get("id"), item.get("etag", "")
    if not isinstance(identifier, str) or not identifier or not isinstance(etag, str):
        raise bad_answer()
    return WrittenEvent(identifier, etag)


def found(item: Mapping[str, Any]) -> FoundEvent:
    """An event that bears our mark, as its user sees it.

    A copy that its user made has our mark as well, but not our id.
    """
    marks = _marks(item)
    reference, generation = str(marks.get(REFERENCE, "")), _number(marks.get(GENERATION))
    organizer = item.get("organizer")
    is_own = isinstance(organizer, Mapping) and organizer.get("self") is True
    return FoundEvent(
        written=written(item),
        reference=reference,
        generation=generation,
        title=str(item.get("summary", "")),
        place_name=str(item.get("location", "")),
        starts_at=_read_time(item.get("start")),
        ends_at=_read_time(item.get("end")),
        is_busy=item.get("transparency") != "transparent",
        is_ours=bool(reference) and is_own and item.get("id") == event_id(reference, generation),
    )


def is_cancelled(item: Mapping[str, Any]) -> bool:
    """Whether its user deleted it: Google goes on showing the id, with this status."""
    return item.get("status") == CANCELLED


def instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def read_instant(value: object) -> datetime:
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise bad_answer() from error
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def bad_answer() -> TemporaryFailure:
    return TemporaryFailure("bad_answer", "Google's answer is not what was asked for.")


def _as_html(text: str) -> str:
    """Google shows a description as HTML: what is only text must not become any. Signs that HTML
    leaves alone stay, for the programs that show it as text."""
    return _ENTITY.sub("&amp;", text).replace("<", "&lt;")


def _instant(at: datetime) -> dict[str, str | None]:
    # Were it an all-day event now, the day would stay beside the time, and Google refuses both.
    return {"dateTime": instant(at), "date": None, "timeZone": "UTC"}


def _reminders(event: CalendarEvent) -> dict[str, Any]:
    overrides = []
    if event.reminder_minutes is not None and not event.is_canceled:
        overrides.append({"method": "popup", "minutes": event.reminder_minutes})
    return {"useDefault": False, "overrides": overrides}


def _read_time(value: object) -> datetime:
    # An all-day event has a day only; it begins in the zone of its reader, whom we do not know.
    value = value if isinstance(value, Mapping) else {}
    return read_instant(value.get("dateTime") or value.get("date"))


def _marks(item: Mapping[str, Any]) -> Mapping[str, Any]:
    properties = item.get("extendedProperties")
    marks = properties.get("private") if isinstance(properties, Mapping) else None
    return marks if isinstance(marks, Mapping) else {}


def _number(value: object) -> int:
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
