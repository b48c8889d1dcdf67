"""Confirm: turn what is held into work order, requirements and booking, in one transaction."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Model

from doorstep.domain.customers.models import Account, Contact, CustomerAsset
from doorstep.domain.organization.models import Portal
from doorstep.domain.work.models import IncidentType, Requirement, WorkOrderType
from doorstep.domain.work.selectors import RoleSpec
from doorstep.domain.work.services.work_orders import Drawn, create_work_order, drawing
from doorstep.engine import Offer
from doorstep.platform.audit.services import Actor, entry
from doorstep.platform.identity.models import User
from doorstep.platform.lib.db import require_transaction
from doorstep.platform.lib.rows import (
    joined_as,
    next_id,
    rows_as,
    run_together,
    select,
    select_joined,
)
from doorstep.platform.lib.tokens import CROCKFORD

from ..days import Apart
from ..errors import HoldNotFound, NotBookable
from ..events import BookingConfirmed
from ..lifecycle import BookingState, derive_system_status
from ..models import (
    Assignment,
    Booking,
    BookingMethod,
    BookingNote,
    BookingStatus,
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
from .idempotency import Request, answer_row, earlier_result, open_request
from .placing import give_back_holds, place, write_plan

NUMBER_LETTERS = 6

_ABOUT_HOLD = (
    (Contact, "contact"),
    (Account, "account"),
    (Portal, "portal"),
    (IncidentType, "service"),
    (WorkOrderType, "order_type"),
)
_OF_HOLD = """
  FROM bookings_hold AS hold
  JOIN customers_contact AS contact ON contact.id = hold.contact_id
  JOIN customers_account AS account ON account.id = contact.account_id
  JOIN organization_portal AS portal ON portal.id = hold.portal_id
  JOIN work_incidenttype AS service ON service.id = hold.incident_type_id
  LEFT JOIN work_workordertype AS order_type ON order_type.id = service.work_order_type_id
 WHERE hold.code = %s AND hold.contact_id = %s
"""
_PARTS_OF_HOLD = """
SELECT resource_id, crew_id FROM bookings_assignment
 WHERE hold_id = (SELECT id FROM bookings_hold WHERE code = %s AND contact_id = %s)
