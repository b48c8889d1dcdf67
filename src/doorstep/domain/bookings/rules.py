"""Who may still change a visit: only while it is scheduled, and only before the cut-off."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from doorstep.domain.organization.models import Portal
from doorstep.domain.organization.selectors import get_default_portal
from doorstep.platform.audit.models import Source
from doorstep.platform.audit.services import Actor
from doorstep.platform.lib.db import require_transaction
from doorstep.platform.lib.errors import DomainError

from .errors import ChangedMeanwhile, NotChangeable, PastCancelCutoff, PastChangeCutoff
from .models import Booking, ParentStatus

CUSTOMER_DOORS = frozenset({Source.PORTAL, Source.LINK})


@dataclass(frozen=True, slots=True)
class ChangeRules:
    """What a customer may still do with a visit, until when, and why not."""

    change_error: DomainError | None
    cancel_error: DomainError | None
    change_until: datetime
    cancel_until: datetime

    @property
    def may_change(self) -> bool:
        return self.change_error is None

    @property
    def may_cancel(self) -> bool:
        return self.cancel_error is None


def change_rules(booking: Booking, *, now: datetime, portal: Portal | None = None) -> ChangeRules:
    """The rules of the portal the visit was booked on; hours count back from the promise's start.

    `portal` answers for visits that staff made; without it the default portal is asked for.
    """
    portal = booking.work_order.portal or portal or get_default_portal()
    change_until = booking.promised_from - timedelta(hours=portal.change_cutoff_hours)
    cancel_until = booking.promised_from - timedelta(hours=portal.cancel_cutoff_hours)
    change_error: DomainError | None = None
    cancel_error: DomainError | None = None
    if booking.parent_status is not ParentStatus.SCHEDULED:
        change_error = cancel_error = NotChangeable()
    elif booking.expected_late_at is not None:
        # We are late: until the technician sets out everything is open to the customer again.
        change_until = cancel_until = booking.expected_late_at
    else:
        if now > change_until:
            change_error = PastChangeCutoff(hours=portal.change_cutoff_hours)
        if now > cancel_until:
            cancel_error = PastCancelCutoff(hours=portal.cancel_cutoff_hours)
    return ChangeRules(change_error, cancel_error, change_until, cancel_until)


def is_customer(actor: Actor) -> bool:
    """Whether the one who did it is served by the company, not working for it."""
    return actor.source in CUSTOMER_DOORS


def check_may_change(booking: Booking, *, now: datetime) -> None:
    """Raises NotChangeable or PastChangeCutoff."""
    error = change_rules(booking, now=now).change_error
    if error is not None:
        raise error


def check_may_cancel(booking: Booking, *, now: datetime) -> None:
    """Raises NotChangeable or PastCancelCutoff."""
    error = change_rules(booking, now=now).cancel_error
    if error is not None:
        raise error


def portal_of(booking: Booking) -> Portal:
    """The portal whose rules hold for a visit; the default one for visits made by staff."""
    return booking.work_order.portal or get_default_portal()


def lock_booking(booking: Booking) -> Booking:
    """Lock and re-read a booking. Raises ChangedMeanwhile if its version has moved on."""
    current = lock_latest(booking)
    if current.version != booking.version:
        raise ChangedMeanwhile
    return current


def lock_latest(booking: Booking) -> Booking:
    """Lock and re-read a booking, whatever has been changed since it was read.

    Its work order with it: who edits that has calendars touched behind its lock (calendars/
    migrations/0002), and so who changes the booking must have the lock before touching them.
    """
    require_transaction()
    return (
        Booking.objects.select_for_update(of=("self", "work_order"), no_key=True)
        .select_related("status", "work_order__portal", "work_order__account")
        .get(pk=booking.pk)
    )
