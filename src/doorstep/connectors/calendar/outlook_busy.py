"""When somebody is taken, as Exchange tells colleagues (getSchedule): times, and nothing of why."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from doorstep.connectors.base import TemporaryFailure
from doorstep.connectors.calendar.base import BusyTime, MailboxRefused
from doorstep.connectors.calendar.outlook_errors import UNUSABLE
from doorstep.connectors.calendar.outlook_events import (
    TAKES_TIME,
    bad_answer,
    instant,
    read_instant,
)
from doorstep.connectors.calendar.outlook_graph import Graph

# Exchange refuses longer questions, and answers with more than a thousand entries.
LONGEST = timedelta(days=60)
SHORTEST = timedelta(hours=1)
TOO_MANY_ENTRIES = "5006"


def busy_times(
    graph: Graph, user: str, address: str, from_at: datetime, to_at: datetime
) -> list[BusyTime]:
    """By start, each once. `user` is the path of the mailbox, `address` its own."""
    found: set[tuple[datetime, datetime]] = set()
    while from_at < to_at:
        until = min(from_at + LONGEST, to_at)
        found.update(_between(graph, user, address, from_at, until))
        from_at = until
    return [BusyTime(starts_at, ends_at) for starts_at, ends_at in sorted(found)]


def _between(
    graph: Graph, user: str, address: str, from_at: datetime, to_at: datetime
) -> Iterator[tuple[datetime, datetime]]:
    body = {"schedules": [address], "startTime": instant(from_at), "endTime": instant(to_at)}
    answer = graph.ask("POST", f"{user}/calendar/getSchedule", body=body)
    match answer.get("value"):
        case [{"error": {"responseCode": code}}] if code:
            if str(code) == TOO_MANY_ENTRIES and to_at - from_at > SHORTEST:
                middle = from_at + (to_at - from_at) / 2
                yield from _between(graph, user, address, from_at, middle)
                yield from _between(graph, user, address, middle, to_at)
                return
            raise _refusal(str(code))
        case [{"scheduleItems": [*items]}]:
            for item in items:
                yield from _taken(item)
        case _:
            raise bad_answer()


def _taken(item: Any) -> Iterator[tuple[datetime, datetime]]:
    if not isinstance(item, dict):
        raise bad_answer()
    if item.get("status") in TAKES_TIME:
        starts_at, ends_at = read_instant(item.get("start")), read_instant(item.get("end"))
        if starts_at < ends_at:
            yield starts_at, ends_at


def _refusal(code: str) -> MailboxRefused | TemporaryFailure:
    if code in UNUSABLE:
        return MailboxRefused(code, UNUSABLE[code], heals=False)
    return TemporaryFailure(code[:80], f"Exchange did not tell when they are busy ({code[:80]}).")
