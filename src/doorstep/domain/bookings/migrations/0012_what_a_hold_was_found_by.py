import django.db.models.deletion
from django.db import migrations, models

import doorstep.domain.bookings.models.planning_change


class Migration(migrations.Migration):
    """Holds of before have none of it: confirming looks at everything again, as it did."""

    dependencies = [
        ("bookings", "0011_arrivals_expected_late"),
        ("customers", "0003_find_contacts_by_phone"),
        ("organization", "0012_calendar_services"),
    ]

    operations = [
        migrations.AddField(
            model_name="hold",
            name="made_by_xid",
            field=doorstep.domain.bookings.models.planning_change.TransactionIdField(
                editable=False, null=True
            ),
        ),
        migrations.AddField(
            model_name="hold",
            name="seen",
            field=doorstep.domain.bookings.models.planning_change.SnapshotField(
                editable=False, null=True
            ),
        ),
        migrations.AddField(
            model_name="hold",
            name="account",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="customers.account",
            ),
        ),
        migrations.AddField(
            model_name="hold",
            name="territory",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="organization.territory",
            ),
        ),
    ]
