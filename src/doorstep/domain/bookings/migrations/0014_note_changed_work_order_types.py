from django.db import migrations

_ROWS = {
    "insert": "REFERENCING NEW TABLE AS new_rows",
    "update": "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "delete": "REFERENCING OLD TABLE AS old_rows",
    "truncate": "",
}


def _trigger(event: str) -> str:
    subject = "everything" if event == "truncate" else "reference"
    return (
        f"CREATE TRIGGER doorstep_note_{event} AFTER {event} ON work_workordertype {_ROWS[event]} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION doorstep_note_subject('{subject}');"
    )


class Migration(migrations.Migration):
    """Processes remember of which type the orders of a service are."""

    dependencies = [
        ("bookings", "0013_find_changes_by_resource"),
        ("work", "0002_work_order_numbers"),
    ]

    operations = [
        migrations.RunSQL(
            "\n".join(_trigger(event) for event in _ROWS),
            "\n".join(
                f"DROP TRIGGER doorstep_note_{event} ON work_workordertype;" for event in _ROWS
            ),
        ),
    ]
