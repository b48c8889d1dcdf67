"""How an account with an outside service is doing: its breaker, its allowance, its alarm.

The breaker (after Nygard, Release It!): failures in a row pause the whole account, so that its
messages wait instead of being burned one by one; after the pause the next message is the probe.
"""

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.utils.text import Truncator

from doorstep.connectors.base import ConnectorError, CredentialsRefused, TemporaryFailure
from doorstep.connectors.registry import build
from doorstep.domain.notifications.connectors import BUILT_IN
from doorstep.domain.notifications.models import Message, MessageState, StaffTask, TaskKind
from doorstep.domain.organization.models import ConnectorAccount, ConnectorKind
from doorstep.platform.lib.db import database_now

from .staff import alert_staff

SMTP_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
# So many refusals in a row are the service's trouble, not the messages'.
MOST_FAILURES = 5
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(minutes=10)
# Wrong credentials mend themselves only when somebody types them anew.
CREDENTIALS_PAUSE = timedelta(minutes=1)
ALERT_EVERY = timedelta(hours=1)
# Handing over a little early keeps a steady stream; a second's worth is what providers forgive.
EARLY = timedelta(seconds=1)


def sender_of(account: ConnectorAccount) -> Any:
    """The connector, kept as long as its settings stay as they are: it may hold connections.

    Raises what `registry.build` and stored secrets raise.
    """
    if account.connector == BUILT_IN and settings.EMAIL_BACKEND == SMTP_BACKEND:
        security = "tls" if settings.EMAIL_USE_SSL else "starttls"
        if not (settings.EMAIL_USE_SSL or settings.EMAIL_USE_TLS):
            security = "none"
        # Django's own backend sends a password in plain text where it is told so; ours refuses.
        if not settings.EMAIL_HOST_USER or security != "none":
            return _kept_smtp(
                settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_HOST_USER,
                settings.EMAIL_HOST_PASSWORD, security, float(settings.EMAIL_TIMEOUT),
            )  # fmt: skip
    return _built(account.kind, account.connector, account.settings_encrypted, account.pk)


@lru_cache(maxsize=4)
def _kept_smtp(
    host: str, port: int, user: str, password: str, security: str, timeout_s: float
) -> Any:
    """The mail server of the installation's settings, over connections that are kept."""
    values = {
        "host": host, "port": port, "user": user, "password": password, "security": security,
        "timeout_s": timeout_s, "accept_timeout_s": timeout_s,
    }  # fmt: skip
    return build("email", "smtp", values)


@lru_cache(maxsize=64)
def _built(kind: str, connector: str, _encrypted: str, account_id: int) -> Any:
    values = ConnectorAccount.objects.get(pk=account_id).settings
    match kind:
        case ConnectorKind.SMS:
            return build("sms", connector, values)
        case ConnectorKind.TRAFFIC:
            return build("traffic", connector, values)
        case _:
            return build("email", connector, values)


def pause_of(account: ConnectorAccount, *, now: datetime) -> datetime | None:
    """Until when nothing is handed over, if it is paused."""
    if account.paused_until and account.paused_until > now:
        return account.paused_until
    return None


