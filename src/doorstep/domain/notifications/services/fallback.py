"""A message that cannot arrive is tried on the other channel."""

from datetime import datetime

from django.db import transaction

from doorstep.domain.notifications.channels import OTHER, way_to
from doorstep.domain.notifications.message_types import MESSAGE_TYPES, About
from doorstep.domain.notifications.models import Channel, Message, MessageState
from doorstep.domain.notifications.recipients import portal_of
from doorstep.domain.notifications.selectors import settings_of
from doorstep.domain.notifications.wanted import refusal
from doorstep.platform.lib.db import database_now

from .write import write


@transaction.atomic
def fall_back_to_other_channel(*, message_id: int, now: datetime) -> Message | None:
    """Write the same message for the contact's other address; None when there is no such way, or
    when it was told there anyway."""
    failed = Message.objects.select_related("booking", "contact__account", "portal").get(
        pk=message_id
    )
    kind = MESSAGE_TYPES[failed.message_type]
    if kind.about is not About.BOOKING or not kind.by_sms or failed.is_test:
        return None
    if failed.contact is None or failed.booking is None:
        return None
    portal = portal_of(failed)
    way = way_to(failed.contact, OTHER[Channel(failed.channel)], kind=kind, portal=portal)
    key = f"{failed.occasion}:{way.channel}"
    if way.obstacle or Message.objects.filter(dedupe_key=key).exists():
        return None
    message = Message(
        message_type=kind.name,
        channel=way.channel,
        address=way.address,
        portal=failed.portal,
        booking=failed.booking,
        contact=failed.contact,
        language=failed.language,
        told_from=failed.told_from,
        told_to=failed.told_to,
        follows=failed,
        due_at=database_now(),
        dedupe_key=key,
    )
    reason = refusal(message, now=now, settings=settings_of(portal))
    if reason:
        message.state, message.reason = MessageState.SUPPRESSED, reason
    return write([message], now=now)[0]
