"""Functional locations: the places of an account, in a tree."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from doorstep.platform.lib.address import AddressFields, coordinate_constraints

from .account import Account

_MAX_DEPTH = 50


class FunctionalLocation(AddressFields):
    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="locations", verbose_name=_("account")
    )
    parent = models.ForeignKey(
        "self",
        verbose_name=_("part of"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="children",
    )
    name = models.CharField(_("name"), max_length=160)
    access_notes = models.TextField(_("access notes"), blank=True)

    class Meta:
        verbose_name = _("functional location")
        verbose_name_plural = _("functional locations")
        ordering = ["name", "pk"]
        constraints = [
            *coordinate_constraints("location"),
            models.CheckConstraint(
                name="location_not_own_parent",
                condition=models.Q(parent__isnull=True) | ~models.Q(parent=models.F("pk")),
                violation_error_message=_("A location cannot be part of itself."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        step, depth = self.parent, 0
        while step is not None:
            if step.pk == self.pk or depth > _MAX_DEPTH:
                raise ValidationError({"parent": _("A location cannot be part of itself.")})
            if step.account_id != self.account_id:
                raise ValidationError({"parent": _("That location belongs to another account.")})
            step, depth = step.parent, depth + 1

    @property
    def addressed(self) -> "FunctionalLocation | None":
        """This location or the nearest one above it that has an address of its own."""
        step: FunctionalLocation | None = self
        for _level in range(_MAX_DEPTH):
            if step is None or step.has_address or step.coordinates:
                return step
            step = step.parent
        return None
