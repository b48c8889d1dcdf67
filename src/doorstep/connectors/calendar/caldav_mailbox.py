"""One calendar of a CalDAV server.

The UID of an event is made of our reference and generation, so making it again finds the first.
Conditions (If-None-Match, If-Match) keep what its user did meanwhile.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from threading import Lock
from urllib.parse import quote

from doorstep.connectors.base import PermanentFailure, TemporaryFailure
from doorstep.connectors.calendar import caldav_errors
from doorstep.connectors.calendar.base import (
    BusyTime,
    CalendarEvent,
    EventGone,
    FoundEvent,
    MailboxRefused,
    Removal,
    WrittenEvent,
)
from doorstep.connectors.calendar.caldav_busy import ask_busy
from doorstep.connectors.calendar.caldav_client import CaldavClient
from doorstep.connectors.calendar.caldav_discovery import (
    FoundCalendar,
    find_calendar,
    list_calendars,
    names_of,
)
from doorstep.connectors.calendar.caldav_text import calendar_text, read_stored
from doorstep.connectors.calendar.caldav_xml import (
    CALDAV,
    DAV,
    TOO_LARGE,
    conditions,
    event_with_uid,
    events_between,
    read_multi_status,
)
from doorstep.connectors.calendar.ics import CONTENT_TYPE, stored_object
from doorstep.connectors.calendar.ics_merge import merged
from doorstep.connectors.calendar.ics_reader import StoredEvent, UnreadableCalendar
from doorstep.connectors.http import HttpResponse

NOT_NAMED = (
    "Enter which calendar is this technician's, by its name or address: the service's user may "
    "have many."
)
WRITE_TRIES = 3
SHORTEST_LIST = timedelta(days=1)
ETAG, DATA = f"{DAV}getetag", f"{CALDAV}calendar-data"


class Calendars:
    """The calendars found so far. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._found: dict[tuple[str, str], FoundCalendar] = {}

    def get(self, client: CaldavClient, wanted: str) -> FoundCalendar:
        key = (client.login.user, wanted)
        with self._lock:
            known = self._found.get(key)
        if known is None:
            known = find_calendar(client, wanted)
            with self._lock:
                self._found[key] = known
        return known

    def forget(self, client: CaldavClient, wanted: str) -> None:
        with self._lock:
            self._found.pop((client.login.user, wanted), None)


