"""What a person had to look at, and has."""

from django.db import transaction

from doorstep.domain.notifications.models import StaffTask
from doorstep.platform.audit.services import Actor, record
from doorstep.platform.lib.db import database_now


@transaction.atomic
def finish_task(*, task: StaffTask, actor: Actor) -> bool:
    """Note who did it. False when somebody had done it before."""
    current = StaffTask.objects.select_for_update(no_key=True).get(pk=task.pk)
    if current.done_at is not None:
        return False
    current.done_at, current.done_by = database_now(), actor.user
    current.save(update_fields=["done_at", "done_by"])
    record(actor=actor, action="done", obj=current)
    return True
