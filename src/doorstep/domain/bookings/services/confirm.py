"""Confirm: turn what is held into work order, requirements and booking, in one transaction."""

import secrets
from datetime import datetime

from django.db import transaction

from doorstep.domain.customers.models import Contact
from doorstep.domain.work.selectors import RoleSpec
from doorstep.domain.work.services.work_orders import create_work_order
from doorstep.engine import Offer
from doorstep.platform.audit.services import Actor, record
from doorstep.platform.events.events import publish
from doorstep.platform.identity.models import User
from doorstep.platform.lib.tokens import CROCKFORD

from ..errors import HoldNotFound, NotBookable
from ..events import BookingConfirmed
from ..models import (
    Assignment,
    Booking,
    BookingMethod,
    BookingNote,
    Hold,
    ParentStatus,
    StatusTimestamp,
)
from ..seconds import instant
from ..selectors import get_default_status
from ..snapshot import open_planning
from ..timetable import Promise, find_target
from ..wish import Wish, check_bookable, place_of, zone_of
from .hold import wish_of
from .idempotency import earlier_result, keep_result, open_request
from .placing import place, remove_holds_of, write_plan
from .status import refresh_work_order

NUMBER_LETTERS = 6


@transaction.atomic
def confirm_hold(
    *,
    hold_code: str,
    contact: Contact,
    details: str,
    request_key: str,
    actor: Actor,
    now: datetime,
) -> Booking:
    """Book what the contact holds.

    Everything is checked again: what was right when it was shown may be wrong now. A hold that has
    run out still counts while nobody else has taken its time.
    The second submit of a `request_key` gets the booking the first one made. Raises HoldNotFound,
    OfferGone, NotBookable, InvalidOffer (lead time), NoPlace, KeyReused.
    """
    user = _signed_in(actor)
    planning = open_planning(now)  # while nothing is written yet
    request = open_request(
        asker=user,
        key=request_key,
        values={"do": "confirm", "hold": hold_code, "details": details},
    )
    earlier = earlier_result(request)
    if earlier is not None:
        return Booking.objects.get(pk=earlier["booking"])
    hold = lock_hold(code=hold_code, contact=contact)
    if hold.booking_id is not None:
        raise HoldNotFound
    wish = wish_of(hold)
    check_bookable(wish)
    if not contact.may_use_portal:
        raise NotBookable
    facts = planning.facts_of(wish)
    promise = Promise(hold.promised_from, hold.promised_to)
    target = find_target(wish.portal, zone_of(wish), promise, now, facts.windows)
    apart = planning.apart_of(wish)

    def write(offer: Offer) -> Booking:
        remove_holds_of(contact)
        booking = _write_booking(wish, hold, offer, contact, actor, now, facts.roles)
        record(
            actor=actor,
            action="confirmed",
            obj=booking,
            data={
                "promised_from": booking.promised_from.isoformat(),
                "promised_to": booking.promised_to.isoformat(),
                "resources": team_names(booking),
            },
        )
        return booking

    booking = place(
        planning=planning,
        wish=wish,
        target=target,
        now=now,
        apart=apart,
        write=write,
        first_choice=team_of_hold(hold),
    )
    if details.strip():
        BookingNote.objects.create(
            booking=booking, text=details.strip(), author=user, is_from_customer=True
        )
    keep_result(request, {"booking": booking.pk})
    publish(BookingConfirmed(booking_id=booking.pk))
    return booking


def lock_hold(*, code: str, contact: Contact) -> Hold:
    """Lock a hold before the resources; who removes expired holds steps over locked ones.

    Raises HoldNotFound, also when it ran out and was removed.
    """
    hold = (
        Hold.objects.select_for_update(of=("self",))
        .filter(code=code, contact=contact)
        .select_related(
            "portal", "incident_type__work_order_type", "asset__location", "contact__account",
            "booking__work_order__account", "booking__status",
        )
        .first()
    )  # fmt: skip
    if hold is None:
        raise HoldNotFound
    return hold


def team_of_hold(hold: Hold) -> frozenset[int]:
    rows = Assignment.objects.filter(hold=hold).values_list("resource_id", "crew_id")
    return frozenset(each for row in rows for each in row if each is not None)


def _signed_in(actor: Actor) -> User:
    if actor.user is None:
        raise NotBookable
    return actor.user


def _write_booking(
    wish: Wish,
    hold: Hold,
    offer: Offer,
    contact: Contact,
    actor: Actor,
    now: datetime,
    roles: tuple[RoleSpec, ...],
) -> Booking:
    place_of_work = place_of(wish)
    work_order = create_work_order(
        account=wish.account,
        reported_by=contact,
        incident_type=wish.incident_type,
        place=place_of_work,
        asset=wish.asset,
        location=wish.asset.location if wish.asset else None,
        portal=wish.portal,
        roles=roles,
        actor=actor,
    )
    status = get_default_status(ParentStatus.SCHEDULED)
    booking = Booking.objects.create(
        number=new_number(),
        work_order=work_order,
        status=status,
        method=BookingMethod.PORTAL,
        booked_by=contact,
        promised_from=hold.promised_from,
        promised_to=hold.promised_to,
        promised_at=now,
        starts_at=instant(min(each.departs_s for each in offer.assignments)),
        arrives_at=instant(offer.arrives_s),
        ends_at=instant(offer.ends_s),
        duration_minutes=wish.incident_type.duration_minutes or 0,
        time_zone=str(zone_of(wish)),
    )
    requirements = list(work_order.requirements.order_by("pk"))
    write_plan(offer, booking=booking, requirements=requirements)
    StatusTimestamp.objects.create(
        booking=booking,
        status=status,
        parent=status.parent,
        at=now,
        source=actor.source,
        user=actor.user,
    )
    refresh_work_order(work_order)
    return booking


def team_names(booking: Booking) -> list[str]:
    """Who comes, for history: names stay readable when a resource is gone."""
    rows = Assignment.objects.filter(booking=booking).order_by("role", "pk")
    return list(rows.values_list("resource__name", flat=True))


def new_number() -> str:
    """A self-scheduling number such as V-4F7K2Q: short to read out, and it tells nothing.

    Thirty bits; unique by constraint, drawn again in the rare case.
    """
    while True:
        number = "V-" + "".join(secrets.choice(CROCKFORD) for _letter in range(NUMBER_LETTERS))
        if not Booking.objects.filter(number=number).exists():
            return number
