"""The consent ledger: who said stop or start, where and when. Rows are written once and never
changed; the newest about an address counts."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from doorstep.domain.customers.models import Contact

from .message import Channel


class ConsentSource(models.TextChoices):
    REPLY = "reply", _("Text message of the customer")
    LINK = "link", _("Link in a message")
    ONE_CLICK = "one_click", _("Button of the mail program")
    PORTAL = "portal", _("Profile page")
    OFFICE = "office", _("Office")
    PROVIDER = "provider", _("Message service")


class ConsentScope(models.TextChoices):
    ALL = "all", _("Every message")
    OPTIONAL = "optional", _("Reminders and surveys")


class Consent(models.Model):
    """About an address, not a contact: who shares a phone shares its stop, and it outlives both."""

    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    address = models.CharField(_("address"), max_length=254)
    is_opted_out = models.BooleanField(_("wants no messages"))
    scope = models.CharField(
        _("about"), max_length=10, choices=ConsentScope, default=ConsentScope.ALL
    )
    source = models.CharField(_("said by"), max_length=20, choices=ConsentSource)
    detail = models.CharField(_("words"), max_length=250, blank=True)
    # The provider's id of the reply, so that one reply told twice is one entry.
    event_key = models.CharField(max_length=160, unique=True, null=True, editable=False)  # noqa: DJ001
    contact = models.ForeignKey(
        Contact,
        verbose_name=_("contact"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="consents",
    )
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("consent entry")
        verbose_name_plural = _("consent")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["channel", "address", "-at"], name="consent_address")]

    def __str__(self) -> str:
        return f"{self.address} {'✕' if self.is_opted_out else '✓'}"
