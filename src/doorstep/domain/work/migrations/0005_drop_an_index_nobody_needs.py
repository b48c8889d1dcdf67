import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """The unique constraint begins with the same column. Nobody waits: to alter the field would
    also check its foreign key anew."""

    atomic = False

    dependencies = [("work", "0004_questions_after_visits")]

    operations = [
        migrations.RunSQL(
            "DROP INDEX CONCURRENTLY IF EXISTS work_requirementneed_requirement_id_bd7f3148",
            "CREATE INDEX CONCURRENTLY work_requirementneed_requirement_id_bd7f3148 "
            "ON work_requirementneed (requirement_id)",
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name="requirementneed",
                    name="requirement",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="needs",
                        to="work.requirement",
                    ),
                ),
            ],
        ),
    ]
