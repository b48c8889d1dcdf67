"""On which channels somebody is told: the portal's choice, the contact's wish, what there is."""

from dataclasses import dataclass

from doorstep.domain.customers.models import Contact, MessageChannel
from doorstep.domain.organization.models import Portal

from .connectors import find_account
from .message_types import MessageType
from .models import Channel, MessageSettings
from .reasons import Reason
from .services.consent import AskWishes, wishes_of

_CHANNELS = {
    MessageChannel.EMAIL: (Channel.EMAIL,),
    MessageChannel.SMS: (Channel.SMS,),
    MessageChannel.BOTH: (Channel.EMAIL, Channel.SMS),
}
OTHER = {Channel.EMAIL: Channel.SMS, Channel.SMS: Channel.EMAIL}


@dataclass(frozen=True, slots=True)
class Way:
    """A channel, the address there, and why it cannot be used (None: it can)."""

    channel: Channel
    address: str
    obstacle: Reason | None


def ways_to(
    contact: Contact,
    *,
    kind: MessageType,
    portal: Portal,
    settings: MessageSettings,
    wishes: AskWishes = wishes_of,
) -> list[Way]:
    """Every wanted channel, usable or not; where none of them is, the other channel if that is
    usable. At least one way is returned, so that there is a row to read the reason on.

    `wishes` answers as `wishes_of` does.
    """
    choice = MessageChannel(contact.message_channel or settings.channel)
    wanted = _CHANNELS[choice] if kind.by_sms else (Channel.EMAIL,)
    ways = [way_to(contact, channel, kind=kind, portal=portal, wishes=wishes) for channel in wanted]
    if all(way.obstacle for way in ways) and kind.by_sms and len(ways) == 1:
        other = OTHER[ways[0].channel]
        instead = way_to(contact, other, kind=kind, portal=portal, wishes=wishes)
        if instead.obstacle is None:
            ways.append(instead)
    return ways


def way_to(
    contact: Contact,
    channel: Channel,
    *,
    kind: MessageType,
    portal: Portal,
    wishes: AskWishes = wishes_of,
) -> Way:
    address = address_of(contact, channel)
    obstacle = obstacle_to(channel, address, kind=kind, portal=portal, wishes=wishes)
    return Way(channel, address, obstacle)


def address_of(contact: Contact, channel: Channel) -> str:
    return contact.phone if channel == Channel.SMS else contact.email


def obstacle_to(
    channel: Channel,
    address: str,
    *,
    kind: MessageType,
    portal: Portal,
    wishes: AskWishes = wishes_of,
) -> Reason | None:
    """Why nothing of this type may go to this address now."""
    if not address:
        return Reason.NO_PHONE if channel == Channel.SMS else Reason.NO_ADDRESS
    if channel == Channel.SMS and find_account(Channel.SMS, portal) is None:
        return Reason.NO_CONNECTOR
    told = wishes(channel, address)
    if told.refuses_all:
        return Reason.OPTED_OUT
    if kind.is_optional and told.refuses_optional:
        return Reason.OPTED_OUT_OPTIONAL
    return None
