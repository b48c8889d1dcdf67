"""An account with an outside service: which connector, its settings, and how it is doing."""

import json
from typing import Any

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from doorstep.platform.lib.secrets import decrypt, encrypt
from doorstep.platform.lib.tokens import new_code

from .portal import Portal


class ConnectorKind(models.TextChoices):
    """The kinds of the registry of connectors that have accounts."""

    EMAIL = "email", _("E-mail")
    SMS = "sms", _("SMS")
    TRAFFIC = "traffic", _("Traffic")
    CALENDAR = "calendar", _("Calendars")


class ConnectorAccount(models.Model):
    """Settings are encrypted at rest; `callback_code` is part of the address the provider reports
    to, so that reports of one account never count for another."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    kind = models.CharField(_("for"), max_length=20, choices=ConnectorKind)
    connector = models.CharField(_("service"), max_length=40)
    portal = models.ForeignKey(
        Portal,
        verbose_name=_("portal"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="connector_accounts",
        help_text=_("Empty: for every portal that has no account of its own."),
    )
    settings_encrypted = models.TextField(blank=True, editable=False)
    callback_code = models.CharField(max_length=32, unique=True, default=new_code, editable=False)
    is_active = models.BooleanField(_("in use"), default=True)
    per_minute = models.PositiveIntegerField(
        _("at most per minute"),
        default=0,
        validators=[MaxValueValidator(100_000)],
        help_text=_("What the provider allows; 0 for no limit."),
    )
    # The breaker: nothing is handed over before `paused_until`; the first try after it decides.
    failures = models.PositiveIntegerField(_("failures in a row"), default=0, editable=False)
    paused_until = models.DateTimeField(_("paused until"), null=True, editable=False)
    pause_reason = models.CharField(_("paused because"), max_length=250, blank=True, editable=False)
    alerted_at = models.DateTimeField(_("staff told"), null=True, editable=False)
    # The rate cap: the instant up to which the provider's allowance is used up.
    taken_until = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("connector")
        verbose_name_plural = _("connectors")
        ordering = ["kind", "name"]

    def __str__(self) -> str:
        return self.name

    @property
    def settings(self) -> dict[str, Any]:
        """Raises SecretUnreadable when the key that encrypted them is gone."""
        if not self.settings_encrypted:
            return {}
        values: dict[str, Any] = json.loads(decrypt(self.settings_encrypted))
        return values

    @settings.setter
    def settings(self, values: dict[str, Any]) -> None:
        self.settings_encrypted = encrypt(json.dumps(values))
