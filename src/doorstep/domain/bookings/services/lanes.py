"""Let planning see what really happens: the time a visit takes follows its technician.

Reality is never refused, and nothing may overlap: where a neighbor has the time already, the part
that is free is taken, and what is no longer needed is given back at once.
"""

from collections.abc import Collection
from datetime import datetime

from django.db.models import QuerySet

from doorstep.platform.lib.db import require_transaction
from doorstep.platform.values.intervals import Interval, subtract

from ..effects import Times
from ..models import Assignment, BlockKind, Booking, ResourceBlock
from .placing import remove_expired_holds


def planned_times(part: Assignment) -> Times:
    """When this part was to be done before anybody set out."""
    if part.planned_starts_at and part.planned_arrives_at and part.planned_ends_at:
        return Times(part.planned_starts_at, part.planned_arrives_at, part.planned_ends_at)
    return Times(part.starts_at, part.arrives_at, part.ends_at)


def follow_reality(*, booking: Booking, own: Collection[int], times: Times, at: datetime) -> None:
    """Give the parts of a visit the times it really has. Needs the locks of their resources.

    `own` are the resources whose way and work these times are; others who come by themselves keep
    their departure and end with them.
    """
    require_transaction()
    parts = list(booking.assignments.order_by("pk"))
    remove_expired_holds([part.resource_id for part in parts])
    for part in parts:
        planned = planned_times(part)
        part.planned_starts_at = planned.starts_at
        part.planned_arrives_at = planned.arrives_at
        part.planned_ends_at = planned.ends_at
        is_own = part.resource_id in own
        wanted = times if is_own else Times(part.starts_at, part.arrives_at, times.ends_at)
        _place(part, wanted, at)


def return_to_plan(booking: Booking, *, at: datetime) -> None:
    """The trip was a slip: the parts get their planned times again, as far as they are still free.
    Needs the locks of their resources."""
    require_transaction()
    for part in booking.assignments.order_by("pk"):
        planned = planned_times(part)
        part.planned_starts_at = part.planned_arrives_at = part.planned_ends_at = None
        _place(part, planned, at)


def _place(part: Assignment, wanted: Times, at: datetime) -> None:
    # What a calendar elsewhere says gives way to what happens; the next look at it puts back the
    # rest.
    _others(part, wanted).filter(kind=BlockKind.OUTSIDE).delete()
    piece = _free_piece(part, wanted, at)
    blocks = ResourceBlock.objects.filter(assignment=part)
    if piece is None:
        # All of it is somebody else's time already; nothing is left to be kept free for it.
        blocks.delete()
        if wanted.starts_at <= wanted.arrives_at < wanted.ends_at:
            _set_times(part, wanted)
        part.save(update_fields=_COLUMNS)
        return
    is_between = piece.start <= wanted.arrives_at < piece.end
    arrives_at = wanted.arrives_at if is_between else piece.start
    _set_times(part, Times(piece.start, arrives_at, piece.end))
    part.save(update_fields=_COLUMNS)
    if not blocks.update(starts_at=piece.start, ends_at=piece.end):
        ResourceBlock.objects.create(
            resource_id=part.resource_id,
            lane=part.lane,
            starts_at=piece.start,
            ends_at=piece.end,
            kind=BlockKind.VISIT,
            assignment=part,
        )


_COLUMNS = (
    "starts_at", "arrives_at", "ends_at",
    "planned_starts_at", "planned_arrives_at", "planned_ends_at",
)  # fmt: skip


def _set_times(part: Assignment, times: Times) -> None:
    part.starts_at, part.arrives_at, part.ends_at = times.starts_at, times.arrives_at, times.ends_at


def _free_piece(part: Assignment, wanted: Times, at: datetime) -> Interval[datetime] | None:
    """What of the wanted time nobody else has in that lane: the stretch around `at`, else the
    first."""
    if wanted.starts_at >= wanted.ends_at:
        return None
    taken = _others(part, wanted).values_list("starts_at", "ends_at")
    free = subtract(
        [Interval(wanted.starts_at, wanted.ends_at)], [Interval(*times) for times in taken]
    )
    around = (piece for piece in free if piece.start <= at <= piece.end)
    return next(around, free[0] if free else None)


def _others(part: Assignment, wanted: Times) -> QuerySet[ResourceBlock]:
    """What others have of the wanted time in that lane."""
    return ResourceBlock.objects.filter(
        resource_id=part.resource_id,
        lane=part.lane,
        starts_at__lt=wanted.ends_at,
        ends_at__gt=wanted.starts_at,
    ).exclude(assignment=part)
