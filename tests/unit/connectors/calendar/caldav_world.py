"""CalDAV with a real Radicale behind a proxy, for the contract suite."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from urllib.parse import urlsplit

from icalendar import Calendar, Event

from doorstep.connectors.calendar.base import CalendarService, Importance, Mailbox, WrittenEvent
from doorstep.connectors.calendar.caldav import CaldavCalendar, Settings
from doorstep.demo.graph.faults import ACCEPT_THEN_DROP, GARBAGE, Fault
from tests.doubles.caldav import CaldavProxy
from tests.doubles.http import running
from tests.doubles.radicale import shared_radicale
from tests.unit.connectors.calendar.worlds import StoredEvent, Trouble, World

PASSWORD = "app-Password-7"
IMPORTANCE = {1: Importance.HIGH, 5: Importance.NORMAL, 9: Importance.LOW}
_numbers = count()


class CaldavWorld(World):
    """One user of the server for all calendars; the technician's is found by its name."""

    @contextmanager
    def running(self) -> Iterator[None]:
        self.radicale = shared_radicale()
        self.user, self.password = f"user-{next(_numbers)}", PASSWORD
        self.radicale.add_user(self.user, PASSWORD)
        self.radicale.make_calendar(self.user, PASSWORD, "tasks", "Tasks", component="VTODO")
        self.radicale.make_calendar(self.user, PASSWORD, "zoe", "Zoë’s visits")
        self.proxy = CaldavProxy(self.radicale.port)
        with running(self.proxy):
            yield

    def service(self) -> CalendarService:
        return CaldavCalendar(
            Settings(
                base_url=self.proxy.url,
                user=self.user,
                password=self.password,
                allows_private=True,
            )
        )

    @property
    def mailbox(self) -> Mailbox:
        return Mailbox("zoe@acme.example", "Zoë’s visits")

    def secrets(self) -> tuple[str, ...]:
        return PASSWORD, self.password

    def events(self) -> list[StoredEvent]:
        found = [_stored(_event(path.read_bytes())) for path in self.files()]
        return sorted(found, key=lambda event: event.starts_at)

    def files(self) -> list[Any]:
        return self.radicale.files(self.user, "zoe")

    def trouble(self, trouble: Trouble) -> None:
        script = self.proxy.script
        match trouble:
            case Trouble.DONE_THEN_DROPPED:
                for method in ("PUT", "DELETE"):  # a test does one of them
                    script.add(ACCEPT_THEN_DROP, method=method)
            case Trouble.THROTTLED_SECONDS:
                script.add(Fault(429, retry_after_s=7), times=None)
            case Trouble.THROTTLED_DATE:
                script.add(Fault(503, retry_after_s=30, as_date=True), times=None)
            case Trouble.DOWN:
                script.add(Fault(502), times=None)
            case Trouble.GARBAGE:
                script.add(GARBAGE, times=None)
            case Trouble.UNKNOWN_USER:
                assert self.ask("DELETE", f"/{self.user}/zoe/").status == 200
            case Trouble.NO_RIGHT:
                script.add(Fault(403), times=None)
            case Trouble.FULL:
                script.add(Fault(507), method="PUT", times=None)
            case Trouble.SECRET_WRONG:
                self.password = "wrong-Password-8"

    def requests(self) -> int:
        return len(self.proxy.log.entries)

    def user_deletes(self, written: WrittenEvent) -> None:
        assert self.ask("DELETE", _path(written)).status == 200

    def user_drags(self, written: WrittenEvent, *, by: timedelta) -> None:
        def drag(event: Event) -> None:
            for name in ("DTSTART", "DTEND"):
                event[name].dt += by

        self.edit(written, drag)

    def user_renames(self, written: WrittenEvent, title: str) -> None:
        def rename(event: Event) -> None:
            event["SUMMARY"] = title

        self.edit(written, rename)

    def user_decorates(self, written: WrittenEvent) -> None:
        def decorate(event: Event) -> None:
            event.add("categories", ["Ladder"])
            event.add("color", "turquoise")
            event.add("x-note", "ring twice")

        self.edit(written, decorate)

    def is_decorated(self) -> bool:
        (path,) = self.files()
        event = _event(path.read_bytes())
        has_category = "Ladder" in event["CATEGORIES"].to_ical().decode()
        return has_category and (event["COLOR"], event["X-NOTE"]) == ("turquoise", "ring twice")

    def user_strips_our_mark(self, written: WrittenEvent) -> None:
        self.edit(written, lambda event: event.pop("X-DOORSTEP-REFERENCE"))

    def user_adds(
        self, title: str, starts_at: datetime, ends_at: datetime, *, is_busy: bool = True
    ) -> None:
        event = Event()
        event.add("uid", f"{title}-{starts_at:%H%M}")
        event.add("dtstamp", starts_at)
        event.add("dtstart", starts_at)
        event.add("dtend", ends_at)
        event.add("summary", title)
        event.add("transp", "OPAQUE" if is_busy else "TRANSPARENT")
        self.put(f"/{self.user}/zoe/{title}.ics", event)

    # --- Parts ---------------------------------------------------------------------------------

    def ask(self, method: str, path: str, body: bytes = b"") -> Any:
        headers = {"Content-Type": "text/calendar"} if body else {}
        return self.radicale.ask(method, path, (self.user, PASSWORD), body, headers)

    def edit(self, written: WrittenEvent, change: Any) -> None:
        event = _event(self.ask("GET", _path(written)).body)
        change(event)
        event["SEQUENCE"] = event.get("SEQUENCE", 0) + 1
        self.put(_path(written), event)

    def put(self, path: str, event: Event) -> None:
        calendar = Calendar()
        calendar.add("prodid", "-//Some phone//")
        calendar.add("version", "2.0")
        calendar.add_component(event)
        assert self.ask("PUT", path, calendar.to_ical()).status in (201, 204)


class OwnCaldavWorld(CaldavWorld):
    """Each technician with a password of their own, and the first calendar that takes events."""

    impossible: Mapping[Trouble, str] = {
        Trouble.SECRET_WRONG: "the service has no secret; a technician's own concerns them alone"
    }

    def service(self) -> CalendarService:
        return CaldavCalendar(Settings(base_url=f"{self.proxy.url}/", allows_private=True))

    @property
    def mailbox(self) -> Mailbox:
        return Mailbox(self.user, "", self.password)


def _event(content: bytes) -> Event:
    (event,) = Calendar.from_ical(content).walk("VEVENT")
    assert isinstance(event, Event)
    return event


def _path(written: WrittenEvent) -> str:
    return urlsplit(written.remote_id).path


def _stored(event: Event) -> StoredEvent:
    alarms = event.walk("VALARM")
    reminder = -alarms[0]["TRIGGER"].dt // timedelta(minutes=1) if alarms else None
    return StoredEvent(
        title=str(event.get("SUMMARY", "")),
        text=str(event.get("DESCRIPTION", "")),
        place_name=str(event.get("LOCATION", "")),
        starts_at=event["DTSTART"].dt.astimezone(UTC),
        ends_at=event["DTEND"].dt.astimezone(UTC),
        is_busy=event.get("TRANSP", "OPAQUE") == "OPAQUE",
        importance=IMPORTANCE[event.get("PRIORITY", 5)],
        is_private=event.get("CLASS") == "PRIVATE",
        reminder_minutes=reminder,
        attendees=len(event.get("ATTENDEE", [])),
        latitude=event["GEO"].latitude if "GEO" in event else None,
    )
