from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Nobody waits for the indexes."""

    atomic = False

    dependencies = [("bookings", "0017_tell_planning_from_other_changes")]

    operations = [
        AddIndexConcurrently(
            model_name="planningchange",
            index=models.Index(
                condition=models.Q(("subject__in", ["days", "planned"])),
                fields=["resource", "xid"],
                name="planning_change_of_days",
            ),
        ),
        RemoveIndexConcurrently(model_name="planningchange", name="planning_change_days"),
    ]
