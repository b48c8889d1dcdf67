"""What a technician reports from the place of work. Each call may be made again, later and twice.

A phone without network queues what is done, with the time it was done at, and sends it in order
once it can. The key of a request makes a second sending harmless; the booking's version is not
asked for, because what was queued was done whatever the office changed meanwhile.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from doorstep.platform.audit.services import Actor, record
from doorstep.platform.events.events import publish
from doorstep.platform.lib.site_time import get_zone

from ..errors import ChecklistOpen, NoSuchItem, NothingWritten, NotUnderWay, TransitionRefused
from ..events import ProblemReported
from ..lifecycle import may_change
from ..models import Booking, BookingNote, BookingStatus, ChecklistAnswer, ParentStatus
from ..moments import received_at, settle_moment
from ..rules import lock_latest
from .idempotency import asker_of, earlier_result, keep_result, open_request
from .placing import lock_resources
from .status import apply_status


@dataclass(frozen=True, slots=True)
class Report:
    """Who reports about which visit, under which key, and when it was done (None: now)."""

    booking: Booking
    actor: Actor
    request_key: str
    now: datetime
    at: datetime | None = None


def report_status(report: Report, *, status: BookingStatus) -> Booking:
    """Give the visit a status, with all that follows from it (../effects.py).

    Raises TransitionRefused, ChecklistOpen for a completion with required items open, InTheFuture,
    BeforeLastChange, KeyReused.
    """

    def change(current: Booking) -> None:
        last = current.timestamps.order_by("-at", "-pk").first()
        at = _moment(report, current, not_before=last.at if last else None)
        parent = ParentStatus(status.parent)
        # To cancel is the office's; the technician says that she cannot do it.
        if parent is ParentStatus.CANCELED or not may_change(current.parent_status, parent):
            raise TransitionRefused(old=current.status, new=status)
        if parent is ParentStatus.COMPLETED and status.completes_work_order:
            _check_checklist(current)
        late = received_at(at, now=report.now)
        apply_status(current, status, actor=report.actor, at=at, received_at=late)

    return carry_out(report, {"do": "status", "status": status.pk}, change, takes_time=True)


def tick_item(report: Report, *, item_id: int, is_done: bool) -> Booking:
    """Tick an item of the checklist, or take the tick back. Raises NoSuchItem, NotUnderWay."""

    def change(current: Booking) -> None:
        check_not_canceled(current)
        item = current.work_order.incident_type.checklist.filter(pk=item_id).first()
        if item is None:
            raise NoSuchItem
        if not is_done:
            if ChecklistAnswer.objects.filter(booking=current, item=item).delete()[0]:
                record(actor=report.actor, action="unticked", obj=current, data={"item": item.text})
            return
        at = _moment(report, current, not_before=None)
        _answer, is_new = ChecklistAnswer.objects.get_or_create(
            booking=current,
            item=item,
            defaults={"text": item.text, "done_by": report.actor.user, "done_at": at},
        )
        if is_new:
            record(actor=report.actor, action="ticked", obj=current, data={"item": item.text})

    return carry_out(report, {"do": "tick", "item": item_id, "is_done": is_done}, change)


def write_note(report: Report, *, text: str, is_public: bool) -> Booking:
    """A note for the office, or with `is_public` one that the customer reads too. Raises
    NothingWritten."""

    def change(current: Booking) -> None:
        _note(report, current, text, is_public=is_public)
        data = {"shown_to_the_customer": is_public}
        record(actor=report.actor, action="note written", obj=current, data=data)

    return carry_out(report, {"do": "note", "text": text, "is_public": is_public}, change)


def report_problem(report: Report, *, text: str, is_late: bool) -> Booking:
    """Tell the office that she comes late, or cannot do the visit; somebody there looks at it.

    The visit stays as it is. Publishes ProblemReported. Raises NothingWritten, NotUnderWay.
    """

    def change(current: Booking) -> None:
        check_not_canceled(current)
        note = _note(report, current, text, is_public=False)
        action = "running late" if is_late else "cannot do it"
        record(actor=report.actor, action=action, obj=current, data={"note": note.text})
        publish(ProblemReported(booking_id=current.pk, note_id=note.pk, is_late=is_late))

    return carry_out(report, {"do": "problem", "text": text, "is_late": is_late}, change)


# --- Shared with photos and signature -------------------------------------------------------


@transaction.atomic
def carry_out(
    report: Report,
    values: Mapping[str, Any],
    change: Callable[[Booking], None],
    *,
    takes_time: bool = False,
) -> Booking:
    """Call `change` with the locked visit, once for each key. Raises KeyReused for a key that was
    used for something else.

    `takes_time` locks the visit's resources as well.
    """
    request = open_request(
        asker=asker_of(report.actor),
        key=report.request_key,
        values={**values, "booking": report.booking.pk, "at": report.at},
    )
    earlier = earlier_result(request)
    if earlier is not None:
        return Booking.objects.get(pk=earlier["booking"])
    if takes_time:
        lock_resources(report.booking.assignments.values_list("resource_id", flat=True))
    current = lock_latest(report.booking)
    change(current)
    keep_result(request, {"booking": current.pk})
    return current


def check_not_canceled(booking: Booking) -> None:
    """Raises NotUnderWay."""
    if booking.parent_status is ParentStatus.CANCELED:
        raise NotUnderWay


def moment_of(report: Report, booking: Booking) -> datetime:
    """When it was done. Raises InTheFuture, or BeforeLastChange before the visit was booked."""
    return _moment(report, booking, not_before=booking.created_at)


def _moment(report: Report, booking: Booking, *, not_before: datetime | None) -> datetime:
    zone = get_zone(booking.time_zone)
    return settle_moment(report.at, now=report.now, not_before=not_before, zone=zone)


def _note(report: Report, booking: Booking, text: str, *, is_public: bool) -> BookingNote:
    text = text.strip()
    if not text:
        raise NothingWritten
    return BookingNote.objects.create(
        booking=booking,
        text=text,
        author=report.actor.user,
        is_public=is_public,
        created_at=moment_of(report, booking),
    )


def _check_checklist(booking: Booking) -> None:
    ticked = ChecklistAnswer.objects.filter(booking=booking).values("item")
    missing = booking.work_order.incident_type.checklist.filter(is_required=True).exclude(
        pk__in=ticked
    )
    texts = [item.text for item in missing]
    if texts:
        raise ChecklistOpen(items=", ".join(texts))
