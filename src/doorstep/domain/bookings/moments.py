"""When something happened on a phone: its own time is kept, if it can be true."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from doorstep.platform.lib.site_time import format_window

from .errors import BeforeLastChange, InTheFuture

# Clocks of phones are a little off.
AHEAD = timedelta(minutes=5)
BEHIND = timedelta(minutes=2)
# Who reports this late had no network.
LATE = timedelta(minutes=1)


def settle_moment(
    at: datetime | None, *, now: datetime, not_before: datetime | None, zone: ZoneInfo
) -> datetime:
    """The instant to keep: `at`, or now without one, never after now nor before `not_before`.

    Raises InTheFuture or BeforeLastChange beyond what a clock may be off.
    """
    if at is None or now < at <= now + AHEAD:
        at = now
    if at > now:
        raise InTheFuture
    if not_before is not None and at < not_before:
        if at < not_before - BEHIND:
            raise BeforeLastChange(last=format_window(not_before, None, zone))
        at = not_before
    return at


def received_at(at: datetime, *, now: datetime) -> datetime | None:
    """When we heard of it, if that was later than it happened."""
    return now if now - at > LATE else None
