"""Accounts with calendar services, technicians' calendars, and what stands in them."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from django.utils import timezone

from doorstep.connectors.calendar.base import Mailbox
from doorstep.domain.bookings.models import Booking
from doorstep.domain.calendars.models import (
    CalendarLink,
    CalendarSettings,
    EventState,
    LinkState,
    SyncedEvent,
)
from doorstep.domain.organization.models import ConnectorAccount, ConnectorKind
from doorstep.domain.resources.models import BookableResource

_numbers = count(1)


def make_calendar_account(
    *, connector: str = "google", settings: dict[str, Any] | None = None, **overrides: Any
) -> ConnectorAccount:
    """A server profile; one that works needs the settings of a double."""
    values = {"name": f"Calendars {next(_numbers)}", "kind": ConnectorKind.CALENDAR}
    account = ConnectorAccount(connector=connector, **(values | overrides))
    account.settings = {name: value for name, value in (settings or {}).items() if value != ""}
    account.save()
    return account


def make_calendar_link(
    resource: BookableResource,
    *,
    state: LinkState = LinkState.ENABLED,
    account: ConnectorAccount | None = None,
    mailbox: Mailbox | None = None,
    **overrides: Any,
) -> CalendarLink:
    """Approved and tested, unless `state` comes before that."""
    mailbox = mailbox or Mailbox(f"technician{next(_numbers)}@acme.example")
    values: dict[str, Any] = {}
    if state != LinkState.WAITING:
        values["approved_at"] = timezone.now()
    if state in (LinkState.ENABLED, LinkState.PAUSED, LinkState.FAILING):
        values["tested_at"] = timezone.now()
    link = CalendarLink(
        resource=resource,
        account=account or make_calendar_account(),
        address=mailbox.address,
        calendar=mailbox.calendar,
        state=state,
        **(values | overrides),
    )
    link.set_password(mailbox.password)
    link.save()
    return link


def make_synced_event(
    link: CalendarLink,
    booking: Booking | None = None,
    *,
    starts_at: datetime,
    state: EventState = EventState.WRITTEN,
    **overrides: Any,
) -> SyncedEvent:
    number = next(_numbers)
    values: dict[str, Any] = {
        "reference": booking.code if booking else f"reference-{number}",
        "title": f"Visit {number}",
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=1),
        "wanted_core": "core",
        "wanted_full": "full",
    }
    if state in (EventState.WRITTEN, EventState.LEFT, EventState.MISSING):
        values |= {"remote_id": f"remote-{number}", "written_core": "core", "written_full": "full"}
    return SyncedEvent.objects.create(
        link=link, booking=booking, state=state, **(values | overrides)
    )


def set_calendar_settings(**values: Any) -> CalendarSettings:
    row, _made = CalendarSettings.objects.update_or_create(pk=1, defaults=values)
    return row
