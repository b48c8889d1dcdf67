"""One default status for each parent, so that a fresh installation can book at once."""

from django.db import migrations

DEFAULTS = [
    ("Scheduled", "scheduled", "#2563eb"),
    ("Traveling", "traveling", "#7c3aed"),
    ("On break", "on_break", "#a16207"),
    ("In progress", "in_progress", "#0e7490"),
    ("Completed", "completed", "#15803d"),
    ("Canceled", "canceled", "#64748b"),
]


def add_defaults(apps, schema_editor):  # noqa: ARG001 (Django's contract)
    BookingStatus = apps.get_model("bookings", "BookingStatus")
    for name, parent, color in DEFAULTS:
        if not BookingStatus.objects.filter(parent=parent, is_default=True).exists():
            BookingStatus.objects.create(name=name, parent=parent, color=color, is_default=True)


class Migration(migrations.Migration):
    dependencies = [("bookings", "0001_initial")]

    operations = [migrations.RunPython(add_defaults, migrations.RunPython.noop)]
