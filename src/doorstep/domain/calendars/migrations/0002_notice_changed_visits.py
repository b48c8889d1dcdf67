"""Triggers that make a calendar due with every change of a visit of its technician, so that no code
path can forget it: a shift by a neighbour, a deletion in the office, a plan made anew.

`change_count` and not a time: who reads the count before looking, and finds another afterwards, has
to look again, whichever of the two transactions came first (decision 19).
"""

from django.db import migrations

FUNCTIONS = """
-- In order of id, so that two statements that touch several calendars do not wait for each other.
-- With those of a crew come all its members, also who joined when the visit was made already.
CREATE FUNCTION doorstep_touch_calendars(resources bigint[]) RETURNS void LANGUAGE sql AS $$
  UPDATE calendars_calendarlink
     SET change_count = change_count + 1, due_at = least(due_at, clock_timestamp())
   WHERE id IN (SELECT id FROM calendars_calendarlink
                 WHERE resource_id = ANY(resources)
                    OR resource_id IN (SELECT member_id FROM resources_crewmember
                                        WHERE crew_id = ANY(resources))
                 ORDER BY id FOR NO KEY UPDATE);
$$;

CREATE FUNCTION doorstep_calendar_of_assignment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  touched bigint[];
BEGIN
  IF NOT EXISTS (SELECT FROM calendars_calendarlink) THEN
    RETURN NULL;
  END IF;
  IF TG_OP = 'INSERT' THEN
    SELECT array_agg(DISTINCT who) INTO touched
      FROM new_rows CROSS JOIN LATERAL (VALUES (resource_id), (crew_id)) AS people (who)
     WHERE booking_id IS NOT NULL AND who IS NOT NULL;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT array_agg(DISTINCT who) INTO touched
      FROM old_rows CROSS JOIN LATERAL (VALUES (resource_id), (crew_id)) AS people (who)
     WHERE booking_id IS NOT NULL AND who IS NOT NULL;
  ELSE
    SELECT array_agg(DISTINCT who) INTO touched
      FROM (SELECT resource_id, crew_id, booking_id FROM old_rows
            UNION ALL SELECT resource_id, crew_id, booking_id FROM new_rows) AS changed
     CROSS JOIN LATERAL (VALUES (resource_id), (crew_id)) AS people (who)
     WHERE booking_id IS NOT NULL AND who IS NOT NULL;
  END IF;
  IF touched IS NOT NULL THEN
    PERFORM doorstep_touch_calendars(touched);
  END IF;
  RETURN NULL;
END $$;

-- First which ones have changed, most often none, and then who comes to those: in one query, and
-- before anything is known of how many rows there are, the planner may take the longest way.
CREATE FUNCTION doorstep_touch_calendars_of(bookings bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  touched bigint[];
BEGIN
  IF bookings IS NULL OR NOT EXISTS (SELECT FROM calendars_calendarlink) THEN
    RETURN;
  END IF;
  SELECT array_agg(DISTINCT who) INTO touched
    FROM bookings_assignment assignment
   CROSS JOIN LATERAL (VALUES (assignment.resource_id), (assignment.crew_id)) AS people (who)
   WHERE assignment.booking_id = ANY(bookings) AND who IS NOT NULL;
  IF touched IS NOT NULL THEN
    PERFORM doorstep_touch_calendars(touched);
  END IF;
END $$;

CREATE FUNCTION doorstep_calendar_of_booking() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  changed bigint[];
BEGIN
  SELECT array_agg(after.id) INTO changed
    FROM old_rows before JOIN new_rows after USING (id)
   WHERE (before.status_id, before.promised_from, before.promised_to)
      IS DISTINCT FROM (after.status_id, after.promised_from, after.promised_to);
  PERFORM doorstep_touch_calendars_of(changed);
  RETURN NULL;
END $$;

-- Not the status of the order, which every change of a visit sets too.
CREATE FUNCTION doorstep_calendar_of_work_order() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  changed bigint[];
  visits bigint[];
BEGIN
  SELECT array_agg(after.id) INTO changed
    FROM old_rows before JOIN new_rows after USING (id)
   WHERE (before.account_id, before.reported_by_id, before.incident_type_id,
          before.work_order_type_id, before.priority_id, before.summary, before.instructions,
          before.street, before.city, before.postal_code, before.country,
          before.latitude, before.longitude)
      IS DISTINCT FROM
         (after.account_id, after.reported_by_id, after.incident_type_id,
          after.work_order_type_id, after.priority_id, after.summary, after.instructions,
          after.street, after.city, after.postal_code, after.country,
          after.latitude, after.longitude);
  IF changed IS NOT NULL THEN
    SELECT array_agg(id) INTO visits FROM bookings_booking WHERE work_order_id = ANY(changed);
    PERFORM doorstep_touch_calendars_of(visits);
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER doorstep_calendar_insert AFTER INSERT ON bookings_assignment
  REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION doorstep_calendar_of_assignment();
CREATE TRIGGER doorstep_calendar_update AFTER UPDATE ON bookings_assignment
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION doorstep_calendar_of_assignment();
CREATE TRIGGER doorstep_calendar_delete AFTER DELETE ON bookings_assignment
  REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION doorstep_calendar_of_assignment();
CREATE TRIGGER doorstep_calendar_update AFTER UPDATE ON bookings_booking
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION doorstep_calendar_of_booking();
CREATE TRIGGER doorstep_calendar_update AFTER UPDATE ON work_workorder
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION doorstep_calendar_of_work_order();
"""

BACK = """
DROP TRIGGER doorstep_calendar_insert ON bookings_assignment;
DROP TRIGGER doorstep_calendar_update ON bookings_assignment;
DROP TRIGGER doorstep_calendar_delete ON bookings_assignment;
DROP TRIGGER doorstep_calendar_update ON bookings_booking;
DROP TRIGGER doorstep_calendar_update ON work_workorder;
DROP FUNCTION doorstep_calendar_of_work_order();
DROP FUNCTION doorstep_calendar_of_booking();
DROP FUNCTION doorstep_calendar_of_assignment();
DROP FUNCTION doorstep_touch_calendars_of(bigint[]);
DROP FUNCTION doorstep_touch_calendars(bigint[]);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("calendars", "0001_initial"),
        ("bookings", "0011_arrivals_expected_late"),
        ("work", "0001_initial"),
        ("resources", "0001_initial"),
    ]

    operations = [migrations.RunSQL(FUNCTIONS, BACK)]
