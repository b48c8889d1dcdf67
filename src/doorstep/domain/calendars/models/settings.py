"""What the company wants of its technicians' calendars."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class WhenCanceled(models.TextChoices):
    KEEP = "keep", _("Leave the event as it is")
    MARK = "mark", _("Mark the event as canceled and free")
    REMOVE = "remove", _("Remove the event")


class WhenDeleted(models.TextChoices):
    ON_CHANGE = "on_change", _("Make it again when the visit next changes")
    AT_ONCE = "at_once", _("Make it again as soon as it is noticed")
    NEVER = "never", _("Leave it deleted")


class WhenEdited(models.TextChoices):
    ON_CHANGE = "on_change", _("Put it right when the visit next changes")
    AT_ONCE = "at_once", _("Put it right as soon as it is noticed")


class CalendarSettings(models.Model):
    """One row; `selectors.get_calendar_settings` answers with defaults where there is none."""

    # The one row there is.
    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    is_enabled = models.BooleanField(
        _("bookings are written to calendars"),
        default=True,
        help_text=_("Off: what is written stays, nothing new is written and nothing removed."),
    )
    cycle_minutes = models.PositiveSmallIntegerField(
        _("look at every calendar every (minutes)"),
        default=15,
        validators=[MinValueValidator(1), MaxValueValidator(240)],
        help_text=_("Changes of bookings go out at once; this also lets visits enter the window."),
    )
    days_back = models.PositiveSmallIntegerField(
        _("days back"),
        default=7,
        validators=[MaxValueValidator(60)],
        help_text=_("Visits that ended longer ago are not written any more."),
    )
    days_ahead = models.PositiveSmallIntegerField(
        _("days ahead"),
        default=14,
        validators=[MinValueValidator(1), MaxValueValidator(366)],
        help_text=_("Visits beyond enter by themselves when their time comes."),
    )
    when_canceled = models.CharField(
        _("when a visit is canceled"),
        max_length=10,
        choices=WhenCanceled,
        default=WhenCanceled.KEEP,
    )
    follows_work_order = models.BooleanField(
        _("follow changes of the work order"),
        default=False,
        help_text=_(
            "Off: an event is written anew only when the time or place of the visit changes, then "
            "with everything fresh. On: also when its summary, type, priority, account or contact "
            "changes."
        ),
    )
    when_deleted = models.CharField(
        _("when a technician deletes an event"),
        max_length=10,
        choices=WhenDeleted,
        default=WhenDeleted.ON_CHANGE,
    )
    when_edited = models.CharField(
        _("when a technician moves or edits an event"),
        max_length=10,
        choices=WhenEdited,
        default=WhenEdited.ON_CHANGE,
        help_text=_("The booking never changes by it: the calendar only shows it."),
    )
    reconcile_minutes = models.PositiveSmallIntegerField(
        _("read back every (minutes)"),
        default=60,
        validators=[MinValueValidator(5), MaxValueValidator(1440)],
        help_text=_("What stands in the calendar is compared with what should, and repaired."),
    )
    is_private = models.BooleanField(
        _("mark events as private"),
        default=False,
        help_text=_("Colleagues who may look into the calendar see that it is taken, not by what."),
    )
    reminder_minutes = models.PositiveSmallIntegerField(
        _("remind before (minutes)"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(1440)],
        help_text=_("Empty: without a reminder."),
    )
    reads_busy = models.BooleanField(
        _("read busy times back"),
        default=False,
        help_text=_(
            "Appointments of the technician's own take her time in the slot search. Only from, to "
            "and “busy” are read, never what it is."
        ),
    )
    busy_minutes = models.PositiveSmallIntegerField(
        _("read busy times every (minutes)"),
        default=15,
        validators=[MinValueValidator(1), MaxValueValidator(240)],
    )
    busy_days_ahead = models.PositiveSmallIntegerField(
        _("busy times for (days ahead)"),
        default=60,
        validators=[MinValueValidator(1), MaxValueValidator(180)],
    )
    feed_days_back = models.PositiveSmallIntegerField(
        _("feed: days back"), default=7, validators=[MaxValueValidator(366)]
    )
    feed_days_ahead = models.PositiveSmallIntegerField(
        _("feed: days ahead"),
        default=60,
        validators=[MinValueValidator(1), MaxValueValidator(366)],
    )

    class Meta:
        verbose_name = _("calendar settings")
        verbose_name_plural = _("calendar settings")
        constraints = [
            models.CheckConstraint(name="calendar_settings_once", condition=models.Q(pk=1)),
            models.CheckConstraint(
                name="calendar_settings_rhythm",
                condition=models.Q(
                    cycle_minutes__range=(1, 240),
                    reconcile_minutes__range=(5, 1440),
                    busy_minutes__range=(1, 240),
                ),
            ),
        ]

    def __str__(self) -> str:
        return str(_("Calendar settings"))
