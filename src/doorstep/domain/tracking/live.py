"""A visit as it stands this minute, for the page its customer looks at: who comes, when, and what
of their positions she may see."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from doorstep.domain.bookings.models import Assignment, Booking, ParentStatus
from doorstep.domain.bookings.rules import portal_of
from doorstep.domain.organization.models import Portal
from doorstep.domain.resources.models import BookableResource, ResourceKind
from doorstep.platform.values.geo import Coordinates

from .models import ArrivalEstimate, SharingSession, TrackingSettings
from .selectors import get_tracking_settings, running_sessions, trip_began_at
from .services.estimate import place_of
from .visibility import Seen, seen_of, shown_way

# How uncertain the planned drive is, as a part of it, while no position is known.
PLANNED_SPREAD = 0.3
LEAST_SPREAD = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Arrival:
    """`made_at`: how old it is. `is_planned`: from the plan of the day, without a position."""

    at: datetime
    earliest_at: datetime
    latest_at: datetime
    made_at: datetime
    metres: float | None = None
    is_planned: bool = False


@dataclass(frozen=True, slots=True)
class LiveTechnician:
    """Name, photo and phone are empty where the portal does not show them."""

    resource_id: int
    name: str
    initials: str
    has_photo: bool
    phone: str
    seen: Seen
    way: tuple[Coordinates, ...]


@dataclass(frozen=True, slots=True)
class LiveVisit:
    """`technicians` and `arrival` are empty unless somebody is on the way to this visit now and the
    portal tracks; `shows_map` is the portal's switch."""

    booking: Booking
    parent: ParentStatus
    is_tracked: bool
    shows_map: bool
    goal: Coordinates | None
    arrival: Arrival | None
    technicians: tuple[LiveTechnician, ...]


def live_visit(booking: Booking, *, now: datetime) -> LiveVisit:
    """`booking` with status, work order, portal preloaded; for whom may see the visit at all."""
    portal = portal_of(booking)
    parent = booking.parent_status
    goal = booking.work_order.coordinates
    is_tracked = portal.is_tracking_enabled and parent is ParentStatus.TRAVELING
    if not is_tracked:
        return LiveVisit(booking, parent, False, False, goal, None, ())
    settings = get_tracking_settings()
    began_at = trip_began_at(booking)
    sessions = {
        each.resource_id: each
        for each in running_sessions(booking)
        # A trip broken off and begun anew: nothing of its first part counts.
        if began_at is None or each.began_at >= began_at
    }
    estimates = {
        each.resource_id: each
        for each in ArrivalEstimate.objects.filter(booking=booking)
        if began_at is None or each.made_at >= began_at
    }
    parts = [
        part
        for part in booking.assignments.select_related("resource").order_by("role", "pk")
        if part.resource.kind not in (ResourceKind.EQUIPMENT, ResourceKind.FACILITY)
    ]
    return LiveVisit(
        booking=booking,
        parent=parent,
        is_tracked=True,
        shows_map=portal.shows_map,
        goal=goal,
        arrival=_arrival(parts, estimates, began_at),
        technicians=tuple(
            _technician(
                part.resource,
                booking,
                portal,
                sessions.get(part.resource_id),
                estimates.get(part.resource_id),
                settings,
                now,
            )
            for part in parts
        ),
    )


def _technician(
    resource: BookableResource,
    booking: Booking,
    portal: Portal,
    session: SharingSession | None,
    estimate: ArrivalEstimate | None,
    settings: TrackingSettings,
    now: datetime,
) -> LiveTechnician:
    goal = place_of(booking, resource)
    seen = seen_of(session if portal.shows_map else None, goal=goal, settings=settings, now=now)
    way = [Coordinates(*point) for point in estimate.path] if estimate else []
    return LiveTechnician(
        resource_id=resource.pk,
        name=resource.name if portal.shows_technician_name else "",
        initials=resource.initials if portal.shows_technician_photo else "",
        has_photo=portal.shows_technician_photo and bool(resource.photo),
        phone=resource.phone if portal.shows_technician_phone else "",
        seen=seen,
        way=shown_way(way, seen),
    )


def _arrival(
    parts: list[Assignment],
    estimates: dict[int, ArrivalEstimate],
    began_at: datetime | None,
) -> Arrival | None:
    """The last of those who come together counts; of each the estimate, else the planned drive."""
    arrivals = []
    for part in parts:
        estimate = estimates.get(part.resource_id)
        if estimate is not None:
            arrivals.append(
                Arrival(
                    estimate.arrives_at,
                    estimate.earliest_at,
                    estimate.latest_at,
                    estimate.made_at,
                    estimate.metres,
                )
            )
        elif began_at is not None:
            arrivals.append(_planned(part, began_at))
    return max(arrivals, key=lambda each: each.at, default=None)


def _planned(part: Assignment, began_at: datetime) -> Arrival:
    drive = part.travel
    at = began_at + drive
    spread = max(drive * PLANNED_SPREAD, LEAST_SPREAD)
    return Arrival(at, max(at - spread, began_at), at + spread, began_at, is_planned=True)
