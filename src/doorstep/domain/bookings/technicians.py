"""What a technician may see: the visits she is assigned to, herself or as a member of a crew."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from doorstep.domain.resources.models import BookableResource, CrewMember, TimeOff, TimeOffState
from doorstep.domain.resources.working_hours import WorkingDay, working_days, zone_of_resource
from doorstep.platform.identity.models import User
from doorstep.platform.lib.site_time import day_bounds
from doorstep.platform.values.intervals import Interval, subtract

from .models import Assignment, Booking, ParentStatus

UNDER_WAY = (ParentStatus.TRAVELING, ParentStatus.IN_PROGRESS, ParentStatus.ON_BREAK)
OVER = (ParentStatus.COMPLETED, ParentStatus.CANCELED)
_MOST_EARLIER = 5


@dataclass(frozen=True, slots=True)
class DayVisit:
    """A visit on somebody's day, with her part in it (or that of her crew)."""

    booking: Booking
    part: Assignment


@dataclass(frozen=True, slots=True)
class Pause:
    """Time in which she does no visits: a break of her hours, or time off."""

    starts_at: datetime
    ends_at: datetime
    is_time_off: bool
    minutes: int | None = None  # of a break that may be taken any time between the two


@dataclass(frozen=True, slots=True)
class TechnicianDay:
    day: date
    zone: ZoneInfo
    visits: tuple[DayVisit, ...]
    pauses: tuple[Pause, ...]
    works_from: datetime | None
    works_to: datetime | None

    @property
    def current(self) -> DayVisit | None:
        """What is under way; else what comes next."""
        under_way = (each for each in self.visits if each.booking.parent_status in UNDER_WAY)
        waiting = (
            each for each in self.visits if each.booking.parent_status is ParentStatus.SCHEDULED
        )
        return next(under_way, None) or next(waiting, None)


def find_resource(user: User) -> BookableResource | None:
    """The active resource that signs in as this user."""
    return (
        BookableResource.objects.select_related("organizational_unit")
        .filter(user=user, is_active=True)
        .first()
    )


def parts_of(resource: BookableResource) -> QuerySet[Assignment]:
    """Her own parts in bookings, and those of crews whose member she is on that day."""
    memberships = CrewMember.objects.filter(crew=OuterRef("crew"), member=resource).filter(
        Q(from_on=None) | Q(from_on__lte=OuterRef("starts_at__date")),
        Q(to_on=None) | Q(to_on__gte=OuterRef("starts_at__date")),
    )
    return Assignment.objects.filter(
        Q(resource=resource) | Q(Exists(memberships)), booking__isnull=False
    )


def part_by_booking(
    parts: Iterable[Assignment], resource: BookableResource
) -> dict[int, Assignment]:
    """One part in each visit: her own stands for it before those of her crew do."""
    found: dict[int, Assignment] = {}
    for part in sorted(parts, key=lambda part: part.resource_id != resource.pk):
        assert part.booking_id is not None
        found.setdefault(part.booking_id, part)
    return found


def get_technician_visit(*, code: str, resource: BookableResource) -> Booking:
    """One visit by its public code. Raises Booking.DoesNotExist, also for visits of others."""
    return _visits().filter(pk__in=parts_of(resource).values("booking")).get(code=code)


def technician_day(
    *, resource: BookableResource, day: date, zone: ZoneInfo | None = None
) -> TechnicianDay:
    """Visits in order, breaks and time off of one local day."""
    zone = zone or zone_of_resource(resource)
    from_at, to_at = day_bounds(day, zone)
    parts = list(
        parts_of(resource)
        .filter(starts_at__lt=to_at, ends_at__gt=from_at)
        .order_by("starts_at", "pk")
    )
    by_booking = part_by_booking(parts, resource)
    bookings = _visits().in_bulk(by_booking)
    visits = sorted(
        (DayVisit(bookings[pk], part) for pk, part in by_booking.items()),
        key=lambda each: (each.part.starts_at, each.part.pk),
    )
    own = [each for each in working_days([resource], from_day=day - timedelta(days=1), to_day=day)[
        resource.pk
    ] if each.day == day]  # fmt: skip
    stretches = [stretch for each in own for lane in each.lanes[:1] for stretch in lane.stretches]
    return TechnicianDay(
        day=day,
        zone=zone,
        visits=tuple(visits),
        pauses=tuple(_pauses(resource, own, from_at, to_at)),
        works_from=min((start for start, _end in stretches), default=None),
        works_to=max((end for _start, end in stretches), default=None),
    )


def earlier_visits(booking: Booking) -> list[Booking]:
    """What was done to the same asset before, newest first."""
    asset_id = booking.work_order.asset_id
    if asset_id is None:
        return []
    return list(
        Booking.objects.filter(work_order__asset=asset_id, status__parent=ParentStatus.COMPLETED)
        .exclude(pk=booking.pk)
        .select_related("work_order__incident_type", "status")
        .prefetch_related("notes", "assignments__resource")
        .order_by("-completed_at", "-pk")[:_MOST_EARLIER]
    )


def _visits() -> QuerySet[Booking]:
    return Booking.objects.select_related(
        "status",
        "booked_by",
        "work_order__account__primary_contact",
        "work_order__incident_type",
        "work_order__reported_by",
        "work_order__asset__location",
        "work_order__location",
        "work_order__portal",
        "signature__taken_by",
    ).prefetch_related(
        Prefetch("assignments", Assignment.objects.select_related("resource", "crew"))
    )


def _pauses(
    resource: BookableResource, days: Sequence[WorkingDay], from_at: datetime, to_at: datetime
) -> list[Pause]:
    absences = [
        Interval(max(starts_at, from_at), min(ends_at, to_at))
        for starts_at, ends_at in TimeOff.objects.filter(
            resource=resource,
            state=TimeOffState.APPROVED,
            starts_at__lt=to_at,
            ends_at__gt=from_at,
        ).values_list("starts_at", "ends_at")
    ]
    found = [Pause(each.start, each.end, is_time_off=True) for each in absences]
    for day in days:
        stretches = day.lanes[0].stretches if day.lanes else ()
        between = [
            Interval(before[1], after[0])
            for before, after in pairwise(stretches)
            if before[1] < after[0]
        ]
        found += [
            Pause(each.start, each.end, is_time_off=False) for each in subtract(between, absences)
        ]
        found += [
            Pause(each.starts_at, each.ends_at, is_time_off=False, minutes=each.minutes)
            for each in day.breaks
        ]
    return sorted(found, key=lambda pause: pause.starts_at)
