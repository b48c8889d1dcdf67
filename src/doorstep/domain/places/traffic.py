"""The company's account with a service that knows the traffic: which one, how often it may be
asked, and how it is doing."""

from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now

from doorstep.connectors.base import (
    ConnectorError,
    CredentialsRefused,
    InvalidSettings,
    TemporaryFailure,
)
from doorstep.connectors.registry import UnknownConnector, build
from doorstep.connectors.travel.base import TrafficService
from doorstep.domain.organization.models import ConnectorAccount, ConnectorKind
from doorstep.platform.events.events import publish
from doorstep.platform.lib.secrets import SecretUnreadable

from .events import TrafficServiceFailed, TrafficServiceRecovered

# So many seconds' worth of questions may come at once; positions do not come evenly.
BURST_S = 10


def find_traffic_account() -> ConnectorAccount | None:
    """The oldest that is in use and not paused; None means: plan without traffic."""
    is_awake = Q(paused_until=None) | Q(paused_until__lte=Now())
    accounts = ConnectorAccount.objects.filter(kind=ConnectorKind.TRAFFIC, is_active=True)
    return accounts.filter(is_awake).order_by("pk").first()


def build_traffic_service(connector: str, settings_encrypted: str) -> TrafficService:
    """Raises TemporaryFailure where what is stored is of no use; staff have to mend it."""
    account = ConnectorAccount(settings_encrypted=settings_encrypted)
    try:
        return build("traffic", connector, account.settings)
    except (InvalidSettings, UnknownConnector, SecretUnreadable) as error:
        raise TemporaryFailure("settings", str(error)) from error


def take_turn(account: ConnectorAccount) -> bool:
    """Whether the account's allowance has room for one more question now; if so it is used.

    One row holds the instant up to which the allowance is used up, so that all processes share it.
    """
    if not account.per_minute:
        return True
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE organization_connectoraccount
               SET taken_until = greatest(coalesce(taken_until, '-infinity'), clock_timestamp())
                                 + make_interval(secs => %s)
             WHERE id = %s
               AND coalesce(taken_until, '-infinity')
                   <= clock_timestamp() + make_interval(secs => %s)
            """,
            [60 / account.per_minute, account.pk, BURST_S],
        )
        return bool(cursor.rowcount)


def note_outcome(account: ConnectorAccount, error: ConnectorError | None) -> None:
    """Make it news when the service failed, or answers again after it had failed."""
    if error is None:
        if account.failures or account.paused_until is not None:
            until = account.paused_until.isoformat() if account.paused_until else None
            with transaction.atomic():
                publish(TrafficServiceRecovered(account_id=account.pk, paused_until=until))
        return
    with transaction.atomic():
        publish(
            TrafficServiceFailed(
                account_id=account.pk,
                code=error.code,
                text=error.text,
                retry_after_s=error.retry_after_s if isinstance(error, TemporaryFailure) else None,
                is_refusal=isinstance(error, CredentialsRefused),
            )
        )
