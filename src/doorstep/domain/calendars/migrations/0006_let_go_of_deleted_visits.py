"""The database itself lets go of the events of a deleted visit: a worker may write one down after
Django has looked for them and before the visit is gone."""

from django.db import migrations

CHANGE = """
DO $$
DECLARE
  known text;
BEGIN
  SELECT conname INTO STRICT known FROM pg_constraint
   WHERE contype = 'f' AND conrelid = 'calendars_syncedevent'::regclass
     AND confrelid = 'bookings_booking'::regclass;
  EXECUTE format(
    'ALTER TABLE calendars_syncedevent DROP CONSTRAINT %1$I, ADD CONSTRAINT %1$I '
    'FOREIGN KEY (booking_id) REFERENCES bookings_booking (id) {action} '
    'DEFERRABLE INITIALLY DEFERRED', known);
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("calendars", "0005_notices_instead_of_a_count"),
    ]

    operations = [
        migrations.RunSQL(
            CHANGE.replace("{action}", "ON DELETE SET NULL"),
            CHANGE.replace("{action}", ""),
        ),
    ]
