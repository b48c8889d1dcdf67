"""Invitations to the portal: a code that lets its holder make a sign-in."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from doorstep.domain.organization.models import Portal

from .account import Account
from .contact import Contact


class InvitationKind(models.TextChoices):
    SINGLE = "single", _("Single: one contact, redeemed once")
    GROUP = "group", _("Group: several contacts of the account")


class Invitation(models.Model):
    kind = models.CharField(
        _("kind"), max_length=10, choices=InvitationKind, default=InvitationKind.SINGLE
    )
    portal = models.ForeignKey(Portal, on_delete=models.CASCADE, verbose_name=_("portal"))
    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="invitations", verbose_name=_("account")
    )
    contact = models.ForeignKey(
        Contact,
        verbose_name=_("contact"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="invitations",
    )
    # Looked up by its hash; kept encrypted so that the office can read it out or send it again.
    code_digest = models.CharField(max_length=64, unique=True, editable=False)
    code_encrypted = models.TextField(editable=False)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    max_redemptions = models.PositiveIntegerField(_("may be redeemed"), default=1)
    redemption_count = models.PositiveIntegerField(_("redeemed"), default=0, editable=False)
    is_revoked = models.BooleanField(_("revoked"), default=False)
    is_automatic = models.BooleanField(_("sent by itself"), default=False, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
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
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="invitation_single_has_contact",
                condition=models.Q(kind="group")
                | models.Q(contact__isnull=False, max_redemptions=1),
                violation_error_message=_(
                    "A single invitation names one contact and is redeemed once."
                ),
            ),
            models.CheckConstraint(
                name="invitation_redemptions",
                condition=models.Q(redemption_count__lte=models.F("max_redemptions")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contact or self.account}"


class InvitationRedemption(models.Model):
    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, related_name="redemptions")
    contact = models.ForeignKey(
        Contact, on_delete=models.CASCADE, related_name="redemptions", verbose_name=_("contact")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    redeemed_at = models.DateTimeField(_("redeemed"), auto_now_add=True)

    class Meta:
        verbose_name = _("redemption")
        verbose_name_plural = _("redemptions")
        ordering = ["-redeemed_at"]

    def __str__(self) -> str:
        return f"{self.contact}"


class InvitedAddress(models.Model):
    """An address that has had its automatic invitation, for ever: the row outlives the contact."""

    email = models.EmailField(_("e-mail"), max_length=254)
    invited_at = models.DateTimeField(_("invited"), auto_now_add=True)

    class Meta:
        verbose_name = _("invited address")
        verbose_name_plural = _("invited addresses")
        constraints = [models.UniqueConstraint(Lower("email"), name="invited_address_once")]

    def __str__(self) -> str:
        return self.email
