"""What a portal's customers are told, when, and on which channel."""

from datetime import time

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, validate_email
from django.db import models
from django.utils.translation import gettext_lazy as _

from doorstep.domain.customers.models import MessageChannel
from doorstep.domain.organization.models import Portal
from doorstep.platform.lib.address import validate_time_zone

from ..message_types import SWITCHABLE

MOST_REMINDER_DAYS = 30


class SendTo(models.TextChoices):
    PRIMARY_CONTACT = "primary_contact", _("The account's primary contact")
    BOOKED_BY = "booked_by", _("Who booked the visit, else the primary contact")
    NOBODY = "nobody", _("Nobody")


def _default_reminders() -> list[int]:
    return [7]


def _no_types() -> list[str]:
    return []


class MessageSettings(models.Model):
    """One row per portal; `selectors.settings_of` answers with defaults where there is none."""

    portal = models.OneToOneField(
        Portal, on_delete=models.CASCADE, related_name="message_settings", verbose_name=_("portal")
    )
    switched_off = ArrayField(
        models.CharField(max_length=40),
        verbose_name=_("types that are not sent"),
        default=_no_types,
        blank=True,
    )
    channel = models.CharField(
        _("send by"), max_length=10, choices=MessageChannel, default=MessageChannel.EMAIL
    )
    send_to = models.CharField(
        _("send messages to"),
        max_length=20,
        choices=SendTo,
        default=SendTo.PRIMARY_CONTACT,
        help_text=_("When a work order names nobody as reported by."),
    )
    reminder_days = ArrayField(
        models.PositiveSmallIntegerField(),
        verbose_name=_("remind days before"),
        default=_default_reminders,
        blank=True,
        help_text=_("Several with commas, such as 7, 1. 0 or empty: no reminders."),
    )
    reminder_time = models.TimeField(_("remind at"), default=time(10))
    reminder_zone = models.CharField(
        _("in the time of"),
        max_length=64,
        default="UTC",
        blank=True,
        validators=[validate_time_zone],
        help_text=_("Empty: the time where the visit is."),
    )
    reschedule_minutes = models.PositiveIntegerField(
        _("tell of moves over (minutes)"),
        default=10,
        validators=[MaxValueValidator(24 * 60)],
        help_text=_("Compared with the start the customer was told last."),
    )
    settle_seconds = models.PositiveIntegerField(
        _("settling time (seconds)"),
        default=60,
        validators=[MaxValueValidator(3600)],
        help_text=_("Several changes within it lead to one message, or to none."),
    )
    quiet_from = models.TimeField(
        _("quiet from"),
        null=True,
        blank=True,
        help_text=_("Where the visit is. Messages about a technician on the way pass."),
    )
    quiet_to = models.TimeField(_("quiet to"), null=True, blank=True)
    staff_addresses = models.TextField(
        _("tell the office"),
        blank=True,
        help_text=_("E-mail addresses, one a line: told when a customer books, moves or cancels."),
    )

    class Meta:
        verbose_name = _("messages of a portal")
        verbose_name_plural = _("messages of portals")
        constraints = [
            models.CheckConstraint(
                name="message_quiet_hours",
                condition=models.Q(quiet_from__isnull=True, quiet_to__isnull=True)
                | models.Q(quiet_from__isnull=False, quiet_to__isnull=False),
                violation_error_message=_("Quiet hours need both a beginning and an end."),
            )
        ]

    def __str__(self) -> str:
        return str(self.portal)

    def clean(self) -> None:
        unknown = set(self.switched_off) - SWITCHABLE.keys()
        if unknown:
            raise ValidationError({"switched_off": _("There is no such type of message.")})
        if any(not 0 <= days <= MOST_REMINDER_DAYS for days in self.reminder_days):
            raise ValidationError({"reminder_days": _("Between 0 and 30 days before the visit.")})
        for address in self.staff_list:
            try:
                validate_email(address)
            except ValidationError as error:
                text = _("%(address)s is not an e-mail address.") % {"address": address}
                raise ValidationError({"staff_addresses": text}) from error

    @property
    def reminders(self) -> list[int]:
        """Days before the visit, the farthest first; 0 switches one off."""
        return sorted({days for days in self.reminder_days if days > 0}, reverse=True)

    @property
    def staff_list(self) -> list[str]:
        return [line.strip() for line in self.staff_addresses.splitlines() if line.strip()]
