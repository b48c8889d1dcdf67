"""Planning improves days while customers book them: nobody's promise is broken."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from django.db import connection, transaction

from doorstep.domain.bookings.errors import DomainError
from doorstep.domain.bookings.models import (
    Assignment,
    Booking,
    ParentStatus,
    ReplannedDay,
    ResourceBlock,
)
from doorstep.domain.bookings.selectors import get_default_status
from doorstep.domain.bookings.services.assign import move_booking
from doorstep.domain.bookings.services.placing import lock_resources
from doorstep.domain.bookings.services.replan import Replanned, replan_days
from doorstep.domain.bookings.services.replan_due import _alone, replan_day
from doorstep.domain.bookings.services.status import set_status
from doorstep.domain.bookings.timetable import Promise
from doorstep.engine.replan import Effort
from doorstep.platform.audit.models import LogEntry, Source
from doorstep.platform.audit.services import Actor
from tests.doubles.process import OtherProcess
from tests.factories.bookings import THURSDAY, book, make_world, window_key
from tests.factories.days import book_at, broken_promises, customer_at, resource_of
from tests.factories.identity import dana
from tests.factories.resources import make_technician, tina

from .conftest import deadlocks, kinds, overlaps, run_together, wait_for_waiting

pytestmark = pytest.mark.django_db(transaction=True)

WINDOWS = ((8, 10), (10, 12), (13, 15), (15, 17))


def somewhere(chance: random.Random) -> tuple[float, float]:
    return chance.uniform(53.40, 53.56), chance.uniform(-2.40, -2.10)


def test_bookings_and_planning_at_once_break_no_promise(now: datetime) -> None:
    world, chance = make_world(), random.Random(7)
    for _number in range(5):
        make_technician(home=somewhere(chance))
    for _number in range(8):
        book_at(world, *somewhere(chance), now=now, hours=chance.choice(WINDOWS))
    before, office = deadlocks(), Actor(Source.OFFICE, dana())

    def customer(contact: object) -> Callable[[], object]:
        keys = [window_key(THURSDAY, *hours) for hours in chance.sample(WINDOWS, 2)]

        def run() -> object:
            for key in keys:
                try:
                    return book(world, now=now, key=key, contact=contact)  # type: ignore[arg-type]
                except DomainError:
                    continue
            return None

        return run

    def dispatcher(booking: Booking) -> Callable[[], object]:
        def run() -> object:
            promise = Promise.parse(window_key(THURSDAY, 15, 17))
            try:
                return move_booking(booking=booking, promise=promise, actor=office, now=now)
            except DomainError as refusal:
                return refusal

        return run

    def planner(seed: int) -> Callable[[], object]:
        def run() -> object:
            return [
                replan_days(
                    first=THURSDAY,
                    last=THURSDAY,
                    now=now,
                    effort=Effort(rounds=40),
                    seed=10 * seed + number,
                )
                for number in range(6)
            ]

        return run

    office = Actor(Source.OFFICE, dana())
    existing = list(Booking.objects.all())
    tasks = [
        *(customer(customer_at(*somewhere(chance))) for _number in range(12)),
        *(dispatcher(each) for each in existing[:3]),
        *(planner(seed) for seed in range(3)),
    ]
    results = run_together(tasks)

    assert not [
        each
        for each in results
        if isinstance(each, Exception) and not isinstance(each, DomainError)
    ]
    moves = [
        move for each in results if isinstance(each, list) for run in each for move in run.moves
    ]
    assert any(move.is_written for move in moves)
    assert broken_promises(THURSDAY, THURSDAY) == []
    assert overlaps() == 0
    assert deadlocks() == before


def test_a_visit_that_begins_while_planning_searches_stays(now: datetime) -> None:
    """The day is read again under the locks: what was read before is not written."""
    world = make_world()
    booking = book_at(world, 53.51, -2.25, now=now)
    tina()
    status = get_default_status(ParentStatus.TRAVELING)
    office = Actor(Source.OFFICE, dana())
    has_begun = threading.Event()

    @transaction.atomic
    def begin() -> object:
        begun = set_status(booking=booking, status=status, actor=office, at=now)
        has_begun.set()
        wait_for_waiting(1)
        return begun

    def plan() -> object:
        assert has_begun.wait(timeout=60)
        return replan_days(first=THURSDAY, last=THURSDAY, now=now, effort=Effort(rounds=100))

    results = run_together([plan, begin])

    assert kinds(results) == {"Replanned": 1, "Booking": 1}
    found = next(each for each in results if isinstance(each, Replanned))
    assert [move.is_written for move in found.moves] == [False]
    assert resource_of(booking) == world.technician


def test_one_of_two_planners_leaves_the_day_to_the_other(now: datetime) -> None:
    world = make_world()
    book_at(world, 53.51, -2.25, now=now)
    is_at_it, may_end = threading.Event(), threading.Event()

    def one() -> object:
        with _alone(THURSDAY) as is_alone:
            is_at_it.set()
            assert may_end.wait(timeout=60)
        return is_alone

    def other() -> object:
        assert is_at_it.wait(timeout=60)
        try:
            return replan_day(THURSDAY, now=now, seconds=0.5)
        finally:
            may_end.set()

    assert run_together([one, other]) == [True, None]
    assert replan_day(THURSDAY, now=now, seconds=0.5) is not None


def test_planning_gives_way_to_whoever_has_the_lock(now: datetime) -> None:
    world = make_world()
    booking = book_at(world, 53.51, -2.25, now=now)
    tina()

    is_locked, is_planned = threading.Event(), threading.Event()

    def sit_on_it() -> object:
        with transaction.atomic():
            lock_resources([world.technician.pk])
            is_locked.set()
            is_planned.wait(timeout=60)
        return "done"

    def plan() -> object:
        assert is_locked.wait(timeout=60)
        try:
            return replan_days(first=THURSDAY, last=THURSDAY, now=now, effort=Effort(rounds=100))
        finally:
            is_planned.set()

    results = run_together([sit_on_it, plan])
    assert [
        move.is_written for each in results if isinstance(each, Replanned) for move in each.moves
    ] == [False]
    assert resource_of(booking) == world.technician


# --- A process that dies -----------------------------------------------------------------------


@pytest.fixture
def planner(django_db_setup: None) -> Iterator[OtherProcess]:
    process = OtherProcess(database=connection.settings_dict["NAME"])
    yield process
    process.end()


def rows() -> list[list[object]]:
    """Everything that planning writes."""
    tables = (Assignment, ResourceBlock, Booking, LogEntry, ReplannedDay)
    return [list(table.objects.order_by("pk").values()) for table in tables]


def waits_for_history() -> int | None:
    """The backend that wants to write history and cannot, whatever it has written before."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_locks WHERE relation = %s::regclass AND NOT granted",
            [LogEntry._meta.db_table],
        )
        found = cursor.fetchone()
    return None if found is None else found[0]


