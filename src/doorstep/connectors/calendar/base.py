"""A technician's own calendar elsewhere: what we write there, and what every service must do.

Writing goes one way. A service is told of whole events; it keeps what the user added to them and
overwrites only what is ours. Every write may be repeated: after an UnknownOutcome the caller makes
the same call again, and there is still one event.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable

from doorstep.connectors.base import ConnectorError
from doorstep.connectors.http import HttpClient

# A calendar can wait as long as its service asks for; a message could not.
LONGEST_WAIT_S = 86_400.0


class Importance(StrEnum):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the work is: `name` is what people read, the parts are for services that take them."""

    name: str
    street: str = ""
    postal_code: str = ""
    city: str = ""
    region: str = ""
    country: str = ""
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """One visit in one technician's calendar.

    `reference` is ours and the same as long as the visit and the calendar are; `generation` counts
    how often the event was made anew on purpose, because its user had deleted the earlier one. Both
    together are what makes a repeated `create` harmless. `sequence` grows with every change.
    Instants are aware. `text` is plain, lines end in a newline. There are never attendees: one
    attendee makes a meeting, and the calendar's server begins to write to people.
    """

    reference: str
    generation: int
    sequence: int
    title: str
    text: str
    starts_at: datetime
    ends_at: datetime
    changed_at: datetime
    place: Place | None = None
    importance: Importance = Importance.NORMAL
    url: str = ""
    is_busy: bool = True
    is_canceled: bool = False
    is_private: bool = False
    reminder_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class WrittenEvent:
    """Where an event is: the service's id (for CalDAV the address) and the version we wrote, ""
    if the service named none."""

    remote_id: str
    etag: str = ""


@dataclass(frozen=True, slots=True)
class FoundEvent:
    """An event of ours as it stands in the calendar now; its user may have changed it.

    `is_ours` is false when our mark, or our being its organizer, is gone.
    """

    written: WrittenEvent
    reference: str
    generation: int
    title: str
    place_name: str
    starts_at: datetime
    ends_at: datetime
    is_busy: bool
    is_ours: bool = True


@dataclass(frozen=True, slots=True)
class BusyTime:
    """Somebody is taken, half-open [from, to). Nothing is known of why."""

    starts_at: datetime
    ends_at: datetime


class Removal(StrEnum):
    REMOVED = "removed"
    ALREADY_GONE = "already_gone"
    NOT_OURS = "not_ours"


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Whose calendar: `address` is the mailbox or user name; `calendar` names one of several, as
    the service does, "" for the main one. `password` is for services where each user has one."""

    address: str
    calendar: str = ""
    password: str = ""

    def __repr__(self) -> str:
        return f"Mailbox({self.address!r}, {self.calendar!r})"


# --- Errors, beside those of connectors.base ---------------------------------------------------


class EventGone(ConnectorError):
    """The event to be changed is no longer where we wrote it: deleted or moved away by its user."""

    def __init__(self, text: str = "The event is not in the calendar any more.") -> None:
        super().__init__("event_gone", text)


class MailboxRefused(ConnectorError):
    """This one calendar cannot be written: no such user, no license, no right, full.

    Others of the same account may well work. `text` says what is wrong and what staff can do about
    it. `heals` tells whether it can come right without staff typing anything here (a right takes
    hours to be given, a full mailbox is tidied up), so that it is tried again now and then.
    """

    def __init__(self, code: str, text: str, *, heals: bool = True) -> None:
        super().__init__(code, text)
        self.heals = heals


# --- What a service does -----------------------------------------------------------------------


class MailboxCalendar(Protocol):
    """One technician's calendar. Used by one thread at a time.

    Besides the errors named below every call may raise TemporaryFailure (with the wait the service
    asked for), CredentialsRefused (our account as a whole), MailboxRefused, PermanentFailure (this
    event will never be taken) and UnknownOutcome (repeat the call).
    """

    def create(self, event: CalendarEvent) -> WrittenEvent:
        """Make the event, or return the one that an earlier call with the same reference and
        generation made, brought up to date. Raises EventGone when that one was deleted since."""
        ...

    def update(self, event: CalendarEvent, written: WrittenEvent) -> WrittenEvent:
        """Bring our fields up to date and keep the user's own. Raises EventGone."""
        ...

    def remove(self, written: WrittenEvent, *, reference: str) -> Removal:
        """Delete the event if it still bears our mark with this reference and is ours."""
        ...

    def read(self, written: WrittenEvent) -> FoundEvent | None:
        """The event as its user sees it now; None when it is not in the calendar any more, be it
        that its id still leads to a bin."""
        ...

    def list_ours(self, from_at: datetime, to_at: datetime) -> Sequence[FoundEvent]:
        """All events with our mark that touch [from, to), however many pages that takes."""
        ...

    def busy_times(self, from_at: datetime, to_at: datetime) -> Sequence[BusyTime]:
        """When the technician is taken, our own events included."""
        ...

    def check(self) -> str:
        """Sign in and look whether the calendar is there; one sentence about what was found."""
        ...


@runtime_checkable
class CalendarService(Protocol):
    """Our account with a service.

    `most_at_once` is how many calls of all mailboxes together may be under way, None for no limit;
    accounts with equal `limit_key` share that limit. A service where users have passwords of
    their own has a class attribute `takes_passwords = True`, so that the office asks for them.
    All requests go through `client`, so that its `before_request` can hold each of them back.
    """

    most_at_once: int | None
    client: HttpClient

    @property
    def limit_key(self) -> str: ...

    def open(self, mailbox: Mailbox) -> MailboxCalendar:
        """Without a call: mistakes show with the first one, or with `check`."""
        ...


@dataclass(frozen=True, slots=True)
class Change:
    """One write of several: `written` is None for an event to be made."""

    event: CalendarEvent
    written: WrittenEvent | None


@runtime_checkable
class WritesMany(Protocol):
    """A calendar that takes several writes in one call."""

    def write_many(self, changes: Sequence[Change]) -> Sequence[WrittenEvent | ConnectorError]:
        """As many calls of `create` and `update`, in any order; each has its own result. Raises
        when the whole failed. Counts as so many calls under way as there are changes."""
        ...
