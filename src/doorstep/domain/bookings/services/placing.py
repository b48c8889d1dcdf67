"""Place a visit: lock whom it needs, look again, write. Every writer of resource time goes here.

Lock first, constrain last: the resource rows are locked in the order of their ids, then the day is
read again and the engine decides on what is really there; the exclusion constraint of
ResourceBlock is the last wall. `FOR NO KEY UPDATE` lets others insert rows that point to the
resource meanwhile.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import TypeVar

from django.db import DatabaseError
from django.db.models import Model

from doorstep.domain.customers.models import Contact
from doorstep.domain.work.models import Requirement, WorkOrder
from doorstep.engine import Assignment as EngineAssignment
from doorstep.engine import Offer, Target, find_offers
from doorstep.platform.audit.models import LogEntry
from doorstep.platform.audit.services import SYSTEM, Actor, entry
from doorstep.platform.events.events import publishing
from doorstep.platform.events.registry import Event
from doorstep.platform.lib.db import is_conflict, require_transaction, undone_on_error
from doorstep.platform.lib.rows import (
    Rows,
    Statement,
    insertion,
    mark_inserted,
    rows_as,
    run,
    run_together,
    savepoint,
    select,
)

from ..days import Apart, LateDeparture
from ..errors import OfferGone
from ..models import Assignment, Booking, Hold, ParentStatus, ResourceBlock
from ..seconds import instant
from ..snapshot import Planning, open_planning
from ..wish import Wish

# So many different teams per target are tried before the search is made anew, and so often.
_ALTERNATIVES = 4
_ROUNDS = 3
_SAVEPOINT = "doorstep_team"

T = TypeVar("T")

_LOCK = """
SELECT id FROM resources_bookableresource WHERE id = ANY(%s::bigint[]) ORDER BY id
   FOR NO KEY UPDATE
"""
# From the few holds that have run out to the resources, and not the other way round.
_EXPIRED = """
SELECT id FROM bookings_hold AS hold
 WHERE expires_at <= statement_timestamp()
   AND EXISTS (SELECT FROM bookings_assignment AS part
                WHERE part.hold_id = hold.id AND part.resource_id = ANY(%s::bigint[]))
   FOR UPDATE SKIP LOCKED
"""
_GIVE_BACK = """
WITH gone AS (
  DELETE FROM bookings_hold WHERE contact_id = %s RETURNING id
), parts AS (
  DELETE FROM bookings_assignment USING gone WHERE hold_id = gone.id
  RETURNING bookings_assignment.id
)
DELETE FROM bookings_resourceblock USING parts WHERE assignment_id = parts.id
"""
_BOOKING_OF_PART = """
WHERE id IN (SELECT booking_id FROM bookings_assignment WHERE id = ANY(%s::bigint[]))
"""
_ORDER_OF_PART = """
WHERE id IN (SELECT booking.work_order_id
               FROM bookings_assignment AS part
               JOIN bookings_booking AS booking ON booking.id = part.booking_id
              WHERE part.id = ANY(%s::bigint[]))
"""
_FREE = "DELETE FROM bookings_resourceblock WHERE assignment_id = ANY(%s::bigint[])"
_MOVE = """
UPDATE bookings_assignment AS part
   SET starts_at = new.starts_at, arrives_at = new.arrives_at, ends_at = new.ends_at
  FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[])
       AS new (id, starts_at, arrives_at, ends_at)
 WHERE part.id = new.id
"""
# Only of what is still a plan: the times of a visit under way or done say what really happened.
_REFRESH = """
UPDATE bookings_booking AS booking
   SET starts_at = planned.starts_at, arrives_at = planned.arrives_at, ends_at = planned.ends_at
  FROM (SELECT booking_id, min(starts_at) AS starts_at, max(arrives_at) AS arrives_at,
               max(ends_at) AS ends_at
          FROM bookings_assignment WHERE booking_id = ANY(%s::bigint[]) GROUP BY booking_id
       ) AS planned
 WHERE booking.id = planned.booking_id
   AND EXISTS (SELECT FROM bookings_bookingstatus AS status
                WHERE status.id = booking.status_id AND status.parent = 'scheduled')
"""
# Every assignment of a hold or a booking takes its time, and so do those that were moved.
_TAKE_TIME = """
INSERT INTO bookings_resourceblock (resource_id, lane, starts_at, ends_at, kind, assignment_id)
SELECT resource_id, lane, starts_at, ends_at, 'visit', id
  FROM bookings_assignment
 WHERE hold_id = %s OR booking_id = %s OR id = ANY(%s::bigint[])
