from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Nobody waits for the index."""

    atomic = False

    dependencies = [("bookings", "0005_replanned_days")]

    operations = [
        AddIndexConcurrently(
            model_name="resourceblock",
            index=models.Index(
                condition=models.Q(("assignment__isnull", True)),
                fields=["resource", "starts_at"],
                name="block_away",
            ),
        ),
    ]
