"""What providers report, as it came. A report that is here before its message waits for it."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from doorstep.connectors.webhooks import Progress
from doorstep.domain.organization.models import ConnectorAccount

from .message import Message


class ProviderReport(models.Model):
    account = models.ForeignKey(ConnectorAccount, on_delete=models.CASCADE, related_name="reports")
    # The same for a report that comes twice.
    event_key = models.CharField(max_length=160, editable=False)
    provider_id = models.CharField(_("provider's id"), max_length=254)
    message = models.ForeignKey(
        Message, null=True, on_delete=models.CASCADE, related_name="reports"
    )
    progress = models.CharField(
        _("progress"), max_length=20, choices=[(each.value, each.value) for each in Progress]
    )
    code = models.CharField(_("code"), max_length=60, blank=True)
    text = models.CharField(_("answer"), max_length=500, blank=True)
    at = models.DateTimeField(_("when"), null=True)
    received_at = models.DateTimeField(_("received"), default=timezone.now)

    class Meta:
        verbose_name = _("provider's report")
        verbose_name_plural = _("providers' reports")
        ordering = ["received_at", "pk"]
        constraints = [models.UniqueConstraint(name="report_once", fields=["account", "event_key"])]
        indexes = [models.Index(fields=["account", "provider_id"], name="report_provider_id")]

    def __str__(self) -> str:
        return f"{self.provider_id} {self.progress}"
