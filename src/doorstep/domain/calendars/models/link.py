"""A technician's calendar elsewhere, and how writing to it goes."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from doorstep.connectors.calendar.base import Mailbox
from doorstep.domain.organization.models import ConnectorAccount
from doorstep.domain.resources.models import BookableResource
from doorstep.platform.lib.secrets import decrypt, encrypt


class LinkState(models.TextChoices):
    """A technician without a link is "not set up"."""

    WAITING = "waiting", _("Waiting for approval")
    APPROVED = "approved", _("Not tested yet")
    TESTING = "testing", _("Testing")
    ENABLED = "enabled", _("Enabled")
    PAUSED = "paused", _("Paused")
    FAILING = "failing", _("Failing")


# What is written to; one that fails is tried again now and then.
AT_WORK = (LinkState.ENABLED, LinkState.FAILING)


class CalendarLink(models.Model):
    """Approved and tested before anything is written. One worker at a time writes to it: it holds
    the lease. Triggers leave a ChangeNotice with every change of a visit of its technician."""

    resource = models.OneToOneField(
        BookableResource,
        verbose_name=_("technician"),
        on_delete=models.CASCADE,
        related_name="calendar_link",
    )
    account = models.ForeignKey(
        ConnectorAccount,
        verbose_name=_("server profile"),
        on_delete=models.PROTECT,
        related_name="calendar_links",
        limit_choices_to={"kind": "calendar"},
    )
    address = models.CharField(
        _("mailbox"),
        max_length=254,
        help_text=_("The mailbox address; for CalDAV the user name."),
    )
    calendar = models.CharField(
        _("calendar"),
        max_length=500,
        blank=True,
        help_text=_("Empty: the main one. Else its id, for CalDAV its address or name."),
    )
    password_encrypted = models.TextField(blank=True, editable=False)
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=LinkState,
        default=LinkState.WAITING,
        editable=False,
    )
    state_reason = models.CharField(_("because"), max_length=500, blank=True, editable=False)
    state_since = models.DateTimeField(_("since"), db_default=Now(), editable=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("approved by"),
        null=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    approved_at = models.DateTimeField(_("approved"), null=True, editable=False)
    # The last test that went well; before one nothing is written.
    tested_at = models.DateTimeField(_("tested"), null=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    # When a worker shall look at it next; a notice makes it due at once.
    due_at = models.DateTimeField(db_default=Now(), editable=False)
    lease_code = models.CharField(max_length=32, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    # In a row; the first try after `retry_at` decides.
    failures = models.PositiveIntegerField(default=0, editable=False)
    retry_at = models.DateTimeField(_("next try"), null=True, editable=False)
    succeeded_at = models.DateTimeField(_("last success"), null=True, editable=False)
    reconciled_at = models.DateTimeField(_("last read back"), null=True, editable=False)
    # What the last reconcile found: gone, changed by hand, there twice, of ours but unknown.
    missing_count = models.PositiveIntegerField(_("missing"), default=0, editable=False)
    edited_count = models.PositiveIntegerField(_("edited by hand"), default=0, editable=False)
    duplicate_count = models.PositiveIntegerField(_("duplicates"), default=0, editable=False)
    unknown_count = models.PositiveIntegerField(_("not known here"), default=0, editable=False)
    busy_read_at = models.DateTimeField(_("busy times read"), null=True, editable=False)
    busy_tried_at = models.DateTimeField(null=True, editable=False)
    busy_problem = models.CharField(
        _("busy times not read because"), max_length=500, blank=True, editable=False
    )

    class Meta:
        verbose_name = _("calendar")
        verbose_name_plural = _("calendars")
        ordering = ["resource__name", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="calendar_link_once",
                fields=["account", "address", "calendar"],
                violation_error_message=_("Another technician's visits go to this calendar."),
            ),
            models.CheckConstraint(
                name="calendar_link_state", condition=models.Q(state__in=LinkState.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.resource} ({self.address})"

    @property
    def mailbox(self) -> Mailbox:
        """Raises SecretUnreadable when the key that encrypted the password is gone."""
        password = decrypt(self.password_encrypted) if self.password_encrypted else ""
        return Mailbox(self.address, self.calendar, password)

    @property
    def drift_count(self) -> int:
        return self.missing_count + self.edited_count + self.duplicate_count + self.unknown_count

    def set_password(self, password: str) -> None:
        self.password_encrypted = encrypt(password) if password else ""
