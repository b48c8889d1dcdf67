"""Holds: an offer kept for one customer until a time."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from doorstep.domain.customers.models import Account, Contact, CustomerAsset
from doorstep.domain.organization.models import Portal, Territory
from doorstep.domain.work.models import IncidentType
from doorstep.platform.lib.tokens import new_code

from .booking import Booking
from .planning_change import SnapshotField, TransactionIdField


class Hold(models.Model):
    """A constraint cannot read the clock: whoever meets an expired hold removes it first."""

    code = models.CharField(max_length=32, unique=True, default=new_code, editable=False)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="holds")
    portal = models.ForeignKey(Portal, on_delete=models.CASCADE)
    incident_type = models.ForeignKey(IncidentType, on_delete=models.CASCADE)
    asset = models.ForeignKey(CustomerAsset, null=True, blank=True, on_delete=models.CASCADE)
    # Set when a visit is about to be moved to the held time.
    booking = models.ForeignKey(Booking, null=True, blank=True, on_delete=models.CASCADE)
    time_zone = models.CharField(max_length=64)
    promised_from = models.DateTimeField()
    promised_to = models.DateTimeField()
    expires_at = models.DateTimeField(_("held until"))
    # By what confirming can tell that all is as it was when the time was found
    # (services/locking.py): what planning had seen, the transaction that made the hold, the
    # contact's account and its territory. Without them everything is looked at again.
    seen = SnapshotField(null=True, editable=False)
    made_by_xid = TransactionIdField(null=True, editable=False)
    account = models.ForeignKey(
        Account,
        null=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )
    territory = models.ForeignKey(
        Territory,
        null=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        ordering = ["expires_at"]
        indexes = [models.Index(fields=["expires_at"], name="hold_expires")]
        constraints = [
            models.CheckConstraint(
                name="hold_promise",
                condition=models.Q(promised_from__lte=models.F("promised_to")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.contact} {self.promised_from:%Y-%m-%d %H:%M}"
