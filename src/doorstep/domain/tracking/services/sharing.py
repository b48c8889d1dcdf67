"""Begin, pause, resume and end the sharing of a technician's position."""

from datetime import datetime

from django.db import transaction

from doorstep.domain.bookings.models import Booking, BookingStatus, ParentStatus
from doorstep.domain.resources.models import BookableResource
from doorstep.domain.work.models import WorkOrder
from doorstep.platform.audit.services import Actor, record
from doorstep.platform.events.live import announce
from doorstep.platform.lib.db import require_transaction
from doorstep.platform.lib.rows import (
    Tables,
    joined_as,
    rows_as,
    run_together,
    select,
    select_joined,
)

from ..errors import NoRunningTrip, PauseNeedsReason, SharingOff
from ..models import SharingSession, TrackingSettings
from ..selectors import BEGAN

# Of the visits this resource travels to, the one that began last; or the one asked for.
_LATEST = f"""
SELECT id FROM bookings_booking WHERE id = (
  SELECT visit.id
    FROM bookings_assignment AS part
    JOIN bookings_booking AS visit ON visit.id = part.booking_id
    JOIN bookings_bookingstatus AS status ON status.id = visit.status_id
   WHERE part.resource_id = %s AND status.parent = '{ParentStatus.TRAVELING.value}'
     AND (%s::bigint IS NULL OR visit.id = %s)
   ORDER BY (SELECT max(at) FROM bookings_statustimestamp
              WHERE booking_id = visit.id AND parent = '{ParentStatus.TRAVELING.value}') DESC,
            visit.id DESC
   LIMIT 1)
   FOR NO KEY UPDATE
"""  # noqa: S608 (words of ours)
_STILL = f"""
  FROM bookings_booking AS visit
  JOIN bookings_bookingstatus AS status ON status.id = visit.status_id
  JOIN work_workorder AS work_order ON work_order.id = visit.work_order_id
 WHERE visit.id = %s AND status.parent = '{ParentStatus.TRAVELING.value}'
   AND EXISTS (SELECT FROM bookings_assignment AS part
                WHERE part.booking_id = visit.id AND part.resource_id = %s)
"""
_VISIT: Tables = ((Booking, "visit"), (BookingStatus, "status"), (WorkOrder, "work_order"))
_RUNNING = "WHERE booking_id = %s AND resource_id = %s AND ended_at IS NULL FOR NO KEY UPDATE"


def open_session(
    *, resource: BookableResource, now: datetime, booking: Booking | None = None
) -> tuple[SharingSession, TrackingSettings]:
    """The trip the resource is on, locked for the caller's transaction, begun if it is new; and
    the settings that hold.

    Without `booking` the one that began last: somebody with several visits under way drives to
    one of them at a time. Raises NoRunningTrip, or SharingOff where the company wants none.
    """
    require_transaction()
    wanted = booking.pk if booking is not None else None
    # One at a time per visit: two first reports must not begin two trips. Whoever changes its
    # status waits for us, and then ends what we begin.
    chosen, locked = run_together(
        (select(TrackingSettings, "LIMIT 1"), None), (_LATEST, [resource.pk, wanted, wanted])
    )
    settings = next(iter(rows_as(TrackingSettings, chosen)), None) or TrackingSettings(pk=1)
    if not settings.is_sharing_enabled:
        raise SharingOff
    if not locked:
        raise NoRunningTrip
    ((pk,),) = locked
    visits, began, running = run_together(
        (select_joined(_VISIT, _STILL), [pk, resource.pk]),
        (BEGAN, [pk]),
        (select(SharingSession, _RUNNING), [pk, resource.pk]),
    )
    if not visits:
        raise NoRunningTrip
    current, current.status, current.work_order = joined_as(_VISIT, visits[0])
    began_at: datetime = began[0][0] if began else now
    session = next(iter(rows_as(SharingSession, running)), None)
    if session is not None and session.began_at < began_at:
        # The trip was broken off and begun anew before anybody ended its first part.
        session.ended_at = began_at
        session.save(update_fields=["ended_at"])
        session = None
    if session is None:
        session = SharingSession.objects.create(
            booking=current, resource=resource, began_at=began_at
        )
    session.booking, session.resource = current, resource
    return session, settings


@transaction.atomic
def pause_sharing(
    *, resource: BookableResource, reason: str, actor: Actor, now: datetime
) -> SharingSession:
    """Take no more positions on this trip until `resume_sharing`; customers read that it is paused.

    Raises PauseNeedsReason, NoRunningTrip and SharingOff.
    """
    reason = reason.strip()
    if not reason:
        raise PauseNeedsReason
    session, _settings = open_session(resource=resource, now=now)
    session.paused_at, session.pause_reason = now, reason[:200]
    session.save(update_fields=["paused_at", "pause_reason"])
    record(actor=actor, action="paused sharing", obj=session.booking, data={"reason": reason[:200]})
    announce([session.booking_id])
    return session


@transaction.atomic
def resume_sharing(*, resource: BookableResource, actor: Actor, now: datetime) -> SharingSession:
    """Raises NoRunningTrip and SharingOff."""
    session, _settings = open_session(resource=resource, now=now)
    if session.paused_at is not None:
        session.paused_at, session.pause_reason = None, ""
        session.save(update_fields=["paused_at", "pause_reason"])
        record(actor=actor, action="resumed sharing", obj=session.booking)
        announce([session.booking_id])
    return session


@transaction.atomic
def end_sessions(*, booking_id: int, now: datetime) -> int:
    """End the trips to a visit nobody travels to any more, and of those who no longer come.

    Customers see nothing of such a trip before this has run either: they see by the status.
    """
    booking = Booking.objects.select_related("status").filter(pk=booking_id).first()
    sessions = SharingSession.objects.filter(booking_id=booking_id, ended_at=None)
    if booking is not None and booking.parent_status is ParentStatus.TRAVELING:
        sessions = sessions.exclude(resource__in=booking.assignments.values("resource"))
    return sessions.update(ended_at=now)
