"""Triggers insert notices instead of counting in the calendar's row, which every transaction that
changes a visit had to lock; and a crew's members are told when the crew changes."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

INSERT = """
CREATE OR REPLACE FUNCTION doorstep_touch_calendars(resources bigint[]) RETURNS void
LANGUAGE sql AS $$
  INSERT INTO calendars_changenotice (link_id)
  SELECT id FROM calendars_calendarlink
   WHERE resource_id = ANY(resources)
      OR resource_id IN (SELECT member_id FROM resources_crewmember WHERE crew_id = ANY(resources));
$$;

CREATE FUNCTION doorstep_calendar_of_crew() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    PERFORM doorstep_touch_calendars(
      (SELECT array_agg(who) FROM old_rows, LATERAL (VALUES (member_id), (crew_id)) AS p (who)));
  END IF;
  IF TG_OP <> 'DELETE' THEN
    PERFORM doorstep_touch_calendars(
      (SELECT array_agg(who) FROM new_rows, LATERAL (VALUES (member_id), (crew_id)) AS p (who)));
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER doorstep_calendar_insert AFTER INSERT ON resources_crewmember
  REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION doorstep_calendar_of_crew();
CREATE TRIGGER doorstep_calendar_update AFTER UPDATE ON resources_crewmember
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION doorstep_calendar_of_crew();
CREATE TRIGGER doorstep_calendar_delete AFTER DELETE ON resources_crewmember
  REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION doorstep_calendar_of_crew();
"""

COUNT = """
UPDATE calendars_calendarlink SET due_at = least(due_at, clock_timestamp())
 WHERE id IN (SELECT link_id FROM calendars_changenotice);
DROP TRIGGER doorstep_calendar_insert ON resources_crewmember;
DROP TRIGGER doorstep_calendar_update ON resources_crewmember;
DROP TRIGGER doorstep_calendar_delete ON resources_crewmember;
DROP FUNCTION doorstep_calendar_of_crew();
CREATE OR REPLACE FUNCTION doorstep_touch_calendars(resources bigint[]) RETURNS void
LANGUAGE sql AS $$
  UPDATE calendars_calendarlink
     SET change_count = change_count + 1, due_at = least(due_at, clock_timestamp())
   WHERE id IN (SELECT id FROM calendars_calendarlink
                 WHERE resource_id = ANY(resources)
                    OR resource_id IN (SELECT member_id FROM resources_crewmember
                                        WHERE crew_id = ANY(resources))
                 ORDER BY id FOR NO KEY UPDATE);
$$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("calendars", "0004_busy_times"),
        ("resources", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ChangeNotice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "link",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notices",
                        to="calendars.calendarlink",
                    ),
                ),
            ],
            options={
                "verbose_name": "change notice",
                "verbose_name_plural": "change notices",
            },
        ),
        migrations.RunSQL(INSERT, COUNT),
        migrations.RemoveField(model_name="calendarlink", name="change_count"),
    ]
