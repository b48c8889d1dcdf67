"""Read trips, estimates and the company's settings of tracking."""

from django.db.models import OuterRef, QuerySet, Subquery

from doorstep.domain.bookings.models import Booking, ParentStatus, StatusTimestamp
from doorstep.domain.resources.models import BookableResource

from .models import SharingSession, TrackingSettings

# When a visit's status last became Traveling.
BEGAN = f"""
SELECT at FROM bookings_statustimestamp
 WHERE booking_id = %s AND parent = '{ParentStatus.TRAVELING.value}'
 ORDER BY at DESC, id DESC LIMIT 1
"""  # noqa: S608 (a word of ours)


def get_tracking_settings() -> TrackingSettings:
    """The company's, or the defaults as long as nobody has changed any."""
    return TrackingSettings.objects.first() or TrackingSettings(pk=1)


def traveling_visits(resource: BookableResource) -> QuerySet[Booking]:
    """The visits this resource travels to, the last begun first, with `began_at`."""
    began = (
        StatusTimestamp.objects.filter(booking=OuterRef("pk"), parent=ParentStatus.TRAVELING)
        .order_by("-at", "-pk")
        .values("at")[:1]
    )
    return (
        Booking.objects.filter(
            status__parent=ParentStatus.TRAVELING, assignments__resource=resource
        )
        .annotate(began_at=Subquery(began))
        .order_by("-began_at", "-pk")
        .distinct()
    )


def running_sessions(booking: Booking) -> QuerySet[SharingSession]:
    return SharingSession.objects.filter(booking=booking, ended_at=None)
