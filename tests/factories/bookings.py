"""A small company ready to be booked, and visits made the way customers make them."""

import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime

from doorstep.domain.bookings.models import Booking, Hold
from doorstep.domain.bookings.services.codes import create_booking_code
from doorstep.domain.bookings.services.confirm import confirm_hold
from doorstep.domain.bookings.services.hold import hold_offer
from doorstep.domain.bookings.timetable import Promise
from doorstep.domain.bookings.wish import Wish
from doorstep.domain.customers.models import Contact
from doorstep.domain.organization.models import Portal
from doorstep.domain.resources.models import BookableResource
from doorstep.domain.work.models import IncidentType
from doorstep.platform.audit.models import Source
from doorstep.platform.audit.services import Actor
from doorstep.platform.lib.db import database_now

from .customers import carol
from .organization import make_portal
from .resources import tom
from .work import make_incident_type

THURSDAY = date(2026, 11, 26)
FRIDAY = date(2026, 11, 27)


@dataclass(frozen=True)
class World:
    """Acme's portal, Tom, one service of 60 minutes, and Carol who wants it."""

    portal: Portal
    technician: BookableResource
    service: IncidentType
    contact: Contact

    @property
    def wish(self) -> Wish:
        return wish_for(self.contact, self.service, self.portal)


def make_world() -> World:
    return World(make_portal(), tom(), make_incident_type(duration_minutes=60), carol())


def wish_for(
    contact: Contact, service: IncidentType, portal: Portal, booking: Booking | None = None
) -> Wish:
    return Wish(
        portal=portal,
        account=contact.account,
        incident_type=service,
        contact=contact,
        booking=booking,
    )


def window_key(day: date = THURSDAY, from_hour: int = 10, to_hour: int = 12) -> str:
    """The key of a window in winter, when London keeps UTC."""
    return Promise(
        datetime(day.year, day.month, day.day, from_hour, tzinfo=UTC),
        datetime(day.year, day.month, day.day, to_hour, tzinfo=UTC),
    ).key


def actor_of(contact: Contact) -> Actor:
    return Actor(Source.PORTAL, contact.user)


def new_key() -> str:
    return secrets.token_urlsafe(24)


def hold(world: World, *, now: datetime, key: str | None = None) -> Hold:
    return hold_offer(wish=world.wish, key=key or window_key(), contact=world.contact, now=now)


def run_out(held: Hold) -> None:
    """Let a hold end this moment, by the database's clock."""
    Hold.objects.filter(pk=held.pk).update(expires_at=database_now())


def book(
    world: World,
    *,
    now: datetime,
    key: str | None = None,
    contact: Contact | None = None,
    details: str = "",
) -> Booking:
    """A confirmed visit, Thursday 10 to 12 unless `key` says otherwise."""
    contact = contact or world.contact
    wish = wish_for(contact, world.service, world.portal)
    held = hold_offer(wish=wish, key=key or window_key(), contact=contact, now=now)
    return confirm_hold(
        hold_code=held.code,
        contact=contact,
        details=details,
        request_key=new_key(),
        actor=actor_of(contact),
        now=now,
    )


def make_link(booking: Booking, *, now: datetime, contact: Contact | None = None) -> str:
    """The address in a message to Carol (to `contact`), without the host."""
    _row, code = create_booking_code(
        booking=booking, contact=contact or carol(), purpose="booking_confirmed", now=now
    )
    return f"/v/{code}"
