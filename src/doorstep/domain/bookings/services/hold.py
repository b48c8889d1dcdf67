"""Hold: keep an offer for one customer while she fills the form."""

from datetime import datetime, timedelta

from django.db import transaction

from doorstep.domain.customers.models import Contact
from doorstep.engine import Offer, Target
from doorstep.platform.lib.db import database_now
from doorstep.platform.lib.rows import insert_together, next_id, run

from ..days import Apart
from ..errors import HoldExpired, HoldNotFound, NotChangeable, OfferGone
from ..models import Hold, ParentStatus
from ..snapshot import Planning, open_planning
from ..timetable import Promise, find_target
from ..wish import Wish, check_bookable, zone_of
from .placing import place, remove_holds_of, write_plan

_DRAW = "SELECT {}, pg_current_xact_id()"


def hold_offer(*, wish: Wish, key: str, contact: Contact, now: datetime) -> Hold:
    """Hold the offer named by `key` for the portal's hold minutes, by the database's clock.

    A contact holds one time at once: what she held before is released with the same commit.
    Raises InvalidOffer for a key that is not on offer by policy, OfferGone when somebody was
    faster, NotBookable, NoPlace, NotChangeable.
    """
    planning = open_planning(now)
    # What the page has read may be older than what the hold will say it rests on.
    wish = planning.renewed(wish)
    check_bookable(wish)
    if wish.booking is not None and wish.booking.parent_status is not ParentStatus.SCHEDULED:
        raise NotChangeable()
    facts = planning.facts_of(wish)
    zone = zone_of(wish, default=facts.company.time_zone)
    target = find_target(
        wish.portal, zone, Promise.parse(key), now, facts.windows, from_today=wish.is_from_today
    )
    apart = planning.apart_of(wish)

    def hold(apart: Apart, *, is_soft: bool = False) -> Hold:
        def write(offer: Offer) -> Hold:
            remove_holds_of(contact)
            held = _new_hold(wish, target, contact, str(zone), planning)
            if is_soft:
                insert_together(held)
            else:
                write_plan(offer, hold=held, also=[held])
            return held

        return place(planning=planning, wish=wish, target=target, now=now, apart=apart, write=write)

    if wish.booking is None:
        return hold(apart)
    try:
        # The old time stays booked until the new one is confirmed, so look beside it first.
        return hold(Apart(holds=apart.holds))
    except OfferGone:
        # A time that only fits when the old one is given up at the same moment. It cannot be
        # blocked beside the old visit, whose own time already keeps others out of most of it;
        # confirming swaps both in one transaction, or keeps the old.
        return hold(apart, is_soft=True)


def _new_hold(wish: Wish, target: Target, contact: Contact, zone: str, planning: Planning) -> Hold:
    promise = Promise.of(target)
    ((drawn, xid),) = run(_DRAW.format(next_id(Hold)))
    return Hold(
        pk=drawn,
        contact=contact,
        portal=wish.portal,
        incident_type=wish.incident_type,
        asset=wish.asset,
        booking=wish.booking,
        time_zone=zone,
        promised_from=promise.from_at,
        promised_to=promise.to_at,
        expires_at=planning.clock() + timedelta(minutes=wish.portal.hold_minutes),
        seen=planning.seen,
        made_by_xid=xid,
        account=wish.account,
        territory_id=wish.account.territory_id,
    )


def get_hold(*, code: str, contact: Contact) -> Hold:
    """The contact's own hold. Raises HoldNotFound (also for others' holds) or HoldExpired, by the
    database's clock."""
    hold = (
        Hold.objects.filter(code=code, contact=contact)
        .select_related("portal", "incident_type", "asset__location", "booking__work_order")
        .first()
    )
    if hold is None:
        raise HoldNotFound
    if hold.expires_at <= database_now():
        raise HoldExpired
    return hold


@transaction.atomic
def extend_hold(*, code: str, contact: Contact) -> Hold:
    """Hold it for the portal's minutes from now. Raises HoldNotFound or HoldExpired."""
    hold = get_hold(code=code, contact=contact)
    hold.expires_at = database_now() + timedelta(minutes=hold.portal.hold_minutes)
    # Whoever plans while this is on its way may find that it has run out: confirming looks again.
    hold.seen = None
    hold.save(update_fields=["expires_at", "seen"])
    return hold


def release_hold(*, code: str, contact: Contact) -> bool:
    """Give the time back at once. False if there was nothing to release."""
    count, _by_model = Hold.objects.filter(code=code, contact=contact).delete()
    return count > 0


def wish_of(hold: Hold) -> Wish:
    """What the hold was made for."""
    return Wish(
        portal=hold.portal,
        account=hold.booking.work_order.account if hold.booking else hold.contact.account,
        incident_type=hold.incident_type,
        asset=hold.asset,
        booking=hold.booking,
        contact=hold.contact,
    )
