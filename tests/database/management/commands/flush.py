"""Empties the database after a test with real commits.

Django truncates every table and writes permissions and content types anew, which takes longer than
most of these tests. Few rows are there, and deleting them costs next to nothing.
"""

from typing import Any

from django.core.management.commands import flush
from django.db import connections, transaction

# Of the schema, not of a test.
_KEPT = {"django_migrations", "django_content_type", "auth_permission", "procrastinate_version"}


class Command(flush.Command):
    help = "Deletes all rows, also those of the jobs."

    def handle(self, **options: Any) -> None:
        connection = connections[options["database"]]
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            # Neither order nor triggers matter when everything goes; only superusers may say so.
            cursor.execute("SET LOCAL session_replication_role = replica")
            tables = set(connection.introspection.table_names(cursor)) - _KEPT
            cursor.execute("; ".join(f'DELETE FROM "{table}"' for table in sorted(tables)))
            # What the trigger on TRUNCATE says to processes that keep the plan in memory.
            cursor.execute("INSERT INTO bookings_planningchange (subject) VALUES ('everything')")
