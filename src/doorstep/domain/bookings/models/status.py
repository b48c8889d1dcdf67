"""Booking statuses: a company's own, each mapped to one of six fixed parents."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from doorstep.platform.audit.models import Source


class ParentStatus(models.TextChoices):
    SCHEDULED = "scheduled", _("Scheduled")
    TRAVELING = "traveling", _("Traveling")
    ON_BREAK = "on_break", _("On break")
    IN_PROGRESS = "in_progress", _("In progress")
    COMPLETED = "completed", _("Completed")
    CANCELED = "canceled", _("Canceled")


class BookingStatus(models.Model):
    name = models.CharField(_("name"), max_length=80, unique=True)
    parent = models.CharField(_("parent status"), max_length=20, choices=ParentStatus)
    is_default = models.BooleanField(
        _("default of its parent"),
        default=False,
        help_text=_("Used when Doorstep itself sets this parent status."),
    )
    completes_work_order = models.BooleanField(
        _("completes the work order"),
        default=True,
        help_text=_("For completed: off means partly done, another visit is needed."),
    )
    color = models.CharField(_("color"), max_length=7, default="#64748b")

    class Meta:
        verbose_name = _("booking status")
        verbose_name_plural = _("booking statuses")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                name="status_one_default",
                fields=["parent"],
                condition=models.Q(is_default=True),
                violation_error_message=_("Another status is the default of this parent."),
            ),
            models.CheckConstraint(
                name="status_parent", condition=models.Q(parent__in=ParentStatus.values)
            ),
        ]

    def __str__(self) -> str:
        return self.name


class StatusTimestamp(models.Model):
    """One change of status, with its own time and where it came from (product reference 6.5)."""

    booking = models.ForeignKey(
        "bookings.Booking", on_delete=models.CASCADE, related_name="timestamps"
    )
    status = models.ForeignKey(BookingStatus, on_delete=models.PROTECT, verbose_name=_("status"))
    parent = models.CharField(_("parent status"), max_length=20, choices=ParentStatus)
    at = models.DateTimeField(_("when"))
    source = models.CharField(_("from where"), max_length=20, choices=Source)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("who"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    # Only of a change that reached us later than it happened: the phone had no network.
    received_at = models.DateTimeField(_("received"), null=True)

    class Meta:
        verbose_name = _("status timestamp")
        verbose_name_plural = _("status timestamps")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.status} {self.at:%Y-%m-%d %H:%M}"
