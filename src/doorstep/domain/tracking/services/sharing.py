"""Begin, pause, resume and end the sharing of a technician's position."""

from datetime import datetime

from django.db import transaction

from doorstep.domain.bookings.models import Booking, ParentStatus
from doorstep.domain.resources.models import BookableResource
from doorstep.platform.audit.services import Actor, record
from doorstep.platform.events.live import announce
from doorstep.platform.lib.db import require_transaction

from ..errors import NoRunningTrip, PauseNeedsReason, SharingOff
from ..models import SharingSession
from ..selectors import get_tracking_settings, traveling_visits


def open_session(
    *, resource: BookableResource, now: datetime, booking: Booking | None = None
) -> SharingSession:
    """The trip the resource is on, locked for the caller's transaction; begun if it is new.

    Without `booking` the one that began last: somebody with several visits under way drives to
    one of them at a time. Raises NoRunningTrip, or SharingOff where the company wants none.
    """
    require_transaction()
    if not get_tracking_settings().is_sharing_enabled:
        raise SharingOff
    visits = traveling_visits(resource)
    found = visits.filter(pk=booking.pk).first() if booking else visits.first()
    if found is None:
        raise NoRunningTrip
    # One at a time per visit: two first reports must not begin two trips. Whoever changes its
    # status waits for us, and then ends what we begin.
    Booking.objects.select_for_update(no_key=True).get(pk=found.pk)
    current = visits.filter(pk=found.pk).first()
    if current is None:
        raise NoRunningTrip
    began_at: datetime = getattr(current, "began_at", None) or now
    session = (
        SharingSession.objects.select_for_update(no_key=True)
        .filter(booking=current, resource=resource, ended_at=None)
        .first()
    )
    if session is not None and session.began_at < began_at:
        # The trip was broken off and begun anew before anybody ended its first part.
        session.ended_at = began_at
        session.save(update_fields=["ended_at"])
        session = None
    return session or SharingSession.objects.create(
        booking=current, resource=resource, began_at=began_at
    )


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
    session = open_session(resource=resource, now=now)
    session.paused_at, session.pause_reason = now, reason[:200]
    session.save(update_fields=["paused_at", "pause_reason"])
    record(actor=actor, action="paused sharing", obj=session.booking, data={"reason": reason[:200]})
    announce([session.booking_id])
    return session


@transaction.atomic
def resume_sharing(*, resource: BookableResource, actor: Actor, now: datetime) -> SharingSession:
    """Raises NoRunningTrip and SharingOff."""
    session = open_session(resource=resource, now=now)
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
