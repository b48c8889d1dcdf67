"""Appointments of a technician's own as blocks, so that the slot search keeps out of them."""

from collections.abc import Iterable

from django.db import transaction

from doorstep.domain.resources.models import BookableResource

from ..models import BlockKind, ResourceBlock
from .blocks import Times, take_free_parts
from .placing import lock_resources


@transaction.atomic
def block_outside_times(*, resource_id: int, times: Iterable[Times]) -> bool:
    """Let these be all the outside appointments of the resource, in every free part of them;
    visits and absences keep their time. Returns whether anything changed: what stays as it is, is
    not written again, so that nobody's memory of the day is stirred up.
    """
    lock_resources([resource_id])
    resource = BookableResource.objects.filter(pk=resource_id).first()
    if resource is None:
        return False
    wanted = {_key(block): block for block in take_free_parts(
        resource, times, kind=BlockKind.OUTSIDE
    )}  # fmt: skip
    present = {
        _key(block): block
        for block in ResourceBlock.objects.filter(resource=resource, kind=BlockKind.OUTSIDE)
    }
    gone = [block.pk for key, block in present.items() if key not in wanted]
    new = [block for key, block in wanted.items() if key not in present]
    if gone:
        ResourceBlock.objects.filter(pk__in=gone).delete()
    if new:
        ResourceBlock.objects.bulk_create(new)
    return bool(gone or new)


def _key(block: ResourceBlock) -> tuple[object, ...]:
    return block.lane, block.starts_at, block.ends_at
