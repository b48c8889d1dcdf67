"""Changes of status → what the time went into (product reference 6.5). Pure functions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from doorstep.platform.values.intervals import Interval, intersect, subtract

from .models.journal import JournalKind
from .models.status import ParentStatus as P

Instants = Interval[datetime]


@dataclass(frozen=True, slots=True)
class Stamp:
    """A visit came to this parent status at that instant."""

    parent: P
    at: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    kind: JournalKind
    during: Instants


def stretches_in(stamps: Sequence[Stamp], parent: P) -> list[Instants]:
    """When the visit was in this status, without the stretch that still goes on."""
    return [
        Interval(before.at, after.at)
        for before, after in pairwise(stamps)
        if before.parent is parent and before.at < after.at
    ]


def minutes_in(stamps: Sequence[Stamp], parent: P) -> int | None:
    """All its stretches in this status together; None if it never was."""
    if all(stamp.parent is not parent for stamp in stamps):
        return None
    return minutes_of(stretches_in(stamps, parent))


def minutes_of(stretches: Iterable[Instants]) -> int:
    total = sum((each.end - each.start for each in stretches), timedelta())
    return round(total.total_seconds() / 60)


def journal_of(stamps: Sequence[Stamp], hours: Iterable[Instants]) -> list[Entry]:
    """The entries of one resource in order of time. `hours` are its work hours, breaks included:
    work outside them is overtime."""
    hours = list(hours)
    work = stretches_in(stamps, P.IN_PROGRESS)
    entries = [
        *_entries(JournalKind.TRAVEL, stretches_in(stamps, P.TRAVELING)),
        *_entries(JournalKind.BREAK, stretches_in(stamps, P.ON_BREAK)),
        *_entries(JournalKind.WORK, intersect(work, hours)),
        *_entries(JournalKind.OVERTIME, subtract(work, hours)),
    ]
    return sorted(entries, key=lambda entry: entry.during.start)


def _entries(kind: JournalKind, stretches: Iterable[Instants]) -> list[Entry]:
    return [Entry(kind, each) for each in stretches]
