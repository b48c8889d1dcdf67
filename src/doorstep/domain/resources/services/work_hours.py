"""Say when a resource works: every week, or on one day."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from django.db import transaction

from doorstep.platform.audit.services import Actor, record
from doorstep.platform.events.events import publish

from ..events import WorkHoursChanged
from ..models import BookableResource, DayHours, HoursKind, WorkHours


@dataclass(frozen=True, slots=True)
class Hours:
    """Local times of the resource; an end at or before the beginning means the next day."""

    from_time: dt.time
    to_time: dt.time
    kind: HoursKind = HoursKind.WORK
    capacity: int | None = None


@dataclass(frozen=True, slots=True)
class WeeklyHours:
    """Hours on some weekdays, 0 being Monday; the columns of `WorkHours`."""

    weekdays: tuple[int, ...]
    from_time: dt.time
    to_time: dt.time
    kind: HoursKind = HoursKind.WORK
    capacity: int | None = None
    every_weeks: int = 1
    valid_from_on: dt.date | None = None
    valid_to_on: dt.date | None = None


@transaction.atomic
def set_work_hours(
    *, resource: BookableResource, rules: Sequence[WeeklyHours], actor: Actor
) -> list[WorkHours]:
    """Replace all weekly rules. Publishes WorkHoursChanged; raises ValidationError by field."""
    rows = [
        WorkHours(resource=resource, **asdict(rule) | {"weekdays": sorted(set(rule.weekdays))})
        for rule in rules
    ]
    for row in rows:
        row.full_clean(exclude={"resource"})
    WorkHours.objects.filter(resource=resource).delete()
    written = WorkHours.objects.bulk_create(rows)
    _tell(resource, actor, "work hours set", [_words(row) for row in rows])
    return written


@transaction.atomic
def set_day_hours(
    *, resource: BookableResource, day: dt.date, hours: Sequence[Hours], actor: Actor
) -> list[DayHours]:
    """What holds on this one day instead of the weekly rules; no hours at all is a day off.

    Publishes WorkHoursChanged; raises ValidationError by field.
    """
    rows = [DayHours(resource=resource, day=day, **asdict(each)) for each in hours]
    for row in rows:
        row.full_clean(exclude={"resource"})
    DayHours.objects.filter(resource=resource, day=day).delete()
    written = DayHours.objects.bulk_create(rows or [DayHours(resource=resource, day=day)])
    words = [f"{day}: {each.kind} {each.from_time:%H:%M}–{each.to_time:%H:%M}" for each in hours]
    _tell(resource, actor, "day hours set", words or [f"{day}: off"])
    return written


@transaction.atomic
def reset_day_hours(*, resource: BookableResource, day: dt.date, actor: Actor) -> bool:
    """Let the weekly rules hold again. Publishes WorkHoursChanged; False if they did already."""
    deleted, _by_model = DayHours.objects.filter(resource=resource, day=day).delete()
    if deleted:
        _tell(resource, actor, "day hours reset", [str(day)])
    return bool(deleted)


def _tell(resource: BookableResource, actor: Actor, action: str, hours: list[str]) -> None:
    record(actor=actor, action=action, obj=resource, data={"hours": hours})
    publish(WorkHoursChanged(resource_id=resource.pk))


def _words(row: WorkHours) -> str:
    days = ",".join(str(day) for day in row.weekdays)
    return f"{days}: {row.kind} {row.from_time:%H:%M}–{row.to_time:%H:%M}"
