"""What Graph does with one call about somebody's calendar, all troubles of the way left out."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from .answers import Answer, Call, GraphError
from .events import check_fields, read_instant, read_properties
from .habits import FULL, NO_MAILBOX, NO_RIGHT, Habits
from .queries import matches, page, show
from .schedules import schedule
from .store import Folder, KeptCalendar, KeptEvent, KeptMailbox, Store, new_id

NOT_FOUND = "The specified object was not found in the store."
_ROUTES: list[tuple[str, re.Pattern[str], Callable[["Calendars", "_Place", Call], Answer]]] = []


@dataclass(frozen=True, slots=True)
class _Place:
    """What the path names. `calendar` is None where it names none."""

    mailbox: KeptMailbox
    calendar: KeptCalendar | None
    event_id: str


def _route(method: str, path: str) -> Callable[[Any], Any]:
    whole = re.compile(rf"/users/(?P<user>[^/]+){path}\Z")

    def add(handler: Any) -> Any:
        _ROUTES.append((method, whole, handler))
        return handler

    return add


_CALENDAR = "(?:/calendar|/calendars/(?P<calendar>[^/]+))"
_EVENT = rf"{_CALENDAR}?/events/(?P<event>[^/]+)"


class Calendars:
    """`refused` has mailboxes that cannot be used, `scope` those that the application may use, all
    with None. With `welcomes_everybody` a mailbox is made when it is first asked for."""

    def __init__(self, store: Store, *, welcomes_everybody: bool = False) -> None:
        self.store = store
        self.habits = Habits()
        self.refused: dict[str, tuple[int, str, str]] = {}
        self.scope: set[str] | None = None
        self._welcomes_everybody = welcomes_everybody

    def answer(self, call: Call) -> Answer:
        with self.store.lock:
            try:
                for method, path, handler in _ROUTES:
                    found = path.match(call.path)
                    if found and method == call.method:
                        return handler(self, self._place(found, call), call)
                raise GraphError(400, "BadRequest", "Resource not found for the segment.")
            except GraphError as problem:
                return problem.answer

    def _place(self, found: re.Match[str], call: Call) -> _Place:
        mailbox = self._mailbox(found["user"], call)
        names = found.groupdict()
        calendar = None
        if names.get("calendar"):
            calendar = next(
                (each for each in mailbox.calendars if each.id == names["calendar"]), None
            )
            if calendar is None:
                raise GraphError(404, "ErrorItemNotFound", NOT_FOUND)
        return _Place(mailbox, calendar, names.get("event") or "")

    def _mailbox(self, user: str, call: Call) -> KeptMailbox:
        address = user.lower()
        if self._welcomes_everybody and re.fullmatch(r"[^@\s<>]+@[^@\s<>]+", address):
            self.store.add_mailbox(user)
        mailbox = self.store.mailboxes.get(address)
        refused = NO_MAILBOX if mailbox is None else self.refused.get(address)
        if refused == FULL and call.method in ("GET", "DELETE"):
            refused = None
        if refused is not None:
            raise GraphError(*refused)
        if self.scope is not None and address not in self.scope:
            raise GraphError(*NO_RIGHT)
        assert mailbox is not None
        return mailbox

    def _event(self, place: _Place, call: Call) -> KeptEvent:
        immutable = call.prefers('IdType="ImmutableId"')
        event = self.store.find(place.mailbox, place.event_id, immutable=immutable)
        if event is None:
            raise GraphError(404, "ErrorItemNotFound", NOT_FOUND)
        wanted = call.headers.get("if-match")
        if wanted and wanted not in ("*", event.etag):
            raise GraphError(
                412, "ErrorIrresolvableConflict", "The change key does not match the current one."
            )
        return event

    # --- Calendars ---

    @_route("GET", "/calendars")
    def list_calendars(self, place: _Place, call: Call) -> Answer:  # noqa: ARG002
        return Answer(200, {"value": [_show(each, place) for each in place.mailbox.calendars]})

    @_route("GET", _CALENDAR)
    def get_calendar(self, place: _Place, call: Call) -> Answer:  # noqa: ARG002
        return Answer(200, _show(place.calendar or place.mailbox.default, place))

    @_route("POST", "/calendar/getSchedule")
    def get_schedule(self, place: _Place, call: Call) -> Answer:  # noqa: ARG002
        body = call.body if isinstance(call.body, dict) else {}
        from_at = read_instant(body.get("startTime", {}))
        to_at = read_instant(body.get("endTime", {}))
        if not from_at < to_at:
            raise GraphError(400, "ErrorInvalidTimeInterval", "The interval is empty.")
        value = [
            schedule(self.store, str(who), from_at, to_at, most=self.habits.most_schedule_items)
            for who in body.get("schedules", ())
        ]
        return Answer(200, {"value": value})

    # --- Lists ---

    @_route("GET", f"{_CALENDAR}?/calendarView")
    def calendar_view(self, place: _Place, call: Call) -> Answer:
        try:
            from_at = _query_instant(call.query["startDateTime"])
            to_at = _query_instant(call.query["endDateTime"])
        except (KeyError, ValueError) as problem:
            raise GraphError(400, "ErrorInvalidParameter", "Two instants are needed.") from problem
        found = [
            event
            for event in self._live(place)
            if event.starts_at < to_at and event.ends_at > from_at
        ]
        return Answer(200, page(found, call, self.habits.largest_page))

    @_route("GET", f"{_CALENDAR}?/events")
    def list_events(self, place: _Place, call: Call) -> Answer:
        condition = call.query.get("$filter")
        found = [each for each in self._live(place) if not condition or matches(each, condition)]
        return Answer(200, page(found, call, self.habits.largest_page))

    def _live(self, place: _Place) -> list[KeptEvent]:
        calendar = place.calendar or place.mailbox.default
        return self.store.live(place.mailbox.address, calendar.id)

    # --- One event ---

    @_route("POST", f"{_CALENDAR}?/events")
    def create(self, place: _Place, call: Call) -> Answer:
        fields = check_fields(call.body, is_new=True)
        starts_at, ends_at = _period(fields, None)
        content = json.dumps(call.body, sort_keys=True)
        transaction_id = fields.pop("transactionId", "")
        earlier = self._posted_before(place.mailbox, transaction_id)
        if earlier is not None:
            if earlier.posted == sha256(content.encode()).hexdigest():
                return Answer(201, show(earlier, call))
            named = {"@event.existingEventId": show(earlier, call)["id"]}
            raise GraphError(
                self.habits.duplicate_status,
                "ErrorDuplicateTransactionId",
                "Your request can't be completed. The TransactionId value in the request has "
                "already been used to create a different event.",
                extra=named if self.habits.names_existing_event else {},
            )
        properties = read_properties(fields.pop("singleValueExtendedProperties", []))
        now = datetime.now(UTC)
        event = KeptEvent(
            id=new_id(),
            moving_id=new_id(),
            mailbox=place.mailbox.address,
            calendar=(place.calendar or place.mailbox.default).id,
            starts_at=starts_at,
            ends_at=ends_at,
            fields=fields,
            properties=properties,
            transaction_id=transaction_id,
            posted=sha256(content.encode()).hexdigest(),
            created_at=now,
            changed_at=now,
        )
        self.store.add(event)
        return Answer(201, show(event, call))

    def _posted_before(self, mailbox: KeptMailbox, transaction_id: str) -> KeptEvent | None:
        if not transaction_id:
            return None
        for event in self.store.of(mailbox):
            is_known = event.folder is Folder.CALENDAR or self.habits.keeps_transaction_ids
            if event.transaction_id == transaction_id and is_known:
                return event
        return None

    @_route("GET", _EVENT)
    def get_event(self, place: _Place, call: Call) -> Answer:
        return Answer(200, show(self._event(place, call), call))

    @_route("PATCH", _EVENT)
    def update(self, place: _Place, call: Call) -> Answer:
        """Also of what lies in Deleted Items: that succeeds, and nobody sees it."""
        event = self._event(place, call)
        fields = check_fields(call.body, is_new=False)
        event.starts_at, event.ends_at = _period(fields, event)
        event.properties |= read_properties(fields.pop("singleValueExtendedProperties", []))
        event.fields |= fields
        event.touch()
        self.store.is_changed()
        return Answer(200, show(event, call))

    @_route("DELETE", _EVENT)
    def delete(self, place: _Place, call: Call) -> Answer:
        event = self._event(place, call)
        if event.folder is Folder.BIN:
            raise GraphError(403, "ErrorCannotDeleteObject", "The object cannot be deleted.")
        self._to_bin(event)
        return Answer(204)

    @_route("POST", f"{_EVENT}/cancel")
    def cancel(self, place: _Place, call: Call) -> Answer:
        event = self._event(place, call)
        if not event.is_organizer:
            raise GraphError(
                400, "ErrorInvalidRequest", "You need to be an organizer to cancel a meeting."
            )
        self._to_bin(event)
        return Answer(202)

    def _to_bin(self, event: KeptEvent) -> None:
        event.folder, event.moving_id = Folder.BIN, new_id()
        event.touch()
        self.store.is_changed()


def _show(calendar: KeptCalendar, place: _Place) -> dict[str, Any]:
    owner = {"name": place.mailbox.name, "address": place.mailbox.address}
    return {
        "id": calendar.id,
        "name": calendar.name,
        "isDefaultCalendar": calendar.is_default,
        "canEdit": True,
        "owner": owner,
    }


def _period(fields: dict[str, Any], event: KeptEvent | None) -> tuple[datetime, datetime]:
    """Start and end out of the fields, as they were where the fields have none."""
    start, end = fields.pop("start", None), fields.pop("end", None)
    assert event is not None or (start and end)
    starts_at = read_instant(start) if start or event is None else event.starts_at
    ends_at = read_instant(end) if end or event is None else event.ends_at
    if ends_at < starts_at:
        raise GraphError(
            400, "ErrorPropertyValidationFailure", "At least one property failed validation."
        )
    return starts_at, ends_at


def _query_instant(text: str) -> datetime:
    at = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text))
    return at if at.tzinfo else at.replace(tzinfo=UTC)
