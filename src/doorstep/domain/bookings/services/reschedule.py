"""Reschedule: the customer gives her visit a new time, without ever losing the old one first."""

from datetime import datetime

from django.db import transaction

from doorstep.domain.customers.models import Contact
from doorstep.engine import Offer
from doorstep.platform.audit.services import Actor

from ..errors import HoldNotFound
from ..models import Booking
from ..rules import check_may_change, lock_booking
from ..snapshot import open_planning
from ..timetable import Promise, find_target
from ..wish import check_bookable, zone_of
from .hold import wish_of
from .idempotency import asker_of, earlier_result, keep_result, open_request
from .locking import lock_hold
from .moving import team_of_booking, write_move
from .placing import place, remove_holds_of


@transaction.atomic
def reschedule_booking(
    *,
    booking: Booking,
    hold_code: str,
    contact: Contact,
    request_key: str,
    actor: Actor,
    now: datetime,
) -> Booking:
    """Move `booking` to the time held for it. Old and new change hands in one commit.

    `booking` is as the customer saw it: if its version moved on, nothing happens. The second submit
    of a `request_key` gets the first answer. Raises HoldNotFound, OfferGone, NotChangeable,
    PastChangeCutoff, ChangedMeanwhile, InvalidOffer, KeyReused, NotBookable.
    """
    asker = asker_of(actor, contact=contact)
    planning = open_planning(now)  # while nothing is written yet
    request = open_request(
        asker=asker,
        key=request_key,
        values={"do": "reschedule", "booking": booking.pk, "hold": hold_code},
    )
    earlier = earlier_result(request)
    if earlier is not None:
        return Booking.objects.get(pk=earlier["booking"])
    held = lock_hold(code=hold_code, contact=contact)
    hold = held.hold
    if hold.booking_id != booking.pk:
        raise HoldNotFound
    wish = wish_of(hold)
    check_bookable(wish)
    promise = Promise(hold.promised_from, hold.promised_to)
    target = find_target(wish.portal, zone_of(wish), promise, now, from_today=wish.is_from_today)

    def write(offer: Offer) -> Booking:
        current = lock_booking(booking)
        check_may_change(current, now=now)
        remove_holds_of(contact)
        return write_move(current=current, offer=offer, actor=actor, now=now)

    moved = place(
        planning=planning,
        wish=wish,
        target=target,
        now=now,
        apart=held.apart,
        write=write,
        first_choice=held.team,
        also_lock=team_of_booking(booking),
    )
    keep_result(request, {"booking": moved.pk})
    return moved
