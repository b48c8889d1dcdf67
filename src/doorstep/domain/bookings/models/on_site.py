"""What is done and collected at the place of work: ticked items, photos, the signature."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from doorstep.domain.work.models import ChecklistItem

from .booking import Booking


class ChecklistAnswer(models.Model):
    """An item that was ticked; unticking removes it, and history tells both."""

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="checklist")
    # The text is kept: the office may change or remove the item afterwards.
    item = models.ForeignKey(
        ChecklistItem, null=True, on_delete=models.SET_NULL, related_name="answers"
    )
    text = models.CharField(_("item"), max_length=200)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("done by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    done_at = models.DateTimeField(_("done"))

    class Meta:
        verbose_name = _("checklist answer")
        verbose_name_plural = _("checklist")
        ordering = ["done_at", "pk"]
        constraints = [
            models.UniqueConstraint(name="checklist_answer_once", fields=["booking", "item"])
        ]

    def __str__(self) -> str:
        return self.text


class BookingPhoto(models.Model):
    """A photo of the visit. The file is private: only views that check who asks hand it out."""

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="photos")
    picture = models.ImageField(_("photo"), upload_to="visits/")
    caption = models.CharField(_("caption"), max_length=200, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("who"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    is_from_customer = models.BooleanField(_("from the customer"), default=False)
    created_at = models.DateTimeField(_("taken"), default=timezone.now)

    class Meta:
        verbose_name = _("photo")
        verbose_name_plural = _("photos")
        ordering = ["created_at", "pk"]

    def __str__(self) -> str:
        return self.caption or str(self.picture)


class BookingSignature(models.Model):
    """Who signed for the work: drawn, or by the typed name alone."""

    booking = models.OneToOneField(Booking, on_delete=models.CASCADE, related_name="signature")
    name = models.CharField(_("name"), max_length=120)
    picture = models.ImageField(_("signature"), upload_to="visits/", blank=True)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("taken by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    signed_at = models.DateTimeField(_("signed"))

    class Meta:
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")

    def __str__(self) -> str:
        return self.name
