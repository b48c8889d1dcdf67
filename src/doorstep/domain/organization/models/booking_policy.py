"""What a portal lets customers book: the columns of its booking policy (product reference 2.4)."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

LEAST_FIRST_WINDOWS = 3
METRES = {"km": 1000.0, "mi": 1609.344}


class OfferMode(models.TextChoices):
    WINDOWS = "windows", _("Arrival windows")
    GRID = "grid", _("Exact times on a grid")
    GRID_IN_WINDOWS = "grid_in_windows", _("Exact times on a grid inside the windows")


class DistanceUnit(models.TextChoices):
    KILOMETRES = "km", _("kilometers")
    MILES = "mi", _("miles")


class GridMinutes(models.IntegerChoices):
    QUARTER = 15, _("15 minutes")
    HALF = 30, _("30 minutes")
    HOUR = 60, _("60 minutes")


class BookingPolicyFields(models.Model):
    min_lead_days = models.PositiveIntegerField(
        _("minimum lead time (days)"),
        default=1,
        validators=[MaxValueValidator(365)],
        help_text=_(
            "First bookable day, counted from today at the place of work: 0 today, 1 tomorrow."
        ),
    )
    max_lead_days = models.PositiveIntegerField(
        _("maximum lead time (days)"),
        default=60,
        validators=[MaxValueValidator(365)],
        help_text=_("Last bookable day, counted in the same way; that day is included."),
    )
    allows_asset_selection = models.BooleanField(_("customers may choose an asset"), default=True)
    allows_additional_details = models.BooleanField(_("customers may add details"), default=True)
    max_radius = models.DecimalField(
        _("maximum travel radius"),
        max_digits=7,
        decimal_places=1,
        default=0,
        validators=[MinValueValidator(0), MaxValueValidator(20000)],
        help_text=_("From the technician's start to the place of work. 0: no limit."),
    )
    radius_unit = models.CharField(
        _("radius unit"), max_length=2, choices=DistanceUnit, default=DistanceUnit.KILOMETRES
    )
    offer_mode = models.CharField(
        _("what is offered"), max_length=20, choices=OfferMode, default=OfferMode.WINDOWS
    )
    grid_minutes = models.PositiveIntegerField(
        _("grid"), choices=GridMinutes, default=GridMinutes.HALF
    )
    grid_from = models.TimeField(_("grid begins"), default=dt.time(8, 0))
    grid_to = models.TimeField(
        _("grid ends"),
        default=dt.time(18, 0),
        help_text=_("Without windows. The end itself is not offered."),
    )
    grid_restarts = models.BooleanField(
        _("the grid begins anew in each window"),
        default=True,
        help_text=_("With windows: otherwise it runs on from the first window through the day."),
    )
    shows_labels = models.BooleanField(
        _("label times that suit our routes"),
        default=True,
        help_text=_("“Technician nearby” and the like, where the plan says so."),
    )
    first_windows = models.PositiveIntegerField(
        _("times shown first"),
        default=0,
        validators=[MaxValueValidator(100)],
        help_text=_(
            "Of the days on the page, the times that suit our routes best; the others wait behind "
            "“More times” and can be booked all the same. 0: all are shown, else at least 3."
        ),
    )
    first_windows_from_percent = models.PositiveIntegerField(
        _("only on days taken by (percent)"),
        default=50,
        validators=[MaxValueValidator(100)],
        help_text=_("Of the working day of whoever would come. Times on freer days stay shown."),
    )
    change_cutoff_hours = models.PositiveIntegerField(
        _("changes until (hours before)"), default=24, validators=[MaxValueValidator(24 * 60)]
    )
    cancel_cutoff_hours = models.PositiveIntegerField(
        _("cancelation until (hours before)"), default=24, validators=[MaxValueValidator(24 * 60)]
    )
    hold_minutes = models.PositiveIntegerField(
        _("a chosen time is held for (minutes)"),
        default=10,
        validators=[MinValueValidator(1), MaxValueValidator(60)],
    )

    class Meta:
        abstract = True

    @property
    def radius_m(self) -> float:
        """The largest distance in metres; 0 means no limit."""
        return float(self.max_radius) * METRES[self.radius_unit]

    def clean_policy(self) -> None:
        """Raises ValidationError by field for a policy that could never offer anything."""
        if 0 < self.first_windows < LEAST_FIRST_WINDOWS:
            raise ValidationError({"first_windows": _("Show all (0), or at least 3.")})
        if self.min_lead_days > self.max_lead_days:
            raise ValidationError({"max_lead_days": _("Must not be before the minimum lead time.")})
        if self.grid_from >= self.grid_to:
            raise ValidationError({"grid_to": _("Must be after the beginning of the grid.")})
