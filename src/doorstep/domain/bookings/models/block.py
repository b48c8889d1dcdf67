"""Resource blocks: the one table that takes a resource's time."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models
from django.utils.translation import gettext_lazy as _

from doorstep.domain.resources.models import BookableResource, TimeOff

from .assignment import Assignment


class BlockKind(models.TextChoices):
    VISIT = "visit", _("Visit or hold")
    TIME_OFF = "time_off", _("Time off")
    OUTSIDE = "outside", _("Outside appointment")


class _PointRange(models.Func):
    """`int8range(x, x, '[]')`: lets a plain number stand in an exclusion over ranges, so that no
    extension (btree_gist) is needed."""

    function = "int8range"
    template = "%(function)s(%(expressions)s, '[]')"

    def __init__(self, field: str) -> None:
        number = models.functions.Cast(field, models.BigIntegerField())
        super().__init__(number, number)


class _TimeRange(models.Func):
    function = "tstzrange"
    template = "%(function)s(%(expressions)s, '[)')"


class ResourceBlock(models.Model):
    """A stretch of one lane of one resource that is taken: travel and work, half-open [start, end).

    The exclusion constraint is the last wall against double booking. Its holes (empty, unbounded or
    missing ranges) are closed by NOT NULL and the CHECK.
    """

    resource = models.ForeignKey(BookableResource, on_delete=models.PROTECT, related_name="blocks")
    lane = models.PositiveSmallIntegerField(default=1)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    kind = models.CharField(max_length=20, choices=BlockKind, default=BlockKind.VISIT)
    assignment = models.OneToOneField(
        Assignment, null=True, blank=True, on_delete=models.CASCADE, related_name="block"
    )
    time_off = models.ForeignKey(
        TimeOff, null=True, blank=True, on_delete=models.CASCADE, related_name="blocks"
    )

    class Meta:
        verbose_name = _("resource block")
        verbose_name_plural = _("resource blocks")
        constraints = [
            models.CheckConstraint(
                name="block_order", condition=models.Q(starts_at__lt=models.F("ends_at"))
            ),
            models.CheckConstraint(
                name="block_lane", condition=models.Q(lane__gte=1, lane__lte=50)
            ),
            models.CheckConstraint(
                name="block_owner",
                condition=models.Q(kind="visit", assignment__isnull=False, time_off__isnull=True)
                | models.Q(kind="time_off", assignment__isnull=True, time_off__isnull=False)
                | models.Q(kind="outside", assignment__isnull=True, time_off__isnull=True),
            ),
            ExclusionConstraint(
                name="block_no_overlap",
                expressions=[
                    (_PointRange("resource_id"), "&&"),
                    (_PointRange("lane"), "&&"),
                    (_TimeRange("starts_at", "ends_at"), "&&"),
                ],
                violation_error_message=_("That time is taken already."),
            ),
        ]
        indexes = [
            models.Index(fields=["starts_at", "ends_at"], name="block_times"),
            # Absences and outside appointments, which have no assignment to be found by.
            models.Index(
                fields=["resource", "starts_at"],
                condition=models.Q(assignment__isnull=True),
                name="block_away",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.resource_id}/{self.lane} {self.starts_at:%Y-%m-%d %H:%M}"
