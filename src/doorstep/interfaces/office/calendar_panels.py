"""Events in calendars, below the calendar they are in and below their visit."""

from django.db.models import Count
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from doorstep.domain.bookings.models import Booking
from doorstep.domain.calendars.models import CalendarLink, EventState, SyncedEvent
from doorstep.domain.calendars.selectors import events_of_booking

from .calendar_words import event_badge, event_when
from .columns import link_to, state_badge
from .message_words import visit_link
from .panels import Cell, Panel
from .times import in_lists

# Beyond these the list of events has them.
MOST_EVENTS = 50


def events_panel(link: CalendarLink) -> Panel:
    """Those that need somebody first, then the latest."""
    trouble = (EventState.FAILED, EventState.MISSING, EventState.WAITING, EventState.REMOVING)
    events = SyncedEvent.objects.filter(link=link).select_related("booking__work_order")
    first = list(events.filter(state__in=trouble)[:MOST_EVENTS])
    rest = events.exclude(state__in=trouble)[: MOST_EVENTS - len(first)]
    rows: list[list[Cell]] = [
        [
            link_to(event),
            visit_link(event.booking),
            event_when(event),
            state_badge(*event_badge(event)),
            event.reason or "–",
            str(event.attempts),
            in_lists(event.seen_at),
        ]
        for event in [*first, *rest]
    ]
    headers = [
        _("Event"), _("Visit"), _("When"), _("State"), _("Because"), _("Attempts"), _("Last seen"),
    ]  # fmt: skip
    return Panel(
        _("Events in this calendar"), headers, rows,
        empty=_("Nothing was written to it so far."), help=_event_links(link),
    )  # fmt: skip


def _event_links(link: CalendarLink) -> SafeString:
    """Their number by state, each a link to the list of them."""
    found = SyncedEvent.objects.filter(link=link).order_by()
    counted = dict(found.values_list("state").annotate(Count("pk")))
    path = reverse("office:calendars_syncedevent_changelist")
    return format_html_join(
        ", ",
        '<a class="office-link" href="{}?link__id__exact={}&amp;state__exact={}">{} ({})</a>',
        (
            (path, link.pk, state.value, state.label, counted[state])
            for state in EventState
            if state in counted
        ),
    )


def in_calendars_panel(booking: Booking) -> Panel:
    """In whose calendars a visit stands."""
    rows: list[list[Cell]] = [
        [
            link_to(event.link),
            state_badge(*event_badge(event)),
            event.reason or "–",
            event_when(event),
            in_lists(event.written_at),
            in_lists(event.seen_at),
        ]
        for event in events_of_booking(booking.pk)
    ]
    headers = [
        _("Calendar"), _("State"), _("Because"), _("There from, to"), _("Written"), _("Last seen"),
    ]  # fmt: skip
    return Panel(
        _("In calendars"), headers, rows,
        empty=_("In no technician's calendar: it enters when its time comes."),
    )  # fmt: skip
