"""What the company allows of tracking, and for how long it remembers."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class TrackingSettings(models.Model):
    """One row; `selectors.get_tracking_settings` answers with defaults where there is none.

    Each portal has its own switches for what its customers see.
    """

    # The one row there is.
    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    is_sharing_enabled = models.BooleanField(
        _("technicians share their position while traveling"),
        default=True,
        help_text=_("Off: no position is taken, and customers read times without a map."),
    )
    report_seconds = models.PositiveSmallIntegerField(
        _("report every (seconds)"),
        default=15,
        validators=[MinValueValidator(5), MaxValueValidator(300)],
        help_text=_("How often the technician's page sends a position while it moves."),
    )
    shown_minutes = models.PositiveSmallIntegerField(
        _("a position is shown for (minutes)"),
        default=15,
        validators=[MinValueValidator(1), MaxValueValidator(120)],
        help_text=_("An older one is taken off the map; the page says so."),
    )
    keep_hours = models.PositiveSmallIntegerField(
        _("positions are kept for (hours)"),
        default=24,
        validators=[MinValueValidator(1), MaxValueValidator(168)],
        help_text=_("Then they are deleted. 1 to 168."),
    )
    hide_start_metres = models.PositiveIntegerField(
        _("hide the start of a trip for (metres)"),
        default=500,
        validators=[MaxValueValidator(10_000)],
        help_text=_("Customers do not see where the technician comes from."),
    )
    exact_within_metres = models.PositiveIntegerField(
        _("exact within (metres)"),
        default=2_000,
        validators=[MaxValueValidator(50_000)],
        help_text=_("Farther away than this, customers see an area and no point."),
    )
    coarse_metres = models.PositiveIntegerField(
        _("size of that area (metres)"),
        default=600,
        validators=[MaxValueValidator(10_000)],
        help_text=_("0: the exact point at any distance."),
    )
    estimate_seconds = models.PositiveSmallIntegerField(
        _("ask for an arrival time at most every (seconds)"),
        default=60,
        validators=[MinValueValidator(10), MaxValueValidator(900)],
        help_text=_("Services with traffic charge for each question."),
    )
    late_minutes = models.PositiveSmallIntegerField(
        _("tell of a delay from (minutes)"),
        default=10,
        validators=[MinValueValidator(5), MaxValueValidator(120)],
        help_text=_("How far beyond the promised time the estimate lies, or has moved since."),
    )

    class Meta:
        verbose_name = _("tracking settings")
        verbose_name_plural = _("tracking settings")
        constraints = [
            models.CheckConstraint(name="tracking_settings_once", condition=models.Q(pk=1)),
            models.CheckConstraint(
                name="tracking_settings_kept",
                condition=models.Q(keep_hours__range=(1, 168), report_seconds__range=(5, 300)),
            ),
        ]

    def __str__(self) -> str:
        return str(_("Tracking settings"))
