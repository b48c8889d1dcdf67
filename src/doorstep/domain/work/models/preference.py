"""Whom an account, a kind of job or a work order wants, or does not want (reference 7.4)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from doorstep.domain.customers.models import Account
from doorstep.domain.resources.models import BookableResource

from .incident_type import IncidentType
from .work_order import WorkOrder


class PreferenceKind(models.TextChoices):
    PREFERRED = "preferred", _("Preferred: first, if free")
    RESTRICTED = "restricted", _("Restricted: never")
    MUST = "must", _("Must choose from these")


class ResourcePreference(models.Model):
    account = models.ForeignKey(
        Account, null=True, blank=True, on_delete=models.CASCADE, related_name="preferences"
    )
    incident_type = models.ForeignKey(
        IncidentType, null=True, blank=True, on_delete=models.CASCADE, related_name="preferences"
    )
    work_order = models.ForeignKey(
        WorkOrder, null=True, blank=True, on_delete=models.CASCADE, related_name="preferences"
    )
    resource = models.ForeignKey(
        BookableResource,
        verbose_name=_("resource"),
        on_delete=models.CASCADE,
        related_name="preferred_by",
    )
    kind = models.CharField(_("kind"), max_length=20, choices=PreferenceKind)
    from_on = models.DateField(_("from"), null=True, blank=True)
    to_on = models.DateField(_("last day"), null=True, blank=True)

    class Meta:
        verbose_name = _("resource preference")
        verbose_name_plural = _("resource preferences")
        constraints = [
            models.CheckConstraint(
                name="preference_one_owner",
                condition=models.Q(
                    account__isnull=False, incident_type__isnull=True, work_order__isnull=True
                )
                | models.Q(
                    account__isnull=True, incident_type__isnull=False, work_order__isnull=True
                )
                | models.Q(
                    account__isnull=True, incident_type__isnull=True, work_order__isnull=False
                ),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.resource}"
