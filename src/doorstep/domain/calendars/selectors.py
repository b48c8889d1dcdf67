"""Read calendars, their events and the company's settings of them."""

from collections.abc import Iterable

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from doorstep.domain.organization.models import ConnectorAccount, ConnectorKind
from doorstep.domain.resources.models import BookableResource, ResourceKind
from doorstep.platform.lib.db import DatabaseClock

from .models import OPEN_STATES, CalendarLink, CalendarSettings, EventState, SyncedEvent


def get_calendar_settings() -> CalendarSettings:
    """The company's, or the defaults as long as nobody has changed any."""
    return CalendarSettings.objects.first() or CalendarSettings(pk=1)


def with_event_counts(links: QuerySet[CalendarLink]) -> QuerySet[CalendarLink]:
    """Each with `waiting_events`, `refused_events` and `deleted_events`."""
    return links.annotate(
        waiting_events=_events_in(OPEN_STATES),
        refused_events=_events_in([EventState.FAILED]),
        deleted_events=_events_in([EventState.MISSING]),
    )


def _events_in(states: Iterable[EventState]) -> Coalesce:
    """Counted for the rows that are shown, and not for all there are."""
    counted = (
        SyncedEvent.objects.filter(link=OuterRef("pk"), state__in=list(states))
        .order_by()
        .values("link")
        .annotate(count=Count("pk"))
        .values("count")
    )
    return Coalesce(Subquery(counted), 0, output_field=IntegerField())


def links_by_state() -> dict[str, int]:
    counted = CalendarLink.objects.order_by().values_list("state").annotate(Count("pk"))
    return dict(counted)


def technicians_without_calendar() -> QuerySet[BookableResource]:
    """Not set up: who is in use, and has no calendar here."""
    return BookableResource.objects.filter(
        is_active=True, kind=ResourceKind.USER, calendar_link__isnull=True
    ).order_by("name", "pk")


def profiles_out_of_use() -> QuerySet[ConnectorAccount]:
    """Server profiles with calendars to which nothing is written now: paused, or switched off."""
    return (
        ConnectorAccount.objects.filter(kind=ConnectorKind.CALENDAR, calendar_links__isnull=False)
        .filter(Q(is_active=False) | Q(paused_until__gt=DatabaseClock()))
        .distinct()
    )


def events_of_booking(booking_id: int) -> QuerySet[SyncedEvent]:
    """What stands of a visit in calendars, with whose they are."""
    return (
        SyncedEvent.objects.filter(booking=booking_id)
        .select_related("link__resource", "booking")
        .order_by("link__resource__name", "pk")
    )
