"""Texts of customers: STOP and START act at once, everything else is for people to read.

A text is about its number, whoever shares it and whichever account or portal it came to; unknown
numbers count as well.
"""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from django.db.models import Q

from doorstep.connectors.webhooks import InboundText, Wish
from doorstep.domain.bookings.models import Booking, ParentStatus
from doorstep.domain.customers.models import Contact
from doorstep.domain.notifications.models import (
    Channel,
    ConsentScope,
    ConsentSource,
    StaffTask,
    TaskKind,
)
from doorstep.domain.notifications.storable import one_line
from doorstep.domain.organization.models import ConnectorAccount

from .consent import normalize_address, opt_in, opt_out

LONGEST_WORDS = 500
# The longest number is 16 characters; more than this is no sender.
LONGEST_NUMBER = 40
# Two answering machines that talk to each other do not fill the office's list.
MOST_TASKS_PER_NUMBER = 10
COUNTED_OVER = timedelta(days=1)
_OVER = (ParentStatus.COMPLETED, ParentStatus.CANCELED)

log = logging.getLogger(__name__)


def take_texts(account: ConnectorAccount, texts: Iterable[InboundText], *, now: datetime) -> int:
    """Do what each text asks for; returns how many were new. A text told twice counts once."""
    return sum(_take(account, text, now) for text in texts)


def _take(account: ConnectorAccount, text: InboundText, now: datetime) -> bool:
    number = normalize_address(Channel.SMS, text.from_number)[:LONGEST_NUMBER]
    if not number:
        log.warning("connector %s hands over a text without a sender", account.pk)
        return False
    key = f"{number}:{account.pk}:{sha256(text.provider_id.encode('utf-8', 'replace')).hexdigest()}"
    contacts = list(Contact.objects.filter(phone=number).order_by("-is_active", "pk"))
    match text.wish:
        case Wish.STOP:
            return _change(text, number, contacts, key, now)
        case Wish.START:
            return _change(text, number, contacts, key, now)
        case Wish.CANCEL:
            # The networks take the word for STOP; the customer may well mean the visit.
            _change(text, number, contacts, key, now)
            return _ask_staff(TaskKind.CANCEL_BY_TEXT, account, text, number, contacts, key, now)
        case _:
            return _ask_staff(TaskKind.CUSTOMER_WROTE, account, text, number, contacts, key, now)


def _change(
    text: InboundText, number: str, contacts: Sequence[Contact], key: str, now: datetime
) -> bool:
    write = opt_in if text.wish == Wish.START else opt_out
    return write(
        channel=Channel.SMS,
        address=number,
        scope=ConsentScope.ALL,
        source=ConsentSource.REPLY,
        now=now,
        detail=text.text,
        contact=contacts[0] if len(contacts) == 1 else None,
        event_key=f"text:{key}",
    )


def _ask_staff(
    kind: TaskKind,
    account: ConnectorAccount,
    text: InboundText,
    number: str,
    contacts: Sequence[Contact],
    key: str,
    now: datetime,
) -> bool:
    same_number = StaffTask.objects.filter(dedupe_key__startswith=f"text:{number}:")
    recent = same_number.filter(created_at__gt=now - COUNTED_OVER)
    dedupe_key = f"text:{key}"
    if recent.count() >= MOST_TASKS_PER_NUMBER:
        if not recent.filter(dedupe_key=dedupe_key).exists():
            log.warning("connector %s: too many texts of one number, no task made", account.pk)
        return False
    booking = _next_booking(contacts, now)
    contact = _contact_of(booking, contacts)
    _task, is_new = StaffTask.objects.get_or_create(
        dedupe_key=dedupe_key,
        defaults={
            "kind": kind,
            "text": one_line(f"{number}: {text.text}", LONGEST_WORDS),
            "contact": contact,
            "booking": booking,
            "account": account,
            "created_at": now,
        },
    )
    return is_new


def _next_booking(contacts: Sequence[Contact], now: datetime) -> Booking | None:
    """The visit she most likely means: the first one to come among those she hears about."""
    if not contacts:
        return None
    hers = (
        Q(booked_by__in=contacts)
        | Q(work_order__reported_by__in=contacts)
        | Q(work_order__account__primary_contact__in=contacts)
    )
    coming = Booking.objects.filter(hers, promised_to__gte=now).exclude(status__parent__in=_OVER)
    return coming.select_related("work_order__account").order_by("promised_from", "pk").first()


def _contact_of(booking: Booking | None, contacts: Sequence[Contact]) -> Contact | None:
    """Who of those that share the number has this visit; else the first of them."""
    if booking is not None:
        order = booking.work_order
        ids = (order.reported_by_id, booking.booked_by_id, order.account.primary_contact_id)
        for pk in ids:
            for contact in contacts:
                if contact.pk == pk:
                    return contact
    return contacts[0] if contacts else None
