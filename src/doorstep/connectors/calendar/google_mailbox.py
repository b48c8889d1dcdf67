"""One Google calendar.

We choose the ids of events, so making one again finds the first. Deleted events stay readable under
their id with status "cancelled"; for us they are gone.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from doorstep.connectors.base import TemporaryFailure
from doorstep.connectors.calendar import google_errors
from doorstep.connectors.calendar.base import (
    BusyTime,
    CalendarEvent,
    EventGone,
    FoundEvent,
    Mailbox,
    MailboxRefused,
    Removal,
    WrittenEvent,
)
from doorstep.connectors.calendar.google_auth import Tokens
from doorstep.connectors.calendar.google_events import (
    MARK,
    MARKED,
    bad_answer,
    event_id,
    found,
    instant,
    is_cancelled,
    ours,
    read_instant,
    written,
)
from doorstep.connectors.http import HttpClient, HttpResponse

# The least that writing and looking into free and busy take.
EVENTS_SCOPE = "https://www.googleapis.com/auth/calendar.events"
BUSY_SCOPE = "https://www.googleapis.com/auth/calendar.freebusy"
PAGE_SIZE, MOST_PAGES = 250, 200
WRITE_TRIES = 3
WRITERS = frozenset({"owner", "writer"})
# Google refuses questions about more than some months.
BUSY_AT_ONCE = timedelta(days=30)
MAIN_CALENDAR = "primary"


class GoogleMailbox:
    """One calendar, used by its owner's right."""

    def __init__(self, mailbox: Mailbox, base_url: str, client: HttpClient, tokens: Tokens) -> None:
        self._mailbox = mailbox
        self._base_url, self._client, self._tokens = base_url, client, tokens
        calendar = quote(mailbox.calendar or MAIN_CALENDAR, safe="@")
        self._events = f"/calendars/{calendar}/events"

    def create(self, event: CalendarEvent) -> WrittenEvent:
        identifier = event_id(event.reference, event.generation)
        response = self._write("POST", self._events, {**ours(event), "id": identifier})
        if response.status == 409 and "duplicate" in google_errors.reasons(response):
            # An earlier call made it; if it was deleted since, its id cannot be used again.
            return self._patch(event, identifier, "")
        return written(self._item(response))

    def update(self, event: CalendarEvent, written: WrittenEvent) -> WrittenEvent:
        return self._patch(event, written.remote_id, written.etag)

    def remove(self, written: WrittenEvent, *, reference: str) -> Removal:
        for _try in range(WRITE_TRIES):
            item = self._get(written.remote_id)
            if item is None or is_cancelled(item):
                return Removal.ALREADY_GONE
            event = found(item)
            if not event.is_ours or event.reference != reference:
                return Removal.NOT_OURS
            response = self._call(
                "DELETE",
                self._path(written.remote_id),
                params={"sendUpdates": "none"},
                headers={"If-Match": event.written.etag} if event.written.etag else {},
            )
            if self._is_gone(response):
                return Removal.ALREADY_GONE
            if response.status != 412:
                self._check(response)
                if response.status != 204:  # a page of the network in between
                    raise bad_answer()
                return Removal.REMOVED
        raise _changing()

    def read(self, written: WrittenEvent) -> FoundEvent | None:
        item = self._get(written.remote_id)
        return None if item is None or is_cancelled(item) else found(item)

    def list_ours(self, from_at: datetime, to_at: datetime) -> Sequence[FoundEvent]:
        # A repeated event comes as one with its exceptions, which name it and are not ours.
        return [
            found(item)
            for item in self._pages(from_at, to_at)
            if not is_cancelled(item) and "recurringEventId" not in item
        ]

    def busy_times(self, from_at: datetime, to_at: datetime) -> Sequence[BusyTime]:
        """Those of the main calendar, and of the one written to if it is another."""
        calendars = list(dict.fromkeys([MAIN_CALENDAR, self._mailbox.calendar or MAIN_CALENDAR]))
        busy: list[BusyTime] = []
        while from_at < to_at:
            until = min(from_at + BUSY_AT_ONCE, to_at)
            busy += self._ask_busy(calendars, from_at, until)
            from_at = until
        return busy

    def check(self) -> str:
        answer = self._look()
        if answer.get("accessRole") not in WRITERS:
            text = google_errors.ABOUT_THE_CALENDAR["requiredAccessLevel"]
            raise MailboxRefused("requiredAccessLevel", text.format(who=self._mailbox.address))
        name = str(answer.get("summary", ""))[:100]
        return f"Signed in for {self._mailbox.address}; the calendar “{name}” can be written."

    # --- Steps ---------------------------------------------------------------------------------

    def _patch(self, event: CalendarEvent, identifier: str, etag: str) -> WrittenEvent:
        for _try in range(WRITE_TRIES):
            response = self._write("PATCH", self._path(identifier), ours(event), etag=etag)
            if self._is_gone(response):
                raise EventGone
            if response.status != 412:
                item = self._item(response)
                if is_cancelled(item):
                    raise EventGone
                return written(item)
            # Its user was faster. Our fields win, theirs are not named and stay.
            current = self._get(identifier)
            if current is None or is_cancelled(current):
                raise EventGone
            etag = str(current.get("etag", ""))
        raise _changing()

    def _get(self, identifier: str) -> Mapping[str, Any] | None:
        response = self._call("GET", self._path(identifier))
        return None if self._is_gone(response) else self._item(response)

    def _is_gone(self, response: HttpResponse) -> bool:
        """Whether the event is not there; raises if that is because the whole calendar is not.

        Deleted events answer otherwise, so a 404 is rare: moved to another calendar, or this.
        """
        if response.status == 404:
            self._look()
        return response.status in (404, 410)

    def _look(self) -> Mapping[str, Any]:
        params = {"maxResults": "1", "fields": "summary,accessRole"}
        return self._item(self._call("GET", self._events, params=params))

    def _pages(self, from_at: datetime, to_at: datetime) -> Sequence[Mapping[str, Any]]:
        params = {
            "privateExtendedProperty": f"{MARK}={MARKED}",
            "timeMin": instant(from_at),
            "timeMax": instant(to_at),
            "maxResults": str(PAGE_SIZE),
        }
        items: list[Mapping[str, Any]] = []
        for _page in range(MOST_PAGES):
            answer = self._item(self._call("GET", self._events, params=params))
            page, token = answer.get("items", []), answer.get("nextPageToken", "")
            if not isinstance(page, list) or not isinstance(token, str):
                raise bad_answer()
            items += [item for item in page if isinstance(item, Mapping)]
            if not token:
                return items
            params["pageToken"] = token
        raise TemporaryFailure("too_many_pages", "Google's list of events does not end.")

    def _ask_busy(self, calendars: list[str], from_at: datetime, to_at: datetime) -> list[BusyTime]:
        question = {
            "timeMin": instant(from_at),
            "timeMax": instant(to_at),
            "items": [{"id": calendar} for calendar in calendars],
        }
        response = self._call(
            "POST", "/freeBusy", json=question, scope=BUSY_SCOPE, is_repeatable=True
        )
        answers = self._item(response).get("calendars")
        busy: list[BusyTime] = []
        for calendar in calendars:
            answer = answers.get(calendar) if isinstance(answers, Mapping) else None
            if not isinstance(answer, Mapping):
                raise bad_answer()
            if errors := answer.get("errors"):
                raise google_errors.busy_failure(errors, address=self._mailbox.address)
            for each in answer.get("busy", ()):
                if not isinstance(each, Mapping):
                    raise bad_answer()
                period = BusyTime(read_instant(each.get("start")), read_instant(each.get("end")))
                busy.append(period)
        return busy

    # --- Calls ---------------------------------------------------------------------------------

    def _write(self, method: str, path: str, body: object, *, etag: str = "") -> HttpResponse:
        """One that may have happened although no answer came, hence not called repeatable."""
        return self._call(
            method,
            path,
            json=body,
            params={"sendUpdates": "none"},
            headers={"If-Match": etag} if etag else {},
            is_repeatable=False,
        )

    def _call(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        scope: str = EVENTS_SCOPE,
        is_repeatable: bool | None = None,
    ) -> HttpResponse:
        """The answer; with a new token once, when the old one is refused."""
        for is_last in (False, True):
            token = self._tokens.get(self._mailbox.address, scope)
            response = self._client.request(
                method,
                f"{self._base_url}{path}",
                json=json,
                params=params,
                headers={**(headers or {}), "Authorization": f"Bearer {token}"},
                repeatable=is_repeatable,
            )
            if response.status != 401 or is_last:
                return response
            self._tokens.forget(self._mailbox.address, scope, token)
        raise AssertionError("the loop returns")

    def _check(self, response: HttpResponse) -> None:
        if not 200 <= response.status < 300:
            raise google_errors.failure(response, address=self._mailbox.address)

    def _item(self, response: HttpResponse) -> Mapping[str, Any]:
        self._check(response)
        answer = response.json()
        if not isinstance(answer, dict):
            raise bad_answer()
        return answer

    def _path(self, identifier: str) -> str:
        return f"{self._events}/{quote(identifier, safe='')}"


def _changing() -> TemporaryFailure:
    return TemporaryFailure("changing", "The event is being changed by others at this moment.")
