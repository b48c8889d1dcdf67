"""How writing to one calendar goes: when to try again, and whom to tell."""

from datetime import datetime, timedelta

from django.db import transaction

from doorstep.connectors.base import ConnectorError
from doorstep.connectors.calendar.base import MailboxRefused
from doorstep.platform.events.events import publish
from doorstep.platform.lib.db import database_now

from ..accounts import asked_wait
from ..events import CalendarLinkFailed, CalendarLinkRecovered
from ..models import CalendarLink, LinkState
from .write import wait_after

# A refused calendar may come right by itself: rights take up to two hours to be given
# (reliability.md, 2a). For so long every hour, then once a day.
OFTEN_FOR, OFTEN, SELDOM = timedelta(hours=4), timedelta(hours=1), timedelta(days=1)
# Refused for a reason only staff can mend here; still, not for ever.
NEVER = timedelta(days=3650)
# So many failures in a row, a quarter of an hour or so, and somebody should know.
WORTH_TELLING = 8


def note_link_success(link: CalendarLink) -> None:
    at = database_now()
    with transaction.atomic():
        current = _locked(link)
        was_failing = current.state == LinkState.FAILING
        current.failures, current.retry_at, current.succeeded_at = 0, None, at
        fields = ["failures", "retry_at", "succeeded_at"]
        if was_failing:
            _set_state(current, LinkState.ENABLED, "", at)
            fields += ["state", "state_reason", "state_since"]
            publish(CalendarLinkRecovered(link_id=link.pk))
        current.save(update_fields=fields)


def note_link_trouble(link: CalendarLink, error: ConnectorError) -> None:
    """Wait as long as the service asked for, or longer each time; a refusal shows as failing and is
    told to staff once."""
    at = database_now()
    with transaction.atomic():
        current = _locked(link)
        current.failures += 1
        is_refusal = isinstance(error, MailboxRefused)
        is_failing = current.state == LinkState.FAILING
        if (is_refusal or current.failures >= WORTH_TELLING) and current.state in (
            LinkState.ENABLED,
            LinkState.FAILING,
        ):
            _set_state(current, LinkState.FAILING, error.text, at)
            if not is_failing:
                publish(CalendarLinkFailed(link_id=link.pk))
        current.retry_at = at + _wait(current, error, at)
        current.save(update_fields=["failures", "retry_at", "state", "state_reason", "state_since"])


def _wait(link: CalendarLink, error: ConnectorError, at: datetime) -> timedelta:
    if isinstance(error, MailboxRefused):
        if not error.heals:
            return NEVER
        return OFTEN if at - link.state_since < OFTEN_FOR else SELDOM
    asked = asked_wait(error)
    if asked is not None:
        return asked
    return wait_after(link.failures + 1)


def _set_state(link: CalendarLink, state: LinkState, reason: str, at: datetime) -> None:
    if link.state != state:
        link.state_since = at
    link.state, link.state_reason = state, reason[:500]


def _locked(link: CalendarLink) -> CalendarLink:
    return CalendarLink.objects.select_for_update(no_key=True).get(pk=link.pk)
