"""Find a user's calendar on a CalDAV server, from as little as the server's name (RFC 6764).

Well-known address, then the user's principal, then the home of their calendars, then the list.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urljoin, urlsplit

from doorstep.connectors.base import ConnectorError, PermanentFailure, TemporaryFailure
from doorstep.connectors.calendar import caldav_errors
from doorstep.connectors.calendar.base import MailboxRefused
from doorstep.connectors.calendar.caldav_client import CaldavClient
from doorstep.connectors.calendar.caldav_xml import (
    CALDAV,
    DAV,
    Found,
    propfind,
    read_multi_status,
)
from doorstep.connectors.http import HttpResponse

WELL_KNOWN = "/.well-known/caldav"
PRINCIPAL, HOME = f"{DAV}current-user-principal", f"{CALDAV}calendar-home-set"
ASK_PRINCIPAL = propfind("d:current-user-principal", "c:calendar-home-set")
ASK_CALENDAR = propfind(
    "d:resourcetype",
    "d:displayname",
    "d:current-user-privilege-set",
    "c:supported-calendar-component-set",
)
# RFC 3744, 3: any of these lets one write what is in a collection.
WRITES = frozenset({f"{DAV}{name}" for name in ("all", "write", "write-content")})
NOT_FOUND = (
    "No CalDAV calendars were found for {who} at this address. Enter the address that the server "
    "names for calendar programs."
)


@dataclass(frozen=True, slots=True)
class FoundCalendar:
    url: str
    name: str
    is_writable: bool


def find_calendar(client: CaldavClient, wanted: str) -> FoundCalendar:
    """The calendar of this address or name; the first that takes events for "".

    Raises MailboxRefused when there is none.
    """
    if wanted.startswith(("https://", "http://", "/")):
        return _look_at(client, client.resolve(client.base_url, wanted))
    calendars = list_calendars(client)
    for each in calendars:
        if not wanted or wanted in (each.name, _last_part(each.url)):
            return each
    who, there = client.login.user, names_of(calendars)
    if not wanted:
        raise MailboxRefused("no_calendar", f"{who} has no calendar for events: make one there.")
    raise MailboxRefused("no_calendar", f"{who} has no calendar “{wanted}” on the server. {there}")


def names_of(calendars: Sequence[FoundCalendar]) -> str:
    """A sentence that names them."""
    names = ", ".join(f"“{each.name}”" for each in calendars)[:300]
    return f"There are: {names}." if names else "There is none that takes events."


def list_calendars(client: CaldavClient) -> list[FoundCalendar]:
    """The calendars of the login's user that take events, in the server's order."""
    home = _find_home(client)
    response, url = client.follow("PROPFIND", home, body=ASK_CALENDAR, depth="1")
    if response.status != 207:
        raise caldav_errors.failure(response, who=client.login.user)
    return [
        _calendar(client, url, found)
        for found in read_multi_status(response)
        if _takes_events(found)
    ]


def _find_home(client: CaldavClient) -> str:
    refusal: ConnectorError | None = None
    for start in _starts(client.base_url):
        response, url = client.follow("PROPFIND", start, body=ASK_PRINCIPAL, depth="0")
        if response.status != 207:
            refusal = _not_there(client, response)
            continue
        for found in read_multi_status(response):
            if home := found.href_in(HOME):
                return client.resolve(url, home)
            if principal := found.href_in(PRINCIPAL):
                return _home_of(client, client.resolve(url, principal))
    raise refusal or MailboxRefused("no_caldav", NOT_FOUND.format(who=client.login.user))


def _not_there(client: CaldavClient, response: HttpResponse) -> ConnectorError:
    """Why there is no principal at this place; raises what another place would not better."""
    if 200 <= response.status < 300:  # a page for people, or of the network in between
        return TemporaryFailure("bad_answer", NOT_FOUND.format(who=client.login.user))
    error = caldav_errors.failure(response, who=client.login.user)
    if not isinstance(error, MailboxRefused | PermanentFailure):
        raise error
    return MailboxRefused("no_caldav", NOT_FOUND.format(who=client.login.user))


def _home_of(client: CaldavClient, principal: str) -> str:
    response, url = client.follow("PROPFIND", principal, body=ASK_PRINCIPAL, depth="0")
    if response.status != 207:
        raise caldav_errors.failure(response, who=client.login.user)
    for found in read_multi_status(response):
        if home := found.href_in(HOME):
            return client.resolve(url, home)
    raise MailboxRefused("no_caldav", NOT_FOUND.format(who=client.login.user))


def _starts(base_url: str) -> list[str]:
    """A path that was entered is tried first; without one, the place RFC 6764 names."""
    well_known = urljoin(base_url, WELL_KNOWN)
    is_bare = urlsplit(base_url).path in ("", "/")
    return [well_known, urljoin(base_url, "/")] if is_bare else [base_url, well_known]


def _look_at(client: CaldavClient, url: str) -> FoundCalendar:
    response, url = client.follow("PROPFIND", url, body=ASK_CALENDAR, depth="0")
    if response.status != 207:
        raise caldav_errors.failure(response, who=client.login.user)
    for found in read_multi_status(response):
        if _takes_events(found):
            return _calendar(client, url, found)
    raise MailboxRefused(
        "no_calendar", "What is at the calendar's address is no calendar for events."
    )


def _calendar(client: CaldavClient, url: str, found: Found) -> FoundCalendar:
    address = client.resolve(url, found.href)
    privileges = {
        right.tag
        for privilege in found.children(f"{DAV}current-user-privilege-set")
        for right in privilege
    }
    return FoundCalendar(
        url=address if address.endswith("/") else f"{address}/",
        name=found.text(f"{DAV}displayname") or _last_part(address),
        # Not every server says; the first write shows it.
        is_writable=not privileges or bool(privileges & WRITES),
    )


def _takes_events(found: Found) -> bool:
    kinds = {each.tag for each in found.children(f"{DAV}resourcetype")}
    takes = {
        each.get("name", "").upper()
        for each in found.children(f"{CALDAV}supported-calendar-component-set")
    }
    return f"{CALDAV}calendar" in kinds and (not takes or "VEVENT" in takes)


def _last_part(url: str) -> str:
    return unquote(urlsplit(url).path.rstrip("/").rpartition("/")[2])
