"""Forget what became of visits long ago."""

from datetime import datetime, timedelta

from ..models import OPEN_STATES, SyncedEvent
from ..selectors import get_calendar_settings
from .plan import window

# So long after a visit has left the window the office may still ask what stood in a calendar.
KEPT = timedelta(days=90)


def forget_old_events(*, now: datetime) -> int:
    """Delete the rows of events that ended so long ago, unless a worker has still to do something
    for them; what stands in calendars stays there. Returns how many there were.

    Should such a visit be moved to the future, its event is found again by its name.
    """
    first, _last = window(get_calendar_settings(), now=now)
    old = SyncedEvent.objects.filter(ends_at__lt=first - KEPT).exclude(state__in=OPEN_STATES)
    count, _by_model = old.delete()
    return count
