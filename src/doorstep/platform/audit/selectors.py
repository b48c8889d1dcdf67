"""Read history."""

from django.db import models

from .models import LogEntry


def history_of(*objects: models.Model) -> models.QuerySet[LogEntry]:
    """Everything noted about the given objects, newest first."""
    condition = models.Q(pk__in=[])
    for obj in objects:
        condition |= models.Q(object_type=obj._meta.label_lower, object_id=obj.pk)
    return LogEntry.objects.filter(condition).select_related("actor")
