"""The table of the shared cache: rate limits must count for all processes together."""

from django.db import migrations

CREATE = """
CREATE TABLE IF NOT EXISTS doorstep_cache (
    cache_key varchar(255) NOT NULL PRIMARY KEY,
    value text NOT NULL,
    expires timestamp with time zone NOT NULL
);
CREATE INDEX IF NOT EXISTS doorstep_cache_expires ON doorstep_cache (expires);
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [migrations.RunSQL(CREATE, "DROP TABLE IF EXISTS doorstep_cache")]
