"""The database itself deletes what a deleted hold kept: Django looks first and deletes afterwards, and
in between a confirmation may have made it a booking's."""

from django.db import migrations

# The constraint is checked in a statement of its own, which locks nobody out.
CHANGE = """
DO $$
DECLARE
  known text;
BEGIN
  SELECT conname INTO STRICT known FROM pg_constraint
   WHERE contype = 'f' AND conrelid = '{table}'::regclass AND confrelid = '{other}'::regclass;
  EXECUTE format(
    'ALTER TABLE {table} DROP CONSTRAINT %1$I, ADD CONSTRAINT %1$I '
    'FOREIGN KEY ({column}) REFERENCES {other} (id) {action} '
    'DEFERRABLE INITIALLY DEFERRED NOT VALID', known);
END $$;
"""
VALIDATE = """
DO $$
DECLARE
  known text;
BEGIN
  SELECT conname INTO STRICT known FROM pg_constraint
   WHERE contype = 'f' AND conrelid = '{table}'::regclass AND confrelid = '{other}'::regclass;
  EXECUTE format('ALTER TABLE {table} VALIDATE CONSTRAINT %1$I', known);
END $$;
"""
_KEYS = (
    ("bookings_assignment", "hold_id", "bookings_hold"),
    ("bookings_resourceblock", "assignment_id", "bookings_assignment"),
)


def _sql(text: str, key: tuple[str, str, str], action: str = "") -> str:
    table, column, other = key
    parts = {"{table}": table, "{column}": column, "{other}": other, "{action}": action}
    for name, value in parts.items():
        text = text.replace(name, value)
    return text


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("bookings", "0015_drop_indexes_nobody_needs")]

    operations = [
        migrations.RunSQL(_sql(text, key, "ON DELETE CASCADE"), _sql(text, key))
        for key in _KEYS
        for text in (CHANGE, VALIDATE)
    ]
