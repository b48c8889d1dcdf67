"""Confirm: turn what is held into work order, requirements and booking, all or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import DatabaseError, transaction

from doorstep.domain.customers.models import Contact
from doorstep.domain.work.models import Requirement
from doorstep.engine import Offer
from doorstep.platform.audit.services import Actor
from doorstep.platform.events.events import publishing
from doorstep.platform.identity.models import User
from doorstep.platform.lib.db import is_conflict
from doorstep.platform.lib.rows import Rows, Statement, insertion, mark_inserted, run_together

from ..errors import HoldNotFound, NotBookable
from ..events import BookingConfirmed
from ..models import Assignment, Booking
from ..seconds import instant
from ..snapshot import Planning, Recalled
from ..timetable import Promise, find_target
from ..wish import check_bookable, zone_of
from .held import LockedHold
from .hold import wish_of
from .idempotency import (
    Request,
    earlier_result,
    has_answer,
    hoped_for,
    one_answer,
    opened,
    opening,
)
from .locking import locked, locked_with_team, locking, locking_with_team
from .new_booking import NewVisit, drafted, drafting, new_number, new_rows
from .placing import give_back_holds, place, write_plan

_ROLES_HELD = """
SELECT count(DISTINCT part.role)
  FROM bookings_assignment AS part JOIN bookings_hold AS hold ON hold.id = part.hold_id
 WHERE hold.code = %s AND hold.contact_id = %s
"""
_END_HOLD = "DELETE FROM bookings_hold WHERE id = %s"
# Who was held for becomes the booking's; the time itself stays where it is.
_TAKE_OVER = """
UPDATE bookings_assignment
   SET booking_id = %s, hold_id = NULL, requirement_id = (%s::bigint[])[role + 1]
 WHERE hold_id = %s
"""


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

    What was right when it was shown may be wrong now: where anything its plan rests on has changed
    since, everything is looked at again. A hold that has run out still counts while nobody else has
    taken its time.
    The second submit of a `request_key` gets the booking the first one made. Raises HoldNotFound,
    OfferGone, NotBookable, InvalidOffer (lead time), NoPlace, KeyReused.
    """
    if actor.user is None:
        raise NotBookable
    submit = _Submit(actor.user, request_key, hold_code, contact, details, actor, now)
    try:
        with transaction.atomic():
            booking = _confirm_as_found(submit)
        if booking is not None:
            return booking
    except DatabaseError as error:
        if not is_conflict(error) and not has_answer(error):
            raise
    with one_answer(), transaction.atomic():
        return _confirm_anew(submit)


@dataclass(frozen=True, slots=True)
class _Submit:
    """What came with the click."""

    user: User
    request_key: str
    hold_code: str
    contact: Contact
    details: str
    actor: Actor
    now: datetime

    @property
    def values(self) -> dict[str, str]:
        return {"do": "confirm", "hold": self.hold_code, "details": self.details}


def _confirm_as_found(submit: _Submit) -> Booking | None:
    """Two round trips: one locks and reads everything, one writes it. Days that were changed are
    read and checked in between.

    None, with nothing written, when that is not enough to say that all is right. Its locks go with
    the transaction: who looks again locks other people perhaps, all in one order.
    """
    recalled = Recalled(submit.now)  # while nothing is written yet
    number = new_number()
    request = hoped_for(submit.user, submit.request_key, submit.values)
    team, found = run_together(
        *locking_with_team(
            code=submit.hold_code,
            contact=submit.contact,
            beside=[
                drafting(number, _ROLES_HELD, submit.hold_code, submit.contact.pk),
                recalled.question,
            ],
        )
    )
    if not found:
        return None  # a twin has confirmed it, perhaps
    held, names, (*drawn, holds_still) = locked_with_team(team, found)
    planning = recalled.answered([(holds_still,)])
    visit = _checked(held, planning, submit)
    draft = drafted(number, planning, drawn)
    _number, _id, requirements = draft.work_order
    if (
        len(requirements) != len(visit.roles)
        or not held.team <= names.keys()
        or not held.rests_on_same(visit.wish, submit.now)
    ):
        return None
    if not held.has_same_days and not held.fits(
        planning=planning,
        wish=visit.wish,
        facts=planning.facts_of(visit.wish),
        target=visit.target,
        now=submit.now,
    ):
        return None
    booking, rows = new_rows(
        visit,
        draft,
        starts_at=min(part.starts_at for part in held.parts),
        arrives_at=max(part.arrives_at for part in held.parts),
        ends_at=max(part.ends_at for part in held.parts),
        names=[names[part.resource_id] for part in held.parts],
        request=request,
    )
    news = publishing(BookingConfirmed(booking_id=booking.pk))
    take_over: list[Statement] = [
        (_END_HOLD, [visit.hold.pk]),
        (_TAKE_OVER, [booking.pk, requirements, visit.hold.pk]),
    ]
    run_together(insertion(*rows, then=[*take_over, *news]), ends=True)
    mark_inserted(*rows)
    return booking


