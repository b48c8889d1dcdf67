"""The household or organization that is served."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from doorstep.domain.organization.models import Territory
from doorstep.platform.lib.address import AddressFields, coordinate_constraints


class Account(AddressFields):
    name = models.CharField(_("name"), max_length=160)
    territory = models.ForeignKey(
        Territory, verbose_name=_("territory"), null=True, blank=True, on_delete=models.SET_NULL
    )
    primary_contact = models.ForeignKey(
        "customers.Contact",
        verbose_name=_("primary contact"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    language = models.CharField(
        _("language"), max_length=10, choices=settings.LANGUAGES, blank=True
    )
    instructions = models.TextField(
        _("access notes"), blank=True, help_text=_("Handed to the technician with every visit.")
    )
    is_active = models.BooleanField(_("active"), default=True)
    is_excluded = models.BooleanField(
        _("excluded"),
        default=False,
        help_text=_("No portal, no invitations and no messages for this account."),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        ordering = ["name", "pk"]
        constraints = coordinate_constraints("account")
        indexes = [models.Index(fields=["name"], name="account_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def may_use_portal(self) -> bool:
        return self.is_active and not self.is_excluded
