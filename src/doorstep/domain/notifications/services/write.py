"""Write messages: each decision is a row, in the transaction of the change it tells of."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from doorstep.domain.bookings.models import Booking
from doorstep.domain.bookings.services.codes import create_booking_codes
from doorstep.domain.customers.models import Contact
from doorstep.domain.notifications.bell import FEW, ring, ring_for_many
from doorstep.domain.notifications.channels import ways_to
from doorstep.domain.notifications.message_types import MessageType
from doorstep.domain.notifications.models import Channel, Message, MessageSettings, MessageState
from doorstep.domain.notifications.quiet import quiet_until
from doorstep.domain.notifications.reasons import Reason
from doorstep.domain.notifications.recipients import (
    find_contact_of_booking,
    language_of,
    portal_of_booking,
)
from doorstep.domain.notifications.wanted import refusal
from doorstep.domain.organization.models import Company
from doorstep.domain.organization.selectors import get_company
from doorstep.platform.lib.db import database_now
from doorstep.platform.lib.secrets import encrypt

from .consent import AskWishes, wishes_of


@dataclass(frozen=True, slots=True)
class Moment:
    """What deciding goes by besides the visit itself; read once for many visits."""

    company: Company
    # The database's clock.
    at: datetime
    wishes: AskWishes = wishes_of


def read_moment() -> Moment:
    return Moment(get_company(), database_now())


def decide_for_visit(
    kind: MessageType,
    booking: Booking,
    *,
    occasion: str,
    settings: MessageSettings,
    now: datetime,
    wait: timedelta = timedelta(0),
    reason: Reason | None = None,
    moment: Moment | None = None,
) -> list[Message]:
    """One unwritten message per channel, each with its decision. `booking` comes with its work
    order, account and contacts; `reason` decides already that nobody is told."""
    moment = moment or read_moment()
    portal = portal_of_booking(booking)
    contact = find_contact_of_booking(booking, settings)
    common = {
        "message_type": kind.name,
        "portal": portal if portal.pk else None,
        "booking": booking,
        "contact": contact,
        "told_from": booking.promised_from if kind.names_time else None,
        "told_to": booking.promised_to if kind.names_time else None,
    }
    if contact is None:
        nobody = Message(**common, dedupe_key=f"{occasion}:{Channel.EMAIL}")
        return [_suppressed(nobody, reason or Reason.NO_CONTACT)]
    messages = []
    for way in ways_to(contact, kind=kind, portal=portal, settings=settings, wishes=moment.wishes):
        message = Message(
            **common,
            channel=way.channel,
            address=way.address,
            dedupe_key=f"{occasion}:{way.channel}",
        )
        message.language = language_of(message)
        why_not = (
            reason
            or refusal(
                message, now=now, settings=settings, company=moment.company, is_way_open=True
            )
            or way.obstacle
        )
        if why_not:
            _suppressed(message, why_not)
        else:
            message.due_at = moment.at + wait
            quiet = quiet_until(message, settings, now=now)
            if quiet is not None:
                message.due_at = max(message.due_at, moment.at + (quiet - now))
        messages.append(message)
    return messages


def write(messages: Sequence[Message], *, now: datetime) -> list[Message]:
    """Store what is new, each with a link of its own, and ring for what is to be sent.

    Returns the rows, also those that were there already under the same key.
    """
    keys = [message.dedupe_key for message in messages]
    known = set(Message.objects.filter(dedupe_key__in=keys).values_list("dedupe_key", flat=True))
    fresh = [message for message in messages if message.dedupe_key not in known]
    _give_links([each for each in fresh if each.state == MessageState.PENDING], now)
    Message.objects.bulk_create(fresh, ignore_conflicts=True, batch_size=500)
    written = {each.dedupe_key: each for each in Message.objects.filter(dedupe_key__in=keys)}
    ours = {message.uuid for message in fresh if message.state == MessageState.PENDING}
    to_ring = [each for each in written.values() if each.uuid in ours]
    if len(to_ring) > FEW:
        for channel in {Channel(message.channel) for message in to_ring}:
            ring_for_many(channel)
    else:
        for message in to_ring:
            ring(message, at=message.due_at)
    return [written[key] for key in keys]


def _give_links(messages: Sequence[Message], now: datetime) -> None:
    """A link without sign-in for each message about a visit; its secret waits encrypted."""
    wanting: list[tuple[Message, tuple[Booking, Contact]]] = [
        (message, (message.booking, message.contact))
        for message in messages
        if message.booking is not None and message.contact is not None
    ]
    made = create_booking_codes(
        for_whom=[pair for _message, pair in wanting],
        purposes=[message.message_type for message, _pair in wanting],
        now=now,
    )
    for (message, _pair), (code, secret) in zip(wanting, made, strict=True):
        message.code = code
        message.context_encrypted = encrypt(json.dumps({"code": secret}))


def _suppressed(message: Message, reason: Reason) -> Message:
    message.state, message.reason = MessageState.SUPPRESSED, reason
    message.language = language_of(message)
    return message
