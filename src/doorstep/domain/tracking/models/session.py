"""One technician's trip to one visit, and the positions reported on it."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from doorstep.domain.bookings.models import Booking
from doorstep.domain.resources.models import BookableResource
from doorstep.platform.values.geo import Coordinates


class PositionSource(models.TextChoices):
    PAGE = "page", _("Technician's page")
    PLATFORM = "platform", _("GPS platform")
    OFFICE = "office", _("Typed by the office")
    SIMULATOR = "simulator", _("Simulator")


class SharingSession(models.Model):
    """While the visit's status is Traveling; what counts of the trip so far stands in this row.

    `first` is where the trip began, as far as it was reported: kept to hide it from customers.
    `doubted` is a position too far away to be believed, until the next one agrees with it.
    """

    booking = models.ForeignKey(
        Booking, on_delete=models.CASCADE, related_name="sharing", verbose_name=_("visit")
    )
    resource = models.ForeignKey(
        BookableResource,
        on_delete=models.CASCADE,
        related_name="sharing",
        verbose_name=_("technician"),
    )
    began_at = models.DateTimeField(_("began"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    paused_at = models.DateTimeField(_("paused"), null=True, blank=True)
    pause_reason = models.CharField(_("reason for the pause"), max_length=200, blank=True)
    has_left = models.BooleanField(_("has left the previous place"), default=False)
    first_latitude = models.FloatField(null=True, editable=False)
    first_longitude = models.FloatField(null=True, editable=False)
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    accuracy_metres = models.FloatField(_("accuracy (metres)"), null=True, blank=True)
    position_at = models.DateTimeField(_("position of"), null=True, blank=True)
    doubted_latitude = models.FloatField(null=True, editable=False)
    doubted_longitude = models.FloatField(null=True, editable=False)
    doubted_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("trip")
        verbose_name_plural = _("trips")
        ordering = ["-began_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="sharing_one_running",
                fields=["booking", "resource"],
                condition=models.Q(ended_at__isnull=True),
            ),
            models.CheckConstraint(
                name="sharing_position_whole",
                condition=models.Q(
                    latitude__isnull=True, longitude__isnull=True, position_at__isnull=True
                )
                | models.Q(
                    latitude__range=(-90, 90),
                    longitude__range=(-180, 180),
                    position_at__isnull=False,
                ),
            ),
        ]
        indexes = [
            models.Index(fields=["resource", "-began_at"], name="sharing_of_resource"),
            models.Index(fields=["began_at"], name="sharing_began"),
        ]

    def __str__(self) -> str:
        return f"{self.resource} → {self.booking}"

    @property
    def position(self) -> Coordinates | None:
        if self.latitude is None or self.longitude is None:
            return None
        return Coordinates(self.latitude, self.longitude)

    @property
    def first_position(self) -> Coordinates | None:
        if self.first_latitude is None or self.first_longitude is None:
            return None
        return Coordinates(self.first_latitude, self.first_longitude)


class Position(models.Model):
    """One report. Rows are written once and deleted after the company's time."""

    session = models.ForeignKey(SharingSession, on_delete=models.CASCADE, related_name="positions")
    at = models.DateTimeField(_("when"))
    latitude = models.FloatField(
        _("latitude"), validators=[MinValueValidator(-90), MaxValueValidator(90)]
    )
    longitude = models.FloatField(
        _("longitude"), validators=[MinValueValidator(-180), MaxValueValidator(180)]
    )
    accuracy_metres = models.FloatField(_("accuracy (metres)"), null=True)
    source = models.CharField(_("from"), max_length=20, choices=PositionSource)

    class Meta:
        verbose_name = _("position")
        verbose_name_plural = _("positions")
        ordering = ["-at", "-pk"]
        constraints = [
            # A phone that saves its battery repeats itself.
            models.UniqueConstraint(name="position_once", fields=["session", "at"]),
            models.CheckConstraint(
                name="position_on_earth",
                condition=models.Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
            ),
        ]
        indexes = [models.Index(fields=["at"], name="position_at")]

    def __str__(self) -> str:
        return f"{self.latitude:.5f}, {self.longitude:.5f}"
