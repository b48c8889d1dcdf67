"""What planning has seen of a day, to tell when it is worth looking at again."""

from django.db import models


class ReplannedDay(models.Model):
    """`fingerprint` changes with every visit that is booked, moved or canceled on that day."""

    day = models.DateField(unique=True)
    fingerprint = models.CharField(max_length=100, blank=True)
    visits = models.PositiveIntegerField(default=0)
    # Since when the day differs from what was replanned last.
    changed_at = models.DateTimeField(null=True)
    replanned_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "replanned day"
        verbose_name_plural = "replanned days"
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day}"
