"""Send everything that is due on a channel, one message after the other, for a bounded time."""

import time
from collections.abc import Callable
from datetime import datetime

from doorstep.domain.notifications.models import Channel
from doorstep.domain.notifications.services.deliver import deliver

from .catalog import Catalog
from .pace import PACE
from .sweep import due_messages

# A stopping worker gives running jobs half a minute; several drains share the work.
LONGEST_S = 15.0
CHUNK = 50
# What the office changes of texts and switches acts on a crowd this much later.
CATALOG_S = 2.0


def drain(channel: Channel, *, now: Callable[[], datetime]) -> tuple[int, bool]:
    """Returns how many were tried, and whether there may be more.

    Several may run side by side: each message is claimed by one of them.
    """
    until = time.monotonic() + LONGEST_S
    tried = 0
    catalog, made_at = Catalog(), time.monotonic()
    PACE.begin()
    while True:
        # Those others are sending at this moment are locked or leased, and stepped over.
        ids = list(due_messages().filter(channel=channel).values_list("pk", flat=True)[: CHUNK * 4])
        if not ids:
            return tried, False
        sent, instant = 0, now()
        for message_id in _spread(ids):
            if time.monotonic() > until:
                return tried, True
            if time.monotonic() - made_at > CATALOG_S:
                catalog, made_at = Catalog(), time.monotonic()
            if deliver(message_id=message_id, now=instant, catalog=catalog) is not None:
                sent += 1
                PACE.rest()
            if sent >= CHUNK:
                break
        tried += sent
        if not sent:
            return tried, False


def _spread(ids: list[int]) -> list[int]:
    """Drains side by side begin at different places, so that they seldom want the same one."""
    start = int(time.monotonic_ns() // 1000) % len(ids)
    return ids[start:] + ids[:start]
