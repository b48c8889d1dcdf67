"""What a person had to look at, and has."""

from django.db import transaction

from doorstep.domain.bookings.models import BookingNote
from doorstep.domain.calendars.models import CalendarLink, LinkState
from doorstep.domain.notifications.models import StaffTask, TaskKind
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


def make_problem_task(*, note_id: int, is_late: bool) -> StaffTask | None:
    """What a technician reported about a visit, for somebody to look at. Twice makes one task; None
    if the note is gone."""
    note = (
        BookingNote.objects.select_related("author", "booking__work_order__reported_by")
        .filter(pk=note_id)
        .first()
    )
    if note is None:
        return None
    text = f"{note.author}: {note.text}" if note.author else note.text
    task, _made = StaffTask.objects.get_or_create(
        dedupe_key=f"problem:{note.pk}",
        defaults={
            "kind": TaskKind.RUNNING_LATE if is_late else TaskKind.CANNOT_DO,
            "text": text[:500],
            "booking": note.booking,
            "contact": note.booking.booked_by or note.booking.work_order.reported_by,
        },
    )
    return task


def make_calendar_task(*, link_id: int) -> StaffTask | None:
    """A technician's calendar refuses us. One task as long as it does; None if it works again."""
    link = CalendarLink.objects.select_related("resource").filter(pk=link_id).first()
    if link is None or link.state != LinkState.FAILING:
        return None
    task, _made = StaffTask.objects.get_or_create(
        dedupe_key=f"{_calendar_key(link_id)}{link.state_since.isoformat()}",
        defaults={
            "kind": TaskKind.CALENDAR_FAILING,
            "text": f"{link.resource}: {link.state_reason}"[:500],
        },
    )
    return task


def close_calendar_tasks(*, link_id: int) -> int:
    """It is written again; how many tasks that settled."""
    return StaffTask.objects.filter(
        dedupe_key__startswith=_calendar_key(link_id), done_at__isnull=True
    ).update(done_at=database_now())


def calendar_id_of(task: StaffTask) -> int | None:
    """Which calendar a task is about; None for a task about something else."""
    if task.kind != TaskKind.CALENDAR_FAILING:
        return None
    return int(task.dedupe_key.split(":", 2)[1])


def _calendar_key(link_id: int) -> str:
    return f"calendar:{link_id}:"
