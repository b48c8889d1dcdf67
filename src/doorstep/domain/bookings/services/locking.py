"""Lock what a contact holds, and read it as it is then, in few statements (decision 14)."""

from collections.abc import Sequence
from dataclasses import fields
from functools import lru_cache
from typing import Any

from doorstep.domain.customers.models import Account, Contact, CustomerAsset
from doorstep.platform.lib.db import require_transaction
from doorstep.platform.lib.rows import Rows, Statement, joined_as, run_together, select_joined

from ..days import Apart
from ..errors import HoldNotFound
from ..models import Booking, Hold
from ..snapshot.changes import NOTHING_ELSE_CHANGED
from .held import LockedHold, Part

_LOCK = "SELECT FROM bookings_hold WHERE code = %s AND contact_id = %s FOR UPDATE"
_ABOUT = ((Hold, "hold"), (Contact, "contact"), (Account, "account"))
# Behind the columns of these: what else she holds, and a row for everybody who would come. Two
# columns say that nothing was noted that the plan rests on (an order with LIMIT makes the index
# the only sensible way, statistics or not): nothing beside days, and nothing about her days. Of
# these counts what lies within half a day: nobody comes from further away, or goes there next; that
# a hold there has run out nobody notes. What planning put beside a hold that has not run out
# respects it, and does not count. A number that is yet to come stems from another life of
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
             WHERE change.subject IN ('days', 'planned')
               AND (change.subject = 'days' OR hold.expires_at <= clock_timestamp())
               AND change.resource = part.resource_id
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
       {{beside}}
  FROM bookings_hold AS hold
  JOIN customers_contact AS contact ON contact.id = hold.contact_id
  JOIN customers_account AS account ON account.id = contact.account_id
  LEFT JOIN bookings_assignment AS part ON part.hold_id = hold.id
  {{join}}
 WHERE hold.code = %s AND hold.contact_id = %s
 ORDER BY part.role, part.id
"""  # noqa: S608 (a condition of ours)
# The hold first: whom it keeps is known when it is locked. Not for a visit that moves: the people
# who come now have to be locked with them, in one order.
_LOCK_WITH_TEAM = """
WITH held AS MATERIALIZED (
  SELECT id, booking_id FROM bookings_hold WHERE code = %s AND contact_id = %s FOR UPDATE
)
SELECT id, name FROM resources_bookableresource
 WHERE id IN (SELECT unnest(ARRAY[part.resource_id, part.crew_id])
                FROM bookings_assignment AS part
                JOIN held ON held.id = part.hold_id
               WHERE held.booking_id IS NULL)
 ORDER BY id FOR NO KEY UPDATE
"""

_PART_COLUMNS = len(fields(Part))
_PARTS_AT = sum(len(model._meta.concrete_fields) for model, _alias in _ABOUT) + 1


def lock_hold(*, code: str, contact: Contact) -> LockedHold:
    """Lock a hold before the resources; who removes expired holds steps over locked ones.

    Whom it was made for is read anew with it, for that may have changed since.
    Raises HoldNotFound, also when it ran out and was removed.
    """
    require_transaction()
    return locked(*run_together(*locking(code=code, contact=contact)))


def locking(*, code: str, contact: Contact) -> list[Statement]:
    """The statements of `lock_hold`, to be sent with others; `locked` reads their answer."""
    # Behind the lock, in a statement of its own: as it is then, and not before.
    return [(_LOCK, [code, contact.pk]), _reading(code, contact)]


def _reading(code: str, contact: Contact, *beside: Statement) -> Statement:
    values = [value for _sql, params in beside for value in params or ()]
    return _select(*(sql for sql, _params in beside)), [*values, code, contact.pk]


@lru_cache(maxsize=16)
def _select(*beside: str) -> str:
    """The columns of `beside`, each a SELECT of one row, stand behind all others."""
    asked = {f"beside_{number}": sql for number, sql in enumerate(beside)}
    first = ", ".join(f"{name} AS MATERIALIZED ({sql})" for name, sql in asked.items())
    source = _OF_HOLD.format(
        beside="".join(f", {name}.*" for name in asked),
        join=" ".join(f"CROSS JOIN {name}" for name in asked),
    )
    return f"WITH {first} " * bool(asked) + select_joined(_ABOUT, source)


def locked(_locked: Rows, rows: Rows) -> LockedHold:
    """The hold, from what the statements of `locking` found. Raises as `lock_hold`."""
    if not rows:
        raise HoldNotFound
    hold, hold.contact, account = joined_as(_ABOUT, rows[0])
    hold.contact.account = account
    # Without a team there is one row, and nobody in it.
    found = [row[_PARTS_AT : _PARTS_AT + _PART_COLUMNS] for row in rows]
    parts = [each for each in found if each[0] is not None]
    others = rows[0][_PARTS_AT - 1]
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


def locking_with_team(
    *, code: str, contact: Contact, beside: Sequence[Statement]
) -> list[Statement]:
    """As `locking`, and lock whom it keeps; for `locked_with_team`.

    What stands in `beside`, each a SELECT of one row, is asked behind the locks too.
    """
    return [(_LOCK_WITH_TEAM, [code, contact.pk]), _reading(code, contact, *beside)]


def locked_with_team(team: Rows, rows: Rows) -> tuple[LockedHold, dict[int, str], tuple[Any, ...]]:
    """As `locked`, with the names of the team, and what the columns of `beside` hold."""
    return locked([], rows), dict(team), rows[0][_PARTS_AT + _PART_COLUMNS :]
