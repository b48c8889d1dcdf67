"""What the time of a visit went into (product reference 6.5)."""

from datetime import datetime

import pytest

from doorstep.domain.bookings.journal import Stamp, journal_of, minutes_in, minutes_of
from doorstep.domain.bookings.models import JournalEntry, JournalKind
from doorstep.domain.bookings.models import ParentStatus as P
from doorstep.platform.values.intervals import Interval
from tests.conftest import NOW
from tests.factories.bookings import World, book, make_world
from tests.factories.on_site import at, go

HOURS = [Interval(at(8), at(17))]
DAY = [
    Stamp(P.SCHEDULED, NOW),
    Stamp(P.TRAVELING, at(15, 30)),
    Stamp(P.IN_PROGRESS, at(16)),
    Stamp(P.ON_BREAK, at(16, 20)),
    Stamp(P.IN_PROGRESS, at(16, 30)),
    Stamp(P.COMPLETED, at(17, 40)),
]


def minutes_by_kind(stamps: list[Stamp], hours: list[Interval[datetime]]) -> dict[str, int]:
    entries = journal_of(stamps, hours)
    return {
        kind: minutes_of(entry.during for entry in entries if entry.kind == kind)
        for kind in {entry.kind for entry in entries}
    }


def test_each_minute_goes_into_one_kind() -> None:
    assert minutes_by_kind(DAY, HOURS) == {
        JournalKind.TRAVEL: 30,
        JournalKind.BREAK: 10,
        JournalKind.WORK: 50,
        JournalKind.OVERTIME: 40,
    }


def test_who_has_no_hours_that_day_works_overtime() -> None:
    assert minutes_by_kind(DAY, [])[JournalKind.OVERTIME] == 90


def test_what_still_goes_on_is_not_counted() -> None:
    assert minutes_in(DAY[:3], P.IN_PROGRESS) == 0
    assert minutes_in(DAY[:3], P.TRAVELING) == 30
    assert minutes_in(DAY[:1], P.TRAVELING) is None


@pytest.fixture
def world(db: None) -> World:
    return make_world()


def test_completing_writes_the_journal_and_taking_it_up_again_removes_it(world: World) -> None:
    visit = book(world, now=NOW)
    go(visit, P.TRAVELING, at(11, 30))
    go(visit, P.IN_PROGRESS, at(11, 50))
    go(visit, P.COMPLETED, at(12, 40))

    rows = JournalEntry.objects.filter(booking=visit, resource=world.technician)
    # Noon to half past twelve is a break on paper: working through it is no overtime.
    assert [(row.kind, row.starts_at, row.ends_at) for row in rows] == [
        (JournalKind.TRAVEL, at(11, 30), at(11, 50)),
        (JournalKind.WORK, at(11, 50), at(12, 40)),
    ]

    go(visit, P.IN_PROGRESS, at(12, 45))
    assert not rows.all().exists()


def test_work_after_the_shift_is_overtime_even_if_it_was_planned(world: World) -> None:
    world.technician.overtime_minutes = 120
    world.technician.save()
    visit = book(world, now=NOW)
    go(visit, P.IN_PROGRESS, at(16, 30))
    go(visit, P.COMPLETED, at(17, 30))

    kinds = JournalEntry.objects.filter(booking=visit).values_list("kind", flat=True)
    assert list(kinds) == [JournalKind.WORK, JournalKind.OVERTIME]