"""


class _Lost(Exception):
    """The candidate's time has gone; roll back its savepoint and with it its locks."""


def place(
    *,
    planning: Planning,
    wish: Wish,
    target: Target,
    now: datetime,
    apart: Apart,
    write: Callable[[Offer], T],
    first_choice: Collection[int] = (),
    nobody_else: bool = False,
    also_lock: Collection[int] = (),
) -> T:
    """Find a team for `target`, lock it, check again under the lock, and call `write` there.

    `planning` was opened before anything was locked or written. `write` gets the engine's offer and
    runs in the same transaction. `first_choice` are resources to be tried before searching (those
    of a hold, or those a dispatcher chose: then `nobody_else`); `also_lock` are locked with every
    team (those of a visit that moves). Raises OfferGone when nobody can come any more.
    """
    facts = planning.facts_of(wish)

    def candidates() -> Iterator[frozenset[int]]:
        if first_choice:
            yield frozenset(first_choice)
        if nobody_else:
            return
        view = planning
        for number in range(_ROUNDS):
            if number or first_choice:
                view = open_planning(now)
            found = view.find(
                wish=wish, facts=facts, targets=[target], now=now, apart=apart, keep=_ALTERNATIVES
            )
            if not found.result.openings:
                return
            for offer in found.result.offers:
                yield team_of(offer)

    for ids in candidates():
        try:
            with undone_on_error(_SAVEPOINT):
                _lock_and_free({*ids, *also_lock}, ids)
                late: list[LateDeparture] = []
                problem = planning.problem_for(
                    ids, wish=wish, facts=facts, target=target, now=now, apart=apart, late=late
                )
                best = find_offers(problem).best
                if not best:
                    raise _Lost
                result = write(best[0])
                moved = {move.stop_id for each in best[0].assignments for move in each.moves}
                depart_in_time([each for each in late if each.stop_id not in moved], now)
                return result
        except _Lost:
            continue
        except DatabaseError as error:
            if not is_conflict(error):
                raise
    raise OfferGone


def lock_resources(ids: Iterable[int]) -> None:
    """Lock resource rows in the order of their ids until the transaction ends."""
    require_transaction()
    run(_LOCK, [sorted(ids)])


def remove_expired_holds(resource_ids: Collection[int]) -> None:
    """A constraint cannot read the clock: free what expired holds of these resources still take."""
    _remove_holds(run(_EXPIRED, [sorted(resource_ids)]))


def _lock_and_free(to_lock: Iterable[int], to_free: Iterable[int]) -> None:
    """Set the savepoint, lock these resources, and free what expired holds take of those."""
    require_transaction()
    _set, _locked, expired = run_together(
        savepoint(_SAVEPOINT), (_LOCK, [sorted(to_lock)]), (_EXPIRED, [sorted(to_free)])
    )
    _remove_holds(expired)


def _remove_holds(rows: Rows) -> None:
    # One that is being confirmed this moment is locked, and no longer ours to remove.
    if rows:
        Hold.objects.filter(pk__in=[pk for (pk,) in rows]).delete()


def give_back_holds(contact: Contact) -> Statement:
    """The statement that gives back all that a contact holds, without looking at it first."""
    return _GIVE_BACK, [contact.pk]


def remove_holds_of(contact: Contact) -> None:
    """Give back all that a contact holds."""
    require_transaction()
    run_together(give_back_holds(contact))


def write_plan(
    offer: Offer,
    *,
    hold: Hold | None = None,
    booking: Booking | None = None,
    requirements: Sequence[Requirement] = (),
    also: Sequence[Model] = (),
    news: Sequence[Event] = (),
) -> None:
    """Write the offer's assignments and blocks for a hold or a booking, and move whom it moves.

    Needs the locks taken by `place`. Roles and `requirements` are counted in the same order. `also`
    are new rows to be written with it: the booking itself perhaps, and its history. `news` is
    published behind them.
    """
    require_transaction()
    moves = {move.stop_id: move for each in offer.assignments for move in each.moves}
    moved = _load_moved(list(moves)) if moves else []
    history: list[LogEntry] = []
    for assignment in moved:
        move = moves[assignment.pk]
        old = (assignment.starts_at, assignment.arrives_at)
        assignment.starts_at = instant(move.departs_s)
        assignment.arrives_at = instant(move.arrives_s)
        assignment.ends_at = instant(move.ends_s)
        if assignment.booking is not None:
            new = (assignment.starts_at, assignment.arrives_at)
            history += shift_entries(assignment.booking, old, new)
    fresh = [_assignment(each, hold, booking, requirements) for each in offer.assignments]
    owner = [hold.pk if hold is not None else None, booking.pk if booking is not None else None]
    run_together(
        # Away first, then anew: the constraint is immediate, and visits shift into each other's
        # times.
        *_clear_and_move(moved),
        insertion(*also, *history, *fresh),
        (_TAKE_TIME, [*owner, [each.pk for each in moved]]),
        *(statement for event in news for statement in publishing(event)),
    )
    mark_inserted(*also)


