"""A text of the company's own in place of a default one; empty parts keep the default."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from doorstep.domain.organization.models import Portal

from ..message_types import MESSAGE_TYPES


class MessageText(models.Model):
    """Parts of one type of message in one language. Only declared placeholders may stand in them;
    `words.check` says which, before a row is saved."""

    portal = models.ForeignKey(
        Portal, on_delete=models.CASCADE, related_name="message_texts", verbose_name=_("portal")
    )
    message_type = models.CharField(_("type"), max_length=40)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    heading = models.CharField(_("heading"), max_length=200, blank=True)
    opening = models.TextField(_("before the details"), max_length=4000, blank=True)
    closing = models.TextField(_("after the details"), max_length=4000, blank=True)
    button = models.CharField(_("button"), max_length=60, blank=True)
    sms = models.TextField(_("text message"), max_length=1600, blank=True)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("own text")
        verbose_name_plural = _("own texts")
        ordering = ["portal", "message_type", "language"]
        constraints = [
            models.UniqueConstraint(
                name="message_text_once", fields=["portal", "message_type", "language"]
            )
        ]

    def __str__(self) -> str:
        kind = MESSAGE_TYPES.get(self.message_type)
        return f"{kind.label if kind else self.message_type} ({self.language})"
