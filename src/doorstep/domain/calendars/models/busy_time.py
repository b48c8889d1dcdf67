"""When a technician is taken by appointments of her own, as her calendar last told."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .link import CalendarLink


class BusyTime(models.Model):
    """Only from, to and "busy" are known. Our own events are not among them. Kept beside the blocks
    made of it, which give way to visits: when a visit goes, what lay under it is busy again."""

    link = models.ForeignKey(CalendarLink, on_delete=models.CASCADE, related_name="busy_times")
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("to"))

    class Meta:
        verbose_name = _("busy time")
        verbose_name_plural = _("busy times")
        ordering = ["starts_at"]
        constraints = [
            models.CheckConstraint(
                name="busy_time_order", condition=models.Q(starts_at__lt=models.F("ends_at"))
            )
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M}"
