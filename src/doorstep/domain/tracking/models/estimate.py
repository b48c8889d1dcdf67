"""When a technician is expected at a visit, as far as is known now."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from doorstep.domain.bookings.models import Booking
from doorstep.domain.resources.models import BookableResource
from doorstep.platform.values.geo import Coordinates


class ArrivalEstimate(models.Model):
    """The latest estimate for one technician's arrival at one visit.

    On the way there it starts from `latitude`, `longitude`; for later visits of the day it follows
    from the visits before. Between `earliest_at` and `latest_at` it is uncertain.
    """

    booking = models.ForeignKey(
        Booking, on_delete=models.CASCADE, related_name="estimates", verbose_name=_("visit")
    )
    resource = models.ForeignKey(
        BookableResource,
        on_delete=models.CASCADE,
        related_name="+",
        verbose_name=_("technician"),
    )
    made_at = models.DateTimeField(_("made"))
    arrives_at = models.DateTimeField(_("arrival"))
    earliest_at = models.DateTimeField(_("at the earliest"))
    latest_at = models.DateTimeField(_("at the latest"))
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    metres = models.FloatField(_("distance (metres)"), null=True, blank=True)
    path = models.JSONField(_("way"), default=list, blank=True)
    source = models.CharField(_("from"), max_length=40)
    has_traffic = models.BooleanField(_("with traffic"), default=False)
    is_estimated = models.BooleanField(_("without roads"), default=False)

    class Meta:
        verbose_name = _("arrival estimate")
        verbose_name_plural = _("arrival estimates")
        ordering = ["arrives_at"]
        constraints = [
            models.UniqueConstraint(name="estimate_once", fields=["booking", "resource"]),
            models.CheckConstraint(
                name="estimate_range",
                condition=models.Q(
                    earliest_at__lte=models.F("arrives_at"), arrives_at__lte=models.F("latest_at")
                ),
            ),
        ]
        indexes = [models.Index(fields=["made_at"], name="estimate_made")]

    def __str__(self) -> str:
        return f"{self.booking} {self.arrives_at:%H:%M}"

    @property
    def start(self) -> Coordinates | None:
        """Where the technician was when it was made; None when it follows from other visits."""
        if self.latitude is None or self.longitude is None:
            return None
        return Coordinates(self.latitude, self.longitude)
