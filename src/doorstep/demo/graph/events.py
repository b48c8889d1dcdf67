"""Events from and to Graph's JSON: what may be set, and what Exchange makes of it."""

import html
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .answers import Call, GraphError
from .store import KeptEvent

LONGEST_SUBJECT = 255
CHOICES = {
    "importance": {"low", "normal", "high"},
    "showAs": {"free", "tentative", "busy", "oof", "workingElsewhere", "unknown"},
    "sensitivity": {"normal", "personal", "private", "confidential"},
}
# What may be set, and of which kind it is.
WRITABLE: dict[str, type | tuple[type, ...]] = {
    "subject": str,
    "body": dict,
    "start": dict,
    "end": dict,
    "location": dict,
    "importance": str,
    "showAs": str,
    "sensitivity": str,
    "categories": list,
    "isAllDay": bool,
    "isReminderOn": bool,
    "reminderMinutesBeforeStart": int,
    "responseRequested": bool,
    "hideAttendees": bool,
    "allowNewTimeProposals": bool,
    "attendees": list,
    "transactionId": str,
    "singleValueExtendedProperties": list,
}
DEFAULTS: dict[str, Any] = {
    "subject": "",
    "body": {"contentType": "html", "content": ""},
    "location": {"displayName": ""},
    "importance": "normal",
    "showAs": "busy",
    "sensitivity": "normal",
    "categories": [],
    "isAllDay": False,
    "isReminderOn": True,
    "reminderMinutesBeforeStart": 15,
    "responseRequested": True,
    "hideAttendees": False,
    "allowNewTimeProposals": True,
    "attendees": [],
}
WINDOWS_ZONES = {
    "GMT Standard Time": "Europe/London",
    "W. Europe Standard Time": "Europe/Berlin",
    "Romance Standard Time": "Europe/Paris",
    "Eastern Standard Time": "America/New_York",
    "Pacific Standard Time": "America/Los_Angeles",
}
_PROPERTY = re.compile(
    r"(String|Integer|Boolean) \{([0-9A-Fa-f-]{36})\} (Name \S.*|Id 0x[0-9A-Fa-f]+)\Z"
)


def check_fields(body: Any, *, is_new: bool) -> dict[str, Any]:
    """The fields of a POST or PATCH. Raises GraphError for what Exchange would not take."""
    if not isinstance(body, dict):
        raise GraphError(400, "BadRequest", "Unable to read JSON request payload.")
    for name, value in body.items():
        if name.startswith("@odata."):
            continue
        if name not in WRITABLE:
            raise GraphError(400, "RequestBodyRead", f"The property '{name}' does not exist.")
        if not isinstance(value, WRITABLE[name]):
            raise GraphError(400, "RequestBodyRead", f"Cannot convert '{name}'.")
        if name in CHOICES and value not in CHOICES[name]:
            raise GraphError(400, "RequestBodyRead", f"'{value}' is no value of '{name}'.")
    if not is_new and "transactionId" in body:
        raise GraphError(400, "ErrorInvalidPropertySet", "transactionId cannot be changed.")
    if is_new and not {"start", "end"} <= body.keys():
        raise GraphError(400, "ErrorPropertyValidationFailure", "Start and end are required.")
    if len(body.get("subject", "")) > LONGEST_SUBJECT:
        raise GraphError(400, "ErrorInvalidRequest", "The subject is too long.")
    return {name: value for name, value in body.items() if not name.startswith("@odata.")}


def read_instant(value: Mapping[str, Any]) -> datetime:
    """An instant in UTC of Graph's dateTimeTimeZone. Raises GraphError."""
    text, zone = value.get("dateTime"), value.get("timeZone", "UTC")
    if not isinstance(text, str) or not isinstance(zone, str):
        raise GraphError(400, "ErrorPropertyValidationFailure", "dateTime is required.")
    try:
        # Seven decimals are one more than Python reads.
        at = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text))
    except ValueError as problem:
        raise GraphError(400, "ErrorPropertyValidationFailure", "No such instant.") from problem
    if at.tzinfo is not None:
        raise GraphError(400, "ErrorPropertyValidationFailure", "The instant has an offset.")
    return at.replace(tzinfo=get_zone(zone)).astimezone(UTC)


