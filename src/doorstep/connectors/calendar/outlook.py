"""Technicians' calendars in Microsoft 365, through Microsoft Graph.

The application signs in by itself and writes into mailboxes it was given a right to; nobody signs
in as a technician. Ids are immutable ones, so an event that its user deleted may still answer from
Deleted Items, and a change there succeeds unseen: only the calendar's own list is believed.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from doorstep.connectors.base import ConnectorError, InvalidSettings, setting
from doorstep.connectors.calendar.base import (
    BusyTime,
    CalendarEvent,
    Change,
    EventGone,
    FoundEvent,
    Mailbox,
    MailboxRefused,
    Removal,
    WrittenEvent,
)
from doorstep.connectors.calendar.outlook_batch import write_many
from doorstep.connectors.calendar.outlook_busy import busy_times
from doorstep.connectors.calendar.outlook_errors import AlreadyMade, CannotDelete, Conflict
from doorstep.connectors.calendar.outlook_events import (
    EXPAND,
    SELECT,
    SELECT_ID,
    bad_answer,
    found_event,
    is_among,
    is_old,
    mark_filter,
    new_event,
    our_fields,
    window,
    written_event,
)
from doorstep.connectors.calendar.outlook_graph import Graph, segment
from doorstep.connectors.http import HttpClient
from doorstep.connectors.microsoft import Application, Tokens
from doorstep.connectors.microsoft_certificate import read_certificate

# Microsoft refuses the fifth call of an application that is under way at the same time.
MOST_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Settings:
    tenant_id: str = setting("Tenant", help="Directory (tenant) id, or the tenant's domain.")
    client_id: str = setting("Application", help="Application (client) id.")
    client_secret: str = setting(
        "Client secret", help="The secret's value. Or a certificate.", secret=True, default=""
    )
    certificate: str = setting(
        "Certificate",
        help="Instead of a client secret: certificate and private key as PEM, one after the other.",
        secret=True,
        default="",
    )
    base_url: str = setting(
        "Graph address",
        help="Other in national clouds.",
        default="https://graph.microsoft.com/v1.0",
    )
    authority_url: str = setting(
        "Sign-in address",
        help="Other in national clouds.",
        default="https://login.microsoftonline.com",
    )
    allows_private: bool = setting(
        "Graph is in our own network", help="For tests and the demo only.", default=False
    )


class OutlookCalendar:
    """One application in one tenant. Raises InvalidSettings unless it has either a secret or a
    certificate, and https."""

    settings_class = Settings
    most_at_once: int | None = MOST_AT_ONCE

    def __init__(self, settings: Settings, *, client: HttpClient | None = None) -> None:
        if bool(settings.client_secret) == bool(settings.certificate):
            raise InvalidSettings("either client_secret or certificate is required, not both")
        self.settings = settings
        application = Application(
            tenant_id=settings.tenant_id,
            client_id=settings.client_id,
            client_secret=settings.client_secret,
            authority_url=settings.authority_url,
            base_url=settings.base_url,
            certificate=read_certificate(settings.certificate) if settings.certificate else None,
        )
        self.client = client or HttpClient(allow_private=settings.allows_private)
        tokens = Tokens(application, self.client)
        self._graph = Graph(settings.base_url, tokens, self.client)

    @property
    def limit_key(self) -> str:
        host = urlsplit(self.settings.base_url).netloc
        return f"graph {host} {self.settings.tenant_id} {self.settings.client_id}".lower()

    def open(self, mailbox: Mailbox) -> "OutlookMailbox":
        return OutlookMailbox(self._graph, mailbox)


class OutlookMailbox:
    """`Mailbox.calendar` is the name or the id of one of the mailbox's calendars."""

    def __init__(self, graph: Graph, mailbox: Mailbox) -> None:
        self._graph = graph
        self._mailbox = mailbox
        self._user = f"/users/{segment(mailbox.address)}"
        self._calendar_path = "" if mailbox.calendar else f"{self._user}/calendar"

    # --- Writing ---

    def create(self, event: CalendarEvent) -> WrittenEvent:
        try:
            return self._create(event)
        except Conflict as conflict:
            # Outlook may have kept the event all the same.
            if conflict.retry_after_s:
                raise
            found = self._find(event)
            return self.update(event, found) if found else self._create(event)

    def _create(self, event: CalendarEvent) -> WrittenEvent:
        try:
            with self._calendar() as path:
                made = self._graph.ask(
                    "POST", f"{path}/events", body=new_event(event), is_repeatable=False
                )
        except AlreadyMade as earlier:
            found = WrittenEvent(earlier.remote_id) if earlier.remote_id else self._find(event)
            if found is None:
                raise EventGone from earlier
            return self.update(event, found)
        written = written_event(made)
        if is_old(made, now=datetime.now(UTC)) and not self._is_listed(
            written, event.starts_at, event.ends_at
        ):
            # Its user dragged or deleted it since; an update brings it back, or says so.
            return self.update(event, written)
        return written

    def update(self, event: CalendarEvent, written: WrittenEvent) -> WrittenEvent:
        """Without If-Match: a PATCH keeps what it does not name, and of our fields ours win."""
        try:
            changed = self._patch(event, written)
        except Conflict as conflict:
            if conflict.retry_after_s:
                raise
            if self.read(written) is None:
                raise EventGone from conflict
            changed = self._patch(event, written)
        if not self._is_listed(changed, event.starts_at, event.ends_at):
            raise EventGone
        return changed

    def _patch(self, event: CalendarEvent, written: WrittenEvent) -> WrittenEvent:
        path = self._event_path(written)
        return written_event(self._graph.ask("PATCH", path, body=our_fields(event)))

    def write_many(self, changes: Sequence[Change]) -> Sequence[WrittenEvent | ConnectorError]:
        """One call for up to 20 creates or 10 updates, each update with a look at the calendar."""
        with self._calendar() as path:
            return write_many(self, self._graph, self._user, path, changes)

    def remove(self, written: WrittenEvent, *, reference: str) -> Removal:
        found = self.read(written)
        if found is None:
            return Removal.ALREADY_GONE
        if not found.is_ours or found.reference != reference:
            return Removal.NOT_OURS
        try:
            self._graph.ask("DELETE", self._event_path(written))
        except EventGone:
            return Removal.ALREADY_GONE
        except CannotDelete:
            if self.read(written) is None:
                return Removal.ALREADY_GONE
            raise
        return Removal.REMOVED

    # --- Reading ---

    def read(self, written: WrittenEvent) -> FoundEvent | None:
        try:
            item = self._graph.get(
                self._event_path(written), {"$select": SELECT, "$expand": EXPAND}
            )
        except EventGone:
            return None
        found = found_event(item)
        return found if self._is_listed(written, found.starts_at, found.ends_at) else None

    def list_ours(self, from_at: datetime, to_at: datetime) -> Sequence[FoundEvent]:
        params = {"$select": SELECT, "$expand": EXPAND}
        found: dict[str, FoundEvent] = {}
        for item in self._view(from_at, to_at, params):
            event = found_event(item)
            if event.reference:
                found.setdefault(event.written.remote_id, event)
        return list(found.values())

    def busy_times(self, from_at: datetime, to_at: datetime) -> Sequence[BusyTime]:
        """Of the main calendar, as colleagues see it in the scheduling assistant. Busy, out of
        office and tentative count as taken; free and working elsewhere do not."""
        return busy_times(self._graph, self._user, self._mailbox.address, from_at, to_at)

    def check(self) -> str:
        """Reads only; the right to write shows with the first event."""
        with self._calendar() as path:
            calendar = self._graph.get(path, {"$select": "id,name,canEdit,owner"})
        name = calendar.get("name")
        if not isinstance(name, str):
            raise bad_answer()
        if calendar.get("canEdit") is False:
            text = f"The calendar “{name}” is read only. Enter another one, or none for the main."
            raise MailboxRefused("read_only", text, heals=False)
        return f"Signed in; the calendar “{name}” of {self._mailbox.address} is there."

    # --- Paths ---

    @contextmanager
    def _calendar(self) -> Iterator[str]:
        """The path of our calendar, and what it means when nothing is found there."""
        self._calendar_path = self._calendar_path or self._find_calendar()
        try:
            yield self._calendar_path
        except EventGone as gone:
            self._calendar_path = "" if self._mailbox.calendar else self._calendar_path
            raise self._no_calendar() from gone

    def _find_calendar(self) -> str:
        names = []
        for each in self._graph.pages(f"{self._user}/calendars", {"$select": "id,name"}):
            if self._mailbox.calendar in (each.get("id"), each.get("name")):
                return f"{self._user}/calendars/{segment(str(each.get('id')))}"
            names.append(str(each.get("name")))
        raise self._no_calendar(names)

    def _no_calendar(self, names: Sequence[str] = ()) -> MailboxRefused:
        there_are = f" There are: {', '.join(names)[:300]}." if names else ""
        text = (
            f"The mailbox has no calendar “{self._mailbox.calendar}” (any more). Enter the name of "
            f"one it has, or none for the main calendar.{there_are}"
        )
        return MailboxRefused("no_calendar", text, heals=False)

    def _event_path(self, written: WrittenEvent) -> str:
        return f"{self._user}/events/{segment(written.remote_id)}"

    def _view(
        self, from_at: datetime, to_at: datetime, params: dict[str, str]
    ) -> list[dict[str, Any]]:
        params = {**window(from_at, to_at), **params}
        with self._calendar() as path:
            return list(self._graph.pages(f"{path}/calendarView", params))

    def _is_listed(self, written: WrittenEvent, starts_at: datetime, ends_at: datetime) -> bool:
        """Whether the calendar shows it; nothing else tells it from one in Deleted Items."""
        items = self._view(starts_at, ends_at, {"$select": SELECT_ID})
        return is_among(written, items)

    def _find(self, event: CalendarEvent) -> WrittenEvent | None:
        """By our mark, where no id is known."""
        params = {"$filter": mark_filter(event), "$select": "id", "$top": "1"}
        with self._calendar() as path:
            found = list(self._graph.pages(f"{path}/events", params))
        return written_event(found[0]) if found else None
