from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0005_tasks_from_technicians"),
        # What was linked has been copied by then.
        ("surveys", "0002_keep_linked_surveys"),
    ]

    operations = [migrations.RemoveField(model_name="messagesettings", name="survey_url")]
