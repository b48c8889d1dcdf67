"""The stand-in in a browser: whose calendars there are, and a week of one, to look at and to touch.

What is shown was written by others: templates escape it, and no script may run.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import quote
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string

from .store import Folder, Store
from .user import NoSuchEvent, User
from .week import lay_out, monday_of

STYLE = Path(__file__).parent.parent / "static" / "demo" / "graph.css"
HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self' 'unsafe-inline'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    # With no-referrer browsers would post our own forms with the origin "null".
    "Referrer-Policy": "same-origin",
}
MOVES = {"hour": timedelta(hours=1), "day": timedelta(days=1)}


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes = b""


class Page:
    def __init__(self, store: Store, time_zone: str) -> None:
        self._store = store
        self._zone = ZoneInfo(time_zone)

    def reply(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        form: Mapping[str, str],
        headers: Mapping[str, str],
        *,
        own: str,
    ) -> Reply:
        """`own` is the server's address: pages of others may neither read nor post here."""
        host = own.partition("//")[2]
        port = host.rpartition(":")[2]
        if headers.get("host") not in (host, f"localhost:{port}"):
            return _message(403, "This page is for this machine only.")
        if method == "POST":
            origin = headers.get("origin", own)
            if origin not in (own, f"http://localhost:{port}"):
                return _message(403, "This was asked for by another page.")
            return self._act(path, form)
        if method not in ("GET", "HEAD"):
            return _message(405, "This cannot be done here.")
        if path == "/":
            return self._mailboxes()
        if path == "/graph.css":
            return Reply(200, {**HEADERS, "Content-Type": "text/css"}, STYLE.read_bytes())
        if path.startswith("/calendar/"):
            return self._calendar(path.removeprefix("/calendar/"), query)
        return _message(404, "There is no such page.")

    def _mailboxes(self) -> Reply:
        with self._store.lock:
            mailboxes = [
                {
                    "name": mailbox.name,
                    "address": mailbox.address,
                    "path": f"/calendar/{quote(mailbox.address, safe='@')}",
                    "events": len(self._store.live(mailbox.address)),
                }
                for mailbox in sorted(self._store.mailboxes.values(), key=lambda each: each.name)
            ]
        return _page("mailboxes", {"mailboxes": mailboxes})

    def _calendar(self, address: str, query: Mapping[str, str]) -> Reply:
        with self._store.lock:
            mailbox = self._store.mailboxes.get(address.lower())
            if mailbox is None:
                return _message(404, "There is no such mailbox.")
            today = datetime.now(UTC).astimezone(self._zone).date()
            monday = monday_of(_day(query.get("week", ""), today))
            calendar = next(
                (each for each in mailbox.calendars if each.id == query.get("calendar")),
                mailbox.default,
            )
            events = self._store.live(mailbox.address, calendar.id)
            week = lay_out(events, monday, self._zone, today=today)
            deleted = [each for each in self._store.of(mailbox) if each.folder is Folder.BIN]
            context = {
                "mailbox": mailbox,
                "path": f"/calendar/{quote(mailbox.address, safe='@')}",
                "calendar": calendar,
                "kept": "" if calendar.is_default else f"&calendar={quote(calendar.id, safe='')}",
                "week": week,
                "monday": monday,
                "sunday": monday + timedelta(days=6),
                "before": monday - timedelta(days=7),
                "after": monday + timedelta(days=7),
                "zone": self._zone.key,
                "deleted": [
                    {
                        "id": each.id,
                        "title": each.fields.get("subject") or "(no title)",
                        "at": each.starts_at.astimezone(self._zone),
                    }
                    for each in sorted(deleted, key=lambda each: each.starts_at)
                ],
            }
        return _page("calendar", context)

    def _act(self, path: str, form: Mapping[str, str]) -> Reply:
        address, _slash, action = path.removeprefix("/calendar/").rpartition("/")
        mailbox = self._store.mailboxes.get(address.lower())
        if mailbox is None or not path.startswith("/calendar/"):
            return _message(404, "There is no such mailbox.")
        user, event_id = User(self._store, mailbox), form.get("id", "")
        try:
            match action:
                case "delete":
                    user.deletes(event_id)
                case "restore":
                    user.restores(event_id)
                case "move":
                    user.drags(event_id, by=MOVES[form.get("by", "")])
                case _:
                    return _message(404, "This cannot be done here.")
        except (NoSuchEvent, KeyError):
            return _message(404, "The event is not there any more.")
        week = _day(form.get("week", ""), date.today())  # noqa: DTZ011 (only if none came)
        back = f"/calendar/{quote(mailbox.address, safe='@')}?week={week.isoformat()}"
        return Reply(303, {**HEADERS, "Location": back})


def _day(text: str, otherwise: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return otherwise
    # The first and last weeks of the calendar have no neighbors.
    return day if date.min.year + 1 < day.year < date.max.year - 1 else otherwise


def _page(name: str, context: Mapping[str, object], status: int = 200) -> Reply:
    body = render_to_string(f"demo/graph/{name}.html", dict(context))
    return Reply(status, HEADERS, body.encode())


def _message(status: int, text: str) -> Reply:
    return _page("message", {"text": text}, status)
