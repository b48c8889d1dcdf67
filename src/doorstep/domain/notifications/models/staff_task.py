"""Something a person has to look at, because no rule may decide it."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from doorstep.domain.bookings.models import Booking
from doorstep.domain.customers.models import Contact
from doorstep.domain.organization.models import ConnectorAccount


class TaskKind(models.TextChoices):
    CANCEL_BY_TEXT = "cancel_by_text", _("A customer texted CANCEL: the visit, or the messages?")
    CUSTOMER_WROTE = "customer_wrote", _("A customer answered a text message")
    RUNNING_LATE = "running_late", _("A technician is running late")
    CANNOT_DO = "cannot_do", _("A technician cannot do a visit")
    CONNECTOR_PAUSED = "connector_paused", _("An outside service refuses us")
    CALENDAR_FAILING = "calendar_failing", _("A technician's calendar cannot be written")


class StaffTask(models.Model):
    kind = models.CharField(_("what"), max_length=20, choices=TaskKind)
    text = models.CharField(_("words"), max_length=500, blank=True)
    # One cause makes one task, however often it is heard of.
    dedupe_key = models.CharField(max_length=160, unique=True, editable=False)
    contact = models.ForeignKey(
        Contact, verbose_name=_("contact"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    booking = models.ForeignKey(
        Booking, verbose_name=_("booking"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    account = models.ForeignKey(
        ConnectorAccount,
        verbose_name=_("connector"),
        null=True,
        on_delete=models.CASCADE,
        related_name="+",
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    done_at = models.DateTimeField(_("done"), null=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("done by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}"
