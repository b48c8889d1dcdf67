from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("organization", "0007_days_of_booking_codes"),
    ]

    operations = [
        migrations.AddField(
            model_name="portal",
            name="shows_technician_name",
            field=models.BooleanField(
                default=False,
                help_text="In messages that a technician is on the way or has finished.",
                verbose_name="show technicians' names",
            ),
        ),
    ]
