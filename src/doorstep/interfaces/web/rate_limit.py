"""How often somebody may do something costly (ASVS 2.4.1); sign-in limits are allauth's."""

import hashlib
import time
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
    stretch = int(time.time()) // limit.seconds
    digest = hashlib.sha256(f"{limit.name}|{who}|{stretch}".encode()).hexdigest()
    key = f"limit:{digest}"
    cache.add(key, 0, timeout=limit.seconds)
    try:
        return cache.incr(key) > limit.amount
    except ValueError:  # the stretch ended between the two calls
        return False
