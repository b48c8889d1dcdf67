"""Work orders: the job for an account, with the address it was made for."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from doorstep.domain.customers.models import Account, Contact, CustomerAsset, FunctionalLocation
from doorstep.domain.organization.models import Portal, Territory
from doorstep.platform.lib.address import AddressFields, coordinate_constraints

from .incident_type import IncidentType, WorkLocation, WorkOrderType


class Priority(models.Model):
    name = models.CharField(_("name"), max_length=40, unique=True)
    level = models.PositiveSmallIntegerField(
        _("level"),
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(9)],
        help_text=_("1 is most important, 9 least."),
    )

    class Meta:
        verbose_name = _("priority")
        verbose_name_plural = _("priorities")
        ordering = ["level", "name"]

    def __str__(self) -> str:
        return self.name


class SystemStatus(models.TextChoices):
    UNSCHEDULED = "unscheduled", _("Unscheduled")
    SCHEDULED = "scheduled", _("Scheduled")
    IN_PROGRESS = "in_progress", _("In progress")
    COMPLETED = "completed", _("Completed")
    POSTED = "posted", _("Posted")
    CANCELED = "canceled", _("Canceled")


class WorkOrder(AddressFields):
    number = models.CharField(_("number"), max_length=20, unique=True, editable=False)
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="work_orders", verbose_name=_("account")
    )
    reported_by = models.ForeignKey(
        Contact,
        verbose_name=_("reported by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="work_orders",
    )
    asset = models.ForeignKey(
        CustomerAsset,
        verbose_name=_("asset"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="work_orders",
    )
    location = models.ForeignKey(
        FunctionalLocation,
        verbose_name=_("functional location"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="work_orders",
    )
    incident_type = models.ForeignKey(
        IncidentType, verbose_name=_("incident type"), on_delete=models.PROTECT
    )
    work_order_type = models.ForeignKey(
        WorkOrderType,
        verbose_name=_("work order type"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
    )
    priority = models.ForeignKey(
        Priority, verbose_name=_("priority"), null=True, blank=True, on_delete=models.SET_NULL
    )
    territory = models.ForeignKey(
        Territory, verbose_name=_("territory"), null=True, blank=True, on_delete=models.SET_NULL
    )
    portal = models.ForeignKey(
        Portal, verbose_name=_("portal"), null=True, blank=True, on_delete=models.SET_NULL
    )
    work_location = models.CharField(
        _("takes place"), max_length=20, choices=WorkLocation, default=WorkLocation.ONSITE
    )
    summary = models.CharField(_("summary"), max_length=200, blank=True)
    instructions = models.TextField(_("access notes"), blank=True)
    system_status = models.CharField(
        _("status"),
        max_length=20,
        choices=SystemStatus,
        default=SystemStatus.UNSCHEDULED,
        editable=False,
    )
    first_arrived_at = models.DateTimeField(_("first arrived"), null=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("work order")
        verbose_name_plural = _("work orders")
        ordering = ["-pk"]
        constraints = [
            *coordinate_constraints("work_order"),
            models.CheckConstraint(
                name="work_order_status",
                condition=models.Q(system_status__in=SystemStatus.values),
            ),
        ]
        indexes = [models.Index(fields=["system_status", "-created_at"], name="work_order_status")]

    def __str__(self) -> str:
        return self.number
