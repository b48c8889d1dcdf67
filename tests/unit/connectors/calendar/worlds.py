"""What the contract suite needs of each calendar service: a server, an account, and a user.

To add a service, write `<name>_world.py` with a subclass of World, run a server of its own for each
test in `running`, and add its line to WORLDS. Everything else is in test_contract.py; run it with
`pytest tests/unit/connectors/calendar -k <name>`. A trouble that the service cannot have goes into
`impossible`, with the reason; the suite then skips it and shows the reason.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Set
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from importlib import import_module

from doorstep.connectors.calendar.base import (
    CalendarEvent,
    CalendarService,
    Importance,
    Mailbox,
    MailboxCalendar,
    Place,
    WrittenEvent,
)

# Name of the world, which begins with the connector's, to dotted path.
WORLDS: dict[str, str] = {
    "outlook": "tests.unit.connectors.calendar.outlook_world.OutlookWorld",
    # Exchange where it was seen to behave in another way.
    "outlook-other": "tests.unit.connectors.calendar.outlook_world.OtherOutlookWorld",
    "google": "tests.unit.connectors.calendar.google_world.GoogleWorld",
    "caldav": "tests.unit.connectors.calendar.caldav_world.CaldavWorld",
    "caldav-own": "tests.unit.connectors.calendar.caldav_world.OwnCaldavWorld",
}

# Monday; the window of the suite is the fortnight from here.
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
WINDOW = (NOW - timedelta(days=1), NOW + timedelta(days=14))

EVENT = CalendarEvent(
    reference="7d0c5f3e-2f55-4c1a-9a86-31d1f6f6a1f0",
    generation=1,
    sequence=0,
    title="WO-000123 Boiler service",
    text="Acme Repairs\nBoiler, second floor\n",
    starts_at=NOW + timedelta(hours=2),
    ends_at=NOW + timedelta(hours=3, minutes=30),
    changed_at=NOW,
    place=Place(
        name="5 Mill Lane, Manchester",
        street="5 Mill Lane",
        postal_code="M1 2AB",
        city="Manchester",
        country="United Kingdom",
        latitude=53.48,
        longitude=-2.24,
    ),
    importance=Importance.HIGH,
    url="https://doorstep.example/technician/visits/42/",
    is_private=True,
    reminder_minutes=30,
)


class Trouble(StrEnum):
    """What goes wrong with the service; see `World.trouble`."""

    DONE_THEN_DROPPED = "the next write is done, then the connection is cut"
    THROTTLED_SECONDS = "everything is refused for 7 seconds"
    THROTTLED_DATE = "everything is refused until a date in 30 seconds"
    DOWN = "everything is answered with a server error"
    GARBAGE = "everything is answered with a page of HTML and 200"
    UNKNOWN_USER = "there is no such user or calendar"
    NO_RIGHT = "our account may not use this calendar"
    FULL = "there is no room for another event"
    SECRET_WRONG = "our account's secret is wrong"


@dataclass(frozen=True)
class StoredEvent:
    """An event as it is really there, whoever made it. `text` as a reader sees it, without the
    service's wrapping; "" where the service keeps none."""

    title: str
    text: str
    place_name: str
    starts_at: datetime
    ends_at: datetime
    is_busy: bool
    importance: Importance
    is_private: bool
    reminder_minutes: int | None
    attendees: int
    latitude: float | None = None


class World(ABC):
    """One server with one technician's calendar, empty at first; a new one for each test.

    Methods that begin with `user_` are what the technician does in their own program.
    """

    # More of our events than the service lists on one page.
    more_than_a_page: int = 30
    impossible: Mapping[Trouble, str] = {}
    # Fields of StoredEvent that the service does not have.
    lacks: Set[str] = frozenset()

    @contextmanager
    @abstractmethod
    def running(self) -> Iterator[None]: ...

    @abstractmethod
    def service(self) -> CalendarService:
        """A new client of the account; asked again after `trouble`, where settings make it."""

    @property
    @abstractmethod
    def mailbox(self) -> Mailbox: ...

    @abstractmethod
    def events(self) -> list[StoredEvent]:
        """What is really in the calendar now, by start; nothing of a bin."""

    @abstractmethod
    def trouble(self, trouble: Trouble) -> None:
        """From now on; DONE_THEN_DROPPED for one write."""

    @abstractmethod
    def secrets(self) -> tuple[str, ...]:
        """What must never be told: secrets of the account, passwords of the mailbox."""

    @abstractmethod
    def requests(self) -> int:
        """How many requests the server has got, signing in left out."""

    # --- The user ---

    @abstractmethod
    def user_deletes(self, written: WrittenEvent) -> None: ...

    @abstractmethod
    def user_drags(self, written: WrittenEvent, *, by: timedelta) -> None: ...

    @abstractmethod
    def user_renames(self, written: WrittenEvent, title: str) -> None: ...

    @abstractmethod
    def user_decorates(self, written: WrittenEvent) -> None:
        """Something of the user's own that is no field of ours: a color, a category, a note."""

    @abstractmethod
    def is_decorated(self) -> bool:
        """Whether all of that is still on the only event there is."""

    @abstractmethod
    def user_strips_our_mark(self, written: WrittenEvent) -> None:
        """As when an event is copied by hand, or exported and imported."""

    @abstractmethod
    def user_adds(
        self, title: str, starts_at: datetime, ends_at: datetime, *, is_busy: bool = True
    ) -> None:
        """A private event of the user's own."""

    # --- For all worlds ---

    def settings(self) -> dict[str, object]:
        """What the service is made with, as an account stores it."""
        made = self.service()
        return asdict(made._settings)  # type: ignore[attr-defined]

    def open(self) -> MailboxCalendar:
        return self.service().open(self.mailbox)


def make_world(name: str) -> World:
    module, _dot, attribute = WORLDS[name].rpartition(".")
    made: World = getattr(import_module(module), attribute)()
    return made
