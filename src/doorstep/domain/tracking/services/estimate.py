"""When will the technician be there? Asked again when the position says something new."""

from datetime import datetime, timedelta

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from doorstep.domain.bookings.models import Assignment, Booking
from doorstep.domain.places.services.drive import Drive, estimate_drive
from doorstep.domain.resources.models import BookableResource
from doorstep.platform.events.events import publish
from doorstep.platform.events.live import announce
from doorstep.platform.values.geo import Coordinates, distance_m

from ..events import ArrivalEstimated
from ..models import ArrivalEstimate, SharingSession, TrackingSettings
from ..selectors import get_tracking_settings

QUEUE = "tracking"
REFRESH = "doorstep.tracking.refresh_estimate"
# Oracle's rule, see market reference 5: half a kilometre, or five minutes off.
MOVED_M = 500.0
OFF = timedelta(minutes=5)
# How wrong an estimate may be, as a part of the drive, by what is known of the roads.
SPREAD_TRAFFIC, SPREAD_ROADS, SPREAD_LINE = 0.1, 0.2, 0.3
LEAST_SPREAD = timedelta(minutes=2)


def is_estimate_due(session: SharingSession, *, settings: TrackingSettings, now: datetime) -> bool:
    """Whether the newest position is worth a question: none was asked yet, or it moved half a
    kilometre, or five minutes have been lost or won; never more often than the company allows."""
    position = session.position
    if position is None:
        return False
    estimate = ArrivalEstimate.objects.filter(
        booking=session.booking_id, resource=session.resource_id, made_at__gte=session.began_at
    ).first()
    if estimate is None or estimate.start is None:
        return True
    if now - estimate.made_at < timedelta(seconds=settings.estimate_seconds):
        return False
    moved = distance_m(estimate.start, position)
    if moved >= MOVED_M:
        return True
    goal = place_of(session.booking, session.resource)
    return goal is not None and _is_off(estimate, estimate.start, position, goal, now)


def _is_off(
    estimate: ArrivalEstimate,
    start: Coordinates,
    position: Coordinates,
    goal: Coordinates,
    now: datetime,
) -> bool:
    """Seen from here, as much of the drive is left as of the distance."""
    whole = distance_m(start, goal)
    if whole <= 0:
        return False
    left = (estimate.arrives_at - estimate.made_at) * (distance_m(position, goal) / whole)
    return abs(now + left - estimate.arrives_at) >= OFF


def ask_for_estimate(session_id: int) -> bool:
    """Defer the question: who reports a position does not wait for a service. False when it is
    waiting already."""
    job = app.configure_task(REFRESH, queue=QUEUE, queueing_lock=f"estimate:{session_id}")
    try:
        with transaction.atomic():
            job.defer(session_id=session_id)
    except AlreadyEnqueued:
        return False
    return True


def refresh_estimate(*, session_id: int, now: datetime) -> ArrivalEstimate | None:
    """Ask how long the rest of the drive takes and store the answer; None when the trip is over.

    An answer that is younger than the company allows to ask anew counts still.

    Nothing is locked while the service is asked; an answer that comes after a newer one is dropped.
    """
    session = (
        SharingSession.objects.select_related("booking__work_order", "resource")
        .filter(pk=session_id, ended_at=None, paused_at=None)
        .first()
    )
    if session is None or session.position is None:
        return None
    place = place_of(session.booking, session.resource)
    if place is None:
        return None
    earlier = ArrivalEstimate.objects.filter(
        booking=session.booking_id, resource=session.resource_id, made_at__gte=session.began_at
    ).first()
    # Positions that came while another question was under way have asked once more.
    if earlier is not None and earlier.start is not None:
        seconds = get_tracking_settings().estimate_seconds
        if now - earlier.made_at < timedelta(seconds=seconds):
            return earlier
    start = session.position
    drive = estimate_drive(start=start, end=place, departs_at=now)
    return _keep(session, start, drive, now)


def place_of(booking: Booking, resource: BookableResource) -> Coordinates | None:
    """Where this resource is going: her part's place, else the address of the work."""
    part = Assignment.objects.filter(booking=booking, resource=resource).first()
    return place_of_part(part, booking) if part is not None else booking.work_order.coordinates


def place_of_part(part: Assignment, booking: Booking) -> Coordinates | None:
    """The same for who has read the part already."""
    if part.latitude is not None and part.longitude is not None:
        return Coordinates(part.latitude, part.longitude)
    return booking.work_order.coordinates


@transaction.atomic
def _keep(
    session: SharingSession, start: Coordinates, drive: Drive, now: datetime
) -> ArrivalEstimate | None:
    running = SharingSession.objects.select_for_update(no_key=True).filter(
        pk=session.pk, ended_at=None, paused_at=None
    )
    if not running.exists():
        return None
    earlier = ArrivalEstimate.objects.filter(
        booking=session.booking_id, resource=session.resource_id
    ).first()
    if earlier is not None and earlier.made_at > now:
        return earlier
    # The position is some seconds old, and the drive began there.
    left_at = min(session.position_at or now, now)
    arrives_at = max(left_at + timedelta(seconds=drive.seconds), now)
    spread = max(timedelta(seconds=drive.seconds * _spread(drive)), LEAST_SPREAD)
    estimate, _created = ArrivalEstimate.objects.update_or_create(
        booking=session.booking,
        resource=session.resource,
        defaults={
            "made_at": now,
            "arrives_at": arrives_at,
            "earliest_at": max(arrives_at - spread, min(now, arrives_at)),
            "latest_at": arrives_at + spread,
            "latitude": start.latitude,
            "longitude": start.longitude,
            "metres": drive.metres,
            "path": [[point.latitude, point.longitude] for point in drive.path],
            "source": drive.source,
            "has_traffic": drive.has_traffic,
            "is_estimated": drive.is_estimated,
        },
    )
    publish(ArrivalEstimated(session.booking_id, session.resource_id))
    announce([session.booking_id])
    return estimate


def _spread(drive: Drive) -> float:
    if drive.is_estimated:
        return SPREAD_LINE
    return SPREAD_TRAFFIC if drive.has_traffic else SPREAD_ROADS
