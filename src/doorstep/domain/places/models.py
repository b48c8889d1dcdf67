"""Cached travel times, so that a provider is asked once for a pair of places."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class TravelLeg(models.Model):
    """One way from a place to another; places are rounded to about ten metres (4 decimals)."""

    provider = models.CharField(_("provider"), max_length=20)
    from_latitude = models.DecimalField(max_digits=7, decimal_places=4)
    from_longitude = models.DecimalField(max_digits=7, decimal_places=4)
    to_latitude = models.DecimalField(max_digits=7, decimal_places=4)
    to_longitude = models.DecimalField(max_digits=7, decimal_places=4)
    seconds = models.PositiveIntegerField(_("seconds"))
    metres = models.PositiveIntegerField(_("meters"))
    fetched_at = models.DateTimeField(_("fetched"))

    class Meta:
        verbose_name = _("travel leg")
        verbose_name_plural = _("travel legs")
        constraints = [
            models.UniqueConstraint(
                name="travel_leg_once",
                fields=[
                    "provider", "from_latitude", "from_longitude", "to_latitude", "to_longitude",
                ],
            )
        ]  # fmt: skip
        indexes = [models.Index(fields=["fetched_at"], name="travel_leg_age")]

    def __str__(self) -> str:
        return (
            f"{self.from_latitude},{self.from_longitude} → "
            f"{self.to_latitude},{self.to_longitude}: {self.seconds} s"
        )
