"""Which days are worth replanning now: those that have changed, each by one process at a time.

Nobody tells this page what changed. It compares the visits of each day with what it saw when the
day was replanned last, so nothing is lost when a process dies, and a run that finds nothing to do
costs one query.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Count, Max, Sum
from django.db.models.functions import TruncDate

from doorstep.domain.organization.selectors import get_company
from doorstep.engine.replan import Effort
from doorstep.platform.lib.ending import is_ending
from doorstep.platform.lib.site_time import day_bounds, local_day

from ..models import Assignment, ParentStatus, ReplannedDay
from .replan import Replanned, replan_days

# A day is due when so many visits came or went, or when it has been changed for that long.
BATCH = 20
QUIET = timedelta(minutes=15)
# A small day needs no more rounds than these per visit, whatever time there is.
ROUNDS_PER_VISIT = 2_000

# First half of PostgreSQL's advisory lock; the second is the day.
_LOCK = 0x0D5


@dataclass(frozen=True, slots=True)
class _Seen:
    visits: int
    fingerprint: str


_NOTHING = _Seen(0, "")


def replan_due_days(
    *,
    now: datetime,
    until: datetime,
    is_night: bool = False,
    is_over: Callable[[], bool] = is_ending,
) -> list[date]:
    """Improve the days that are due, the next first, until `until`; get those that were improved.

    At night every coming day is due. Once `is_over`, what was found for a day is kept, and the day
    is due again. Must not be called inside a transaction.
    """
    company = get_company()
    if not company.is_replanning_enabled:
        return []
    done: list[date] = []
    for day in due_days(now=now, is_night=is_night):
        left_s = (until - now).total_seconds() - len(done) * company.replan_seconds
        if left_s < company.replan_seconds or is_over():
            break
        if replan_day(day, now=now, seconds=company.replan_seconds, is_over=is_over) is not None:
            done.append(day)
    return done


def due_days(*, now: datetime, is_night: bool = False) -> list[date]:
    """Coming days in order of time; notes since when each of them has changed."""
    company = get_company()
    zone = ZoneInfo(company.time_zone)
    first = local_day(now, zone)
    last = first + timedelta(days=company.replan_days - 1)
    ReplannedDay.objects.filter(day__lt=first).delete()
    known = {row.day: row for row in ReplannedDay.objects.all()}
    due = []
    for day, seen in sorted(_look(first, last, zone).items()):
        row = known.get(day)
        if row is None:
            row, _made = ReplannedDay.objects.get_or_create(day=day)
        if seen.fingerprint == row.fingerprint:
            if is_night:
                due.append(day)
            continue
        if row.changed_at is None:
            row.changed_at = now
            row.save(update_fields=["changed_at"])
        is_batch = abs(seen.visits - row.visits) >= BATCH
        if is_night or is_batch or now - row.changed_at >= QUIET:
            due.append(day)
    return due


def replan_day(
    day: date, *, now: datetime, seconds: float, is_over: Callable[[], bool] = is_ending
) -> Replanned | None:
    """Improve one day, for so many seconds or until `is_over`; None if another process is at it."""
    with _alone(day) as is_alone:
        if not is_alone:
            return None
        zone = ZoneInfo(get_company().time_zone)
        visits = _look(day, day, zone).get(day, _NOTHING).visits
        effort = Effort(max(1, visits) * ROUNDS_PER_VISIT, seconds, is_over)
        found = replan_days(first=day, last=day, now=now, effort=effort)
        # What was booked while we planned makes the day due once more, as an early end does.
        after = _look(day, day, zone).get(day, _NOTHING)
        is_done = after.visits == visits and not is_over()
        ReplannedDay.objects.update_or_create(
            day=day,
            defaults={
                "fingerprint": after.fingerprint if is_done else "",
                "visits": after.visits,
                "changed_at": None,
                "replanned_at": now,
            },
        )
        return found


def _look(first: date, last: date, zone: ZoneInfo) -> dict[date, _Seen]:
    """The visits of each day as a few numbers that change whenever one comes, goes or moves."""
    rows = (
        Assignment.objects.filter(
            booking__status__parent=ParentStatus.SCHEDULED,
            starts_at__gte=day_bounds(first, zone)[0],
            starts_at__lt=day_bounds(last, zone)[1],
        )
        .annotate(day=TruncDate("starts_at", tzinfo=zone))
        .values_list("day")
        # A new visit may have an old assignment, and a moved one keeps its number.
        .annotate(Count("pk"), Max("pk"), Max("booking"), Sum("booking__version"))
        .order_by("day")
    )
    return {
        day: _Seen(count, f"{count}.{newest}.{visit}.{versions}")
        for day, count, newest, visit, versions in rows
    }


@contextmanager
def _alone(day: date) -> Iterator[bool]:
    """Whether this process may plan that day; nobody else can until it is done or has died."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_LOCK, day.toordinal()])
        is_alone: bool = cursor.fetchone()[0]
    try:
        yield is_alone
    finally:
        if is_alone:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_LOCK, day.toordinal()])