def until(look: Callable[[], int | None]) -> int:
    """What there is to see, once there is. Raises TimeoutError if nothing ever is."""
    end = time.monotonic() + 60
    while (found := look()) is None:
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.002)
    return found


def has_ended(pid: int) -> int | None:
    """1 when the backend has ended."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 WHERE NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = %s)", [pid]
        )
        found = cursor.fetchone()
    return None if found is None else found[0]


def test_a_planner_killed_while_it_writes_leaves_nothing_half_written(
    planner: OtherProcess, now: datetime
) -> None:
    world = make_world()
    booking = book_at(world, 53.51, -2.25, now=now)
    tina()
    before = rows()

    # It has taken the blocks of the visit away and moves it to Tina when it comes to history.
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {LogEntry._meta.db_table} IN SHARE ROW EXCLUSIVE MODE")
        # Whoever waits for a lock gives way after a while, and tries again the next time.
        planner.send(do="replan", day=THURSDAY, now=now, times=100)
        pid = until(waits_for_history)
        planner.kill()
    until(lambda: has_ended(pid))

    assert rows() == before
    assert resource_of(booking) == world.technician
    assert broken_promises(THURSDAY, THURSDAY) == []

    found = replan_day(THURSDAY, now=now, seconds=1.0)

    assert found is not None
    assert [move.is_written for move in found.moves] == [True]
    assert resource_of(booking) == tina()
    assert broken_promises(THURSDAY, THURSDAY) == []
