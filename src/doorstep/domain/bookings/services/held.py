"""What a contact holds: lock it, and see whether all is still as it was when the time was found.

Planning notes every change of what decides free time, with its transaction (decision 10). Where
none has been noted since for these people and days, nor for anything a plan rests on, the plan is
as good as it was: searching again would find it again. Where only their days have changed, the days
are checked as they are now, with what is held in them (decision 14).
"""

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from itertools import pairwise

from doorstep.domain.customers.models import Account, Contact, CustomerAsset
from doorstep.engine import Problem, Route, Target, validate_route
from doorstep.platform.lib.db import require_transaction
from doorstep.platform.lib.rows import Rows, Statement, joined_as, run_together, select_joined

from ..days import NOTHING_APART, Apart, LateDeparture
from ..errors import HoldNotFound
from ..models import Booking, Hold
from ..reference import Facts
from ..snapshot import Planning
from ..snapshot.changes import NOTHING_ELSE_CHANGED
from ..wish import Wish, minutes_of, place_of, zone_of

_LOCK = "SELECT FROM bookings_hold WHERE code = %s AND contact_id = %s FOR UPDATE"
_ABOUT = ((Hold, "hold"), (Contact, "contact"), (Account, "account"))
# Behind the columns of these: what else she holds, and a row for everybody who would come. The last
# two columns say that nothing was noted that the plan rests on (an order with LIMIT makes the index
# the only sensible way, statistics or not): nothing beside days, and nothing about her days. Of
# these counts what lies within half a day: nobody comes from further away, or goes there next; that
# a hold there has run out nobody notes. A number that is yet to come stems from another life of
# this database; and who made the hold in this same transaction has not set its changes apart.
_OF_HOLD = f"""
     , ARRAY(SELECT id FROM bookings_hold AS other WHERE other.contact_id = hold.contact_id),
       part.resource_id, part.id, part.crew_id, part.latitude, part.longitude,
       part.starts_at, part.arrives_at, part.ends_at,
       hold.seen IS NOT NULL
       AND COALESCE(hold.made_by_xid < pg_snapshot_xmax(pg_current_snapshot())
                    AND hold.made_by_xid IS DISTINCT FROM pg_current_xact_id_if_assigned(), false)
       AND {NOTHING_ELSE_CHANGED.format(since="hold.seen")},
       (SELECT true FROM bookings_planningchange AS change
             WHERE change.subject = 'days' AND change.resource = part.resource_id
               AND change.xid >= pg_snapshot_xmin(hold.seen)
               AND NOT pg_visible_in_snapshot(change.xid, hold.seen)
               AND change.xid <> hold.made_by_xid
               AND change.starts_at < part.ends_at + interval '12 hours'
               AND change.ends_at > part.starts_at - interval '12 hours'
             ORDER BY xid LIMIT 1) IS NULL
       AND NOT EXISTS (
             SELECT FROM bookings_assignment AS near
               JOIN bookings_hold AS gone ON gone.id = near.hold_id
              WHERE near.resource_id = part.resource_id AND gone.id <> hold.id
                AND gone.expires_at <= clock_timestamp()
                AND near.starts_at < part.ends_at + interval '12 hours'
                AND near.starts_at > part.starts_at - interval '36 hours'
                AND near.ends_at > part.starts_at - interval '12 hours')
  FROM bookings_hold AS hold
  JOIN customers_contact AS contact ON contact.id = hold.contact_id
  JOIN customers_account AS account ON account.id = contact.account_id
  LEFT JOIN bookings_assignment AS part ON part.hold_id = hold.id
 WHERE hold.code = %s AND hold.contact_id = %s
 ORDER BY part.role, part.id
"""  # noqa: S608 (a condition of ours)
# Not for a visit that moves: the people who come now have to be locked with them, in one order.
_LOCK_TEAM = """
SELECT id, name FROM resources_bookableresource
 WHERE id IN (SELECT unnest(ARRAY[part.resource_id, part.crew_id])
                FROM bookings_assignment AS part
                JOIN bookings_hold AS hold ON hold.id = part.hold_id
               WHERE hold.code = %s AND hold.contact_id = %s AND hold.booking_id IS NULL)
 ORDER BY id FOR NO KEY UPDATE
"""


@dataclass(frozen=True, slots=True)
class Part:
    """Somebody's part in what is held.

    Since it was found nothing was noted that it rests on beside days (`rests_on_same`), and nothing
    about her days (`has_same_days`).
    """

    resource_id: int
    id: int
    crew_id: int | None
    latitude: float | None
    longitude: float | None
    starts_at: datetime
    arrives_at: datetime
    ends_at: datetime
    rests_on_same: bool
    has_same_days: bool


_PART_COLUMNS = len(fields(Part))


