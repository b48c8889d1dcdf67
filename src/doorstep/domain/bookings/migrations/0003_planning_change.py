from django.db import migrations, models

import doorstep.domain.bookings.models.planning_change


class Migration(migrations.Migration):
    dependencies = [("bookings", "0002_default_statuses")]

    operations = [
        migrations.CreateModel(
            name="PlanningChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "xid",
                    doorstep.domain.bookings.models.planning_change.TransactionIdField(
                        db_default=models.Func(function="pg_current_xact_id")
                    ),
                ),
                (
                    "subject",
                    models.CharField(
                        choices=[
                            ("days", "Days of a resource"),
                            ("visit", "The days on which a visit or hold lies"),
                            ("resource", "A resource"),
                            ("reference", "Portals, incident types, preferences"),
                            ("everything", "Everything"),
                            ("pruned", "What was written before is gone from here"),
                        ],
                        max_length=10,
                    ),
                ),
                ("resource", models.BigIntegerField(null=True)),
                ("booking", models.BigIntegerField(null=True)),
                ("hold", models.BigIntegerField(null=True)),
                ("starts_at", models.DateTimeField(null=True)),
                ("ends_at", models.DateTimeField(null=True)),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=models.Func(
                            function="clock_timestamp", output_field=models.DateTimeField()
                        )
                    ),
                ),
            ],
            options={
                "verbose_name": "planning change",
                "verbose_name_plural": "planning changes",
                "indexes": [
                    models.Index(fields=["xid"], name="planning_change_xid"),
                    models.Index(
                        condition=models.Q(("subject", "pruned")),
                        fields=["xid"],
                        name="planning_change_pruned",
                    ),
                ],
            },
        ),
    ]
