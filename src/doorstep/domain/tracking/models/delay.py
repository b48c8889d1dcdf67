"""A promise that will probably not be kept: what was found out, told and answered."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from doorstep.domain.bookings.models import Booking


class DelayAnswer(models.TextChoices):
    KEEP = "keep", _("Keeps the visit")


class Delay(models.Model):
    """One row each time the expected arrival has changed enough to be told; the newest counts.

    Also written when a late visit is on time after all: who was told to wait is told not to.
    """

    booking = models.ForeignKey(
        Booking, on_delete=models.CASCADE, related_name="delays", verbose_name=_("visit")
    )
    noticed_at = models.DateTimeField(_("noticed"))
    expected_at = models.DateTimeField(_("arrival expected"))
    promised_from = models.DateTimeField(_("promised from"))
    promised_to = models.DateTimeField(_("promised to"))
    answer = models.CharField(_("answer"), max_length=20, choices=DelayAnswer, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)

    class Meta:
        verbose_name = _("delay")
        verbose_name_plural = _("delays")
        ordering = ["-noticed_at", "-pk"]
        indexes = [models.Index(fields=["booking", "-noticed_at"], name="delay_of_booking")]

    def __str__(self) -> str:
        return f"{self.booking} {self.expected_at:%H:%M}"

    @property
    def is_late(self) -> bool:
        return self.expected_at > self.promised_to
