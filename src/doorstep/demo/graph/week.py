"""One week of a calendar as columns of days, each event with its place in the column."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from .events import plain
from .store import KeptEvent

# Hours that are shown even where nothing is in them.
FIRST_HOUR, LAST_HOUR = 7, 19


@dataclass(frozen=True, slots=True)
class Block:
    """An event, or the part of it that lies on one day. Numbers are percent of the column."""

    id: str
    title: str
    place: str
    text: str
    time: str
    top: float
    height: float
    left: float
    width: float
    is_busy: bool
    is_private: bool
    is_important: bool
    categories: tuple[str, ...]
    reminder: int | None
    is_ours: bool


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    is_today: bool
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Week:
    days: tuple[Day, ...]
    hours: tuple[int, ...]


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def lay_out(events: Sequence[KeptEvent], monday: date, zone: ZoneInfo, *, today: date) -> Week:
    """The events by the clock on the wall in `zone`; days with changed clocks look like others."""
    parts: list[list[tuple[datetime, datetime, KeptEvent]]] = []
    for offset in range(7):
        day = monday + timedelta(days=offset)
        parts.append(_on_day(events, day, zone))
    hours = _hours([part for day in parts for part in day])
    days = tuple(
        Day(
            monday + timedelta(days=offset),
            monday + timedelta(days=offset) == today,
            _blocks(parts[offset], hours),
        )
        for offset in range(7)
    )
    return Week(days, hours)


def _on_day(
    events: Sequence[KeptEvent], day: date, zone: ZoneInfo
) -> list[tuple[datetime, datetime, KeptEvent]]:
    """Wall-clock start and end without a zone, cut at midnight."""
    first = datetime.combine(day, time())
    last = first + timedelta(days=1)
    found = []
    for event in events:
        start = event.starts_at.astimezone(zone).replace(tzinfo=None)
        end = max(event.ends_at.astimezone(zone).replace(tzinfo=None), start)
        if start < last and (end > first or start == end >= first):
            found.append((max(start, first), min(end, last), event))
    return sorted(found, key=lambda part: (part[0], part[1]))


def _hours(parts: Sequence[tuple[datetime, datetime, KeptEvent]]) -> tuple[int, ...]:
    first, last = FIRST_HOUR, LAST_HOUR
    for start, end, _event in parts:
        first = min(first, start.hour)
        reaches = 24 if end.date() > start.date() else end.hour + (1 if end.minute else 0)
        last = max(last, reaches, start.hour + 1)
    return tuple(range(first, last))


def _blocks(
    parts: Sequence[tuple[datetime, datetime, KeptEvent]], hours: tuple[int, ...]
) -> tuple[Block, ...]:
    """Events at the same time stand side by side, in as few lanes as they need."""
    blocks: list[Block] = []
    group: list[tuple[int, tuple[datetime, datetime, KeptEvent]]] = []
    lanes: list[datetime] = []
    for part in parts:
        if lanes and part[0] >= max(lanes):
            blocks += _side_by_side(group, len(lanes), hours)
            group, lanes = [], []
        free = next((number for number, until in enumerate(lanes) if until <= part[0]), None)
        if free is None:
            free = len(lanes)
            lanes.append(part[1])
        else:
            lanes[free] = part[1]
        group.append((free, part))
    return tuple(blocks + _side_by_side(group, len(lanes), hours))


def _side_by_side(
    group: Sequence[tuple[int, tuple[datetime, datetime, KeptEvent]]],
    lanes: int,
    hours: tuple[int, ...],
) -> list[Block]:
    return [
        _block(start, end, event, lane / lanes * 100, 100 / lanes, hours)
        for lane, (start, end, event) in group
    ]


def _block(
    start: datetime,
    end: datetime,
    event: KeptEvent,
    left: float,
    width: float,
    hours: tuple[int, ...],
) -> Block:
    midnight = datetime.combine(start.date(), time(hours[0]))
    whole_s = len(hours) * 3600
    fields = event.fields
    return Block(
        id=event.id,
        title=fields.get("subject") or "(no title)",
        place=fields.get("location", {}).get("displayName", ""),
        text=plain(fields.get("body", {})),
        time=f"{start:%H:%M}–{end:%H:%M}",
        top=round((start - midnight).total_seconds() / whole_s * 100, 3),
        height=round(max((end - start).total_seconds(), 900) / whole_s * 100, 3),
        left=round(left, 3),
        width=round(width, 3),
        is_busy=fields.get("showAs", "busy") not in ("free", "workingElsewhere"),
        is_private=fields.get("sensitivity") == "private",
        is_important=fields.get("importance") == "high",
        categories=tuple(map(str, fields.get("categories", ()))),
        reminder=fields.get("reminderMinutesBeforeStart") if fields.get("isReminderOn") else None,
        is_ours=bool(event.properties),
    )
