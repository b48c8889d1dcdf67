"""The rows of a new booking: what has to be drawn of the database, and what is made of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model

from doorstep.domain.customers.models import Contact
from doorstep.domain.work.selectors import RoleSpec
from doorstep.domain.work.services.work_orders import Drawn, create_work_order, drawing
from doorstep.engine import Target
from doorstep.platform.audit.services import Actor, entry
from doorstep.platform.lib.rows import Statement, new, next_id
from doorstep.platform.lib.tokens import letters

from ..lifecycle import BookingState, derive_system_status
from ..models import (
    Booking,
    BookingMethod,
    BookingNote,
    BookingStatus,
    Hold,
    ParentStatus,
    StatusTimestamp,
)
from ..selectors import get_default_status
from ..snapshot import Planning
from ..wish import Wish, place_of, zone_of
from .idempotency import Request, answer_row

NUMBER_LETTERS = 6
_IS_TAKEN = "EXISTS (SELECT FROM bookings_booking WHERE number = %s)"


@dataclass(frozen=True, slots=True)
class NewVisit:
    """What is to be booked, who says so, and when."""

    wish: Wish
    hold: Hold
    target: Target
    roles: tuple[RoleSpec, ...]
    contact: Contact
    details: str
    actor: Actor
    now: datetime


@dataclass(frozen=True, slots=True)
class Draft:
    """What a new booking needs to know of the database."""

    booking_id: int
    number: str
    status: BookingStatus
    work_order: Drawn


def drafting(number: str, count: str, *params: object) -> Statement:
    """Draws what a booking needs; `count` with its `params` says of how many requirements."""
    return f"SELECT {next_id(Booking)}, {_IS_TAKEN}, {drawing(count)}", [number, *params]


def drafted(number: str, planning: Planning, drawn: Sequence[Any]) -> Draft:
    """What the row of `drafting` says."""
    booking_id, is_taken, *order = drawn
    while is_taken:
        number = new_number()
        is_taken = Booking.objects.filter(number=number).exists()
    known = planning.reference
    status = None if known is None else known.scheduled
    return Draft(
        booking_id,
        number,
        status or get_default_status(ParentStatus.SCHEDULED),
        (order[0], order[1], order[2]),
    )


def new_rows(
    visit: NewVisit,
    draft: Draft,
    *,
    starts_at: datetime,
    arrives_at: datetime,
    ends_at: datetime,
    names: list[str],
    request: Request,
) -> tuple[Booking, list[Model]]:
    """The booking with everything that is new with it, not written yet."""
    wish, actor = visit.wish, visit.actor
    rows: list[Model] = []
    work_order = create_work_order(
        account=wish.account,
        reported_by=visit.contact,
        incident_type=wish.incident_type,
        place=place_of(wish),
        asset=wish.asset,
        location=wish.asset.location if wish.asset else None,
        portal=wish.portal,
        roles=visit.roles,
        status=derive_system_status([BookingState(ParentStatus.SCHEDULED)]),
        actor=actor,
        drawn=draft.work_order,
        write=rows.extend,
    )
    booking = new(
        Booking,
        pk=draft.booking_id,
        number=draft.number,
        work_order=work_order,
        status=draft.status,
        method=BookingMethod.PORTAL,
        booked_by=visit.contact,
        promised_from=visit.hold.promised_from,
        promised_to=visit.hold.promised_to,
        promised_at=visit.now,
        starts_at=starts_at,
        arrives_at=arrives_at,
        ends_at=ends_at,
        duration_minutes=wish.incident_type.duration_minutes or 0,
        time_zone=str(zone_of(wish)),
    )
    rows += [
        booking,
        new(
            StatusTimestamp,
            booking=booking,
            status=draft.status,
            parent=draft.status.parent,
            at=visit.now,
            source=actor.source,
            user=actor.user,
        ),
        entry(
            actor=actor,
            action="confirmed",
            obj=booking,
            data={
                "promised_from": booking.promised_from.isoformat(),
                "promised_to": booking.promised_to.isoformat(),
                "resources": names,
            },
        ),
        answer_row(request, {"booking": booking.pk}),
    ]
    if visit.details:
        rows.append(
            new(
                BookingNote,
                booking=booking,
                text=visit.details,
                author=actor.user,
                is_from_customer=True,
            )
        )
    return booking, rows


def new_number() -> str:
    """A self-scheduling number such as V-4F7K2Q: short to read out, and it tells nothing.

    Thirty bits; unique by constraint, drawn again in the rare case.
    """
    return "V-" + letters(NUMBER_LETTERS)
