"""Equipment of a customer, perhaps at a place other than the account's address."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from doorstep.platform.lib.address import AddressFields

from .account import Account
from .location import FunctionalLocation


class CustomerAsset(models.Model):
    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="assets", verbose_name=_("account")
    )
    location = models.ForeignKey(
        FunctionalLocation,
        verbose_name=_("functional location"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="assets",
        help_text=_("Its address, if it has one, is where the work takes place."),
    )
    name = models.CharField(_("name"), max_length=160)
    product = models.CharField(_("product"), max_length=160, blank=True)
    serial_number = models.CharField(_("serial number"), max_length=80, blank=True)
    installed_on = models.DateField(_("installed"), null=True, blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("customer asset")
        verbose_name_plural = _("customer assets")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.location and self.location.account_id != self.account_id:
            raise ValidationError({"location": _("That location belongs to another account.")})

    @property
    def place(self) -> AddressFields:
        """Where it stands: its location's address, else the account's (product reference 3.4)."""
        if self.location and (addressed := self.location.addressed):
            return addressed
        return self.account