def _load_moved(ids: list[int]) -> list[Assignment]:
    """Assignments with their bookings and work orders, whose names history tells."""
    parts, bookings, orders = run_together(
        (select(Assignment, "WHERE id = ANY(%s::bigint[]) ORDER BY id"), [ids]),
        (select(Booking, _BOOKING_OF_PART), [ids]),
        (select(WorkOrder, _ORDER_OF_PART), [ids]),
    )
    moved = rows_as(Assignment, parts)
    booking_by_id = {each.pk: each for each in rows_as(Booking, bookings)}
    order_by_id = {each.pk: each for each in rows_as(WorkOrder, orders)}
    for booking in booking_by_id.values():
        booking.work_order = order_by_id[booking.work_order_id]
    for each in moved:
        if each.booking_id is not None:
            each.booking = booking_by_id[each.booking_id]
    return moved


def _clear_and_move(moved: Sequence[Assignment]) -> list[Statement]:
    """Free the time of these assignments, and write when they are now."""
    if not moved:
        return []
    ids = [each.pk for each in moved]
    times = [
        [each.starts_at for each in moved],
        [each.arrives_at for each in moved],
        [each.ends_at for each in moved],
    ]
    bookings = sorted({each.booking_id for each in moved if each.booking_id is not None})
    return [(_FREE, [ids]), (_MOVE, [ids, *times]), (_REFRESH, [bookings])]


def record_shift(
    booking: Booking,
    old: tuple[datetime, datetime],
    new: tuple[datetime, datetime],
    actor: Actor = SYSTEM,
) -> None:
    """History of a visit that made room for another: what changed of departure and arrival."""
    for each in shift_entries(booking, old, new, actor):
        each.save(force_insert=True)


def shift_entries(
    booking: Booking,
    old: tuple[datetime, datetime],
    new: tuple[datetime, datetime],
    actor: Actor = SYSTEM,
) -> list[LogEntry]:
    """As `record_shift`, for who writes it together with other rows; empty if nothing changed."""
    changes = {
        name: [before.isoformat(), after.isoformat()]
        for name, before, after in zip(("departure", "planned_arrival"), old, new, strict=True)
        if before != after
    }
    if not changes:
        return []
    return [entry(actor=actor, action="shifted", obj=booking, data={"changes": changes})]


def depart_in_time(late: Collection[LateDeparture], now: datetime) -> None:
    """Put right when people leave for visits whose predecessor is gone, if that is still ahead.

    Needs the locks taken by `place`; nothing else may have been written about these visits.
    """
    for each in late:
        departs_at = instant(each.departs_s)
        found = Assignment.objects.filter(
            pk=each.stop_id,
            starts_at=instant(each.planned_s),
            booking__status__parent=ParentStatus.SCHEDULED,
        ).first()
        if found is None or found.booking_id is None or departs_at < now:
            continue
        Assignment.objects.filter(pk=found.pk).update(starts_at=departs_at)
        ResourceBlock.objects.filter(assignment=found).update(starts_at=departs_at)
        refresh_planned_times(found.booking_id)


def refresh_planned_times(booking_id: int) -> None:
    """Bring a booking's planned times in line with its assignments: first departure, last end.

    A visit that is not scheduled any more keeps the times it really had.
    """
    run(_REFRESH, [[booking_id]])


def team_of(offer: Offer) -> frozenset[int]:
    """Everybody the offer needs, and the crews as whose members they come."""
    crews = {each.crew_id for each in offer.assignments if each.crew_id is not None}
    return offer.resource_ids | crews


def _assignment(
    plan: EngineAssignment,
    hold: Hold | None,
    booking: Booking | None,
    requirements: Sequence[Requirement],
) -> Assignment:
    return Assignment(
        hold=hold,
        booking=booking,
        requirement=requirements[plan.role_id] if plan.role_id < len(requirements) else None,
        role=plan.role_id,
        resource_id=plan.resource_id,
        crew_id=plan.crew_id,
        lane=plan.lane,
        latitude=plan.place.latitude if plan.place else None,
        longitude=plan.place.longitude if plan.place else None,
        starts_at=instant(plan.departs_s),
        arrives_at=instant(plan.arrives_s),
        ends_at=instant(plan.ends_s),
    )
