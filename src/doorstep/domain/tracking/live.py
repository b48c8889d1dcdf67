"""A visit as it stands this minute, for the page its customer looks at: who comes, when, and what
of their positions she may see."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from doorstep.domain.bookings.models import Assignment, Booking, ParentStatus
from doorstep.domain.bookings.rules import portal_of
from doorstep.domain.organization.models import Portal
from doorstep.domain.resources.models import BookableResource, ResourceKind
from doorstep.platform.lib.rows import (
    Statement,
    Tables,
    joined_as,
    rows_as,
    run_together,
    select,
    select_joined,
)
from doorstep.platform.values.geo import Coordinates

from .models import ArrivalEstimate, SharingSession, TrackingSettings
from .selectors import BEGAN
from .services.estimate import place_of_part
from .visibility import Seen, Sight, seen_of, shown_way

# How uncertain the planned drive is, as a part of it, while no position is known.
PLANNED_SPREAD = 0.3
LEAST_SPREAD = timedelta(minutes=5)

# Of each who comes: the trip that runs and the newest estimate. There is one of each at most.
_COMING = """
  FROM bookings_assignment AS part
  JOIN resources_bookableresource AS resource ON resource.id = part.resource_id
  LEFT JOIN tracking_sharingsession AS session
         ON session.booking_id = part.booking_id AND session.resource_id = part.resource_id
        AND session.ended_at IS NULL
  LEFT JOIN tracking_arrivalestimate AS estimate
         ON estimate.booking_id = part.booking_id AND estimate.resource_id = part.resource_id
"""
_PEOPLE: Tables = (
    (Assignment, "part"),
    (BookableResource, "resource"),
    (SharingSession, "session"),
    (ArrivalEstimate, "estimate"),
)
_OF_PEOPLE = f"{_COMING} WHERE part.booking_id = %s ORDER BY part.role, part.id"
# xmin names the transaction that wrote a row as it stands: it changes with whatever is in it.
_STATE = f"""
SELECT visit.id, concat(
         visit.xmin, '.', status.xmin, '.', work_order.xmin, '.', portal.id, '-', portal.xmin, '.',
         (SELECT xmin FROM tracking_trackingsettings LIMIT 1), '.',
         (SELECT string_agg(concat(id, '-', xmin), ',' ORDER BY id)
            FROM bookings_statustimestamp WHERE booking_id = visit.id), '.',
         (SELECT string_agg(concat(part.id, '-', part.xmin, '-', resource.xmin, '-', session.xmin,
                                   '-', estimate.xmin), ',' ORDER BY part.id)
            {_COMING} WHERE part.booking_id = visit.id))
  FROM bookings_booking AS visit
  JOIN bookings_bookingstatus AS status ON status.id = visit.status_id
  JOIN work_workorder AS work_order ON work_order.id = visit.work_order_id
  LEFT JOIN organization_portal AS portal ON portal.id = COALESCE(
         work_order.portal_id, (SELECT id FROM organization_portal WHERE is_default))
 WHERE visit.code = %s
"""  # noqa: S608 (the text above)


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
    portal tracks; `shows_map` is the portal's switch. At `fades_at` a position becomes too old to
    be shown."""

    booking: Booking
    portal: Portal
    parent: ParentStatus
    is_tracked: bool
    shows_map: bool
    goal: Coordinates | None
    arrival: Arrival | None
    technicians: tuple[LiveTechnician, ...]
    fades_at: datetime | None = None


def live_state(*, booking_code: str) -> Statement:
    """The visit's id and a word that changes with every row `live_visit` is made of; no row when
    there is no such visit. What time alone changes is not in it."""
    return _STATE, [booking_code]


def live_visit(booking: Booking, *, now: datetime) -> LiveVisit:
    """`booking` with status, work order, portal preloaded; for whom may see the visit at all."""
    portal = portal_of(booking)
    parent = booking.parent_status
    goal = booking.work_order.coordinates
    is_tracked = portal.is_tracking_enabled and parent is ParentStatus.TRAVELING
    if not is_tracked:
        return LiveVisit(booking, portal, parent, False, False, goal, None, ())
    people, began, chosen = run_together(
        (select_joined(_PEOPLE, _OF_PEOPLE), [booking.pk]),
        (BEGAN, [booking.pk]),
        (select(TrackingSettings, "LIMIT 1"), None),
    )
    settings = next(iter(rows_as(TrackingSettings, chosen)), None) or TrackingSettings(pk=1)
    began_at: datetime | None = began[0][0] if began else None
    coming = [
        each
        for each in (_coming(row, began_at) for row in people)
        if each.resource.kind not in (ResourceKind.EQUIPMENT, ResourceKind.FACILITY)
    ]
    technicians = tuple(_technician(each, booking, portal, settings, now) for each in coming)
    ages = [
        each.seen.at for each in technicians if each.seen.at and each.seen.sight is not Sight.OLD
    ]
    return LiveVisit(
        booking=booking,
        portal=portal,
        parent=parent,
        is_tracked=True,
        shows_map=portal.shows_map,
        goal=goal,
        arrival=_arrival(coming, began_at),
        technicians=technicians,
        fades_at=min(ages) + timedelta(minutes=settings.shown_minutes) if ages else None,
    )


@dataclass(frozen=True, slots=True)
class _Coming:
    """One who comes, with the trip that runs and the newest estimate, as far as there are any."""

    part: Assignment
    resource: BookableResource
    session: SharingSession | None
    estimate: ArrivalEstimate | None


def _coming(row: tuple[Any, ...], began_at: datetime | None) -> _Coming:
    part, resource, session, estimate = joined_as(_PEOPLE, row)
    if began_at is not None:
        # A trip broken off and begun anew: nothing of its first part counts.
        if session is not None and session.began_at < began_at:
            session = None
        if estimate is not None and estimate.made_at < began_at:
            estimate = None
    return _Coming(part, resource, session, estimate)


def _technician(
    coming: _Coming,
    booking: Booking,
    portal: Portal,
    settings: TrackingSettings,
    now: datetime,
) -> LiveTechnician:
    resource, estimate = coming.resource, coming.estimate
    goal = place_of_part(coming.part, booking)
    session = coming.session if portal.shows_map else None
    seen = seen_of(session, goal=goal, settings=settings, now=now)
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


def _arrival(people: list[_Coming], began_at: datetime | None) -> Arrival | None:
    """The last of those who come together counts; of each the estimate, else the planned drive."""
    arrivals = []
    for each in people:
        estimate = each.estimate
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
            arrivals.append(_planned(each.part, began_at))
    return max(arrivals, key=lambda each: each.at, default=None)


def _planned(part: Assignment, began_at: datetime) -> Arrival:
    drive = part.travel
    at = began_at + drive
    spread = max(drive * PLANNED_SPREAD, LEAST_SPREAD)
    return Arrival(at, max(at - spread, began_at), at + spread, began_at, is_planned=True)