def take_slot(account: ConnectorAccount) -> datetime | None:
    """The message's turn under the account's allowance, or None when it may go at once.

    One row holds the instant up to which turns are given out (a leaky bucket), so any number of
    workers share it.
    """
    if not account.per_minute:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE organization_connectoraccount
               SET taken_until = greatest(coalesce(taken_until, '-infinity'), clock_timestamp())
                                 + make_interval(secs => %s)
             WHERE id = %s
            RETURNING taken_until - make_interval(secs => %s), clock_timestamp()
            """,
            [60 / account.per_minute, account.pk, 60 / account.per_minute],
        )
        slot, now = cursor.fetchone()
    return None if slot <= now + EARLY else slot


def note_success(account: ConnectorAccount) -> None:
    """It works: failures are forgotten, and staff need not look at its trouble any more.

    `account` is as it was read before it was asked: a pause of since then stays, with what led to
    it. When staff were last alerted stays too: a service that comes and goes alerts them once an
    hour as well.
    """
    if not account.failures and account.paused_until is None:
        return
    is_same_pause = Q(paused_until=account.paused_until)
    if not ConnectorAccount.objects.filter(is_same_pause, pk=account.pk).update(
        failures=0, paused_until=None, pause_reason=""
    ):
        return
    StaffTask.objects.filter(
        account=account, kind=TaskKind.CONNECTOR_PAUSED, done_at__isnull=True
    ).update(done_at=database_now())


@transaction.atomic
def note_trouble(account: ConnectorAccount, error: ConnectorError, *, now: datetime) -> None:
    """Count a refusal, or an answer that never came; pause the account when the trouble is the
    account's, and tell staff once an hour.

    A server that asks to slow down is obeyed at once, without an alarm. What it says about one
    recipient (greylisting, a full mailbox) is that message's own affair.
    """
    if _is_about_one_message(error):
        return
    current = ConnectorAccount.objects.select_for_update(no_key=True).get(pk=account.pk)
    at = database_now()
    current.failures += 1
    pause = _pause_after(current.failures, error)
    if pause is None:
        current.save(update_fields=["failures"])
        return
    current.paused_until = max(current.paused_until or at, at + pause)
    current.pause_reason = Truncator(str(error)).chars(250)
    is_trouble = isinstance(error, CredentialsRefused) or current.failures >= MOST_FAILURES
    is_news = is_trouble and (current.alerted_at is None or at - current.alerted_at >= ALERT_EVERY)
    if is_news:
        current.alerted_at = at
    current.save(update_fields=["failures", "paused_until", "pause_reason", "alerted_at"])
    if is_trouble:
        _open_task(current, at)
    if is_news:
        alert_staff(account=current, now=now, occasion=at.isoformat())


def note_trouble_of(account_id: int, error: ConnectorError, *, now: datetime) -> None:
    """As `note_trouble`, for who heard of it later; nothing for an account that is gone."""
    if (account := ConnectorAccount.objects.filter(pk=account_id).first()) is not None:
        note_trouble(account, error, now=now)


def note_success_of(account_id: int, *, paused_until: datetime | None) -> None:
    """As `note_success`, likewise; `paused_until` is what it was before the service was asked."""
    if (account := ConnectorAccount.objects.filter(pk=account_id).first()) is not None:
        account.paused_until = paused_until
        note_success(account)


def _is_about_one_message(error: ConnectorError) -> bool:
    """A mail server's 4xx names a recipient or a mail; 421 says that the server itself leaves."""
    return error.code.startswith("smtp_4") and error.code != "smtp_421"


def _pause_after(failures: int, error: ConnectorError) -> timedelta | None:
    asked = error.retry_after_s if isinstance(error, TemporaryFailure) else None
    wanted = timedelta(seconds=asked or 0)
    if isinstance(error, CredentialsRefused):
        return max(wanted, min(CREDENTIALS_PAUSE * (1 << min(failures - 1, 8)), LONGEST_PAUSE))
    if failures >= MOST_FAILURES:
        doublings = min(failures - MOST_FAILURES, 8)
        return max(wanted, min(FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE))
    return wanted or None


def resume(account: ConnectorAccount) -> None:
    """Staff have mended it: what waits for it may go at once."""
    ConnectorAccount.objects.filter(pk=account.pk).update(
        failures=0, paused_until=None, pause_reason="", alerted_at=None
    )
    Message.objects.filter(account=account, state=MessageState.PENDING, attempt_count__gt=0).update(
        due_at=database_now()
    )


def _open_task(account: ConnectorAccount, at: datetime) -> None:
    """One for the account's trouble, until it works again."""
    is_known = StaffTask.objects.filter(
        account=account, kind=TaskKind.CONNECTOR_PAUSED, done_at__isnull=True
    ).exists()
    if not is_known:
        StaffTask.objects.create(
            kind=TaskKind.CONNECTOR_PAUSED,
            account=account,
            text=account.pause_reason,
            dedupe_key=f"{TaskKind.CONNECTOR_PAUSED}:{account.pk}:{at.isoformat()}",
        )
