from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Nobody waits for the indexes."""

    atomic = False

    dependencies = [("bookings", "0012_what_a_hold_was_found_by")]

    operations = [
        AddIndexConcurrently(
            model_name="planningchange",
            index=models.Index(
                condition=models.Q(("subject", "days")),
                fields=["resource", "xid"],
                name="planning_change_days",
            ),
        ),
        AddIndexConcurrently(
            model_name="planningchange",
            index=models.Index(
                condition=models.Q(
                    ("subject__in", ["resource", "reference", "everything", "pruned"])
                ),
                fields=["xid"],
                name="planning_change_rare",
            ),
        ),
    ]
