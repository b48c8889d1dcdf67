"""Time of a resource that is taken by something other than a visit, as blocks in all its lanes."""

from collections.abc import Iterable
from datetime import datetime

from doorstep.domain.resources.models import BookableResource, TimeOff
from doorstep.platform.values.intervals import Interval, subtract

from ..models import BlockKind, ResourceBlock

Times = Interval[datetime]


def take_free_parts(
    resource: BookableResource,
    times: Iterable[Times],
    *,
    kind: BlockKind,
    time_off: TimeOff | None = None,
) -> list[ResourceBlock]:
    """Blocks, not saved, for what is free of these times in each lane. The caller has locked the
    resource, and has taken out earlier blocks of the same cause."""
    wanted = list(times)
    if not wanted:
        return []
    taken = ResourceBlock.objects.filter(
        resource=resource,
        starts_at__lt=max(each.end for each in wanted),
        ends_at__gt=min(each.start for each in wanted),
    )
    if kind == BlockKind.OUTSIDE:
        taken = taken.exclude(kind=kind)
    rows = list(taken.values_list("lane", "starts_at", "ends_at"))
    return [
        ResourceBlock(
            resource=resource,
            lane=lane,
            starts_at=free.start,
            ends_at=free.end,
            kind=kind,
            time_off=time_off,
        )
        for lane in range(1, max(resource.capacity, 1) + 1)
        for free in subtract(
            wanted, [Interval(start, end) for number, start, end in rows if number == lane]
        )
    ]
