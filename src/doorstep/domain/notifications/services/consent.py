"""The consent ledger: who wants no messages at an address, and who wants them again.

An address is asked about twice: may anything go there, and may something optional go there. For
each the newest entry counts, and no entry means yes.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NotRequired, TypedDict, Unpack

from django.db import transaction

from doorstep.domain.customers.models import Contact
from doorstep.domain.customers.services.contacts import normalize_email
from doorstep.domain.notifications.models import (
    Channel,
    Consent,
    ConsentScope,
    ConsentSource,
    Message,
)
from doorstep.domain.notifications.storable import one_line
from doorstep.domain.organization.selectors import get_company
from doorstep.platform.lib.rows import run
from doorstep.platform.values.phone import InvalidPhone, normalize_phone

LONGEST_ADDRESS = 254
LONGEST_KEY = 160
LONGEST_DETAIL = 250
# ISO 3166 sets "ZZ" free for "no country".
NO_REGION = "ZZ"
_NEWEST = """
SELECT DISTINCT ON (scope) scope, is_opted_out
  FROM notifications_consent
 WHERE channel = %s AND address = %s
 ORDER BY scope, at DESC, id DESC
"""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the ledger says about an address."""

    refuses_all: bool = False
    refuses_optional: bool = False

    @property
    def wants_optional(self) -> bool:
        return not (self.refuses_all or self.refuses_optional)


AskWishes = Callable[[Channel, str], Wishes]


class Said(TypedDict):
    """What somebody said about an address. `event_key` is the same whenever it is heard again."""

    channel: Channel
    address: str
    source: ConsentSource
    now: datetime
    scope: NotRequired[ConsentScope]
    detail: NotRequired[str]
    contact: NotRequired[Contact | None]
    event_key: NotRequired[str | None]


def opt_out(**said: Unpack[Said]) -> bool:
    """No more of these messages to the address. False if this event was written down before."""
    return _write(said, is_opted_out=True)


def opt_in(**said: Unpack[Said]) -> bool:
    """Messages may go to the address again. False if this event was written down before."""
    return _write(said, is_opted_out=False)


def is_opted_out(channel: Channel, address: str, *, is_optional: bool) -> bool:
    """Whether a message must not go there; `is_optional` for reminders and surveys. One query."""
    wishes = wishes_of(channel, address)
    return wishes.refuses_all or (is_optional and wishes.refuses_optional)


def wishes_of(channel: Channel, address: str) -> Wishes:
    newest = run(_NEWEST, [str(channel), normalize_address(channel, address)])
    refused = {scope for scope, is_refused in newest if is_refused}
    return Wishes(ConsentScope.ALL in refused, ConsentScope.OPTIONAL in refused)


def wishes_at(addresses: Iterable[tuple[Channel, str]]) -> AskWishes:
    """`wishes_of` for a crowd, in one query; asks it for any address that is not among these."""
    normal = {each: normalize_address(*each) for each in set(addresses)}
    newest = (
        Consent.objects.filter(address__in=set(normal.values()))
        .order_by("channel", "address", "scope", "-at", "-pk")
        .distinct("channel", "address", "scope")
        .values_list("channel", "address", "scope", "is_opted_out")
    )
    refused = {(channel, address, scope) for channel, address, scope, is_out in newest if is_out}

    def ask(channel: Channel, address: str) -> Wishes:
        known = normal.get((channel, address))
        if known is None:
            return wishes_of(channel, address)
        return Wishes(
            (channel, known, ConsentScope.ALL) in refused,
            (channel, known, ConsentScope.OPTIONAL) in refused,
        )

    return ask


def normalize_address(channel: Channel, address: str) -> str:
    """The one form in which the ledger knows an address.

    Numbers that are none (short codes, names of senders) stay as they came: they are told of in
    the ledger and belong to no contact.
    """
    address = one_line(address, LONGEST_ADDRESS)
    if channel == Channel.EMAIL:
        return normalize_email(address)
    # What names its country, as all numbers of ours do, can be read without asking for ours.
    region = NO_REGION if address.startswith("+") else get_company().phone_region
    try:
        return normalize_phone(address, region=region)
    except InvalidPhone:
        return address


def provider_says_opted_out(message: Message, *, now: datetime) -> bool:
    """The provider refused a text because its recipient had said STOP there (Twilio's 21610)."""
    return opt_out(
        channel=Channel(message.channel),
        address=message.address,
        source=ConsentSource.PROVIDER,
        now=now,
        contact=message.contact,
        event_key=f"refused:{message.uuid}",
    )


# --- What a contact says about all of her addresses ------------------------------------------


def own_addresses(contact: Contact) -> list[tuple[Channel, str]]:
    both = ((Channel.EMAIL, contact.email), (Channel.SMS, contact.phone))
    return [(channel, address) for channel, address in both if address]


def wants_reminders(contact: Contact) -> bool:
    """Whether optional messages reach her on any channel; yes if she has no address yet."""
    addresses = own_addresses(contact)
    return not addresses or any(wishes_of(*each).wants_optional for each in addresses)


@transaction.atomic
def set_reminders_wanted(
    *, contact: Contact, wanted: bool, source: ConsentSource, now: datetime
) -> None:
    """Write what differs, for each of her addresses.

    To want them again lifts an earlier "nothing at all": she says so herself, signed in.
    """
    if wanted and wants_reminders(contact):
        return
    for channel, address in own_addresses(contact):
        change_optional(
            channel=channel,
            address=address,
            wanted=wanted,
            source=source,
            now=now,
            contact=contact,
        )


@transaction.atomic
def change_optional(
    *,
    channel: Channel,
    address: str,
    wanted: bool,
    source: ConsentSource,
    now: datetime,
    contact: Contact | None = None,
) -> None:
    """Stop reminders and surveys to one address, or take all refusals back; once is enough."""
    wishes = wishes_of(channel, address)
    if not wanted:
        if wishes.wants_optional:
            opt_out(
                channel=channel,
                address=address,
                scope=ConsentScope.OPTIONAL,
                source=source,
                now=now,
                contact=contact,
            )
        return
    refused = {
        ConsentScope.ALL: wishes.refuses_all,
        ConsentScope.OPTIONAL: wishes.refuses_optional,
    }
    for scope in (scope for scope, is_refused in refused.items() if is_refused):
        opt_in(
            channel=channel, address=address, scope=scope, source=source, now=now, contact=contact
        )


def _write(said: Said, *, is_opted_out: bool) -> bool:
    values = {
        "channel": said["channel"],
        "address": normalize_address(said["channel"], said["address"]),
        "is_opted_out": is_opted_out,
        "scope": said.get("scope", ConsentScope.ALL),
        "source": said["source"],
        "detail": one_line(said.get("detail", ""), LONGEST_DETAIL),
        "contact": said.get("contact"),
        "at": said["now"],
    }
    event_key = said.get("event_key")
    if event_key is None:
        Consent.objects.create(**values)
        return True
    # Two of the same at once: the second waits for the first, then finds it there.
    _same, is_new = Consent.objects.get_or_create(
        event_key=event_key[:LONGEST_KEY], defaults=values
    )
    return is_new
