"""Booking codes: the secret in a link that opens one visit without signing in."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from doorstep.domain.customers.models import Contact

from .booking import Booking

# `purpose` of a code that staff made by hand; others carry the type of their message.
BY_HAND = "by_hand"


class BookingCode(models.Model):
    """One link of one message to one contact (docs/decisions/0012-links-without-sign-in.md)."""

    booking = models.ForeignKey(
        Booking, on_delete=models.CASCADE, related_name="codes", verbose_name=_("booking")
    )
    # A code whose contact is gone opens nothing; its row stays for the office.
    contact = models.ForeignKey(
        Contact,
        verbose_name=_("recipient"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="booking_codes",
    )
    # SHA-256 of the code: whoever reads the database cannot open a visit with it.
    code_hash = models.CharField(max_length=64, unique=True, editable=False)
    purpose = models.CharField(_("sent with"), max_length=40)
    # Empty: until the portal's days after the visit, however often the visit moves.
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    blocked_at = models.DateTimeField(_("blocked"), null=True, blank=True, editable=False)
    first_opened_at = models.DateTimeField(_("first opened"), null=True, editable=False)
    last_opened_at = models.DateTimeField(_("last opened"), null=True, editable=False)
    open_count = models.PositiveIntegerField(_("opened"), default=0, editable=False)
    created_at = models.DateTimeField(_("created"), editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("created by"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    class Meta:
        verbose_name = _("link without sign-in")
        verbose_name_plural = _("links without sign-in")
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["-created_at"], name="booking_code_age")]

    def __str__(self) -> str:
        return f"{self.booking}: {self.contact or '–'}"
