"""Approved absences as blocks, so that the constraint too keeps bookings out of them."""

from django.db import transaction

from doorstep.domain.resources.models import TimeOff, TimeOffState
from doorstep.platform.values.intervals import Interval

from ..models import BlockKind, Booking, ResourceBlock
from .blocks import take_free_parts
from .outside import block_outside_times
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
    # An absence that was decided on is worth more than what a calendar elsewhere says; around it
    # that goes on to count.
    outside = ResourceBlock.objects.filter(resource=absence.resource, kind=BlockKind.OUTSIDE)
    elsewhere = [Interval(*times) for times in outside.values_list("starts_at", "ends_at")]
    outside.filter(starts_at__lt=absence.ends_at, ends_at__gt=absence.starts_at).delete()
    ResourceBlock.objects.bulk_create(
        take_free_parts(
            absence.resource,
            [Interval(absence.starts_at, absence.ends_at)],
            kind=BlockKind.TIME_OFF,
            time_off=absence,
        )
    )
    if elsewhere:
        block_outside_times(resource_id=absence.resource_id, times=elsewhere)
    return list(
        Booking.objects.filter(
            assignments__block__resource=absence.resource,
            assignments__block__starts_at__lt=absence.ends_at,
            assignments__block__ends_at__gt=absence.starts_at,
        ).distinct()
    )
