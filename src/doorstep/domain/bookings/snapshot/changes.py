"""Ask the database, in one small query, what was committed since the last look.

Numbers handed out in order do not commit in order, so a reader cannot go by the last number it saw.
Each change carries the id of its transaction, and each look keeps PostgreSQL's own description of
what it saw (`pg_snapshot`): what that did not show is new. The oldest transaction that was open
then, its `xmin`, says from where on to look.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connection

from doorstep.platform.lib.rows import Statement, run

from ..days import Span
from ..models import PlanningSubject

# A process that was away for longer than changes are kept loads everything anew; so does one that
# would have to catch up with more than this.
KEPT = timedelta(hours=1)
MOST_CHANGES = 5_000

_NOW = """
SELECT clock_timestamp(), pg_current_snapshot()::text,
       pg_current_xact_id_if_assigned() IS NOT NULL
"""
# LIMIT under an order makes the index the only sensible way, statistics or not. The visits are
# looked up in the same statement, where they lie at the moment of this very snapshot.
_SINCE = """
SELECT clock_timestamp(), pg_current_snapshot()::text,
       pg_current_xact_id_if_assigned() IS NOT NULL,
       COALESCE((SELECT xid FROM bookings_planningchange WHERE subject = 'pruned'
                 ORDER BY xid DESC LIMIT 1) > pg_snapshot_xmin(%(mark)s), false),
       change.id, change.subject,
       COALESCE(change.resource, visit.resource_id),
       COALESCE(change.starts_at, visit.starts_at), COALESCE(change.ends_at, visit.ends_at)
  FROM (VALUES (1)) AS one
  LEFT JOIN LATERAL (
         SELECT * FROM bookings_planningchange
          WHERE xid >= pg_snapshot_xmin(%(mark)s) AND NOT pg_visible_in_snapshot(xid, %(mark)s)
          ORDER BY xid LIMIT %(most)s
       ) AS change ON true
  LEFT JOIN bookings_assignment AS visit
         ON visit.booking_id = change.booking OR visit.hold_id = change.hold
"""
# What is known of people, portals, services and settings; with an order and LIMIT as above.
NOTHING_ELSE_CHANGED = """
       COALESCE((SELECT xid FROM bookings_planningchange WHERE subject = 'pruned'
                  ORDER BY xid DESC LIMIT 1) <= pg_snapshot_xmin({since}), true)
   AND (SELECT true FROM bookings_planningchange AS change
         WHERE change.subject IN ('resource', 'reference', 'everything', 'pruned')
           AND change.xid >= pg_snapshot_xmin({since})
           AND NOT pg_visible_in_snapshot(change.xid, {since})
         ORDER BY change.xid LIMIT 1) IS NULL
"""
_HOLDS_STILL = f"""
SELECT pg_snapshot_xmin(pg_current_snapshot()) >= pg_snapshot_xmin(%s)
   AND {NOTHING_ELSE_CHANGED.format(since="%s")}
"""


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a reader has looked, as PostgreSQL writes it: `xmin:xmax:ids still open`."""

    snapshot: str

    @property
    def xmin(self) -> int:
        """Everything below was seen."""
        return int(self.snapshot.partition(":")[0])


@dataclass(frozen=True, slots=True)
class Look:
    """What one look found. `has_written`: this very transaction has changes of its own, which
    nobody else may see. `is_lost`: the changes cannot be told, so everything has to be read."""

    at: datetime
    mark: Mark
    has_written: bool
    is_lost: bool = False
    changes_reference: bool = False
    resources: frozenset[int] = frozenset()
    spans: tuple[Span, ...] = ()


def look() -> Look:
    """The state of affairs before a first load."""
    with connection.cursor() as cursor:
        cursor.execute(_NOW)
        at, snapshot, has_written = cursor.fetchone()
    return Look(at.astimezone(UTC), Mark(snapshot), has_written)


def look_since(mark: Mark) -> Look:
    """What was committed since `mark`, each change once."""
    rows = run(_SINCE, {"mark": mark.snapshot, "most": MOST_CHANGES + 1})
    at, snapshot, has_written, is_pruned = rows[0][:4]
    now = Mark(snapshot)
    # A lower number than before: this is another database, restored from a copy perhaps.
    is_lost = is_pruned or now.xmin < mark.xmin or len(rows) > MOST_CHANGES
    resources: set[int] = set()
    spans: list[Span] = []
    changes_reference = False
    for row_id, subject, resource_id, starts_at, ends_at in (row[4:] for row in rows):
        if row_id is None:
            continue
        if subject == PlanningSubject.EVERYTHING:
            is_lost = True
        elif subject == PlanningSubject.REFERENCE:
            changes_reference = True
        elif subject == PlanningSubject.RESOURCE:
            resources.add(resource_id)
        elif resource_id is not None:
            spans.append(Span(resource_id, starts_at, ends_at))
    return Look(
        at=at.astimezone(UTC),
        mark=now,
        has_written=has_written,
        is_lost=is_lost,
        changes_reference=changes_reference,
        resources=frozenset(resources),
        spans=tuple(spans),
    )


def asking_whether_it_holds(mark: Mark) -> Statement:
    """A statement for one value: nothing changed since `mark` but days and visits."""
    return _HOLDS_STILL, [mark.snapshot] * 4


def prune_changes() -> int:
    """Forget changes older than `KEPT`; returns how many rows went.

    What readers have to know is left behind: one row that says up to where the record is gone.
    Rows of transactions that are yet to come stem from another life of this database.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH gone AS (
              DELETE FROM bookings_planningchange
               WHERE subject <> 'pruned'
                 AND ((created_at < clock_timestamp() - make_interval(secs => %s)
                       AND xid < pg_snapshot_xmin(pg_current_snapshot()))
                      OR xid >= pg_snapshot_xmax(pg_current_snapshot()))
              RETURNING xid
            ), last AS (
              SELECT xid FROM gone WHERE xid < pg_snapshot_xmin(pg_current_snapshot())
               ORDER BY xid DESC LIMIT 1
            ), replaced AS (
              DELETE FROM bookings_planningchange
               WHERE subject = 'pruned' AND EXISTS (SELECT FROM last)
            ), said AS (
              INSERT INTO bookings_planningchange (xid, subject)
              SELECT (xid::text::numeric + 1)::text::xid8, 'pruned' FROM last
            )
            SELECT count(*) FROM gone
            """,
            [KEPT.total_seconds()],
        )
        count: int = cursor.fetchone()[0]
    return count
