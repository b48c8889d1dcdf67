"""Google Calendar for a small Workspace domain, well-behaved until told otherwise.

Deleted events stay under their id as "cancelled", ids are never used twice, and a PATCH names only
what changes, as with the real one.
"""

import json
import re
import time
from collections import deque
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import RLock
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from doorstep.demo.graph.faults import Fault, FaultScript, RequestLog
from tests.doubles.google_sign_in import EVENTS, FREE_BUSY, SignIn
from tests.doubles.http import HttpDouble, Reply, Request, json_reply

ROOT = "/calendar/v3"
ZOE = "zoe@acme.example"
ID = re.compile(r"[0-9a-v]{5,1024}")
Query = dict[str, str]


def google_error(
    status: int, reason: str, *, domain: str = "global", is_newer: bool = False, **limit: str
) -> Reply:
    """An error in the older shape, or with its reason among the newer details alone."""
    error: dict[str, Any] = {"code": status, "message": "Something in English."}
    if is_newer:
        kind = "type.googleapis.com/google.rpc.ErrorInfo"
        error["details"] = [{"@type": kind, "reason": reason, "metadata": limit}]
    else:
        error["errors"] = [{"domain": domain, "reason": reason, "message": "In English."}]
    return json_reply({"error": error}, status)


@dataclass
class Calendar:
    """`roles` says what others may do; its owner may do everything."""

    owner: str
    name: str
    events: dict[str, dict[str, Any]] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)

    def role_of(self, user: str) -> str:
        return "owner" if user == self.owner else self.roles.get(user, "")


