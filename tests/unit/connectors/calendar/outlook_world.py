"""Microsoft 365 for the contract suite: the demo's stand-in and a technician named Tom."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta

from doorstep.connectors.calendar.base import Importance, Mailbox, WrittenEvent
from doorstep.connectors.calendar.outlook import OutlookCalendar
from doorstep.demo.graph import habits
from doorstep.demo.graph.events import plain
from doorstep.demo.graph.faults import ACCEPT_THEN_DROP, GARBAGE, Fault
from doorstep.demo.graph.user import User
from tests.doubles import graph
from tests.unit.connectors.calendar.worlds import StoredEvent, Trouble, World

WRITES = "POST|PATCH|DELETE"
GRAPH = r"^/users/"
OWN = {
    "categories": ["Red category", "With Anna"],
    "hideAttendees": True,
    "allowNewTimeProposals": False,
}


class OutlookWorld(World):
    more_than_a_page = 25

    @contextmanager
    def running(self) -> Iterator[None]:
        with graph.running() as self.server:
            self.server.calendars.habits.largest_page = 10
            self._secret = graph.SECRET
            yield

    def service(self) -> OutlookCalendar:
        return graph.service(self.server, client_secret=self._secret)

    def settings(self) -> dict[str, object]:
        wanted = graph.settings(self.server, client_secret=self._secret)
        return {**asdict(wanted), "allows_private": True}

    @property
    def mailbox(self) -> Mailbox:
        return Mailbox(graph.TOM)

    def events(self) -> list[StoredEvent]:
        return [
            StoredEvent(
                title=event.fields["subject"],
                text=plain(event.fields.get("body", {})),
                place_name=event.fields.get("location", {}).get("displayName", ""),
                starts_at=event.starts_at,
                ends_at=event.ends_at,
                is_busy=event.fields["showAs"] == "busy",
                importance=Importance(event.fields.get("importance", "normal")),
                is_private=event.fields.get("sensitivity") == "private",
                reminder_minutes=event.fields["reminderMinutesBeforeStart"]
                if event.fields.get("isReminderOn")
                else None,
                attendees=len(event.fields.get("attendees", [])),
                latitude=(event.fields.get("location", {}).get("coordinates") or {}).get(
                    "latitude"
                ),
            )
            for event in self.server.store.live(graph.TOM)
        ]

    def trouble(self, trouble: Trouble) -> None:
        faults, refused = self.server.gateway.faults, self.server.calendars.refused
        match trouble:
            case Trouble.DONE_THEN_DROPPED:
                faults.add(ACCEPT_THEN_DROP, method=WRITES)
            case Trouble.THROTTLED_SECONDS:
                faults.add(Fault(429, "TooManyRequests", retry_after_s=7), times=None)
            case Trouble.THROTTLED_DATE:
                wait = Fault(429, "ApplicationThrottled", retry_after_s=30, as_date=True)
                faults.add(wait, times=None)
            case Trouble.DOWN:
                faults.add(Fault(503, "ServiceUnavailable"), path=GRAPH, times=None)
            case Trouble.GARBAGE:
                faults.add(GARBAGE, path=GRAPH, times=None)
            case Trouble.UNKNOWN_USER:
                refused[graph.TOM] = habits.NO_MAILBOX
            case Trouble.NO_RIGHT:
                self.server.calendars.scope = set()
            case Trouble.FULL:
                refused[graph.TOM] = habits.FULL
            case Trouble.SECRET_WRONG:
                self._secret = "wrong-secret-5Kq"

    def secrets(self) -> tuple[str, ...]:
        return (graph.SECRET, "wrong-secret-5Kq")

    def requests(self) -> int:
        return len(self.server.gateway.log.entries)

    # --- The user ---

    @property
    def user(self) -> User:
        return self.server.user(graph.TOM)

    def user_deletes(self, written: WrittenEvent) -> None:
        self.user.deletes(written.remote_id)

    def user_drags(self, written: WrittenEvent, *, by: timedelta) -> None:
        self.user.drags(written.remote_id, by=by)

    def user_renames(self, written: WrittenEvent, title: str) -> None:
        self.user.edits(written.remote_id, subject=title)

    def user_decorates(self, written: WrittenEvent) -> None:
        self.user.edits(written.remote_id, **OWN)

    def is_decorated(self) -> bool:
        (event,) = self.server.store.live(graph.TOM)
        return event.fields.items() >= OWN.items()

    def user_strips_our_mark(self, written: WrittenEvent) -> None:
        self.user.strips_properties(written.remote_id)

    def user_adds(
        self, title: str, starts_at: datetime, ends_at: datetime, *, is_busy: bool = True
    ) -> None:
        shown = "busy" if is_busy else "free"
        self.user.adds(starts_at, ends_at, subject=title, showAs=shown)


class OtherOutlookWorld(OutlookWorld):
    """A transaction id used twice is 400 and names no event, and Deleted Items is always empty."""

    @contextmanager
    def running(self) -> Iterator[None]:
        with super().running():
            habits = self.server.calendars.habits
            habits.duplicate_status, habits.names_existing_event = 400, False
            yield

    def user_deletes(self, written: WrittenEvent) -> None:
        super().user_deletes(written)
        self.user.empties_the_bin()
