"""How many calls of one application may be under way at the same time, over all workers.

Microsoft refuses the fifth (reliability.md, decision 8). A place is an advisory lock of PostgreSQL:
it goes with its holder's connection, so a killed worker's place is free at once.
"""

import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from doorstep.connectors.base import ConnectorError, TemporaryFailure
from doorstep.connectors.calendar.base import CalendarService
from doorstep.domain.organization.models import ConnectorAccount

from ..accounts import check_pause, is_for_account, pause_at_once

# Calls take a second or so; who waits longer than this comes back later.
LONGEST_WAIT_S = 20.0
_LOOK_EVERY_S = 0.02


@contextmanager
def places(service: CalendarService, *, wanted: int = 1) -> Iterator[int]:
    """Between one and `wanted` places, as many as are free; how many is what the block is given.

    Raises TemporaryFailure when none comes free in time.
    """
    if service.most_at_once is None:
        yield wanted
        return
    key = _key(service.limit_key)
    slots = _take(key, service.most_at_once, min(wanted, service.most_at_once))
    try:
        yield len(slots)
    finally:
        for slot in slots:
            _release(key, slot)


@contextmanager
def calling(
    account: ConnectorAccount, service: CalendarService, *, wanted: int = 1
) -> Iterator[int]:
    """Places for calls, never while the account is paused. Who is told in the block that the whole
    account has to wait pauses it before the places are given back.

    Raises ServicePaused, and TemporaryFailure when no place comes free in time.
    """
    with places(service, wanted=wanted) as allowed:
        check_pause(account)
        try:
            yield allowed
        except ConnectorError as error:
            if is_for_account(error):
                pause_at_once(account, error)
            raise


def _take(key: int, count: int, wanted: int) -> list[int]:
    until = time.monotonic() + LONGEST_WAIT_S
    while True:
        taken: list[int] = []
        for slot in range(count):
            if _try(key, slot):
                taken.append(slot)
                if len(taken) == wanted:
                    break
        if taken:
            return taken
        if time.monotonic() > until:
            raise TemporaryFailure("busy", "All calls that the service allows are under way.")
        time.sleep(_LOOK_EVERY_S)


def _try(key: int, slot: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [key, slot])
        return bool(cursor.fetchone()[0])


def _release(key: int, slot: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [key, slot])


def _key(limit_key: str) -> int:
    """PostgreSQL's keys are signed and have 32 bits."""
    return zlib.crc32(limit_key.encode()) - (1 << 31)
