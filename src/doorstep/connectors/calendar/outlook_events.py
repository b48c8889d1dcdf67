"""Our events as Graph's JSON and back. Bodies are never read: Exchange rewraps them."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from unicodedata import category
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from doorstep.connectors.base import TemporaryFailure
from doorstep.connectors.calendar.base import CalendarEvent, FoundEvent, Place, WrittenEvent

# Ours alone, and never to be changed: events that were written with it are found by it. The name
# is compared with its case, the value without.
OUR_PROPERTY = "String {5d4f2f0e-7c1b-4f0a-9b1e-6a5b0c9d3e27} Name DoorstepVisit"
_TRANSACTIONS = UUID("a4f7c9a2-3a53-4d8e-8f43-0c6a4f2f9c11")
LONGEST_TITLE = 255
SELECT = "id,subject,start,end,location,showAs,isOrganizer,seriesMasterId"
EXPAND = f"singleValueExtendedProperties($filter=id eq '{OUR_PROPERTY}')"
SELECT_ID = "id,seriesMasterId"
PAGE = "100"
# Exchange answers a repeated POST with the event of the first. One younger than this we take for
# new; if it is not, its user can hardly have touched it.
SURELY_NEW = timedelta(minutes=1)
TAKES_TIME = frozenset({"busy", "oof", "tentative"})


def mark(reference: str, generation: int) -> str:
    return f"{reference}/{generation}"


def mark_filter(event: CalendarEvent) -> str:
    value = mark(event.reference, event.generation).replace("'", "''")
    condition = f"ep/id eq '{OUR_PROPERTY}' and ep/value eq '{value}'"
    return f"singleValueExtendedProperties/Any(ep: {condition})"


def new_event(event: CalendarEvent) -> dict[str, Any]:
    """For the POST that makes it; the transaction id makes the same POST harmless."""
    marked = mark(event.reference, event.generation)
    return {
        **our_fields(event),
        "transactionId": str(uuid5(_TRANSACTIONS, marked)),
        "singleValueExtendedProperties": [{"id": OUR_PROPERTY, "value": marked}],
    }


def our_fields(event: CalendarEvent) -> dict[str, Any]:
    """Everything of an event that is ours to write. No attendees: one makes it a meeting."""
    takes_time = event.is_busy and not event.is_canceled
    text = clean(event.text)
    if event.url and event.url not in text:
        text += f"\n{event.url}\n" if text else f"{event.url}\n"
    fields: dict[str, Any] = {
        "subject": " ".join(clean(event.title).split())[:LONGEST_TITLE],
        "body": {"contentType": "text", "content": text},
        "start": instant(event.starts_at),
        "end": instant(event.ends_at),
        "location": location(event.place),
        "importance": event.importance.value,
        "showAs": "busy" if takes_time else "free",
        "sensitivity": "private" if event.is_private else "normal",
        "isReminderOn": takes_time and event.reminder_minutes is not None,
    }
    if event.reminder_minutes is not None:
        fields["reminderMinutesBeforeStart"] = event.reminder_minutes
    return fields


def location(place: Place | None) -> dict[str, Any]:
    """Every part, empty ones too, so that nothing stays of an earlier place."""
    place = place or Place(name="")
    has_point = place.latitude is not None and place.longitude is not None
    point = {"latitude": place.latitude, "longitude": place.longitude}
    return {
        "displayName": " ".join(clean(place.name).split())[:LONGEST_TITLE],
        "address": {
            "street": clean(place.street),
            "city": clean(place.city),
            "state": clean(place.region),
            "countryOrRegion": clean(place.country),
            "postalCode": clean(place.postal_code),
        },
        "coordinates": point if has_point else None,
    }


def clean(text: str) -> str:
    """Without what XML, in which Exchange keeps it, cannot hold."""
    return "".join(sign for sign in text if sign in "\n\t" or category(sign) not in ("Cc", "Cs"))


def instant(at: datetime) -> dict[str, str]:
    return {"dateTime": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f"), "timeZone": "UTC"}


def window(from_at: datetime, to_at: datetime) -> dict[str, str]:
    """The parameters of a calendar view, which takes no empty window."""
    to_at = max(to_at, from_at + timedelta(minutes=1))
    return {
        "startDateTime": f"{instant(from_at)['dateTime']}Z",
        "endDateTime": f"{instant(to_at)['dateTime']}Z",
        "$top": PAGE,
    }


# --- Reading -----------------------------------------------------------------------------------


def found_event(item: Mapping[str, Any]) -> FoundEvent:
    """Raises TemporaryFailure for what is no event."""
    place = item.get("location")
    reference, generation = read_mark(item)
    return FoundEvent(
        written=written_event(item),
        reference=reference,
        generation=generation,
        title=str(item.get("subject") or ""),
        place_name=str(place.get("displayName") or "") if isinstance(place, dict) else "",
        starts_at=read_instant(item.get("start")),
        ends_at=read_instant(item.get("end")),
        is_busy=item.get("showAs") in TAKES_TIME,
        is_ours=bool(reference) and item.get("isOrganizer") is not False,
    )


def written_event(item: object) -> WrittenEvent:
    """Of a series that its user made of our event, the series: its days have ids of their own."""
    if not isinstance(item, dict):
        raise bad_answer()
    remote_id = item.get("seriesMasterId") or item.get("id")
    if not isinstance(remote_id, str) or not remote_id:
        raise bad_answer()
    return WrittenEvent(remote_id, str(item.get("@odata.etag") or ""))


def is_among(written: WrittenEvent, items: Iterable[object]) -> bool:
    return any(
        isinstance(item, dict) and written.remote_id in (item.get("id"), item.get("seriesMasterId"))
        for item in items
    )


def is_old(made: Mapping[str, Any], *, now: datetime) -> bool:
    """Whether what a POST answered was there before; True where that cannot be read."""
    try:
        made_at = datetime.fromisoformat(_six_decimals(str(made.get("createdDateTime"))))
        return now - made_at > SURELY_NEW
    except (ValueError, TypeError):
        return True


def read_mark(item: Mapping[str, Any]) -> tuple[str, int]:
    """Reference and generation; ("", 0) if it bears no mark of ours."""
    properties = item.get("singleValueExtendedProperties")
    for each in properties if isinstance(properties, list) else ():
        if isinstance(each, dict) and str(each.get("id")).lower() == OUR_PROPERTY.lower():
            reference, _slash, generation = str(each.get("value")).rpartition("/")
            if generation.isascii() and generation.isdigit():
                return reference, int(generation)
    return "", 0


def read_instant(value: object) -> datetime:
    """Graph's dateTimeTimeZone."""
    if not isinstance(value, dict):
        raise bad_answer()
    text, zone = str(value.get("dateTime")), str(value.get("timeZone"))
    try:
        at = datetime.fromisoformat(_six_decimals(text))
        # UTC as we asked; some answers keep the zone of the event.
        return at.replace(tzinfo=UTC if zone == "UTC" else ZoneInfo(zone)).astimezone(UTC)
    except (ValueError, OverflowError, ZoneInfoNotFoundError, OSError) as error:
        raise bad_answer() from error


def _six_decimals(text: str) -> str:
    """Graph writes seven, one more than Python reads."""
    return re.sub(r"(\.\d{6})\d+", r"\1", text)


def bad_answer() -> TemporaryFailure:
    return TemporaryFailure("bad_answer", "Graph's answer is not what was asked for.")
