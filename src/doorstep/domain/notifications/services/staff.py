"""News for the office: what customers do with their visits, and trouble with message services."""

import hashlib
import json
from datetime import datetime

from django.db import transaction

from doorstep.domain.bookings.models import Booking
from doorstep.domain.notifications.facts import office_url
from doorstep.domain.notifications.message_types import STAFF_ALERT, MessageType
from doorstep.domain.notifications.models import Message, MessageState
from doorstep.domain.notifications.recipients import (
    alert_addresses,
    language_of,
    portal_of_booking,
)
from doorstep.domain.notifications.selectors import settings_of
from doorstep.domain.notifications.wanted import refusal
from doorstep.domain.organization.models import ConnectorAccount
from doorstep.platform.lib.db import database_now
from doorstep.platform.lib.secrets import encrypt

from .write import write


@transaction.atomic
def tell_staff(
    kind: MessageType, *, booking_id: int, now: datetime, occasion: str = ""
) -> list[Message]:
    """To each address the portal's settings name; `occasion` tells one move from the next.

    Raises Booking.DoesNotExist.
    """
    booking = Booking.objects.select_related("work_order__portal").get(pk=booking_id)
    portal = portal_of_booking(booking)
    messages = [
        Message(
            message_type=kind.name,
            portal=portal if portal.pk else None,
            booking=booking,
            address=address,
            dedupe_key=f"{kind.name}:{booking.pk}:{occasion}:{_short(address)}:email",
        )
        for address in settings_of(portal).staff_list
    ]
    return write([_decided(message, now) for message in messages], now=now)


@transaction.atomic
def alert_staff(*, account: ConnectorAccount, now: datetime, occasion: str) -> list[Message]:
    """That `account` is paused; the task in the office says so too, for whom mail cannot reach."""
    told = {
        "connector": account.name,
        "problem": account.pause_reason,
        "url": office_url(account),
    }
    messages = [
        Message(
            message_type=STAFF_ALERT.name,
            portal=account.portal,
            # Not the row's account: that is the one which hands the message over.
            context_encrypted=encrypt(json.dumps(told)),
            address=address,
            dedupe_key=f"{STAFF_ALERT.name}:{account.pk}:{occasion}:{_short(address)}:email",
        )
        for address in alert_addresses()
    ]
    return write([_decided(message, now) for message in messages], now=now)


def _decided(message: Message, now: datetime) -> Message:
    message.language = language_of(message)
    message.due_at = database_now()
    reason = refusal(message, now=now)
    if reason:
        message.state, message.reason = MessageState.SUPPRESSED, reason
    return message


def _short(address: str) -> str:
    return hashlib.sha256(address.lower().encode()).hexdigest()[:12]
