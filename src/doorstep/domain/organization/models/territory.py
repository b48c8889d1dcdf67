"""Regions of service, and the units (depots) technicians may start from."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from doorstep.platform.lib.address import AddressFields, coordinate_constraints


class Territory(models.Model):
    name = models.CharField(_("name"), max_length=120, unique=True)
    description = models.TextField(_("description"), blank=True)

    class Meta:
        verbose_name = _("territory")
        verbose_name_plural = _("territories")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class OrganizationalUnit(AddressFields):
    name = models.CharField(_("name"), max_length=120, unique=True)

    class Meta:
        verbose_name = _("organizational unit")
        verbose_name_plural = _("organizational units")
        ordering = ["name"]
        constraints = coordinate_constraints("unit")

    def __str__(self) -> str:
        return self.name
