"""What a CalDAV server's refusals mean: by the condition it names, else by its status."""

import re
from datetime import UTC, datetime

from doorstep.connectors.base import (
    ConnectorError,
    PermanentFailure,
    TemporaryFailure,
    UnknownOutcome,
)
from doorstep.connectors.calendar.base import LONGEST_WAIT_S, MailboxRefused
from doorstep.connectors.calendar.caldav_xml import TOO_LARGE, bad_answer, conditions
from doorstep.connectors.http import HttpResponse, parse_retry_after

LOCKED_WAIT_S = 60.0
_PAGE = re.compile(rb"\s*<(!doctype\s+)?html", re.IGNORECASE)
FULL = (
    "The calendar's server has no room left for {who}: delete old events or files there, or give "
    "the user more room."
)
READ_ONLY = (
    "{who} may not write this calendar: share it with them for writing, or choose another one."
)
NO_CALENDAR = (
    "There is no such calendar on the server for {who}: it was deleted, renamed, or is shared no "
    "more. Choose it anew."
)
# Conditions that say the event itself will never be taken (RFC 4791, 5.3.2.1).
ABOUT_THE_EVENT = frozenset(
    {
        "valid-calendar-data",
        "valid-calendar-object-resource",
        "supported-calendar-data",
        "max-resource-size",
        "min-date-time",
        "max-date-time",
    }
)
TOO_MANY = "number-of-matches-within-limits"
ABOUT_ROOM = frozenset({"quota-not-exceeded", "sufficient-disk-space"})


def failure(response: HttpResponse, *, who: str) -> ConnectorError:
    """The error for an answer that is not what was asked for, except 401, which the client knows
    about."""
    status = response.status
    if 200 <= status < 300:
        return bad_answer()
    named = conditions(response) if 400 <= status < 600 else {}
    code = next(iter(named), "")[:60] or f"http_{status}"
    wait_s = parse_retry_after(
        response.headers.get("retry-after"), datetime.now(UTC), longest_s=LONGEST_WAIT_S
    )
    if TOO_MANY in named:
        return TemporaryFailure(TOO_LARGE, "The server says that there are too many events.")
    if status == 507 or ABOUT_ROOM & named.keys():
        return MailboxRefused("full", FULL.format(who=who))
    if ABOUT_THE_EVENT & named.keys() or status in (400, 413, 415, 422):
        return PermanentFailure(code, f"The server refuses the event ({code}).")
    if status == 423:
        return TemporaryFailure(
            "locked",
            "The event is being changed by others at this moment.",
            retry_after_s=wait_s or LOCKED_WAIT_S,
        )
    if status in (408, 412, 425, 429) or (status == 503 and wait_s is not None):
        return TemporaryFailure(code, f"The server asks to wait ({code}).", retry_after_s=wait_s)
    if status >= 500:
        text = f"The server answered with HTTP status {status}."
        if response.is_repeatable:
            return TemporaryFailure(code, text, retry_after_s=wait_s)
        return UnknownOutcome(code, text, retry_after_s=wait_s)
    if status in (404, 405, 409, 410):
        return MailboxRefused("no_calendar", NO_CALENDAR.format(who=who))
    if 300 <= status < 400:
        return MailboxRefused("moved", "The calendar has moved to another address: choose it anew.")
    return MailboxRefused(code, READ_ONLY.format(who=who))


def check_done(response: HttpResponse, *, who: str) -> None:
    """Pass the answer to what was done; raise for all others.

    A page for people with status 200 is of the network in between, as in a hotel: whether the
    server was ever asked, nobody knows.
    """
    if not 200 <= response.status < 300:
        raise failure(response, who=who)
    if response.status == 200 and _PAGE.match(response.body):
        text = "What answered is a page for people, not the calendar's server."
        kind = TemporaryFailure if response.is_repeatable else UnknownOutcome
        raise kind("bad_answer", text)
