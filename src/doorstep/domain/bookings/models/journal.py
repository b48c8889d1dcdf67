"""Journals: what a resource's time of a visit went into, written when it is completed."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from doorstep.domain.resources.models import BookableResource

from .booking import Booking


class JournalKind(models.TextChoices):
    TRAVEL = "travel", _("Travel")
    WORK = "work", _("Working hours")
    BREAK = "break", _("Break")
    OVERTIME = "overtime", _("Overtime")


class JournalEntry(models.Model):
    """One stretch of a resource's time. Hours may change later; what was overtime stays so."""

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="journal")
    resource = models.ForeignKey(
        BookableResource, on_delete=models.PROTECT, related_name="journal", verbose_name=_("who")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=JournalKind)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("to"))

    class Meta:
        verbose_name = _("journal entry")
        verbose_name_plural = _("journal")
        ordering = ["resource", "starts_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="journal_order", condition=models.Q(starts_at__lt=models.F("ends_at"))
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.starts_at:%Y-%m-%d %H:%M}"
