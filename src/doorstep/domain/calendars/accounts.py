"""The company's accounts with calendar services ("server profiles"), and how they are doing."""

from datetime import datetime, timedelta
from functools import lru_cache

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Greatest

from doorstep.connectors.base import (
    ConnectorError,
    CredentialsRefused,
    InvalidSettings,
    TemporaryFailure,
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
    return build("calendar", connector, ConnectorAccount.objects.get(pk=account_id).settings)


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


@transaction.atomic
def note_failure(account: ConnectorAccount, error: ConnectorError) -> None:
    """The service as a whole refuses or asks to wait: pause it for all workers now, and make it
    news; who hears of it counts, pauses for longer and tells staff."""
    asked = error.retry_after_s if isinstance(error, TemporaryFailure) else None
    pause = max(AT_ONCE, timedelta(seconds=asked or 0))
    ConnectorAccount.objects.filter(pk=account.pk).update(
        paused_until=Greatest(Coalesce(F("paused_until"), DatabaseClock()), DatabaseClock() + pause)
    )
    publish(
        CalendarServiceFailed(
            account_id=account.pk,
            code=error.code,
            text=error.text,
            retry_after_s=asked,
            is_refusal=isinstance(error, CredentialsRefused),
        )
    )


def note_success(account: ConnectorAccount) -> None:
    """Only what had failed makes news by working again."""
    if account.failures or account.paused_until is not None:
        with transaction.atomic():
            publish(CalendarServiceRecovered(account_id=account.pk))
