"""Google Calendar with its double, for the contract suite."""

import html
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from doorstep.connectors.calendar.base import CalendarService, Importance, Mailbox, WrittenEvent
from doorstep.connectors.calendar.google import GoogleCalendar, Settings
from doorstep.demo.graph.faults import ACCEPT_THEN_DROP, GARBAGE, Fault
from tests.doubles.google import ROOT, ZOE, GoogleDouble
from tests.doubles.google_sign_in import key_file
from tests.doubles.http import running
from tests.unit.connectors.calendar.worlds import StoredEvent, Trouble, World

# One write of either kind: a test makes or removes.
WRITES = ("POST", "DELETE")
COLOR, NOTE = "9", {"shared": {"note": "bring the ladder"}}


class GoogleWorld(World):
    lacks = frozenset({"importance", "latitude"})
    impossible: Mapping[Trouble, str] = {
        Trouble.FULL: "Google's calendars do not fill up; there are limits by time only"
    }
    key_name = "right"

    @contextmanager
    def running(self) -> Iterator[None]:
        self.double = GoogleDouble()
        with running(self.double):
            yield

    def service(self) -> CalendarService:
        return GoogleCalendar(
            Settings(
                key=key_file(self.double.url, name=self.key_name),
                base_url=self.double.url + ROOT,
                allows_private=True,
            )
        )

    @property
    def mailbox(self) -> Mailbox:
        return Mailbox(ZOE)

    def secrets(self) -> tuple[str, ...]:
        key = json.loads(key_file(self.double.url, name=self.key_name))["private_key"]
        return *key.splitlines(), *self.double.sign_in.tokens

    def events(self) -> list[StoredEvent]:
        found = [
            _stored(event)
            for event in self.double.calendars[ZOE].events.values()
            if event["status"] != "cancelled"
        ]
        return sorted(found, key=lambda event: event.starts_at)

    def trouble(self, trouble: Trouble) -> None:
        script, double = self.double.script, self.double
        match trouble:
            case Trouble.DONE_THEN_DROPPED:
                for method in WRITES:
                    script.add(ACCEPT_THEN_DROP, method=method, path="/events")
            case Trouble.THROTTLED_SECONDS:
                fault = Fault(403, "userRateLimitExceeded", retry_after_s=7)
                script.add(fault, path="/calendar/", times=None)
            case Trouble.THROTTLED_DATE:
                fault = Fault(429, "rateLimitExceeded", retry_after_s=30, as_date=True)
                script.add(fault, path="/calendar/", times=None)
            case Trouble.DOWN:
                script.add(Fault(503, "backendError"), times=None)
            case Trouble.GARBAGE:
                script.add(GARBAGE, times=None)
            case Trouble.UNKNOWN_USER:
                double.sign_in.users.clear()
            case Trouble.NO_RIGHT:
                double.sign_in.undelegated.add(ZOE)
            case Trouble.SECRET_WRONG:
                self.key_name = "wrong"
            case _:
                raise NotImplementedError(trouble)

    def requests(self) -> int:
        return len(self.double.log.entries)

    def user_deletes(self, written: WrittenEvent) -> None:
        self.double.user_deletes(written.remote_id)

    def user_drags(self, written: WrittenEvent, *, by: timedelta) -> None:
        event = self.double.calendars[ZOE].events[written.remote_id]
        moved = {
            name: {"dateTime": (_time(event[name]) + by).isoformat(), "timeZone": "Europe/London"}
            for name in ("start", "end")
        }
        self.double.user_changes(written.remote_id, **moved)

    def user_renames(self, written: WrittenEvent, title: str) -> None:
        self.double.user_changes(written.remote_id, summary=title)

    def user_decorates(self, written: WrittenEvent) -> None:
        event = self.double.calendars[ZOE].events[written.remote_id]
        properties = {**event["extendedProperties"], **NOTE}
        self.double.user_changes(written.remote_id, colorId=COLOR, extendedProperties=properties)

    def is_decorated(self) -> bool:
        (event,) = self.double.calendars[ZOE].events.values()
        has_note = event["extendedProperties"].get("shared") == NOTE["shared"]
        return has_note and event.get("colorId") == COLOR

    def user_strips_our_mark(self, written: WrittenEvent) -> None:
        self.double.user_changes(written.remote_id, extendedProperties={})

    def user_adds(
        self, title: str, starts_at: datetime, ends_at: datetime, *, is_busy: bool = True
    ) -> None:
        transparency = {} if is_busy else {"transparency": "transparent"}
        self.double.user_adds(ZOE, starts_at, ends_at, summary=title, **transparency)


def _stored(event: dict[str, Any]) -> StoredEvent:
    overrides = event.get("reminders", {}).get("overrides", [])
    return StoredEvent(
        title=event.get("summary", ""),
        text=html.unescape(event.get("description", "")),
        place_name=event.get("location", ""),
        starts_at=_time(event["start"]),
        ends_at=_time(event["end"]),
        is_busy=event.get("transparency") != "transparent",
        importance=Importance.NORMAL,
        is_private=event.get("visibility") == "private",
        reminder_minutes=overrides[0]["minutes"] if overrides else None,
        attendees=len(event.get("attendees", [])),
    )


def _time(value: dict[str, str]) -> datetime:
    return datetime.fromisoformat(value["dateTime"])