def _confirm_anew(submit: _Submit) -> Booking:
    """Search and check under the locks, the team that was held first."""
    # Bringing the memory's days up to date is not its business: it reads those it locks.
    recalled = Recalled(submit.now)
    lock_key, look = opening(asker=submit.user, key=submit.request_key)
    # The look comes behind the lock of what is held: a twin that books it without looking has
    # answered by then.
    (answer, _locked), found, (asked,) = _all_together(
        [recalled.question, lock_key],
        locking(code=submit.hold_code, contact=submit.contact),
        [look],
    )
    request = opened(submit.user, submit.request_key, submit.values, asked)
    earlier = earlier_result(request)
    if earlier is not None:
        return Booking.objects.get(pk=earlier["booking"])
    planning = recalled.answered(answer)
    held = locked(*found)
    visit = _checked(held, planning, submit)
    return place(
        planning=planning,
        wish=visit.wish,
        target=visit.target,
        now=submit.now,
        apart=held.apart,
        write=lambda offer: _write_plan(offer, visit, planning, request),
        first_choice=held.team,
    )


def _all_together(*groups: Sequence[Statement]) -> list[list[Rows]]:
    """One round trip for several groups of statements; what each group found."""
    found = iter(run_together(*(statement for group in groups for statement in group)))
    return [[next(found) for _statement in group] for group in groups]


def _checked(held: LockedHold, planning: Planning, submit: _Submit) -> NewVisit:
    hold = held.hold
    if hold.booking_id is not None:
        raise HoldNotFound
    known = planning.reference
    if known is not None:
        hold.portal = known.portals[hold.portal_id]
        hold.incident_type = known.services[hold.incident_type_id]
    wish = wish_of(hold)
    check_bookable(wish)
    if not hold.contact.may_use_portal:
        raise NotBookable
    facts = planning.facts_of(wish)
    promise = Promise(hold.promised_from, hold.promised_to)
    target = find_target(wish.portal, zone_of(wish), promise, submit.now, facts.windows)
    return NewVisit(
        wish=wish,
        hold=hold,
        target=target,
        roles=facts.roles,
        contact=submit.contact,
        details=submit.details.strip(),
        actor=submit.actor,
        now=submit.now,
    )


def _write_plan(offer: Offer, visit: NewVisit, planning: Planning, request: Request) -> Booking:
    """Give back what is held, and write the engine's offer."""
    number = new_number()
    ids = [each.resource_id for each in offer.assignments]
    _gone, rows, (drawn,) = run_together(
        give_back_holds(visit.contact),
        ("SELECT id, name FROM resources_bookableresource WHERE id = ANY(%s::bigint[])", [ids]),
        drafting(number, "%s", len(visit.roles)),
    )
    names: dict[int, str] = dict(rows)
    booking, new = new_rows(
        visit,
        drafted(number, planning, drawn),
        starts_at=instant(min(each.departs_s for each in offer.assignments)),
        arrives_at=instant(offer.arrives_s),
        ends_at=instant(offer.ends_s),
        names=[names[each] for each in ids],
        request=request,
    )
    write_plan(
        offer,
        booking=booking,
        requirements=[each for each in new if isinstance(each, Requirement)],
        also=new,
        news=[BookingConfirmed(booking_id=booking.pk)],
    )
    return booking


def team_names(booking: Booking) -> list[str]:
    """Who comes, for history: names stay readable when a resource is gone."""
    rows = Assignment.objects.filter(booking=booking).order_by("role", "pk")
    return list(rows.values_list("resource__name", flat=True))