"""
_IS_TAKEN = "EXISTS (SELECT FROM bookings_booking WHERE number = %s)"


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
    planning = open_planning(now, for_days=False)  # while nothing is written yet
    request = open_request(
        asker=user,
        key=request_key,
        values={"do": "confirm", "hold": hold_code, "details": details},
    )
    earlier = earlier_result(request)
    if earlier is not None:
        return Booking.objects.get(pk=earlier["booking"])
    held = lock_hold(code=hold_code, contact=contact)
    hold = held.hold
    if hold.booking_id is not None:
        raise HoldNotFound
    wish = wish_of(hold)
    check_bookable(wish)
    if not hold.contact.may_use_portal:
        raise NotBookable
    facts = planning.facts_of(wish)
    promise = Promise(hold.promised_from, hold.promised_to)
    target = find_target(wish.portal, zone_of(wish), promise, now, facts.windows)

    def write(offer: Offer) -> Booking:
        return _write_booking(
            wish, hold, offer, contact, details.strip(), actor, now, facts.roles, request
        )

    return place(
        planning=planning,
        wish=wish,
        target=target,
        now=now,
        apart=held.apart,
        write=write,
        first_choice=held.team,
    )


@dataclass(frozen=True, slots=True)
class LockedHold:
    """A locked hold; `team` are the resources it keeps, and the crews as whose members they would
    come; `apart` is what counts as free for it."""

    hold: Hold
    team: frozenset[int]
    apart: Apart


def lock_hold(*, code: str, contact: Contact) -> LockedHold:
    """Lock a hold before the resources; who removes expired holds steps over locked ones.

    What it was made for is read anew with it, for that may have changed since.
    Raises HoldNotFound, also when it ran out and was removed.
    """
    require_transaction()
    held = [code, contact.pk]
    # The rest only behind the lock, in statements of their own: as it is then, and not before.
    holds, parts, about, all_holds = run_together(
        (select(Hold, "WHERE code = %s AND contact_id = %s FOR UPDATE"), held),
        (_PARTS_OF_HOLD, held),
        (select_joined(_ABOUT_HOLD, _OF_HOLD), held),
        ("SELECT id FROM bookings_hold WHERE contact_id = %s", [contact.pk]),
    )
    if not holds:
        raise HoldNotFound
    (hold,) = rows_as(Hold, holds)
    hold.contact, account, hold.portal, service, order_type = joined_as(_ABOUT_HOLD, about[0])
    hold.contact.account = account
    service.work_order_type = order_type
    hold.incident_type = service
    if hold.asset_id is not None:
        hold.asset = CustomerAsset.objects.select_related("location").get(pk=hold.asset_id)
    if hold.booking_id is not None:
        visits = Booking.objects.select_related("work_order__account", "status")
        hold.booking = visits.get(pk=hold.booking_id)
    return LockedHold(
        hold,
        team=frozenset(each for row in parts for each in row if each is not None),
        apart=Apart(
            bookings=frozenset() if hold.booking_id is None else frozenset({hold.booking_id}),
            holds=frozenset(pk for (pk,) in all_holds),
        ),
    )


def _signed_in(actor: Actor) -> User:
    if actor.user is None:
        raise NotBookable
    return actor.user


def _write_booking(
    wish: Wish,
    hold: Hold,
    offer: Offer,
    contact: Contact,
    details: str,
    actor: Actor,
    now: datetime,
    roles: tuple[RoleSpec, ...],
    request: Request,
) -> Booking:
    draft = _begin(offer, contact, len(roles))
    ordered: list[Model] = []
    work_order = create_work_order(
        account=wish.account,
        reported_by=contact,
        incident_type=wish.incident_type,
        place=place_of(wish),
        asset=wish.asset,
        location=wish.asset.location if wish.asset else None,
        portal=wish.portal,
        roles=roles,
        status=derive_system_status([BookingState(ParentStatus.SCHEDULED)]),
        actor=actor,
        drawn=draft.work_order,
        write=ordered.extend,
    )
    booking = Booking(
        pk=draft.booking_id,
        number=draft.number,
        work_order=work_order,
        status=draft.status,
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
    timestamp = StatusTimestamp(
        booking=booking,
        status=draft.status,
        parent=draft.status.parent,
        at=now,
        source=actor.source,
        user=actor.user,
    )
    confirmed = entry(
        actor=actor,
        action="confirmed",
        obj=booking,
        data={
            "promised_from": booking.promised_from.isoformat(),
            "promised_to": booking.promised_to.isoformat(),
            "resources": draft.names,
        },
    )
    answer = answer_row(request, {"booking": booking.pk})
    notes: list[BookingNote] = []
    if details:
        notes.append(
            BookingNote(booking=booking, text=details, author=actor.user, is_from_customer=True)
        )
    write_plan(
        offer,
        booking=booking,
        requirements=[each for each in ordered if isinstance(each, Requirement)],
        also=(*ordered, booking, timestamp, confirmed, *notes, answer),
        news=[BookingConfirmed(booking_id=booking.pk)],
    )
    return booking


@dataclass(frozen=True, slots=True)
class _Draft:
    """What a new booking needs to know of the database."""

    booking_id: int
    number: str
    status: BookingStatus
    names: list[str]
    work_order: Drawn


def _begin(offer: Offer, contact: Contact, requirements: int) -> _Draft:
    """Give back what the contact holds, and draw ids and numbers of her booking and its order."""
    number = new_number()
    ids = [each.resource_id for each in offer.assignments]
    _gone, ((booking_id, is_taken),), statuses, rows, (work_order,) = run_together(
        give_back_holds(contact),
        (f"SELECT {next_id(Booking)}, {_IS_TAKEN}", [number]),
        (select(BookingStatus, "WHERE parent = %s AND is_default"), [ParentStatus.SCHEDULED]),
        ("SELECT id, name FROM resources_bookableresource WHERE id = ANY(%s::bigint[])", [ids]),
        drawing(requirements),
    )  # fmt: skip
    while is_taken:
        number = new_number()
        is_taken = Booking.objects.filter(number=number).exists()
    found = rows_as(BookingStatus, statuses)
    status = found[0] if found else get_default_status(ParentStatus.SCHEDULED)
    names: dict[int, str] = dict(rows)
    return _Draft(booking_id, number, status, [names[each] for each in ids], work_order)


def team_names(booking: Booking) -> list[str]:
    """Who comes, for history: names stay readable when a resource is gone."""
    rows = Assignment.objects.filter(booking=booking).order_by("role", "pk")
    return list(rows.values_list("resource__name", flat=True))


def new_number() -> str:
    """A self-scheduling number such as V-4F7K2Q: short to read out, and it tells nothing.

    Thirty bits; unique by constraint, drawn again in the rare case.
    """
    return "V-" + "".join(secrets.choice(CROCKFORD) for _letter in range(NUMBER_LETTERS))
