"""The company's accounts with calendar services ("server profiles"), and how they are doing."""

import random
from datetime import datetime, timedelta
from functools import lru_cache, partial

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Greatest

from doorstep.connectors.base import (
    ConnectorError,
    CredentialsRefused,
    InvalidSettings,
    TemporaryFailure,
    UnknownOutcome,
)
from doorstep.connectors.calendar.base import CalendarService
from doorstep.connectors.registry import UnknownConnector, build
from doorstep.domain.organization.models import ConnectorAccount
from doorstep.platform.events.events import publish
from doorstep.platform.lib.db import DatabaseClock
from doorstep.platform.lib.secrets import SecretUnreadable

from .events import CalendarServiceFailed, CalendarServiceRecovered

# Until the news of a failure has got round, nobody shall run into it again.
AT_ONCE = timedelta(seconds=5)


def service_of(account: ConnectorAccount) -> CalendarService:
    """The connector, kept as long as its settings stay as they are: it holds tokens and
    connections. Raises CredentialsRefused where what is stored is of no use."""
    try:
        return _built(account.connector, account.settings_encrypted, account.pk)
    except (InvalidSettings, UnknownConnector, SecretUnreadable) as error:
        raise CredentialsRefused(str(error)) from error


@lru_cache(maxsize=32)
def _built(connector: str, _encrypted: str, account_id: int) -> CalendarService:
    account = ConnectorAccount.objects.get(pk=account_id)
    service = build("calendar", connector, account.settings)
    # An operation may be several requests, and a pause can begin between two of them.
    service.client.before_request = partial(check_pause, account)
    return service


class ServicePaused(Exception):
    """Nothing is asked of the service until then; nobody's fault, and no news."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"paused until {until}")
        self.until = until


def check_pause(account: ConnectorAccount) -> None:
    """Look it up now, right before a call: another worker may have paused it a moment ago.

    Raises ServicePaused.
    """
    until = (
        ConnectorAccount.objects.filter(pk=account.pk, paused_until__gt=DatabaseClock())
        .values_list("paused_until", flat=True)
        .first()
    )
    if until is not None:
        raise ServicePaused(until)


def pause_at_once(account: ConnectorAccount, error: ConnectorError) -> None:
    """The service as a whole refuses or asks to wait: nobody shall run into it again, from the
    moment it is known and before anything else is done about it."""
    asked = asked_wait(error)
    pause = AT_ONCE if asked is None else asked
    ConnectorAccount.objects.filter(pk=account.pk).update(
        paused_until=Greatest(Coalesce(F("paused_until"), DatabaseClock()), DatabaseClock() + pause)
    )


def is_for_account(error: ConnectorError) -> bool:
    """Whether all calendars of the account are meant."""
    return isinstance(error, CredentialsRefused) or (
        isinstance(error, (TemporaryFailure, UnknownOutcome)) and error.is_for_account
    )


@transaction.atomic
def note_failure(account: ConnectorAccount, error: ConnectorError) -> None:
    """Make it news; who hears of it counts, pauses for longer and tells staff."""
    asked = asked_wait(error)
    publish(
        CalendarServiceFailed(
            account_id=account.pk,
            code=error.code,
            text=error.text,
            retry_after_s=asked.total_seconds() if asked else None,
            is_refusal=isinstance(error, CredentialsRefused),
        )
    )


def asked_wait(error: ConnectorError) -> timedelta | None:
    """How long the service itself asks us to leave it alone, with a little on top so that not all
    come back at the same instant."""
    asked = error.retry_after_s if isinstance(error, (TemporaryFailure, UnknownOutcome)) else None
    if asked is None:
        return None
    return timedelta(seconds=asked + random.uniform(0.1, 1))  # noqa: S311 (no secret)


def note_success(account: ConnectorAccount) -> None:
    """Only what had failed makes news by working again; `account` as it was read before."""
    if account.failures or account.paused_until is not None:
        until = account.paused_until.isoformat() if account.paused_until else None
        with transaction.atomic():
            publish(CalendarServiceRecovered(account_id=account.pk, paused_until=until))
