"""GPS platforms that report positions: their keys, and whose device is whose."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from doorstep.domain.resources.models import BookableResource


class PositionKey(models.Model):
    """Lets one platform report positions. Only the hash is stored; the key is shown once."""

    name = models.CharField(_("name"), max_length=80)
    key_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        verbose_name = _("key for positions")
        verbose_name_plural = _("keys for positions")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class Tracker(models.Model):
    """A device (phone, van) as the platform calls it, and the technician who carries it."""

    device = models.CharField(_("device"), max_length=100, unique=True)
    resource = models.ForeignKey(
        BookableResource,
        on_delete=models.CASCADE,
        related_name="trackers",
        verbose_name=_("technician"),
    )

    class Meta:
        verbose_name = _("tracker")
        verbose_name_plural = _("trackers")
        ordering = ["device"]

    def __str__(self) -> str:
        return self.device
