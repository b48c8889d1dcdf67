"""Incident types: the kinds of job, what they need, and what of them customers see."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from doorstep.domain.resources.models import Characteristic, ResourceKind


class WorkOrderType(models.Model):
    name = models.CharField(_("name"), max_length=80, unique=True)
    is_excluded = models.BooleanField(
        _("excluded"),
        default=False,
        help_text=_("Not offered on the portal, and no messages about such work orders."),
    )

    class Meta:
        verbose_name = _("work order type")
        verbose_name_plural = _("work order types")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class WorkLocation(models.TextChoices):
    ONSITE = "onsite", _("At the customer's place")
    FACILITY = "facility", _("At our facility")
    AGNOSTIC = "agnostic", _("Location agnostic (by phone, say)")


class RoleFields(models.Model):
    """Who can do one part of the job: one resource of a kind, or a crew."""

    resource_kind = models.CharField(
        _("kind of resource"), max_length=20, choices=ResourceKind, default=ResourceKind.USER
    )
    crew_size = models.PositiveSmallIntegerField(
        _("crew of at least"),
        default=0,
        validators=[MaxValueValidator(20)],
        help_text=_("Working members. 0: one single resource."),
    )

    class Meta:
        abstract = True


class IncidentType(RoleFields):
    name = models.CharField(_("name"), max_length=100, unique=True)
    description = models.TextField(_("description"), max_length=8000, blank=True)
    work_order_type = models.ForeignKey(
        WorkOrderType,
        verbose_name=_("work order type"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
    )
    duration_minutes = models.PositiveIntegerField(
        _("estimated duration (minutes)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(24 * 60)],
    )
    work_location = models.CharField(
        _("takes place"), max_length=20, choices=WorkLocation, default=WorkLocation.ONSITE
    )
    is_active = models.BooleanField(_("active"), default=True)
    is_customer_bookable = models.BooleanField(_("offered to customers"), default=False)
    customer_name = models.CharField(_("name for customers"), max_length=100, blank=True)
    customer_description = models.CharField(
        _("description for customers"), max_length=300, blank=True
    )
    preparation = models.TextField(
        _("what to prepare"), blank=True, help_text=_("Shown with the confirmation.")
    )
    survey_question = models.CharField(
        _("question after the visit"),
        max_length=200,
        blank=True,
        help_text=_(
            "Asked in the portal's own form with one to five stars, such as “Was everything left "
            "tidy?”. Empty: none."
        ),
    )
    position = models.PositiveSmallIntegerField(_("order on the portal"), default=100)

    class Meta:
        verbose_name = _("incident type")
        verbose_name_plural = _("incident types")
        ordering = ["position", "name"]
        constraints = [
            models.CheckConstraint(
                name="incident_type_duration",
                condition=models.Q(duration_minutes__isnull=True)
                | models.Q(duration_minutes__range=(1, 24 * 60)),
            ),
            models.CheckConstraint(
                name="incident_type_bookable",
                condition=models.Q(is_customer_bookable=False)
                | (
                    ~models.Q(customer_name="")
                    & models.Q(duration_minutes__isnull=False, work_order_type__isnull=False)
                ),
                violation_error_message=_(
                    "To be offered to customers it needs a name for customers, "
                    "a work order type and a duration."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse what customers could not book (product reference 4.1)."""
        if not self.is_customer_bookable:
            return
        missing: dict[str, ValidationError] = {}
        if not self.customer_name:
            missing["customer_name"] = ValidationError(_("Customers need a name to choose it by."))
        if self.work_order_type is None:
            missing["work_order_type"] = ValidationError(_("Its work orders need a type."))
        if not self.duration_minutes:
            missing["duration_minutes"] = ValidationError(
                _("Without a duration no time can be offered.")
            )
        if missing:
            raise ValidationError(missing)


class NeedFields(models.Model):
    characteristic = models.ForeignKey(
        Characteristic, verbose_name=_("characteristic"), on_delete=models.PROTECT
    )
    minimum_rating = models.SmallIntegerField(
        _("minimum rating"), null=True, blank=True, help_text=_("Empty: any rating will do.")
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.characteristic}"

    def clean(self) -> None:
        if self.characteristic_id:
            self.characteristic.check_rating(self.minimum_rating, "minimum_rating")


class IncidentTypeNeed(NeedFields):
    """What the one role of an incident type without role templates must be able to do."""

    incident_type = models.ForeignKey(IncidentType, on_delete=models.CASCADE, related_name="needs")

    class Meta:
        verbose_name = _("needed characteristic")
        verbose_name_plural = _("needed characteristics")
        constraints = [
            models.UniqueConstraint(
                name="incident_need_once", fields=["incident_type", "characteristic"]
            )
        ]


class RoleTemplate(RoleFields):
    """One role of an incident type that needs several: together they are its requirement group."""

    incident_type = models.ForeignKey(IncidentType, on_delete=models.CASCADE, related_name="roles")
    name = models.CharField(_("role"), max_length=80)

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(name="role_once", fields=["incident_type", "name"])]

    def __str__(self) -> str:
        return f"{self.incident_type}: {self.name}"


class RoleNeed(NeedFields):
    role = models.ForeignKey(RoleTemplate, on_delete=models.CASCADE, related_name="needs")

    class Meta:
        verbose_name = _("needed characteristic of a role")
        verbose_name_plural = _("needed characteristics of a role")
        constraints = [
            models.UniqueConstraint(name="role_need_once", fields=["role", "characteristic"])
        ]


class ChecklistItem(models.Model):
    """Something the technician ticks at every visit of this kind."""

    incident_type = models.ForeignKey(
        IncidentType, on_delete=models.CASCADE, related_name="checklist"
    )
    text = models.CharField(_("what to do"), max_length=200)
    is_required = models.BooleanField(
        _("required"),
        default=False,
        help_text=_("The visit cannot be completed on the technician's page without it."),
    )
    position = models.PositiveSmallIntegerField(_("order"), default=100)

    class Meta:
        verbose_name = _("checklist item")
        verbose_name_plural = _("checklist")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.text
