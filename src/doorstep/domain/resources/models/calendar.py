"""When a resource works: weekly hours, single days, closures and time off (product reference 7.1).

Local times here are in the resource's own zone. Breaks are rows like hours.
"""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from doorstep.domain.organization.models import OrganizationalUnit

from .resource import BookableResource


class Weekday(models.IntegerChoices):
    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


class HoursKind(models.TextChoices):
    WORK = "work", _("Work")
    BREAK = "break", _("Break")


class WorkHours(models.Model):
    """A weekly rule: on these weekdays, from one local time to another.

    An end at or before the beginning means the next day (a night shift).
    """

    resource = models.ForeignKey(
        BookableResource, on_delete=models.CASCADE, related_name="work_hours"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=HoursKind, default=HoursKind.WORK)
    weekdays = ArrayField(
        models.SmallIntegerField(choices=Weekday), verbose_name=_("weekdays"), size=7
    )
    from_time = models.TimeField(_("from"))
    to_time = models.TimeField(_("to"))
    every_weeks = models.PositiveSmallIntegerField(
        _("every … weeks"),
        default=1,
        validators=[MinValueValidator(1)],
        help_text=_("Counted from the first valid day's week."),
    )
    valid_from_on = models.DateField(_("first valid day"), null=True, blank=True)
    valid_to_on = models.DateField(_("last valid day"), null=True, blank=True)
    capacity = models.PositiveSmallIntegerField(
        _("capacity"),
        null=True,
        blank=True,
        help_text=_("For this stretch. Empty: the resource's own."),
    )
    break_minutes = models.PositiveSmallIntegerField(
        _("break of (minutes)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_(
            "Only for a break that may be taken any time between the two. Empty: all of it."
        ),
    )

    class Meta:
        verbose_name = _("work hours")
        verbose_name_plural = _("work hours")
        ordering = ["resource", "from_time"]
        constraints = [
            models.CheckConstraint(
                name="work_hours_weekdays",
                condition=models.Q(weekdays__len__gte=1, weekdays__len__lte=7)
                & models.Q(weekdays__contained_by=[0, 1, 2, 3, 4, 5, 6]),
            ),
            models.CheckConstraint(name="work_hours_every", condition=models.Q(every_weeks__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.resource} {self.from_time:%H:%M}–{self.to_time:%H:%M}"

    def clean(self) -> None:
        if self.every_weeks and self.every_weeks > 1 and self.valid_from_on is None:
            raise ValidationError(
                {"valid_from_on": _("Every second week or rarer needs a first valid day.")}
            )


class DayHours(models.Model):
    """Hours of one single day; the rows of a day replace what the weekly rules say for it."""

    resource = models.ForeignKey(
        BookableResource, on_delete=models.CASCADE, related_name="day_hours"
    )
    day = models.DateField(_("day"))
    kind = models.CharField(_("kind"), max_length=10, choices=HoursKind, default=HoursKind.WORK)
    from_time = models.TimeField(_("from"), null=True, blank=True)
    to_time = models.TimeField(
        _("to"), null=True, blank=True, help_text=_("Both empty: not working on this day.")
    )
    capacity = models.PositiveSmallIntegerField(_("capacity"), null=True, blank=True)
    break_minutes = models.PositiveSmallIntegerField(
        _("break of (minutes)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_(
            "Only for a break that may be taken any time between the two. Empty: all of it."
        ),
    )

    class Meta:
        verbose_name = _("hours of a single day")
        verbose_name_plural = _("hours of single days")
        ordering = ["day", "from_time"]
        indexes = [models.Index(fields=["day"], name="day_hours_day")]
        constraints = [
            models.CheckConstraint(
                name="day_hours_both_or_none",
                condition=models.Q(from_time__isnull=True, to_time__isnull=True)
                | models.Q(from_time__isnull=False, to_time__isnull=False),
                violation_error_message=_("Type both times, or none for a day off."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.resource} {self.day}"


class BusinessClosure(models.Model):
    """Days on which the business, or one unit of it, is closed; both ends included."""

    name = models.CharField(_("name"), max_length=120)
    from_on = models.DateField(_("first day"))
    to_on = models.DateField(_("last day"))
    organizational_unit = models.ForeignKey(
        OrganizationalUnit,
        verbose_name=_("only this unit"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
    )

    class Meta:
        verbose_name = _("business closure")
        verbose_name_plural = _("business closures")
        ordering = ["from_on"]
        constraints = [
            models.CheckConstraint(
                name="closure_order",
                condition=models.Q(from_on__lte=models.F("to_on")),
                violation_error_message=_("A closure ends on or after its first day."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class TimeOffState(models.TextChoices):
    REQUESTED = "requested", _("Requested")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")


class TimeOff(models.Model):
    """An absence. Only an approved one takes the resource's time."""

    resource = models.ForeignKey(
        BookableResource, on_delete=models.CASCADE, related_name="time_off"
    )
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("to"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    state = models.CharField(
        _("state"), max_length=20, choices=TimeOffState, default=TimeOffState.APPROVED
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("time off")
        verbose_name_plural = _("time off")
        ordering = ["starts_at"]
        indexes = [models.Index(fields=["resource", "starts_at"], name="time_off_resource")]
        constraints = [
            models.CheckConstraint(
                name="time_off_order",
                condition=models.Q(starts_at__lt=models.F("ends_at")),
                violation_error_message=_("Time off ends after it begins."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.resource} {self.starts_at:%Y-%m-%d %H:%M}"
