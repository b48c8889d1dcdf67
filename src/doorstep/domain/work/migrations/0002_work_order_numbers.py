"""Work order numbers come from a sequence: two at once never get the same one, and nobody waits."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("work", "0001_initial")]

    operations = [
        migrations.RunSQL(
            sql="CREATE SEQUENCE work_order_number",
            reverse_sql="DROP SEQUENCE work_order_number",
        )
    ]
