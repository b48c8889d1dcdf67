"""The way out of reminders and surveys: a link that says whose address it is about, sealed so that
only we can read it.

It works as long as the keys of DOORSTEP_SECRET_KEYS do, whatever becomes of the message.
"""

import json
from dataclasses import dataclass

from django.urls import reverse

from doorstep.platform.lib.secrets import SecretUnreadable, decrypt, encrypt
from doorstep.platform.lib.urls import absolute_url

from .models import Channel, Message
from .recipients import portal_of

# Says what was sealed: no other secret of ours passes for one of these.
PURPOSE = "unsubscribe"
LONGEST_TOKEN = 1000


@dataclass(frozen=True, slots=True)
class Subscription:
    """The address a link is about."""

    channel: Channel
    address: str

    @property
    def masked(self) -> str:
        """Enough for its owner to know it again, too little for whom the mail was forwarded to."""
        name, at, domain = self.address.rpartition("@")
        if at:
            return f"{name[:1]}•••@{domain}"
        return f"•••{self.address[-3:]}"


class LinkBroken(Exception):
    """Not a link of ours, or not all of it."""


def unsubscribe_url(message: Message) -> str:
    """For List-Unsubscribe and the footer; about the address the message goes to."""
    token = make_token(Channel(message.channel), message.address)
    host = portal_of(message).host_name or None
    return absolute_url(reverse("portal:unsubscribe", args=[token]), host=host)


def make_token(channel: Channel, address: str) -> str:
    # The padding is the only sign in it that some mail programs would escape.
    return encrypt(json.dumps([PURPOSE, channel, address])).rstrip("=")


def read_token(token: str) -> Subscription:
    """Raises LinkBroken."""
    if len(token) > LONGEST_TOKEN or not token.isascii():
        raise LinkBroken
    try:
        found = json.loads(decrypt(token + "=" * (-len(token) % 4)))
    except (SecretUnreadable, ValueError) as error:
        raise LinkBroken from error
    match found:
        case [purpose, channel, str(address)] if purpose == PURPOSE and channel in Channel.values:
            return Subscription(Channel(channel), address)
    raise LinkBroken
