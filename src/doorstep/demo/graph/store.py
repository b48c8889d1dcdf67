"""The mailboxes of the stand-in and what is in them, in memory, and in a file if one is named."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from secrets import token_urlsafe
from threading import RLock
from typing import Any


class Folder(StrEnum):
    CALENDAR = "calendar"
    BIN = "bin"  # Deleted Items


@dataclass(slots=True)
class KeptCalendar:
    id: str
    name: str
    is_default: bool = False


@dataclass(slots=True)
class KeptMailbox:
    address: str
    name: str
    calendars: list[KeptCalendar] = field(default_factory=list)

    @property
    def default(self) -> KeptCalendar:
        return next(calendar for calendar in self.calendars if calendar.is_default)


@dataclass(slots=True)
class KeptEvent:
    """`id` stays whatever the user does, `moving_id` changes with each move to another folder:
    which of the two a caller sees is a matter of the Prefer header.

    `fields` holds everything else as Graph words it; `posted` is the content of the first POST.
    """

    id: str
    moving_id: str
    mailbox: str
    calendar: str
    starts_at: datetime
    ends_at: datetime
    fields: dict[str, Any]
    properties: dict[str, str]
    transaction_id: str
    posted: str
    created_at: datetime
    changed_at: datetime
    version: int = 1
    folder: Folder = Folder.CALENDAR
    is_organizer: bool = True

    @property
    def etag(self) -> str:
        return f'W/"{self.id[:8]}{self.version:06}"'

    @property
    def change_key(self) -> str:
        return f"{self.id[:8]}{self.version:06}"

    def touch(self) -> None:
        self.version += 1
        self.changed_at = datetime.now(UTC)


def new_id() -> str:
    """As long as Graph's ids nearly are, and as sensitive to case."""
    return f"AAMk{token_urlsafe(48)}="


class Store:
    """Take `lock` around everything that belongs together.

    `path` keeps the state over a restart; it is written by `save`, whole or not at all.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.lock = RLock()
        self.mailboxes: dict[str, KeptMailbox] = {}
        self.events: dict[str, KeptEvent] = {}
        self._path = path
        self._is_dirty = False
        if path is not None and path.exists():
            self._load(path)

    def add_mailbox(
        self, address: str, *, name: str = "", calendars: tuple[str, ...] = ()
    ) -> KeptMailbox:
        """The mailbox of this address, made with its main calendar if there was none."""
        with self.lock:
            found = self.mailboxes.get(address.lower())
            if found is None:
                names = ("Calendar", *calendars)
                found = KeptMailbox(
                    address,
                    name or address.partition("@")[0].replace(".", " ").title(),
                    [KeptCalendar(new_id(), each, each == "Calendar") for each in names],
                )
                self.mailboxes[address.lower()] = found
                self.is_changed()
            return found

    def add(self, event: KeptEvent) -> None:
        self.events[event.id] = event
        self.is_changed()

    def find(self, mailbox: KeptMailbox, event_id: str, *, immutable: bool) -> KeptEvent | None:
        """Ids are compared as they are: Graph's differ in nothing but case at times."""
        if immutable:
            event = self.events.get(event_id)
            return event if event is not None and event.mailbox == mailbox.address else None
        return next((each for each in self.of(mailbox) if each.moving_id == event_id), None)

    def of(self, mailbox: KeptMailbox) -> Iterator[KeptEvent]:
        """All of a mailbox, what is in the bin included."""
        return (event for event in self.events.values() if event.mailbox == mailbox.address)

    def live(self, address: str, calendar: str = "") -> list[KeptEvent]:
        """What its user sees in one calendar, the main one if none is named, by start."""
        with self.lock:
            mailbox = self.mailboxes[address.lower()]
            wanted = calendar or mailbox.default.id
            return sorted(
                (
                    event
                    for event in self.of(mailbox)
                    if event.folder is Folder.CALENDAR and event.calendar == wanted
                ),
                key=lambda event: (event.starts_at, event.ends_at, event.id),
            )

    def doubled(self) -> list[str]:
        """Marks that more than one event of the same calendar bears; there must be none."""
        with self.lock:
            seen: dict[tuple[str, str, str], int] = {}
            for event in self.events.values():
                if event.folder is Folder.CALENDAR:
                    for value in event.properties.values():
                        # The mark ends in the generation, of which only one may be alive.
                        key = (event.mailbox, event.calendar, value.rpartition("/")[0])
                        seen[key] = seen.get(key, 0) + 1
            return [f"{key[2]} in {key[0]}" for key, count in seen.items() if count > 1]

    # --- The file ---

    def is_changed(self) -> None:
        self._is_dirty = True

    def save(self) -> None:
        with self.lock:
            if self._path is None or not self._is_dirty:
                return
            state = {
                "mailboxes": [asdict(mailbox) for mailbox in self.mailboxes.values()],
                "events": [asdict(event) for event in self.events.values()],
            }
            self._is_dirty = False
        self._path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self._path.with_suffix(".part")
        unfinished.write_text(json.dumps(state, default=datetime.isoformat))
        unfinished.replace(self._path)

    def _load(self, path: Path) -> None:
        state = json.loads(path.read_text())
        for each in state["mailboxes"]:
            calendars = [KeptCalendar(**calendar) for calendar in each.pop("calendars")]
            self.mailboxes[each["address"].lower()] = KeptMailbox(**each, calendars=calendars)
        for each in state["events"]:
            for name in ("starts_at", "ends_at", "created_at", "changed_at"):
                each[name] = datetime.fromisoformat(each[name])
            each["folder"] = Folder(each["folder"])
            self.events[each["id"]] = KeptEvent(**each)
