"""Forget what became of visits long ago."""

from datetime import datetime, timedelta

from django.db.models.functions import Now

from ..models import OPEN_STATES, ChangeNotice, FeedEvent, SyncedEvent
from ..selectors import get_calendar_settings
from .plan import window

# So long after a visit has left the window the office may still ask what stood in a calendar.
KEPT = timedelta(days=90)
NOTICES_KEPT = timedelta(days=1)


def forget_old_events(*, now: datetime) -> int:
    """Delete the rows of events that ended so long ago, unless a worker has still to do something
    for them, and what feeds told of such visits; what stands in calendars stays there. Returns how
    many there were.

    Should such a visit be moved to the future, its event is found again by its name.
    """
    first, _last = window(get_calendar_settings(), now=now)
    old = SyncedEvent.objects.filter(ends_at__lt=first - KEPT).exclude(state__in=OPEN_STATES)
    count, _by_model = old.delete()
    told, _by_model = FeedEvent.objects.filter(booking__ends_at__lt=first - KEPT).delete()
    return count + told


def forget_old_notices() -> int:
    """Delete notices nobody has come for: of calendars that are paused, which are looked at anyway
    when they go on, or gone. Returns how many there were."""
    count, _by_model = ChangeNotice.objects.filter(at__lt=Now() - NOTICES_KEPT).delete()
    return count
