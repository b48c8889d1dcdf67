"""What the owner of a mailbox does in their own Outlook."""

from datetime import UTC, datetime, timedelta
from typing import Any

from .store import Folder, KeptEvent, KeptMailbox, Store, new_id


class NoSuchEvent(LookupError):
    """The mailbox has no event of this id."""


class User:
    """The events of one mailbox by either of their ids. Every method may raise NoSuchEvent."""

    def __init__(self, store: Store, mailbox: KeptMailbox) -> None:
        self._store = store
        self._mailbox = mailbox

    def deletes(self, event_id: str) -> None:
        """Into Deleted Items, where the event goes on answering to its immutable id."""
        event = self._event(event_id)
        event.folder, event.moving_id = Folder.BIN, new_id()
        self._changed(event)

    def empties_the_bin(self) -> None:
        with self._store.lock:
            for event in list(self._store.of(self._mailbox)):
                if event.folder is Folder.BIN:
                    del self._store.events[event.id]
            self._store.is_changed()

    def restores(self, event_id: str) -> None:
        event = self._event(event_id)
        event.folder, event.moving_id = Folder.CALENDAR, new_id()
        self._changed(event)

    def drags(self, event_id: str, *, by: timedelta) -> None:
        """To another time."""
        event = self._event(event_id)
        event.starts_at += by
        event.ends_at += by
        self._changed(event)

    def moves(self, event_id: str, calendar: str) -> None:
        """Into another calendar of the same mailbox, by its name."""
        event = self._event(event_id)
        event.calendar = next(each.id for each in self._mailbox.calendars if each.name == calendar)
        event.moving_id = new_id()
        self._changed(event)

    def edits(self, event_id: str, **fields: Any) -> None:
        """Sets fields by Graph's names."""
        event = self._event(event_id)
        event.fields |= fields
        self._changed(event)

    def strips_properties(self, event_id: str) -> None:
        """As when the event was exported and imported again."""
        event = self._event(event_id)
        event.properties.clear()
        self._changed(event)

    def adds(self, starts_at: datetime, ends_at: datetime, **fields: Any) -> str:
        """An event of the user's own; its immutable id."""
        now = datetime.now(UTC)
        event = KeptEvent(
            id=new_id(),
            moving_id=new_id(),
            mailbox=self._mailbox.address,
            calendar=self._mailbox.default.id,
            starts_at=starts_at,
            ends_at=ends_at,
            fields=fields,
            properties={},
            transaction_id="",
            posted="",
            created_at=now,
            changed_at=now,
        )
        with self._store.lock:
            self._store.add(event)
        return event.id

    def _event(self, event_id: str) -> KeptEvent:
        with self._store.lock:
            for immutable in (True, False):
                event = self._store.find(self._mailbox, event_id, immutable=immutable)
                if event is not None:
                    return event
        raise NoSuchEvent(event_id)

    def _changed(self, event: KeptEvent) -> None:
        with self._store.lock:
            event.touch()
            self._store.is_changed()
