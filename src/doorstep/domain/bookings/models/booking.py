"""Bookings: one visit for a work order, what was promised and what is planned.

One booking stands for the whole visit, however many resources come; each of them has an Assignment
(docs/decisions/0004-one-booking-per-visit.md).
"""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from doorstep.domain.customers.models import Contact
from doorstep.domain.work.models import WorkOrder
from doorstep.platform.lib.address import validate_time_zone
from doorstep.platform.lib.tokens import new_code

from .status import BookingStatus, ParentStatus


class BookingMethod(models.TextChoices):
    PORTAL = "portal", _("Customer, on the portal")
    OFFICE = "office", _("Office")
    BOARD = "board", _("Dispatch board")
    API = "api", _("API")
    SYSTEM = "system", _("System")


class Booking(models.Model):
    # Public name in addresses; ids are never shown to customers.
    code = models.CharField(max_length=32, unique=True, default=new_code, editable=False)
    # The unique booking ID that marks a self-scheduled visit (product reference 4.2).
    number = models.CharField(  # noqa: DJ001 (visits made by staff have none, and many have none)
        _("self-scheduling number"), max_length=20, unique=True, null=True, editable=False
    )
    work_order = models.ForeignKey(
        WorkOrder, on_delete=models.PROTECT, related_name="bookings", verbose_name=_("work order")
    )
    status = models.ForeignKey(
        BookingStatus, on_delete=models.PROTECT, related_name="bookings", verbose_name=_("status")
    )
    method = models.CharField(
        _("booked by way of"), max_length=20, choices=BookingMethod, default=BookingMethod.OFFICE
    )
    booked_by = models.ForeignKey(
        Contact,
        verbose_name=_("booked by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="bookings",
    )
    promised_from = models.DateTimeField(_("promised from"))
    promised_to = models.DateTimeField(_("promised to"))
    # Since when this promise stands: a reminder that was due before it waits for the next run.
    promised_at = models.DateTimeField(_("promised on"), default=timezone.now, editable=False)
    starts_at = models.DateTimeField(_("departure"))
    arrives_at = models.DateTimeField(_("planned arrival"))
    ends_at = models.DateTimeField(_("planned end"))
    duration_minutes = models.PositiveIntegerField(_("work (minutes)"))
    time_zone = models.CharField(
        _("zone of the place of work"), max_length=64, validators=[validate_time_zone]
    )
    # What really happened, as the technician's page told it (product reference 6.4). `traveling_at`
    # is when the present or last trip began, `arrived_at` the first arrival. `starts_at` and
    # `ends_at` follow reality too once the visit is under way.
    traveling_at = models.DateTimeField(_("left for it"), null=True, editable=False)
    arrived_at = models.DateTimeField(_("arrived"), null=True, editable=False)
    actual_travel_minutes = models.PositiveIntegerField(
        _("actual travel (minutes)"), null=True, editable=False
    )
    actual_work_minutes = models.PositiveIntegerField(
        _("actual work (minutes)"), null=True, editable=False
    )
    # Beyond the promise; empty while it will be kept. Who has to wait may move or cancel till then.
    expected_late_at = models.DateTimeField(
        _("expected late, at"), null=True, blank=True, editable=False
    )
    is_pinned = models.BooleanField(
        _("pinned"), default=False, help_text=_("Planning must not move it.")
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    cancel_reason = models.CharField(_("reason for canceling"), max_length=500, blank=True)
    canceled_at = models.DateTimeField(_("canceled"), null=True, blank=True, editable=False)
    completed_at = models.DateTimeField(_("completed"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("booking")
        verbose_name_plural = _("bookings")
        ordering = ["-promised_from", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="booking_times",
                condition=models.Q(
                    starts_at__lte=models.F("arrives_at"), arrives_at__lt=models.F("ends_at")
                ),
            ),
            models.CheckConstraint(
                name="booking_promise",
                condition=models.Q(promised_from__lte=models.F("promised_to")),
            ),
            models.CheckConstraint(
                name="booking_duration",
                condition=models.Q(duration_minutes__range=(1, 24 * 60)),
            ),
        ]
        indexes = [
            models.Index(fields=["promised_from"], name="booking_promised"),
            models.Index(fields=["starts_at"], name="booking_starts"),
        ]

    def __str__(self) -> str:
        return self.number or f"{self.work_order}"

    @property
    def parent_status(self) -> ParentStatus:
        return ParentStatus(self.status.parent)

    @property
    def is_self_scheduled(self) -> bool:
        return self.number is not None


class BookingNote(models.Model):
    """A note on the booking's timeline; the customer's additional details are the first one."""

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="notes")
    text = models.TextField(_("text"), max_length=5000)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("author"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    is_from_customer = models.BooleanField(_("from the customer"), default=False)
    is_public = models.BooleanField(_("shown to the customer"), default=False)
    # When it was written, which for a note from a phone without network is before we got it.
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        ordering = ["created_at", "pk"]

    def __str__(self) -> str:
        return self.text[:60]
