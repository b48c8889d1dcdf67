"""Notes of triggers that something in a calendar may have to change."""

from django.db import models
from django.db.models.functions import Now

from .link import CalendarLink


class ChangeNotice(models.Model):
    """Only ever inserted, so that who changes a visit waits for nobody who writes a calendar; who
    claims the calendar takes its notices away before looking at anything."""

    # Without a constraint: checking it would lock the calendar's row.
    link = models.ForeignKey(
        CalendarLink, on_delete=models.CASCADE, related_name="notices", db_constraint=False
    )
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = "change notice"
        verbose_name_plural = "change notices"

    def __str__(self) -> str:
        return f"{self.link_id} at {self.at}"
