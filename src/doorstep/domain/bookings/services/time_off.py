"""Approved absences as blocks, so that the constraint too keeps bookings out of them."""

from datetime import datetime

from django.db import transaction

from doorstep.domain.resources.models import TimeOff, TimeOffState
from doorstep.platform.values.intervals import Interval, subtract

from ..models import BlockKind, Booking, ResourceBlock
from .placing import lock_resources


@transaction.atomic
def block_time_off(*, time_off_id: int) -> list[Booking]:
    """Block every free part of an approved absence, in all lanes of the resource.

    Visits that are booked in it keep their time, for somebody has to decide about them; they are
    returned. The slot search looks at the absence itself, so nothing new comes in beside them.
    """
    absence = TimeOff.objects.select_related("resource").filter(pk=time_off_id).first()
    if absence is None:
        return []
    lock_resources([absence.resource_id])
    ResourceBlock.objects.filter(time_off=absence).delete()
    if absence.state != TimeOffState.APPROVED:
        return []
    taken = list(
        ResourceBlock.objects.filter(
            resource=absence.resource,
            starts_at__lt=absence.ends_at,
            ends_at__gt=absence.starts_at,
        ).values_list("lane", "starts_at", "ends_at", "assignment__booking")
    )
    whole: Interval[datetime] = Interval(absence.starts_at, absence.ends_at)
    ResourceBlock.objects.bulk_create(
        ResourceBlock(
            resource=absence.resource,
            lane=lane,
            starts_at=free.start,
            ends_at=free.end,
            kind=BlockKind.TIME_OFF,
            time_off=absence,
        )
        for lane in range(1, max(absence.resource.capacity, 1) + 1)
        for free in subtract(
            [whole],
            [Interval(start, end) for number, start, end, _booking in taken if number == lane],
        )
    )
    return list(Booking.objects.filter(pk__in={row[3] for row in taken if row[3]}))
