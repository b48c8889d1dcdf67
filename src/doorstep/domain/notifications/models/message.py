"""Messages: one text to one recipient, its state, and every attempt to send it.

The row is the truth; the job queue only rings the bell. It is written in the transaction of the
change it tells of, and says what became of it: sent, or not sent because.
"""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from doorstep.domain.bookings.models import Booking, BookingCode
from doorstep.domain.customers.models import Contact, Invitation
from doorstep.domain.organization.models import ConnectorAccount, Portal

from ..message_types import MESSAGE_TYPES
from ..reasons import Reason


class Channel(models.TextChoices):
    EMAIL = "email", _("E-mail")
    SMS = "sms", _("SMS")


class MessageState(models.TextChoices):
    PENDING = "pending", _("Pending")
    SENDING = "sending", _("Sending")
    SENT = "sent", _("Sent")
    DELIVERED = "delivered", _("Delivered")
    BOUNCED = "bounced", _("Bounced")
    FAILED = "failed", _("Failed")
    SUPPRESSED = "suppressed", _("Suppressed")
    CANCELED = "canceled", _("Canceled")
    UNKNOWN = "unknown", _("Unknown")


# It went out, as far as anybody knows: its reader may act on it.
OUT = (MessageState.SENT, MessageState.DELIVERED, MessageState.UNKNOWN)
# It may still go out.
WAITING = (MessageState.PENDING, MessageState.SENDING)


class Outcome(models.TextChoices):
    """What became of an attempt; empty while nobody knows yet."""

    SENT = "sent", _("Handed over")
    TEMPORARY = "temporary", _("Refused for now")
    PERMANENT = "permanent", _("Refused for good")
    UNKNOWN = "unknown", _("Unknown: it may have been handed over")
    BROKEN = "broken", _("The text could not be made")
    NOT_FOUND = "not_found", _("Looked for at the provider, not found")


class Message(models.Model):
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    message_type = models.CharField(_("type"), max_length=40)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel, default=Channel.EMAIL)
    portal = models.ForeignKey(
        Portal, null=True, on_delete=models.SET_NULL, verbose_name=_("portal")
    )
    contact = models.ForeignKey(
        Contact,
        verbose_name=_("contact"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="messages",
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    booking = models.ForeignKey(
        Booking,
        verbose_name=_("booking"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="messages",
    )
    invitation = models.ForeignKey(
        Invitation,
        verbose_name=_("invitation"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="messages",
    )
    # The link in it; its secret is kept with the context until the message is sent.
    code = models.ForeignKey(
        BookingCode,
        verbose_name=_("link"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="messages",
    )
    # Which account handed it over, and under which id its reports come.
    account = models.ForeignKey(
        ConnectorAccount,
        verbose_name=_("connector"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="messages",
    )
    provider_id = models.CharField(_("provider's id"), max_length=254, blank=True)
    # The one whose failure, or whose resending, this is a consequence of.
    follows = models.ForeignKey(
        "self",
        verbose_name=_("follows"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="followers",
    )
    # Sent by staff to themselves to see how it looks; says nothing to a customer.
    is_test = models.BooleanField(_("test"), default=False, editable=False)
    # Two messages for one cause cannot both exist, whoever hears of the cause twice.
    dedupe_key = models.CharField(max_length=160, unique=True, editable=False)
    address = models.CharField(_("sent to"), max_length=254, blank=True)
    language = models.CharField(_("language"), max_length=10, default="en")
    # Values the text needs beyond the rows above; encrypted, for they may carry links with codes.
    context_encrypted = models.TextField(blank=True, editable=False)
    # The window it tells of, as its text said when it was sent.
    told_from = models.DateTimeField(_("tells of, from"), null=True, editable=False)
    told_to = models.DateTimeField(_("tells of, to"), null=True, editable=False)
    subject = models.CharField(_("subject"), max_length=250, blank=True)
    text = models.TextField(_("text"), blank=True)
    html = models.TextField(_("HTML"), blank=True)

    state = models.CharField(
        _("state"), max_length=20, choices=MessageState, default=MessageState.PENDING
    )
    reason = models.CharField(_("reason"), max_length=250, blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    due_at = models.DateTimeField(_("due"), default=timezone.now)
    lease_until = models.DateTimeField(null=True, editable=False)
    lease_code = models.CharField(max_length=32, blank=True, editable=False)
    # Its turn with an account that takes only so many a minute.
    slot_at = models.DateTimeField(null=True, editable=False)
    attempt_count = models.PositiveIntegerField(_("attempts"), default=0, editable=False)
    sent_at = models.DateTimeField(_("sent"), null=True, editable=False)
    delivered_at = models.DateTimeField(_("delivered"), null=True, editable=False)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="message_state", condition=models.Q(state__in=MessageState.values)
            )
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="message_due",
                condition=models.Q(state__in=["pending", "sending"]),
            ),
            models.Index(fields=["-created_at"], name="message_created"),
            models.Index(
                fields=["provider_id"],
                name="message_provider_id",
                condition=~models.Q(provider_id=""),
            ),
        ]

    def __str__(self) -> str:
        kind = MESSAGE_TYPES.get(self.message_type)
        return f"{kind.label if kind else self.message_type} → {self.address or '?'}"

    @property
    def occasion(self) -> str:
        """What it is about, the same on all channels; `dedupe_key` is occasion and channel."""
        return self.dedupe_key.rpartition(":")[0]

    @property
    def reason_text(self) -> str:
        """Why it is in this state, in words: ours for a known reason, else the mail server's."""
        if self.reason in Reason.values:
            return str(Reason(self.reason).label)
        return self.reason

    @property
    def message_id(self) -> str:
        """The Message-ID of every attempt, so that a mail sent twice shows once."""
        return f"{self.uuid}@{settings.MESSAGE_ID_DOMAIN}"


class Attempt(models.Model):
    """One try. Written before the network is touched, so that an unknown outcome is visible."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="attempts")
    account = models.ForeignKey(
        ConnectorAccount,
        verbose_name=_("connector"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), null=True)
    outcome = models.CharField(_("outcome"), max_length=20, blank=True)
    code = models.CharField(_("code"), max_length=60, blank=True)
    detail = models.TextField(_("answer"), blank=True)
    provider_id = models.CharField(_("provider's id"), max_length=254, blank=True)

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering = ["started_at", "pk"]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M:%S} {self.outcome}"