def get_zone(name: str) -> ZoneInfo:
    """By IANA's or Windows' name. Raises GraphError."""
    try:
        return ZoneInfo(WINDOWS_ZONES.get(name, name))
    except (ZoneInfoNotFoundError, ValueError, OSError) as problem:
        raise GraphError(400, "TimeZoneNotSupportedException", f"No zone '{name}'.") from problem


def show_instant(at: datetime, zone: str) -> dict[str, str]:
    local = at.astimezone(get_zone(zone))
    return {"dateTime": f"{local:%Y-%m-%dT%H:%M:%S}.{local.microsecond:06}0", "timeZone": zone}


def property_key(property_id: str) -> str:
    """The property's id made comparable: GUIDs are, whatever their case, but names are not."""
    found = _PROPERTY.match(property_id)
    if found is None:
        raise GraphError(400, "ErrorInvalidProperty", f"'{property_id}' is no property id.")
    return f"{found[1]} {{{found[2].lower()}}} {found[3]}"


def read_properties(listed: Any) -> dict[str, str]:
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        raise GraphError(400, "RequestBodyRead", "Extended properties are a list of objects.")
    return {property_key(str(each.get("id"))): str(each.get("value")) for each in listed}


def render(event: KeptEvent, call: Call) -> dict[str, Any]:
    """The event as Graph answers it to this call, all its fields; see queries.select."""
    zone = preferred_zone(call)
    fields = {**DEFAULTS, **event.fields}
    location = {"locationType": "default", "uniqueId": "", **fields["location"]}
    shown: dict[str, Any] = {
        "@odata.etag": event.etag,
        "id": event.id if call.prefers('IdType="ImmutableId"') else event.moving_id,
        "createdDateTime": f"{event.created_at:%Y-%m-%dT%H:%M:%S}.0000000Z",
        "lastModifiedDateTime": f"{event.changed_at:%Y-%m-%dT%H:%M:%S}.0000000Z",
        "changeKey": event.change_key,
        "iCalUId": f"0400000082{event.id[4:20]}",
        **fields,
        "body": wrap(fields["body"], as_text=call.prefers('outlook.body-content-type="text"')),
        "start": show_instant(event.starts_at, zone),
        "end": show_instant(event.ends_at, zone),
        "location": location,
        "locations": [location] if location.get("displayName") else [],
        "isOrganizer": event.is_organizer,
        "isCancelled": False,
        "type": "singleInstance",
        "seriesMasterId": None,
        "webLink": f"https://outlook.office365.com/owa/?itemid={event.id}",
        "organizer": {"emailAddress": {"address": event.mailbox, "name": event.mailbox}},
    }
    if event.transaction_id:
        shown["transactionId"] = event.transaction_id
    return shown


def preferred_zone(call: Call) -> str:
    for wish in call.headers.get("prefer", "").split(","):
        name, _equals, value = wish.strip().partition("=")
        if name.strip().lower() == "outlook.timezone":
            return value.strip().strip('"')
    return "UTC"


def wrap(body: Mapping[str, Any], *, as_text: bool) -> dict[str, str]:
    """As Exchange gives a body back: in HTML of its own, whatever it was written as."""
    content, is_text = str(body.get("content", "")), body.get("contentType") == "text"
    if as_text:
        return {"contentType": "text", "content": plain(body)}
    if is_text:
        lines = html.escape(content, quote=False).splitlines()
        content = '<div class="PlainText">' + "<br>\r\n".join(lines) + "</div>"
    head = '<meta http-equiv="Content-Type" content="text/html; charset=utf-8">'
    page = f"<html><head>\r\n{head}\r\n</head>\r\n<body>\r\n{content}\r\n</body></html>\r\n"
    return {"contentType": "html", "content": page}


def plain(body: Mapping[str, Any]) -> str:
    content = str(body.get("content", ""))
    if body.get("contentType") == "text":
        return content
    return html.unescape(re.sub(r"<[^>]*>", "", content))
