"""Assignments: one resource's part in a booking or in a hold."""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from doorstep.domain.resources.models import BookableResource
from doorstep.domain.work.models import Requirement
from doorstep.platform.lib.address import coordinate_constraints

from .booking import Booking
from .hold import Hold


class Assignment(models.Model):
    """When a hold is confirmed its assignments change owner; their blocks stay where they are."""

    # Found by the unique constraints and the index below, as is the resource.
    booking = models.ForeignKey(
        Booking,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="assignments",
        db_index=False,
    )
    # The database deletes it with its hold: Django would look first and delete afterwards, and in
    # between it may have become a booking's.
    hold = models.ForeignKey(
        Hold,
        null=True,
        blank=True,
        on_delete=models.DO_NOTHING,
        related_name="assignments",
        db_index=False,
    )
    requirement = models.ForeignKey(
        Requirement, null=True, blank=True, on_delete=models.SET_NULL, related_name="assignments"
    )
    # Which role of the incident type, counted from 0: a hold has no requirements yet.
    role = models.PositiveSmallIntegerField(default=0)
    resource = models.ForeignKey(
        BookableResource,
        on_delete=models.PROTECT,
        related_name="assignments",
        verbose_name=_("resource"),
        db_index=False,
    )
    crew = models.ForeignKey(
        BookableResource,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("as a member of"),
    )
    lane = models.PositiveSmallIntegerField(default=1)
    # Where this resource works; empty when it does not travel (by phone, or a facility itself).
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    starts_at = models.DateTimeField(_("departure"))
    arrives_at = models.DateTimeField(_("arrival"))
    ends_at = models.DateTimeField(_("end"))
    # The plan, kept since reality took its place; all empty as long as the plan still holds.
    planned_starts_at = models.DateTimeField(null=True, editable=False)
    planned_arrives_at = models.DateTimeField(null=True, editable=False)
    planned_ends_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        ordering = ["role", "pk"]
        constraints = [
            *coordinate_constraints("assignment"),
            models.CheckConstraint(
                name="assignment_plan_kept_whole",
                condition=models.Q(
                    planned_starts_at__isnull=True,
                    planned_arrives_at__isnull=True,
                    planned_ends_at__isnull=True,
                )
                | models.Q(
                    planned_starts_at__isnull=False,
                    planned_arrives_at__isnull=False,
                    planned_ends_at__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="assignment_one_owner",
                condition=models.Q(booking__isnull=False, hold__isnull=True)
                | models.Q(booking__isnull=True, hold__isnull=False),
            ),
            models.CheckConstraint(
                name="assignment_times",
                condition=models.Q(
                    starts_at__lte=models.F("arrives_at"), arrives_at__lt=models.F("ends_at")
                ),
            ),
            models.UniqueConstraint(
                name="assignment_booking_once",
                fields=["booking", "resource"],
                condition=models.Q(booking__isnull=False),
            ),
            models.UniqueConstraint(
                name="assignment_hold_once",
                fields=["hold", "resource"],
                condition=models.Q(hold__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["resource", "starts_at"], name="assignment_resource")]

    def __str__(self) -> str:
        return f"{self.resource}"

    @property
    def travel(self) -> timedelta:
        """How long the way is planned to take, however early or late she really left."""
        arrives_at = self.planned_arrives_at or self.arrives_at
        return arrives_at - (self.planned_starts_at or self.starts_at)

    @property
    def travel_minutes(self) -> int:
        return round(self.travel.total_seconds() / 60)
