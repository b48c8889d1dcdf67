from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Built while contacts are read and written.
    atomic = False

    dependencies = [("customers", "0002_message_channel_of_contacts")]

    operations = [
        AddIndexConcurrently(
            model_name="contact",
            index=models.Index(fields=["phone"], name="contact_phone_number"),
        )
    ]
