"""Who changed what, when, and from where. Rows are written once and never changed."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Source(models.TextChoices):
    PORTAL = "portal", _("Portal")
    LINK = "link", _("Link in a message")
    OFFICE = "office", _("Office")
    TECHNICIAN = "technician", _("Technician's page")
    API = "api", _("API")
    COMMAND = "command", _("Command line")
    SYSTEM = "system", _("System")


class LogEntry(models.Model):
    at = models.DateTimeField(_("when"), default=timezone.now, editable=False)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("who"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    # Kept when the user is deleted; also names actors that are no users ("worker").
    actor_label = models.CharField(_("name"), max_length=254)
    source = models.CharField(_("from where"), max_length=20, choices=Source)
    action = models.CharField(_("what"), max_length=60)
    object_type = models.CharField(_("kind of object"), max_length=60)
    object_id = models.BigIntegerField(_("object"))
    object_label = models.CharField(_("object's name"), max_length=254)
    data = models.JSONField(_("details"), default=dict)

    class Meta:
        verbose_name = _("history entry")
        verbose_name_plural = _("history")
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["object_type", "object_id", "-at"], name="audit_object"),
            models.Index(fields=["-at"], name="audit_at"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_label}: {self.action} {self.object_label}"