class GoogleDouble(HttpDouble):
    """`calendars` by id; a user's main one has their address. `no_calendar` are users without."""

    def __init__(self, *users: str) -> None:
        super().__init__()
        users = users or (ZOE,)
        self.sign_in = SignIn(set(users))
        self.calendars = {user: Calendar(user, user) for user in users}
        self.no_calendar: set[str] = set()
        self.script, self.log = FaultScript(), RequestLog()
        self.page_size = 10
        self.most_per_minute = {"user": 600, "project": 10_000}
        self._asked: deque[tuple[float, str]] = deque()
        self._version = 0
        self._lock = RLock()

    def answer(self, request: Request) -> Reply:
        parts = urlsplit(request.path)
        if parts.path == "/token":
            with self._lock:
                reply = self.sign_in.answer(request, self.url)
            fault = self.script.next_for("POST", "/token", "")
            return reply if fault is None else _spoilt(fault)
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        user, scopes = self.sign_in.tokens.get(token, ("", set()))
        entry = self.log.arrived(request.method, parts.path, user)
        fault = self.script.next_for(request.method, parts.path, user)
        if fault is not None and not fault.is_done:
            reply = _spoilt(fault)
        else:
            with self._lock:
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                reply = self._route(request, parts.path, query, user, scopes)
            if fault is not None:
                reply = _spoilt(fault)
        self.log.answered(
            entry,
            0 if reply.hangs_up else reply.status,
            retry_after_s=fault.retry_after_s if fault else None,
            is_for_account=bool(fault and fault.is_for_account),
        )
        return reply

    def expire_tokens(self) -> None:
        self.sign_in.tokens.clear()

    # --- What users do -------------------------------------------------------------------------

    def user_changes(self, identifier: str, **fields: Any) -> None:
        """Move, rename, recolor: the given fields, or a deletion by `status`."""
        with self._lock:
            (calendar,) = [each for each in self.calendars.values() if identifier in each.events]
            event = calendar.events[identifier]
            event.update(fields)
            event["sequence"] += 1
            self._stamp(event)

    def user_deletes(self, identifier: str) -> None:
        self.user_changes(identifier, status="cancelled")

    def user_adds(self, user: str, starts_at: datetime, ends_at: datetime, **fields: Any) -> None:
        with self._lock:
            event = {
                "id": f"private{self._version}",
                "start": {"dateTime": starts_at.isoformat()},
                "end": {"dateTime": ends_at.isoformat()},
                "status": "confirmed",
                "sequence": 0,
                "organizer": {"email": user},
                **fields,
            }
            self._stamp(event)
            self.calendars[user].events[event["id"]] = event

    # --- Routes --------------------------------------------------------------------------------

    def _route(
        self, request: Request, path: str, query: Query, user: str, scopes: set[str]
    ) -> Reply:
        if not user:
            return google_error(401, "authError")
        if (limit := self._count(user)) is not None:
            return limit
        if user in self.no_calendar:
            return google_error(403, "notACalendarUser", domain="calendar")
        needed = FREE_BUSY if path == f"{ROOT}/freeBusy" else EVENTS
        if needed not in scopes:
            return google_error(403, "insufficientPermissions")
        body = json.loads(request.body) if request.body else {}
        if path == f"{ROOT}/freeBusy":
            return self._free_busy(body, user)
        found = re.fullmatch(rf"{ROOT}/calendars/([^/]+)/events(?:/([^/]+))?", path)
        if found is None:
            return google_error(404, "notFound")
        calendar = self.calendars.get(self._id(unquote(found[1]), user))
        role = calendar.role_of(user) if calendar else ""
        if calendar is None or not role:
            return google_error(404, "notFound")
        if request.method != "GET" and role not in ("owner", "writer"):
            return google_error(403, "requiredAccessLevel", domain="calendar")
        if found[2] is None:
            if request.method == "POST":
                return self._insert(calendar, body, user)
            return self._list(calendar, query, user, role)
        return self._one(request, calendar, unquote(found[2]), body, user)

    def _one(
        self, request: Request, calendar: Calendar, identifier: str, body: Any, user: str
    ) -> Reply:
        event = calendar.events.get(identifier)
        if event is None:
            return google_error(404, "notFound")
        if request.method == "GET":
            return json_reply(_seen_by(user, event))
        if request.method == "DELETE" and event["status"] == "cancelled":
            return google_error(410, "deleted")
        if request.headers.get("if-match", event["etag"]) != event["etag"]:
            return google_error(412, "conditionNotMet")
        if request.method == "DELETE":
            event["status"] = "cancelled"
            self._stamp(event)
            return Reply(204)
        changed = _patched(event, body) if request.method == "PATCH" else {**body}
        if (problem := _problem(changed)) is not None:
            return problem
        if changed.get("sequence", 0) < event["sequence"]:
            return google_error(400, "invalid")
        for name in ("id", "etag", "organizer"):
            changed[name] = event[name]
        changed.setdefault("status", "confirmed")
        calendar.events[identifier] = changed
        self._stamp(changed)
        return json_reply(_seen_by(user, changed))

    def _insert(self, calendar: Calendar, body: dict[str, Any], user: str) -> Reply:
        identifier = body.get("id", f"made{self._version}")
        if not ID.fullmatch(identifier) or ("id" in body and "iCalUID" in body):
            return google_error(400, "invalid")
        event = _patched({}, body)
        if (problem := _problem(event)) is not None:
            return problem
        if identifier in calendar.events:
            return google_error(409, "duplicate")
        event.update(id=identifier, sequence=body.get("sequence", 0), organizer={"email": user})
        event.setdefault("status", "confirmed")
        self._stamp(event)
        calendar.events[identifier] = event
        return json_reply(_seen_by(user, event))

    def _list(self, calendar: Calendar, query: Query, user: str, role: str) -> Reply:
        wanted = query.get("privateExtendedProperty", "").partition("=")
        from_at, to_at = query.get("timeMin"), query.get("timeMax")
        found = [
            event
            for event in calendar.events.values()
            if (event["status"] != "cancelled" or query.get("showDeleted") == "true")
            and (not wanted[0] or _private(event).get(wanted[0]) == wanted[2])
            and (not from_at or _time(event["end"]) > datetime.fromisoformat(from_at))
            and (not to_at or _time(event["start"]) < datetime.fromisoformat(to_at))
        ]
        start = int(query.get("pageToken", "0"))
        end = start + min(self.page_size, int(query.get("maxResults", "250")))
        answer = {
            "summary": calendar.name,
            "accessRole": role,
            "items": [_seen_by(user, event) for event in found[start:end]],
        }
        if end < len(found):
            answer["nextPageToken"] = str(end)
        return json_reply(answer)

    def _free_busy(self, body: dict[str, Any], user: str) -> Reply:
        from_at, to_at = (datetime.fromisoformat(body[name]) for name in ("timeMin", "timeMax"))
        if to_at - from_at > timedelta(days=60):
            return google_error(400, "timeRangeTooLong", domain="calendar")
        answers: dict[str, Any] = {}
        for item in body["items"]:
            calendar = self.calendars.get(self._id(item["id"], user))
            if calendar is None or not calendar.role_of(user):
                error = {"domain": "global", "reason": "notFound"}
                answers[item["id"]] = {"errors": [error], "busy": []}
                continue
            taken = sorted(
                (max(_time(event["start"]), from_at), min(_time(event["end"]), to_at))
                for event in calendar.events.values()
                if event["status"] != "cancelled" and event.get("transparency") != "transparent"
            )
            busy = [
                {"start": f"{start:%Y-%m-%dT%H:%M:%SZ}", "end": f"{end:%Y-%m-%dT%H:%M:%SZ}"}
                for start, end in taken
                if start < end
            ]
            answers[item["id"]] = {"busy": busy}
        return json_reply({"kind": "calendar#freeBusy", "calendars": answers})

    def _count(self, user: str) -> Reply | None:
        """A sliding minute for the project and for each user."""
        now = time.monotonic()
        while self._asked and self._asked[0][0] < now - 60:
            self._asked.popleft()
        self._asked.append((now, user))
        if len(self._asked) > self.most_per_minute["project"]:
            limit = "defaultPerMinutePerProject"
            return google_error(429, "RATE_LIMIT_EXCEEDED", is_newer=True, quota_limit=limit)
        if sum(each == user for _at, each in self._asked) > self.most_per_minute["user"]:
            return google_error(403, "userRateLimitExceeded", domain="usageLimits")
        return None

    def _id(self, calendar: str, user: str) -> str:
        return user if calendar == "primary" else calendar

    def _stamp(self, event: dict[str, Any]) -> None:
        self._version += 1
        event["etag"] = f'"{self._version}"'


