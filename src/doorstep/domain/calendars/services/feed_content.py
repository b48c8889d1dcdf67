"""What a feed holds: the visits of its technician or contact as calendar text.

Two readings are the same bytes unless something changed, and what changed has a higher SEQUENCE
than anything told before: programs go by the one, our answers "not modified" by the other.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from django.conf import settings as django_settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from doorstep.connectors.calendar.base import CalendarEvent
from doorstep.connectors.calendar.ics import feed as feed_text
from doorstep.domain.bookings.calendar_file import company_name, entry_event, visit_entry
from doorstep.domain.bookings.models import Booking, ParentStatus
from doorstep.domain.bookings.selectors import visible_to
from doorstep.domain.bookings.technicians import part_by_booking, parts_of
from doorstep.domain.customers.models import Contact
from doorstep.domain.organization.models import Portal
from doorstep.domain.resources.models import BookableResource
from doorstep.platform.lib.urls import absolute_url

from ..mapping import RELATED, wanted_event
from ..models import CalendarFeed, CalendarSettings, FeedEvent
from ..selectors import get_calendar_settings
from .feeds import may_have_feed
from .plan import language_of

# What a program is asked to wait between two readings; most come less often than that.
REFRESH_EVERY = timedelta(hours=1)
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Told:
    """An event without its number, and the digest of all it says."""

    booking: Booking
    event: CalendarEvent
    digest: str


@transaction.atomic
def read_feed(feed: CalendarFeed, *, now: datetime) -> bytes | None:
    """The calendar as it is now; None when the feed is revoked or its owner may have none.

    Readings of one feed wait for each other, so that numbers grow in the order in which they are
    told.
    """
    locked = CalendarFeed.objects.select_for_update(no_key=True).filter(pk=feed.pk, revoked_at=None)
    owner = feed.resource or feed.contact
    if owner is None or not may_have_feed(owner) or not locked.exists():
        return None
    settings = get_calendar_settings()
    if isinstance(owner, Contact):
        with translation.override(_language_of(owner)):
            name = _("%(company)s: your visits") % {"company": company_name(None)}
            told = list(_visits_of_contact(owner, settings, now))
    else:
        language = language_of(owner)
        with translation.override(language):
            name = _("%(technician)s: visits") % {"technician": owner.name}
            told = list(_visits_of_technician(owner, settings, language, now))
    _note_reading(feed, now)
    return feed_text(_numbered(feed, told, now), name=name, refresh_every=REFRESH_EVERY)


def _visits_of_technician(
    resource: BookableResource, settings: CalendarSettings, language: str, now: datetime
) -> Iterator[_Told]:
    first, last = _window(settings, now)
    parts = list(
        parts_of(resource)
        .filter(arrives_at__lt=last, ends_at__gt=first)
        .select_related(*RELATED)
        .order_by("arrives_at", "pk")
    )
    by_booking = part_by_booking(parts, resource)
    for part in sorted(by_booking.values(), key=lambda part: (part.arrives_at, part.pk)):
        assert part.booking is not None
        wanted = wanted_event(part, settings, language=language, now=_NEVER)
        # Without our mark: nothing looks for it in a feed.
        yield _told(part.booking, replace(wanted.event, reference=""))


def _visits_of_contact(
    contact: Contact, settings: CalendarSettings, now: datetime
) -> Iterator[_Told]:
    first, last = _window(settings, now)
    visits = visible_to(contact).filter(promised_from__lt=last, promised_to__gt=first)
    default = Portal.objects.filter(is_default=True).first()
    for booking in visits.order_by("promised_from", "pk"):
        # Visits made by staff have none of their own.
        portal = booking.work_order.portal = booking.work_order.portal or default
        url = _visit_url(booking, portal) if contact.user_id else ""
        entry = visit_entry(booking, url=url)
        is_canceled = booking.parent_status is ParentStatus.CANCELED
        if is_canceled:
            entry = replace(entry, summary=_("Canceled: %(title)s") % {"title": entry.summary})
        yield _told(
            booking,
            entry_event(entry, sequence=0, changed_at=_NEVER, url=url, is_canceled=is_canceled),
        )


def _visit_url(booking: Booking, portal: Portal | None) -> str:
    """The page for who signs in: no other address lasts as long as a calendar keeps it."""
    host = (portal.host_name or None) if portal else None
    return absolute_url(reverse("portal:visit", args=[booking.code]), host=host)


def _told(booking: Booking, event: CalendarEvent) -> _Told:
    return _Told(booking, event, hashlib.sha256(repr(event).encode()).hexdigest())


def _numbered(
    feed: CalendarFeed, told: list[_Told], now: datetime
) -> list[tuple[str, CalendarEvent]]:
    """Pairs of UID and event. The UID is that of the file in the customer's messages, and so the
    number is never below its: the booking's version."""
    rows = {
        row.booking_id: row
        for row in FeedEvent.objects.filter(
            feed=feed, booking__in=[each.booking.pk for each in told]
        )
    }
    new, changed, events = [], [], []
    for each in told:
        row = rows.get(each.booking.pk)
        if row is None:
            if each.event.is_canceled:
                continue  # nobody was ever told of it here
            row = FeedEvent(feed=feed, booking=each.booking, sequence=each.booking.version)
            new.append(row)
        elif row.digest != each.digest:
            row.sequence = max(row.sequence + 1, each.booking.version)
            changed.append(row)
        if row.digest != each.digest:
            row.digest, row.changed_at = each.digest, now
        uid = f"{each.booking.code}@{django_settings.MESSAGE_ID_DOMAIN}"
        events.append((uid, replace(each.event, sequence=row.sequence, changed_at=row.changed_at)))
    FeedEvent.objects.bulk_create(new)
    FeedEvent.objects.bulk_update(changed, ["digest", "sequence", "changed_at"])
    return events


def _window(settings: CalendarSettings, now: datetime) -> tuple[datetime, datetime]:
    return (
        now - timedelta(days=settings.feed_days_back),
        now + timedelta(days=settings.feed_days_ahead),
    )


def _language_of(contact: Contact) -> str:
    return contact.language or contact.account.language or str(django_settings.LANGUAGE_CODE)


def _note_reading(feed: CalendarFeed, now: datetime) -> None:
    minute = now.replace(second=0, microsecond=0)
    CalendarFeed.objects.filter(pk=feed.pk).exclude(last_read_at=minute).update(last_read_at=minute)
