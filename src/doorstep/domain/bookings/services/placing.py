"""Place a visit: lock whom it needs, look again, write. Every writer of resource time goes here.

Lock first, constrain last: the resource rows are locked in the order of their ids, then the day is
read again and the engine decides on what is really there; the exclusion constraint of
ResourceBlock is the last wall. `FOR NO KEY UPDATE` lets others insert rows that point to the
resource meanwhile.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from typing import TypeVar

from django.db import DatabaseError, connection, transaction

from doorstep.domain.customers.models import Contact
from doorstep.domain.resources.models import BookableResource
from doorstep.domain.work.models import Requirement
from doorstep.engine import Assignment as EngineAssignment
from doorstep.engine import Offer, Target, find_offers
from doorstep.platform.audit.services import SYSTEM, Actor, record
from doorstep.platform.lib.db import DatabaseClock, is_conflict, require_transaction

from ..days import Apart, LateDeparture
from ..errors import OfferGone
from ..models import Assignment, BlockKind, Booking, Hold, ResourceBlock
from ..seconds import instant
from ..snapshot import Planning, open_planning
from ..wish import Wish

# So many different teams per target are tried before the search is made anew, and so often.
_ALTERNATIVES = 4
_ROUNDS = 3

T = TypeVar("T")


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
            with transaction.atomic():
                lock_resources({*ids, *also_lock})
                remove_expired_holds(ids)
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


def lock_resources(ids: Collection[int]) -> None:
    """Lock resource rows in the order of their ids until the transaction ends."""
    require_transaction()
    query = BookableResource.objects.filter(pk__in=ids).order_by("pk")
    list(query.select_for_update(no_key=True).values_list("pk"))


def remove_expired_holds(resource_ids: Collection[int]) -> int:
    """A constraint cannot read the clock: free what expired holds of these resources still take."""
    expired = Hold.objects.filter(
        pk__in=Assignment.objects.filter(resource__in=resource_ids, hold__isnull=False).values(
            "hold"
        ),
        expires_at__lte=DatabaseClock(),
    )
    # One that is being confirmed this moment is locked, and no longer ours to remove.
    ids = list(expired.select_for_update(skip_locked=True).values_list("pk", flat=True))
    if not ids:
        return 0
    count, _by_model = Hold.objects.filter(pk__in=ids).delete()
    return count


def remove_holds_of(contact: Contact) -> None:
    """Give back all that a contact holds, in one statement and without looking at it first."""
    require_transaction()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH gone AS (
              DELETE FROM bookings_hold WHERE contact_id = %s RETURNING id
            ), parts AS (
              DELETE FROM bookings_assignment USING gone WHERE hold_id = gone.id
              RETURNING bookings_assignment.id
            )
            DELETE FROM bookings_resourceblock USING parts WHERE assignment_id = parts.id
            """,
            [contact.pk],
        )


def write_plan(
    offer: Offer,
    *,
    hold: Hold | None = None,
    booking: Booking | None = None,
    requirements: Sequence[Requirement] = (),
) -> None:
    """Write the offer's assignments and blocks for a hold or a booking, and move whom it moves.

    Needs the locks taken by `place`. Roles and `requirements` are counted in the same order.
    """
    require_transaction()
    moves = {move.stop_id: move for each in offer.assignments for move in each.moves}
    moved = list(Assignment.objects.filter(pk__in=moves).select_related("booking__work_order"))
    # Away first, then anew: the constraint is immediate, and visits shift into each other's times.
    ResourceBlock.objects.filter(assignment__in=moved).delete()
    for assignment in moved:
        move = moves[assignment.pk]
        old = (assignment.starts_at, assignment.arrives_at)
        assignment.starts_at = instant(move.departs_s)
        assignment.arrives_at = instant(move.arrives_s)
        assignment.ends_at = instant(move.ends_s)
        if assignment.booking is not None:
            record_shift(assignment.booking, old, (assignment.starts_at, assignment.arrives_at))
    Assignment.objects.bulk_update(moved, ["starts_at", "arrives_at", "ends_at"])
    for booking_id in {each.booking_id for each in moved if each.booking_id}:
        refresh_planned_times(booking_id)
    fresh = [_assignment(each, hold, booking, requirements) for each in offer.assignments]
    Assignment.objects.bulk_create(fresh)
    ResourceBlock.objects.bulk_create([_block(each) for each in (*moved, *fresh)])


def record_shift(
    booking: Booking,
    old: tuple[datetime, datetime],
    new: tuple[datetime, datetime],
    actor: Actor = SYSTEM,
) -> None:
    """History of a visit that made room for another: what changed of departure and arrival."""
    changes = {
        name: [before.isoformat(), after.isoformat()]
        for name, before, after in zip(("departure", "planned_arrival"), old, new, strict=True)
        if before != after
    }
    if changes:
        record(actor=actor, action="shifted", obj=booking, data={"changes": changes})


def depart_in_time(late: Collection[LateDeparture], now: datetime) -> None:
    """Put right when people leave for visits whose predecessor is gone, if that is still ahead.

    Needs the locks taken by `place`; nothing else may have been written about these visits.
    """
    for each in late:
        departs_at = instant(each.departs_s)
        found = Assignment.objects.filter(
            pk=each.stop_id, starts_at=instant(each.planned_s), booking__isnull=False
        ).first()
        if found is None or found.booking_id is None or departs_at < now:
            continue
        Assignment.objects.filter(pk=found.pk).update(starts_at=departs_at)
        ResourceBlock.objects.filter(assignment=found).update(starts_at=departs_at)
        refresh_planned_times(found.booking_id)


def refresh_planned_times(booking_id: int) -> None:
    """Bring a booking's planned times in line with its assignments: first departure, last end."""
    rows = list(Assignment.objects.filter(booking=booking_id))
    Booking.objects.filter(pk=booking_id).update(
        starts_at=min(row.starts_at for row in rows),
        arrives_at=max(row.arrives_at for row in rows),
        ends_at=max(row.ends_at for row in rows),
    )


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


def _block(assignment: Assignment) -> ResourceBlock:
    return ResourceBlock(
        resource_id=assignment.resource_id,
        lane=assignment.lane,
        starts_at=assignment.starts_at,
        ends_at=assignment.ends_at,
        kind=BlockKind.VISIT,
        assignment=assignment,
    )