def _spoilt(fault: Fault) -> Reply:
    if fault.hangs_up:
        return Reply(hangs_up=True)
    if fault.body is not None:
        return Reply(fault.status, fault.body)
    reply = google_error(fault.status, fault.code or "backendError", domain="usageLimits")
    if (wait := fault.retry_after(datetime.now(UTC))) is not None:
        reply.headers["Retry-After"] = wait
    return reply


def _patched(event: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """RFC 7396: objects are merged, null takes away, all else replaces."""
    merged = deepcopy(event)
    for name, value in changes.items():
        if value is None:
            merged.pop(name, None)
        elif isinstance(value, dict):
            merged[name] = _patched(merged.get(name) or {}, value)
        else:
            merged[name] = value
    return merged


def _problem(event: dict[str, Any]) -> Reply | None:
    for name in ("start", "end"):
        if len({"date", "dateTime"} & set(event.get(name, ()))) != 1:
            return google_error(400, "invalid")
    if event.get("attendees"):
        return google_error(403, "forbiddenForServiceAccounts")
    if _time(event["end"]) < _time(event["start"]):
        return google_error(400, "timeRangeEmpty", domain="calendar")
    return None


def _seen_by(user: str, event: dict[str, Any]) -> dict[str, Any]:
    organizer = event["organizer"]
    return {**event, "organizer": {**organizer, "self": organizer["email"] == user}}


def _private(event: dict[str, Any]) -> dict[str, str]:
    found: dict[str, str] = event.get("extendedProperties", {}).get("private", {})
    return found


def _time(value: dict[str, str]) -> datetime:
    at = datetime.fromisoformat(value.get("dateTime") or value["date"])
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
