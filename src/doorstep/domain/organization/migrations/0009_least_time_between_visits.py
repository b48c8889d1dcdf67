import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("organization", "0008_names_of_technicians"),
    ]

    operations = [
        migrations.AddField(
            model_name="company",
            name="minimum_gap_minutes",
            field=models.PositiveSmallIntegerField(
                default=0,
                help_text="From the end of one visit to the arrival at the next, driving included. A break in between is enough; work from anywhere or at one’s own facility needs none.",
                validators=[django.core.validators.MaxValueValidator(240)],
                verbose_name="least time between two visits (minutes)",
            ),
        ),
        migrations.AddConstraint(
            model_name="company",
            constraint=models.CheckConstraint(
                condition=models.Q(("minimum_gap_minutes__lte", 240)), name="company_minimum_gap"
            ),
        ),
    ]
