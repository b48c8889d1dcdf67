from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("organization", "0010_what_customers_see_of_technicians"),
    ]

    operations = [
        migrations.AlterField(
            model_name="connectoraccount",
            name="kind",
            field=models.CharField(
                choices=[("email", "E-mail"), ("sms", "SMS"), ("traffic", "Traffic")],
                max_length=20,
                verbose_name="for",
            ),
        ),
    ]
