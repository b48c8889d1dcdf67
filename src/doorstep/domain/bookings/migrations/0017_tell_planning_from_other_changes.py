"""What planning puts into a day respects whatever is held there, so who confirms need not look at the
day again: it is noted under another subject than what comes from elsewhere."""

from django.db import migrations, models

FUNCTIONS = """
-- Rows that are held come from planning alone, and so does a held row that becomes a visit's as it
-- is.
CREATE FUNCTION doorstep_note_assignments() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO bookings_planningchange (subject, resource, starts_at, ends_at)
    SELECT CASE WHEN bool_and(hold_id IS NOT NULL) THEN 'planned' ELSE 'days' END,
           resource_id, min(starts_at), max(ends_at)
      FROM new_rows GROUP BY resource_id;
    RETURN NULL;
  END IF;
  INSERT INTO bookings_planningchange (subject, resource, starts_at, ends_at)
  SELECT 'planned', resource_id, min(starts_at), max(ends_at)
    FROM new_rows
   WHERE NOT EXISTS (
           SELECT FROM old_rows AS before LEFT JOIN new_rows AS after USING (id)
            WHERE (before.hold_id IS NOT NULL AND after.booking_id IS NOT NULL
                   AND (before.resource_id, before.crew_id, before.lane,
                        before.starts_at, before.arrives_at, before.ends_at,
                        before.latitude, before.longitude)
                       IS NOT DISTINCT FROM
                       (after.resource_id, after.crew_id, after.lane,
                        after.starts_at, after.arrives_at, after.ends_at,
                        after.latitude, after.longitude)) IS NOT TRUE)
   GROUP BY resource_id;
  IF NOT FOUND THEN
    INSERT INTO bookings_planningchange (subject, resource, starts_at, ends_at)
    SELECT 'days', resource_id, min(starts_at), max(ends_at)
      FROM (SELECT resource_id, starts_at, ends_at FROM old_rows
            UNION ALL SELECT resource_id, starts_at, ends_at FROM new_rows) AS changed
     GROUP BY resource_id;
  END IF;
  RETURN NULL;
END $$;

-- Blocks of visits are also made anew, when one that was canceled is on again.
CREATE FUNCTION doorstep_note_blocks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO bookings_planningchange (subject, resource, starts_at, ends_at)
  SELECT CASE WHEN bool_and(is_held) THEN 'planned' ELSE 'days' END,
         resource_id, min(starts_at), max(ends_at)
    FROM (SELECT *, EXISTS (SELECT FROM bookings_assignment AS part
                             WHERE part.id = new_rows.assignment_id AND part.hold_id IS NOT NULL
                           ) AS is_held
            FROM new_rows) AS added
   GROUP BY resource_id;
  RETURN NULL;
END $$;
"""
_ROWS = {
    "insert": "REFERENCING NEW TABLE AS new_rows",
    "update": "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
}


def _trigger(table: str, event: str, function: str) -> str:
    return (
        f"CREATE OR REPLACE TRIGGER doorstep_note_{event} AFTER {event} ON {table} {_ROWS[event]} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {function}();"
    )


def _triggers(of_assignments: str, of_blocks: str) -> str:
    return (
        _trigger("bookings_assignment", "insert", of_assignments)
        + _trigger("bookings_assignment", "update", of_assignments)
        + _trigger("bookings_resourceblock", "insert", of_blocks)
    )


class Migration(migrations.Migration):
    dependencies = [("bookings", "0016_let_holds_take_their_time_with_them")]

    operations = [
        migrations.AlterField(
            model_name="planningchange",
            name="subject",
            field=models.CharField(
                choices=[
                    ("days", "Days of a resource"),
                    (
                        "planned",
                        "Days of a resource, on which planning kept to everything it found",
                    ),
                    ("visit", "The days on which a visit or hold lies"),
                    ("resource", "A resource"),
                    ("reference", "Portals, incident types, preferences"),
                    ("everything", "Everything"),
                    ("pruned", "What was written before is gone from here"),
                ],
                max_length=10,
            ),
        ),
        migrations.RunSQL(
            FUNCTIONS + _triggers("doorstep_note_assignments", "doorstep_note_blocks"),
            _triggers("doorstep_note_days", "doorstep_note_days")
            + "DROP FUNCTION doorstep_note_assignments(); DROP FUNCTION doorstep_note_blocks();",
        ),
    ]
