"""Find calendars that want looking at and that nobody is busy with, and ring for each."""

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from ..bell import ring, ring_for_test
from ..models import AT_WORK, CalendarLink, ChangeNotice, LinkState
from ..selectors import get_calendar_settings


def due_calendars() -> QuerySet[CalendarLink]:
    """Due by the database's clock or by a notice, the longest first; none of an account that is
    paused."""
    return (
        _free()
        .filter(
            Q(account__paused_until__isnull=True) | Q(account__paused_until__lte=Now()),
            state__in=AT_WORK,
            tested_at__isnull=False,
            account__is_active=True,
        )
        .filter(Q(due_at__lte=Now()) | Exists(ChangeNotice.objects.filter(link=OuterRef("pk"))))
        .order_by("due_at", "pk")
    )


def ring_for_due_calendars() -> int:
    """Returns the number of rings that were missing."""
    # A test whose worker died is made again.
    is_time = Q(retry_at__isnull=True) | Q(retry_at__lte=Now())
    tests = _free().filter(is_time, state=LinkState.TESTING)
    count = sum(ring_for_test(pk) for pk in tests.values_list("pk", flat=True))
    if get_calendar_settings().is_enabled:
        count += sum(ring(pk) for pk in due_calendars().values_list("pk", flat=True))
    return count


def _free() -> QuerySet[CalendarLink]:
    return CalendarLink.objects.filter(Q(lease_until__isnull=True) | Q(lease_until__lte=Now()))
