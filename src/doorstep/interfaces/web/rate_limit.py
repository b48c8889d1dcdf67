"""How often somebody may do something costly (ASVS 2.4.1); sign-in limits are allauth's."""

import hashlib
import ipaddress
import time
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.cache import cache
from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `amount` times in any stretch of `seconds`, counted from its fixed beginning."""

    name: str
    amount: int
    seconds: int


def is_over(request: HttpRequest, limit: Limit) -> bool:
    """Count one more use by this user (by this address when nobody is signed in)."""
    who = (
        f"user:{request.user.pk}"
        if request.user.is_authenticated
        else f"address:{request.META.get('REMOTE_ADDR', '')}"
    )
    return _count(limit, who) > limit.amount


@dataclass(frozen=True, slots=True)
class GuessLimits:
    """How many wrong guesses are taken from one address, from its network, and from everybody.

    Only wrong ones count, so that many customers behind one address do not shut each other out.
    """

    address: Limit
    network: Limit
    everybody: Limit

    def are_used_up(self, request: HttpRequest) -> bool:
        """Whether another guess is to be refused unread; counts nothing."""
        keys = {_key(limit, who): limit.amount for limit, who in self._counters(request)}
        counts = cache.get_many(keys)
        return any(counts.get(key, 0) >= amount for key, amount in keys.items())

    def count(self, request: HttpRequest) -> None:
        """One more wrong guess."""
        for limit, who in self._counters(request):
            _count(limit, who)

    def _counters(self, request: HttpRequest) -> Iterable[tuple[Limit, str]]:
        address = request.META.get("REMOTE_ADDR", "")
        yield self.address, f"address:{address}"
        yield self.network, f"network:{network_of(address)}"
        yield self.everybody, "everybody"


def network_of(address: str) -> str:
    """The /24 of an IPv4 address, the /64 of an IPv6 one: what one guesser usually has for free."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    bits = 24 if found.version == 4 else 64
    return str(ipaddress.ip_network(f"{found}/{bits}", strict=False))


def _count(limit: Limit, who: str) -> int:
    key = _key(limit, who)
    cache.add(key, 0, timeout=limit.seconds)
    try:
        return cache.incr(key)
    except ValueError:  # the stretch ended between the two calls
        return 0


def _key(limit: Limit, who: str) -> str:
    stretch = int(time.time()) // limit.seconds
    digest = hashlib.sha256(f"{limit.name}|{who}|{stretch}".encode()).hexdigest()
    return f"limit:{digest}"
