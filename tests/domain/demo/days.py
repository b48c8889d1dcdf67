"""Stored days as the engine's routes, put together without the code that searches them."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from itertools import pairwise

from doorstep.domain.bookings.models import Assignment
from doorstep.domain.resources.models import BookableResource, ResourceKind
from doorstep.domain.resources.working_hours import Stretch, working_days
from doorstep.engine import Route, Stop
from doorstep.platform.lib.site_time import local_day
from doorstep.platform.values.geo import Coordinates

from .conftest import FIRST_DAY, LAST_DAY, LONDON

Day = tuple[BookableResource, date]


def technicians() -> list[BookableResource]:
    return list(BookableResource.objects.filter(kind=ResourceKind.USER))


def stretches_by_day(
    first: date = FIRST_DAY, last: date = LAST_DAY
) -> dict[Day, tuple[Stretch, ...]]:
    """Working time of all technicians on the days that are planned, without breaks."""
    people = technicians()
    hours = working_days(people, from_day=first, to_day=last)
    return {
        (person, day.day): day.lanes[0].stretches for person in people for day in hours[person.pk]
    }


def routes() -> Iterator[tuple[BookableResource, Route]]:
    """Every technician-day that has visits, also those on which nobody should work."""
    planned = _assignments_by_day()
    days = [day for _person, day in planned]
    stretches = stretches_by_day(min(days), max(days))
    for (person, day), visits in planned.items():
        hours = stretches.get((person, day), ())
        stops = [_visit(each) for each in visits] + [
            _break(number, before[1], after[0])
            for number, (before, after) in enumerate(pairwise(hours), start=1)
        ]
        stops.sort(key=lambda stop: stop.arrives_s)
        yield (
            person,
            Route(
                id=f"{person} {day}",
                resource_id=person.pk,
                lane=1,
                day=day,
                from_s=_second(hours[0][0]) if hours else 0,
                to_s=_second(hours[-1][1]) if hours else 0,
                start=person.start,
                end=person.end,
                stops=tuple(stops),
            ),
        )


def _assignments_by_day() -> dict[Day, list[Assignment]]:
    found: dict[Day, list[Assignment]] = defaultdict(list)
    rows = Assignment.objects.filter(block__isnull=False).select_related("booking", "resource")
    for row in rows:
        found[row.resource, local_day(row.starts_at, LONDON)].append(row)
    return found


def _visit(row: Assignment) -> Stop:
    return Stop(
        id=row.pk,
        place=None if row.latitude is None else Coordinates(row.latitude, row.longitude),
        departs_s=_second(row.starts_at),
        arrives_s=_second(row.arrives_at),
        ends_s=_second(row.ends_at),
        promised_from_s=_second(row.booking.promised_from),
        promised_to_s=_second(row.booking.promised_to),
    )


def _break(number: int, start: datetime, end: datetime) -> Stop:
    return Stop(
        -number, None, _second(start), _second(start), _second(end),
        _second(start), _second(start), is_fixed=True,
    )  # fmt: skip


def _second(instant: datetime) -> int:
    return int(instant.timestamp())
