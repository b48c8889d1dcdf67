"""Several writes into one mailbox in one call to Graph ($batch)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from doorstep.connectors.base import ConnectorError, TemporaryFailure, UnknownOutcome
from doorstep.connectors.calendar.base import CalendarEvent, Change, EventGone, WrittenEvent
from doorstep.connectors.calendar.outlook_errors import AlreadyMade, Conflict, failure
from doorstep.connectors.calendar.outlook_events import (
    SELECT_ID,
    bad_answer,
    is_among,
    new_event,
    our_fields,
    window,
    written_event,
)
from doorstep.connectors.calendar.outlook_graph import (
    MOST_IN_BATCH,
    Graph,
    GraphCall,
    object_of,
    segment,
    with_query,
)
from doorstep.connectors.http import HttpResponse

Result = WrittenEvent | ConnectorError


class WritesOne(Protocol):
    def create(self, event: CalendarEvent) -> WrittenEvent: ...
    def update(self, event: CalendarEvent, written: WrittenEvent) -> WrittenEvent: ...


def write_many(
    mailbox: WritesOne, graph: Graph, user: str, calendar: str, changes: Sequence[Change]
) -> list[Result]:
    """Each change's result, in their order. `user` and `calendar` are paths.

    Raises what the first call raises; if a later one fails or asks to wait, the changes that are
    left have its error. What needs a second look (made before, saved by somebody else) is done by
    `mailbox`, one at a time.
    """
    results: list[Result] = []
    for part in _parts(user, calendar, changes):
        try:
            responses = graph.batch([call for _change, calls in part for call in calls])
        except ConnectorError as error:
            if not results:
                raise
            return results + [error] * (len(changes) - len(results))
        wait = _wait(responses)
        for change, calls in part:
            result = _result(mailbox, change, calls, responses, wait)
            wait = wait or _asks_to_wait(result)
            results.append(result)
        if wait is not None:
            return results + [wait] * (len(changes) - len(results))
    return results


def _parts(
    user: str, calendar: str, changes: Sequence[Change]
) -> Iterator[list[tuple[Change, list[GraphCall]]]]:
    """As many changes at a time as one call takes."""
    part: list[tuple[Change, list[GraphCall]]] = []
    for number, change in enumerate(changes):
        calls = _calls(str(number), user, calendar, change)
        if sum(len(each) for _change, each in part) + len(calls) > MOST_IN_BATCH:
            yield part
            part = []
        part.append((change, calls))
    if part:
        yield part


def _calls(number: str, user: str, calendar: str, change: Change) -> list[GraphCall]:
    event, written = change.event, change.written
    if written is None:
        path = f"{calendar}/events"
        return [GraphCall(number, "POST", path, new_event(event), is_repeatable=False)]
    view = {**window(event.starts_at, event.ends_at), "$select": SELECT_ID}
    return [
        GraphCall(
            number, "PATCH", f"{user}/events/{segment(written.remote_id)}", our_fields(event)
        ),
        # After the change, or the list could be of before.
        GraphCall(
            f"{number}-look", "GET", with_query(f"{calendar}/calendarView", view), needs=number
        ),
    ]


def _wait(responses: Mapping[str, HttpResponse]) -> ConnectorError | None:
    """The answer among them that asks us to wait: then nothing more may be asked now."""
    for response in responses.values():
        if response.status >= 400 and (wait := _asks_to_wait(failure(response))):
            return wait
    return None


def _asks_to_wait(result: Result) -> ConnectorError | None:
    """A write may also ask to wait without saying whether it was done."""
    if isinstance(result, (TemporaryFailure, UnknownOutcome)) and result.retry_after_s:
        return result
    return None


def _result(
    mailbox: WritesOne,
    change: Change,
    calls: Sequence[GraphCall],
    responses: Mapping[str, HttpResponse],
    wait: ConnectorError | None,
) -> Result:
    try:
        return _written(change, calls, responses)
    except (AlreadyMade, Conflict, EventGone) as error:
        if isinstance(error, EventGone) and change.written is not None:
            return error
        if wait is not None:
            return wait
        try:
            if change.written is None:
                return mailbox.create(change.event)
            return mailbox.update(change.event, change.written)
        except ConnectorError as later:
            return later
    except ConnectorError as error:
        return error


def _written(
    change: Change, calls: Sequence[GraphCall], responses: Mapping[str, HttpResponse]
) -> WrittenEvent:
    for call in calls:
        if call.id not in responses:
            if call.is_repeatable:
                raise bad_answer()
            raise UnknownOutcome("bad_answer", "Graph's answer leaves out one of the calls.")
    written = written_event(object_of(responses[calls[0].id]))
    if change.written is not None:
        items = object_of(responses[calls[1].id]).get("value")
        if not isinstance(items, list):
            raise bad_answer()
        if not is_among(written, items):
            raise EventGone
    return written
