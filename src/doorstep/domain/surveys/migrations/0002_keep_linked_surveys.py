"""Surveys that messages linked so far stay linked, now as pages of another service."""

from urllib.parse import urlsplit

from django.db import migrations


def keep_links(apps, _schema_editor):
    """An address without TLS stays a link; only an https one may be shown inside our page."""
    MessageSettings = apps.get_model("notifications", "MessageSettings")
    SurveySettings = apps.get_model("surveys", "SurveySettings")
    for row in MessageSettings.objects.exclude(survey_url=""):
        SurveySettings.objects.get_or_create(
            portal_id=row.portal_id,
            defaults={
                "kind": "external",
                "url_template": row.survey_url,
                "allowed_hosts": urlsplit(row.survey_url).hostname or "",
            },
        )


def give_links_back(apps, _schema_editor):
    MessageSettings = apps.get_model("notifications", "MessageSettings")
    SurveySettings = apps.get_model("surveys", "SurveySettings")
    for row in SurveySettings.objects.filter(kind="external"):
        # The old field is shorter and knows no placeholders.
        if len(row.url_template) <= 200 and "{" not in row.url_template:
            MessageSettings.objects.filter(portal_id=row.portal_id).update(
                survey_url=row.url_template
            )


class Migration(migrations.Migration):
    dependencies = [
        ("surveys", "0001_initial"),
        ("notifications", "0004_turns_of_messages"),
    ]

    operations = [migrations.RunPython(keep_links, give_links_back)]
