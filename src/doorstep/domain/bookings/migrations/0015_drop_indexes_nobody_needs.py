"""Indexes that others make needless: the unique constraints begin with the same columns."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# By the names Django gave them.
_INDEXES = {
    "bookings_assignment_booking_id_ede970bf": "bookings_assignment (booking_id)",
    "bookings_assignment_hold_id_b9a86136": "bookings_assignment (hold_id)",
    "bookings_assignment_resource_id_9d0c4ca9": "bookings_assignment (resource_id)",
    "bookings_requestkey_contact_id_9cf8f975": "bookings_requestkey (contact_id)",
    "bookings_requestkey_user_id_ba76c734": "bookings_requestkey (user_id)",
}


class Migration(migrations.Migration):
    """Nobody waits: to alter the fields would also check all foreign keys anew."""

    atomic = False

    dependencies = [
        ("bookings", "0014_note_changed_work_order_types"),
        ("customers", "0003_find_contacts_by_phone"),
        ("resources", "0003_floating_breaks_and_overtime"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        *(
            migrations.RunSQL(
                f"DROP INDEX CONCURRENTLY IF EXISTS {name}",
                f"CREATE INDEX CONCURRENTLY {name} ON {columns}",
            )
            for name, columns in _INDEXES.items()
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name="assignment",
                    name="booking",
                    field=models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="assignments",
                        to="bookings.booking",
                    ),
                ),
                migrations.AlterField(
                    model_name="assignment",
                    name="hold",
                    field=models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="assignments",
                        to="bookings.hold",
                    ),
                ),
                migrations.AlterField(
                    model_name="assignment",
                    name="resource",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assignments",
                        to="resources.bookableresource",
                        verbose_name="resource",
                    ),
                ),
                migrations.AlterField(
                    model_name="requestkey",
                    name="contact",
                    field=models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="customers.contact",
                    ),
                ),
                migrations.AlterField(
                    model_name="requestkey",
                    name="user",
                    field=models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
    ]
