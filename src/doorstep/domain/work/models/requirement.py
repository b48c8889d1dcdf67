"""Requirements: who must come for a work order. Several of one work order arrive together."""

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from .incident_type import NeedFields, RoleFields
from .work_order import WorkOrder


class RequirementStatus(models.TextChoices):
    ACTIVE = "active", _("Active")
    COMPLETED = "completed", _("Completed")
    CANCELED = "canceled", _("Canceled")


class Requirement(RoleFields):
    work_order = models.ForeignKey(WorkOrder, on_delete=models.CASCADE, related_name="requirements")
    name = models.CharField(_("role"), max_length=80, blank=True)
    duration_minutes = models.PositiveIntegerField(
        _("duration (minutes)"), validators=[MinValueValidator(1)]
    )
    status = models.CharField(
        _("status"),
        max_length=20,
        choices=RequirementStatus,
        default=RequirementStatus.ACTIVE,
    )

    class Meta:
        verbose_name = _("requirement")
        verbose_name_plural = _("requirements")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="requirement_duration",
                condition=models.Q(duration_minutes__range=(1, 24 * 60)),
            )
        ]

    def __str__(self) -> str:
        return self.name or str(self.work_order)


class RequirementNeed(NeedFields):
    # Found by the unique constraint.
    requirement = models.ForeignKey(
        Requirement, on_delete=models.CASCADE, related_name="needs", db_index=False
    )

    class Meta:
        verbose_name = _("needed characteristic")
        verbose_name_plural = _("needed characteristics")
        constraints = [
            models.UniqueConstraint(
                name="requirement_need_once", fields=["requirement", "characteristic"]
            )
        ]