class CaldavMailbox:
    """One calendar. `remote_id` is the whole address of an event."""

    def __init__(
        self, wanted: str, client: CaldavClient, calendars: Calendars, *, uid_domain: str
    ) -> None:
        self._wanted, self._client, self._calendars = wanted, client, calendars
        self._uid_domain = uid_domain

    def create(self, event: CalendarEvent) -> WrittenEvent:
        _check_order(event)
        uid = self._uid(event.reference, event.generation)
        url = self._client.resolve(self._calendar().url, f"{quote(uid, safe='')}.ics")
        response = self._put(url, stored_object(event, uid=uid), {"If-None-Match": "*"})
        if response.status == 412:
            return self._update(event, url)
        if "no-uid-conflict" in (named := conditions(response)):
            return self._update(event, self._find(uid, url, named["no-uid-conflict"]))
        return self._written(url, response)

    def update(self, event: CalendarEvent, written: WrittenEvent) -> WrittenEvent:
        _check_order(event)
        return self._update(event, written.remote_id)

    def remove(self, written: WrittenEvent, *, reference: str) -> Removal:
        for _try in range(WRITE_TRIES):
            response = self._get(written.remote_id)
            if response is None:
                return Removal.ALREADY_GONE
            found = self._found(written.remote_id, response)
            if found is None or not found.is_ours or found.reference != reference:
                return Removal.NOT_OURS
            response = self._client.ask("DELETE", written.remote_id, headers=_if_match(response))
            if response.status in (404, 410):
                return Removal.ALREADY_GONE
            if response.status != 412:
                self._check(response)
                return Removal.REMOVED
        raise _changing()

    def read(self, written: WrittenEvent) -> FoundEvent | None:
        response = self._get(written.remote_id)
        return None if response is None else self._found(written.remote_id, response)

    def list_ours(self, from_at: datetime, to_at: datetime) -> Sequence[FoundEvent]:
        url = self._calendar().url
        try:
            response = self._report(url, events_between(from_at, to_at))
            events = self._listed(url, response)
        except TemporaryFailure as error:
            if error.code != TOO_LARGE or to_at - from_at <= SHORTEST_LIST:
                raise
            # Whoever keeps files in their events has more of them than is read at once.
            middle = from_at + (to_at - from_at) / 2
            halves = (*self.list_ours(from_at, middle), *self.list_ours(middle, to_at))
            return list({each.written.remote_id: each for each in halves}.values())
        return [event for event in events if event.reference]

    def busy_times(self, from_at: datetime, to_at: datetime) -> Sequence[BusyTime]:
        """Those of the calendar that is written; other calendars of the user are not looked at."""
        return ask_busy(self._client, self._calendar().url, from_at, to_at)

    def check(self) -> str:
        self._calendars.forget(self._client, self._wanted)
        if self._lacks_name():
            there = names_of(list_calendars(self._client))
            raise MailboxRefused("no_calendar", f"{NOT_NAMED} {there}", heals=False)
        calendar = self._calendar()
        who = self._client.login.user
        if not calendar.is_writable:
            raise MailboxRefused("read_only", caldav_errors.READ_ONLY.format(who=who))
        # Listing is what most often is not allowed where a calendar is shared for free and busy.
        now = datetime.now(UTC)
        self._report(calendar.url, events_between(now, now + timedelta(hours=1)))
        return f"Signed in as {who}; the calendar “{calendar.name}” can be written."

    # --- Steps ---------------------------------------------------------------------------------

    def _update(self, event: CalendarEvent, url: str) -> WrittenEvent:
        """Read, merge, write if it is still the same; what its user added is in what was read."""
        for _try in range(WRITE_TRIES):
            response = self._get(url)
            if response is None:
                raise EventGone
            body = self._merged(calendar_text(response), event)
            response = self._put(url, body, _if_match(response))
            if response.status not in (404, 410, 412):
                return self._written(url, response)
        raise _changing()

    def _merged(self, present: bytes, event: CalendarEvent) -> bytes:
        try:
            for each in read_stored(present):
                if _is_uid_of(each.uid, event.reference, event.generation):
                    return merged(present, event, uid=each.uid)
        except UnreadableCalendar as error:
            raise TemporaryFailure("bad_answer", str(error)[:200]) from error
        raise EventGone  # another event has taken its place

    def _get(self, url: str) -> HttpResponse | None:
        """An event as it is there; None if it is not, be it that the calendar is elsewhere now."""
        if not self._client.is_allowed(url):
            return None
        response = self._client.ask("GET", url)
        if response.status in (404, 410):
            self._calendars.forget(self._client, self._wanted)
            self._calendar()  # raises if it is the calendar that is not there
            return None
        self._check(response)
        return response

    def _find(self, uid: str, url: str, href: str) -> str:
        """Where the server keeps an event of this UID, which it does not let us make anew."""
        if href:
            return self._client.resolve(url, href)
        calendar = self._calendar()
        response = self._report(calendar.url, event_with_uid(uid))
        for event in self._listed(calendar.url, response):
            if event.is_ours and self._uid(event.reference, event.generation) == uid:
                return event.written.remote_id
        raise EventGone  # in a bin that keeps its UID taken

    def _listed(self, url: str, response: HttpResponse) -> list[FoundEvent]:
        events: list[FoundEvent] = []
        for found in read_multi_status(response):
            written = WrittenEvent(self._client.resolve(url, found.href), _strong(found.text(ETAG)))
            try:
                stored = read_stored(found.raw(DATA).encode())
            except UnreadableCalendar:
                continue  # somebody else's: ours are well-formed
            events += [self._event(each, written) for each in stored[:1]]
        return events

    def _found(self, url: str, response: HttpResponse) -> FoundEvent | None:
        try:
            stored = read_stored(calendar_text(response))
        except UnreadableCalendar as error:
            raise TemporaryFailure("bad_answer", str(error)[:200]) from error
        written = WrittenEvent(url, _strong(response.headers.get("etag", "")))
        return self._event(stored[0], written) if stored else None

    def _event(self, stored: StoredEvent, written: WrittenEvent) -> FoundEvent:
        is_own = _is_uid_of(stored.uid, stored.reference, stored.generation)
        return FoundEvent(
            written=written,
            reference=stored.reference,
            generation=stored.generation,
            title=stored.title,
            place_name=stored.place_name,
            starts_at=stored.starts_at,
            ends_at=stored.ends_at,
            is_busy=stored.is_busy,
            is_ours=bool(stored.reference) and is_own,
        )

    # --- Calls ---------------------------------------------------------------------------------

    def _calendar(self) -> FoundCalendar:
        login = self._client.login
        if not login.user or not login.password:
            raise MailboxRefused(
                "no_password",
                "No password is entered, neither for this calendar nor for the whole service.",
                heals=False,
            )
        if self._lacks_name():
            raise MailboxRefused("no_calendar", NOT_NAMED, heals=False)
        return self._calendars.get(self._client, self._wanted)

    def _lacks_name(self) -> bool:
        login = self._client.login
        return bool(login.user) and not login.is_own and not self._wanted

    def _put(self, url: str, body: bytes, condition: dict[str, str]) -> HttpResponse:
        headers = {"Content-Type": CONTENT_TYPE, **condition}
        return self._client.ask("PUT", url, body=body, headers=headers, repeatable=False)

    def _report(self, url: str, body: bytes) -> HttpResponse:
        response = self._client.ask("REPORT", url, body=body, depth="1")
        self._check(response)
        return response

    def _written(self, url: str, response: HttpResponse) -> WrittenEvent:
        self._check(response)
        return WrittenEvent(url, _strong(response.headers.get("etag", "")))

    def _check(self, response: HttpResponse) -> None:
        if response.status in (301, 308, 404, 405, 409, 410):
            self._calendars.forget(self._client, self._wanted)
        caldav_errors.check_done(response, who=self._client.login.user)

    def _uid(self, reference: str, generation: int) -> str:
        return f"{reference}-{generation}@{self._uid_domain}"


def _is_uid_of(uid: str, reference: str, generation: int) -> bool:
    """Whatever the domain: it may have been another when the event was made."""
    return uid.rpartition("@")[0] == f"{reference}-{generation}"


def _check_order(event: CalendarEvent) -> None:
    if event.ends_at < event.starts_at:
        raise PermanentFailure("upside_down", "The event ends before it begins.")


def _strong(etag: str) -> str:
    """A version that conditions can name: not the weak ones (RFC 9110, 13.1.1)."""
    return "" if etag.startswith("W/") else etag


def _if_match(response: HttpResponse) -> dict[str, str]:
    # Without a version it shall at least not be made anew under its user's hands.
    return {"If-Match": _strong(response.headers.get("etag", "")) or "*"}


def _changing() -> TemporaryFailure:
    return TemporaryFailure("changing", "The event is being changed by others at this moment.")