@dataclass(frozen=True, slots=True)
class LockedHold:
    """A locked hold; `apart` is what counts as free for it."""

    hold: Hold
    parts: tuple[Part, ...]
    apart: Apart

    @property
    def team(self) -> frozenset[int]:
        """The resources it keeps, and the crews as whose members they would come."""
        ids = {each for part in self.parts for each in (part.resource_id, part.crew_id)}
        return frozenset(each for each in ids if each is not None)

    @property
    def has_same_days(self) -> bool:
        """Whether nothing was noted about the days of its team."""
        return all(part.has_same_days for part in self.parts)

    def rests_on_same(self, wish: Wish, now: datetime) -> bool:
        """Whether the plan it holds still is one, as far as it does not depend on the days of its
        team.

        False also for what has to begin before `now`, and for a contact who holds something else.
        """
        place = place_of(wish)
        length = timedelta(minutes=minutes_of(wish) or 0)
        return (
            bool(self.parts)
            and self.hold.booking_id is None
            and self.apart.holds == {self.hold.pk}
            and self.hold.time_zone == str(zone_of(wish))
            and self.hold.account_id == wish.account.pk
            and self.hold.territory_id == wish.account.territory_id
            and all(
                part.rests_on_same
                and part.starts_at >= now
                and part.ends_at - part.arrives_at == length
                and (
                    part.latitude is None
                    or (part.latitude, part.longitude) == (place.latitude, place.longitude)
                )
                for part in self.parts
            )
        )

    def fits(
        self, *, planning: Planning, wish: Wish, facts: Facts, target: Target, now: datetime
    ) -> bool:
        """Whether the days of its locked team keep every rule as they are now, with it.

        False when that cannot be told of the rows as they are: it has run out, or somebody has to
        leave for another place than the row says. And for work that is not on site: nobody has
        asked for the ways to it.
        """
        late: list[LateDeparture] = []
        problem = planning.problem_for(
            self.team,
            wish=wish,
            facts=facts,
            target=target,
            now=now,
            apart=NOTHING_APART,
            late=late,
        )
        own = {part.id for part in self.parts}
        routes = [each for each in problem.routes if own & {stop.id for stop in each.stops}]
        return (
            not late
            and problem.request.place is not None
            and own <= {stop.id for each in routes for stop in each.stops}
            and all(_keeps_every_rule(each, own, problem) for each in routes)
        )


def _keeps_every_rule(route: Route, own: Collection[int], problem: Problem) -> bool:
    """Legs and rests between two others count as they were planned."""
    legs: dict[int, int] = {}
    front: int | None = None
    for stop in route.stops:
        if stop.place is not None:
            if stop.id not in own and front not in own:
                legs[stop.id] = stop.travel_s
            front = stop.id
    rests = {
        after.id: after.arrives_s - before.ends_s
        for before, after in pairwise(route.stops)
        if before.id not in own and after.id not in own
    }
    speed = next(each.speed_factor for each in problem.resources if each.id == route.resource_id)
    return not validate_route(route, problem.travel, speed, None, legs, rests)


def lock_hold(*, code: str, contact: Contact) -> LockedHold:
    """Lock a hold before the resources; who removes expired holds steps over locked ones.

    Whom it was made for is read anew with it, for that may have changed since.
    Raises HoldNotFound, also when it ran out and was removed.
    """
    require_transaction()
    return locked(*run_together(*locking(code=code, contact=contact)))


def locking(*, code: str, contact: Contact) -> list[Statement]:
    """The statements of `lock_hold`, to be sent with others; `locked` reads their answer."""
    held = [code, contact.pk]
    # Behind the lock, in a statement of its own: as it is then, and not before.
    return [(_LOCK, held), (select_joined(_ABOUT, _OF_HOLD), held)]


def locked(_locked: Rows, rows: Rows) -> LockedHold:
    """The hold, from what the statements of `locking` found. Raises as `lock_hold`."""
    if not rows:
        raise HoldNotFound
    hold, hold.contact, account = joined_as(_ABOUT, rows[0])
    hold.contact.account = account
    # Without a team there is one row, and nobody in it.
    parts = [row[-_PART_COLUMNS:] for row in rows if row[-_PART_COLUMNS] is not None]
    others = rows[0][-_PART_COLUMNS - 1]
    if hold.asset_id is not None:
        hold.asset = CustomerAsset.objects.select_related("location").get(pk=hold.asset_id)
    if hold.booking_id is not None:
        visits = Booking.objects.select_related("work_order__account", "status")
        hold.booking = visits.get(pk=hold.booking_id)
    return LockedHold(
        hold,
        parts=tuple(Part(*each) for each in parts),
        apart=Apart(
            bookings=frozenset() if hold.booking_id is None else frozenset({hold.booking_id}),
            holds=frozenset(others),
        ),
    )


def locking_with_team(*, code: str, contact: Contact) -> list[Statement]:
    """As `locking`, and lock whom it keeps; for `locked_with_team`."""
    lock, read = locking(code=code, contact=contact)
    return [lock, (_LOCK_TEAM, [code, contact.pk]), read]


def locked_with_team(lock: Rows, team: Rows, read: Rows) -> tuple[LockedHold, dict[int, str]]:
    """As `locked`, with the names of the team."""
    return locked(lock, read), dict(team)
