"""A person of an account."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from doorstep.platform.lib.address import validate_time_zone

from .account import Account


class MessageChannel(models.TextChoices):
    EMAIL = "email", _("E-mail")
    SMS = "sms", _("SMS")
    BOTH = "both", _("E-mail and SMS")


class Contact(models.Model):
    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="contacts", verbose_name=_("account")
    )
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("signs in as"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="contact",
    )
    first_name = models.CharField(_("first name"), max_length=80, blank=True)
    last_name = models.CharField(_("last name"), max_length=80, blank=True)
    email = models.EmailField(_("e-mail"), max_length=254, blank=True)
    phone = models.CharField(
        _("mobile phone"), max_length=20, blank=True, help_text=_("Stored as +44…")
    )
    language = models.CharField(
        _("language"), max_length=10, choices=settings.LANGUAGES, blank=True
    )
    time_zone = models.CharField(
        _("time zone"), max_length=64, blank=True, validators=[validate_time_zone]
    )
    message_channel = models.CharField(
        _("messages by"),
        max_length=10,
        choices=MessageChannel,
        blank=True,
        help_text=_("Empty: as the portal sends them."),
    )
    allows_sign_in = models.BooleanField(_("may sign in"), default=True)
    is_active = models.BooleanField(_("active"), default=True)
    has_seen_profile = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        ordering = ["last_name", "first_name", "pk"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="contact_email",
                condition=~models.Q(email=""),
                violation_error_message=_("There is a contact with this e-mail already."),
            ),
            models.CheckConstraint(
                name="contact_phone",
                condition=models.Q(phone="") | models.Q(phone__regex=r"^\+[1-9][0-9]{4,14}$"),
                violation_error_message=_("Type the phone number with its country code: +44…"),
            ),
            models.CheckConstraint(
                name="contact_named",
                condition=~models.Q(first_name="", last_name="", email="", phone=""),
                violation_error_message=_("A contact needs a name, an e-mail or a phone number."),
            ),
        ]
        # Texts of customers are about everybody who has the number.
        indexes = [models.Index(fields=["phone"], name="contact_phone_number")]

    def __str__(self) -> str:
        return self.full_name or self.email or self.phone

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def may_use_portal(self) -> bool:
        return self.is_active and self.allows_sign_in and self.account.may_use_portal
