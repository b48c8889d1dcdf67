"""Read booking codes: which one opens its visit, until when, and why another one does not."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import F, Func, IntegerField, Q, QuerySet, Value
from django.db.models.fields import DateTimeField
from django.db.models.functions import Cast, Coalesce, Greatest

from doorstep.domain.organization.selectors import get_default_portal
from doorstep.platform.lib.tokens import digest, normalize_code

from .models import Booking, BookingCode, ParentStatus
from .rules import portal_of

# Nobody hashes a megabyte for us; anything around a code in a link is shorter.
_LONGEST_CODE = 64
_KEPT_OPEN = timedelta(days=1)


class CodeState(StrEnum):
    OPEN = "open"
    EXPIRED = "expired"
    BLOCKED = "blocked"
    CLOSED = "closed"


def find_code(*, code: str, now: datetime) -> BookingCode | None:
    """The row of a code that opens its visit now; None for unknown, expired, blocked and closed.

    The same queries whatever the answer is, so that a stranger cannot tell these apart by time.
    """
    code_hash = digest(normalize_code(code[:_LONGEST_CODE]))
    return _open_codes(now).select_related("booking").filter(code_hash=code_hash).first()


def get_open_code(*, pk: int, booking_code: str, now: datetime) -> BookingCode | None:
    """A code met before, if it still opens this visit now; with all that its page shows."""
    codes = _open_codes(now).filter(pk=pk, booking__code=booking_code)
    return (
        codes.select_related(
            "contact__account",
            "contact__user",
            "booking__status",
            "booking__work_order__account",
            "booking__work_order__incident_type",
            "booking__work_order__asset",
            "booking__work_order__portal",
        )
        .prefetch_related("booking__notes")
        .first()
    )


def state_of(code: BookingCode, *, now: datetime) -> CodeState:
    """`code` with booking, its work order, account and portal, and contact preloaded."""
    if code.blocked_at is not None:
        return CodeState.BLOCKED
    if expiry_of(code) <= now:
        return CodeState.EXPIRED
    return CodeState.OPEN if _has_reader(code) else CodeState.CLOSED


def expiry_of(code: BookingCode) -> datetime:
    """Set by the office, else the portal's days after the visit as it stands now."""
    if code.expires_at is not None:
        return code.expires_at
    booking = code.booking
    days = timedelta(days=portal_of(booking).code_days_after_visit)
    return max(booking.promised_to, booking.ends_at) + days


def is_over(booking: Booking, *, now: datetime) -> bool:
    """Done, canceled, or a day past: a link shows the least of it from then on."""
    if booking.parent_status in (ParentStatus.COMPLETED, ParentStatus.CANCELED):
        return True
    return over_at(booking) <= now


def over_at(booking: Booking) -> datetime:
    """When a visit is over that nobody completed."""
    return max(booking.promised_to, booking.ends_at) + _KEPT_OPEN


def with_expiry(codes: QuerySet[BookingCode]) -> Any:
    """The same instants as `expiry_of`, as the column `expiry` of a query."""
    days = Coalesce(
        F("booking__work_order__portal__code_days_after_visit"),
        Value(get_default_portal().code_days_after_visit),
    )
    end = Greatest(F("booking__promised_to"), F("booking__ends_at"))
    by_rule = _PlusDays(end, Cast(days, IntegerField()))
    return codes.annotate(expiry=Coalesce(F("expires_at"), by_rule))


def in_state(
    codes: QuerySet[BookingCode], state: CodeState, *, now: datetime
) -> QuerySet[BookingCode]:
    """Those of `codes` whose `state_of` it is."""
    has_reader = Q(
        contact__is_active=True,
        contact__account__is_active=True,
        contact__account__is_excluded=False,
        booking__work_order__account__is_active=True,
        booking__work_order__account__is_excluded=False,
    )
    if state is CodeState.BLOCKED:
        return codes.filter(blocked_at__isnull=False)
    dated = with_expiry(codes.filter(blocked_at__isnull=True))
    if state is CodeState.EXPIRED:
        found = dated.filter(expiry__lte=now)
    elif state is CodeState.OPEN:
        found = dated.filter(has_reader, expiry__gt=now)
    else:
        unread = BookingCode.objects.filter(has_reader)
        found = dated.filter(expiry__gt=now).exclude(pk__in=unread)
    rows: QuerySet[BookingCode] = found
    return rows


class _PlusDays(Func):
    """An instant and so many times 24 hours, as timedelta counts them."""

    template = "(%(expressions)s)"
    arg_joiner = " + interval '24 hours' * "
    output_field = DateTimeField()


def _open_codes(now: datetime) -> QuerySet[BookingCode]:
    return in_state(BookingCode.objects.all(), CodeState.OPEN, now=now)


def _has_reader(code: BookingCode) -> bool:
    """Somebody who may be told of the visit. A contact who may not sign in may still read."""
    contact = code.contact
    return (
        contact is not None
        and contact.is_active
        and contact.account.may_use_portal
        and code.booking.work_order.account.may_use_portal
    )
