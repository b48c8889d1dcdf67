"""Triggers that note every change of what decides free time, so that no code path can forget it.

One row per statement and resource, whatever the number of rows: bulk edits stay cheap. A statement
that changes nothing of interest notes nothing.
"""

from django.db import migrations

INSERT, UPDATE, DELETE = "insert", "update", "delete"
_ROWS = {
    INSERT: "REFERENCING NEW TABLE AS new_rows",
    UPDATE: "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
    DELETE: "REFERENCING OLD TABLE AS old_rows",
}

FUNCTIONS = """
-- Rows with resource_id, starts_at and ends_at: from the first to the last of them.
CREATE FUNCTION doorstep_note_days() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO bookings_planningchange (subject, resource, starts_at, ends_at)
    SELECT 'days', resource_id, min(starts_at), max(ends_at) FROM new_rows GROUP BY resource_id;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO bookings_planningchange (subject, resource, starts_at, ends_at)
    SELECT 'days', resource_id, min(starts_at), max(ends_at) FROM old_rows GROUP BY resource_id;
  ELSE
    INSERT INTO bookings_planningchange (subject, resource, starts_at, ends_at)
    SELECT 'days', resource_id, min(starts_at), max(ends_at)
      FROM (SELECT resource_id, starts_at, ends_at FROM old_rows
            UNION ALL SELECT resource_id, starts_at, ends_at FROM new_rows) AS changed
     GROUP BY resource_id;
  END IF;
  RETURN NULL;
END $$;

-- The visit is named and not its days: somebody may be moving it in another transaction.
CREATE FUNCTION doorstep_note_booking() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO bookings_planningchange (subject, booking)
  SELECT 'visit', after.id FROM old_rows before JOIN new_rows after USING (id)
   WHERE (before.status_id, before.is_pinned, before.promised_from, before.promised_to)
      IS DISTINCT FROM (after.status_id, after.is_pinned, after.promised_from, after.promised_to);
  RETURN NULL;
END $$;

CREATE FUNCTION doorstep_note_hold() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO bookings_planningchange (subject, hold)
  SELECT 'visit', after.id FROM old_rows before JOIN new_rows after USING (id)
   WHERE (before.expires_at, before.contact_id) IS DISTINCT FROM (after.expires_at, after.contact_id);
  RETURN NULL;
END $$;

-- The argument is the column with the resource's id.
CREATE FUNCTION doorstep_note_resource() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  touched text := CASE TG_OP
    WHEN 'INSERT' THEN 'SELECT %1$I AS id FROM new_rows'
    WHEN 'DELETE' THEN 'SELECT %1$I AS id FROM old_rows'
    ELSE 'SELECT %1$I AS id FROM old_rows UNION SELECT %1$I AS id FROM new_rows' END;
BEGIN
  EXECUTE format(
    'INSERT INTO bookings_planningchange (subject, resource) '
    'SELECT DISTINCT ''resource'', id FROM (' || touched || ') AS touched', TG_ARGV[0]);
  RETURN NULL;
END $$;

-- The argument is the subject.
CREATE FUNCTION doorstep_note_subject() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  is_touched boolean := true;
BEGIN
  IF TG_OP = 'INSERT' THEN
    is_touched := EXISTS (SELECT FROM new_rows);
  ELSIF TG_OP = 'DELETE' THEN
    is_touched := EXISTS (SELECT FROM old_rows);
  ELSIF TG_OP = 'UPDATE' THEN
    is_touched := EXISTS (SELECT * FROM new_rows EXCEPT ALL SELECT * FROM old_rows);
  END IF;
  IF is_touched THEN
    INSERT INTO bookings_planningchange (subject) VALUES (TG_ARGV[0]);
  END IF;
  RETURN NULL;
END $$;
"""
NAMES = ("days", "booking", "hold", "resource", "subject")

DAYS = ("bookings_resourceblock", "bookings_assignment")
RESOURCE = {
    "resources_bookableresource": "id",
    "resources_bookableresource_territories": "bookableresource_id",
    "resources_resourcecharacteristic": "resource_id",
    "resources_workhours": "resource_id",
    "resources_dayhours": "resource_id",
    "resources_timeoff": "resource_id",
    "resources_crewmember": "crew_id",
}
REFERENCE = (
    "organization_portal",
    "organization_arrivalwindow",
    "work_incidenttype",
    "work_incidenttypeneed",
    "work_roletemplate",
    "work_roleneed",
    "work_resourcepreference",
)
EVERYTHING = (
    "organization_company",
    "organization_organizationalunit",
    "resources_businessclosure",
    "bookings_bookingstatus",
)


def _triggers() -> dict[str, str]:
    """Statements by the name of the table and of the trigger."""
    found: dict[str, str] = {}

    def add(table: str, event: str, call: str) -> None:
        name = f"doorstep_note_{event}"
        rows = _ROWS.get(event, "")
        found[f"{name} ON {table}"] = (
            f"CREATE TRIGGER {name} AFTER {event} ON {table} {rows} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION doorstep_note_{call};"
        )

    def add_all(table: str, call: str) -> None:
        for event in (INSERT, UPDATE, DELETE):
            add(table, event, call)

    for table in DAYS:
        add_all(table, "days()")
    # A new visit or hold has no assignments yet, and those of a deleted one go with it.
    add("bookings_booking", UPDATE, "booking()")
    add("bookings_hold", UPDATE, "hold()")
    for table, column in RESOURCE.items():
        add_all(table, f"resource('{column}')")
    for table in REFERENCE:
        add_all(table, "subject('reference')")
    for table in EVERYTHING:
        add_all(table, "subject('everything')")
    for table in (*DAYS, "bookings_booking", "bookings_hold", *RESOURCE, *REFERENCE, *EVERYTHING):
        add(table, "truncate", "subject('everything')")
    return found


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0003_planning_change"),
        ("organization", "0002_say_the_grid_end_is_not_offered"),
        ("resources", "0002_drop_shows_on_board"),
        ("work", "0002_work_order_numbers"),
    ]

    operations = [
        migrations.RunSQL(
            FUNCTIONS, "".join(f"DROP FUNCTION doorstep_note_{name}();" for name in NAMES)
        ),
        migrations.RunSQL(
            "\n".join(_triggers().values()),
            "\n".join(f"DROP TRIGGER {name};" for name in _triggers()),
        ),
    ]
