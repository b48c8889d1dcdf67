"""Booking codes: made for a message or by hand, extended, expired, blocked, and counted."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Coalesce

from doorstep.domain.customers.models import Contact
from doorstep.platform.audit.services import SYSTEM, Actor, record
from doorstep.platform.events.live import announce
from doorstep.platform.lib.tokens import digest, new_link_code, normalize_code

from ..models import Booking, BookingCode


@transaction.atomic
def create_booking_code(
    *,
    booking: Booking,
    contact: Contact,
    purpose: str,
    now: datetime,
    actor: Actor = SYSTEM,
    expires_at: datetime | None = None,
) -> tuple[BookingCode, str]:
    """The row and the code itself, which is told once and stored only as its hash.

    `purpose` says which message carries it (its type). Without `expires_at` it opens the visit
    until the portal's days after it.
    """
    code = new_link_code()
    made = BookingCode.objects.create(
        booking=booking,
        contact=contact,
        code_hash=digest(normalize_code(code)),
        purpose=purpose,
        expires_at=expires_at,
        created_at=now,
        created_by=actor.user,
    )
    if actor.user is not None:
        # A message's own code is noted with the message.
        record(actor=actor, action="created", obj=made)
    return made, code


@transaction.atomic
def set_expiry(*, code: BookingCode, expires_at: datetime | None, actor: Actor) -> BookingCode:
    """It opens the visit until then; without `expires_at` by the portal's rule again.

    Also after it had expired. A blocked one stays blocked.
    """
    BookingCode.objects.filter(pk=code.pk).update(expires_at=expires_at)
    code.expires_at = expires_at
    # Pages that are open learn when they are to end.
    announce([code.booking_id])
    until = expires_at.isoformat() if expires_at else None
    record(actor=actor, action="extended", obj=code, data={"expires_at": until})
    return code


@transaction.atomic
def expire_code(*, code: BookingCode, actor: Actor, now: datetime) -> BookingCode:
    """It opens nothing from now on; `set_expiry` makes it open again."""
    BookingCode.objects.filter(pk=code.pk).update(expires_at=now)
    code.expires_at = now
    announce([code.booking_id])
    record(actor=actor, action="expired", obj=code)
    return code


@transaction.atomic
def block_code(*, code: BookingCode, actor: Actor, now: datetime) -> bool:
    """It opens nothing until it is unblocked, also on pages that are open. False if it was."""
    unblocked = BookingCode.objects.filter(pk=code.pk, blocked_at__isnull=True)
    changed = unblocked.update(blocked_at=now)
    if changed:
        code.blocked_at = now
        announce([code.booking_id])
        record(actor=actor, action="blocked", obj=code)
    return bool(changed)


@transaction.atomic
def unblock_code(*, code: BookingCode, actor: Actor) -> bool:
    """False if it was not blocked. One that has expired meanwhile stays expired."""
    blocked = BookingCode.objects.filter(pk=code.pk, blocked_at__isnull=False)
    changed = blocked.update(blocked_at=None)
    code.blocked_at = None
    if changed:
        record(actor=actor, action="unblocked", obj=code)
    return bool(changed)


def count_opening(*, code: BookingCode, now: datetime) -> None:
    """Somebody looked at the visit by this link; mail scanners are counted like people."""
    BookingCode.objects.filter(pk=code.pk).update(
        open_count=F("open_count") + 1,
        first_opened_at=Coalesce("first_opened_at", Value(now)),
        last_opened_at=now,
    )


def create_booking_codes(
    *, for_whom: Sequence[tuple[Booking, Contact]], purposes: Sequence[str], now: datetime
) -> list[tuple[BookingCode, str]]:
    """`create_booking_code` for many messages in one statement, in the same order."""
    secrets = [new_link_code() for _pair in for_whom]
    made = BookingCode.objects.bulk_create(
        [
            BookingCode(
                booking=booking,
                contact=contact,
                code_hash=digest(normalize_code(secret)),
                purpose=purpose,
                created_at=now,
            )
            for (booking, contact), purpose, secret in zip(for_whom, purposes, secrets, strict=True)
        ],
        batch_size=500,
    )
    return list(zip(made, secrets, strict=True))
