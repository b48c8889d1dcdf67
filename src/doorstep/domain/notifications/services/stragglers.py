"""Ask providers about messages nobody reports on: a report may get lost, or never be made."""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef

from doorstep.connectors.base import ConnectorError, InvalidSettings, PermanentFailure
from doorstep.connectors.registry import UnknownConnector
from doorstep.connectors.sms.base import Polls
from doorstep.connectors.webhooks import DeliveryReport, Progress
from doorstep.domain.notifications.models import Channel, Message, MessageState, ProviderReport
from doorstep.domain.organization.models import ConnectorAccount
from doorstep.platform.lib.secrets import SecretUnreadable

from .accounts import sender_of
from .reports import take_reports

QUIET_FOR = timedelta(hours=2)
# Later the provider's answer would be no news for anybody.
OLDEST = timedelta(days=3)
MOST_PER_RUN = 200

log = logging.getLogger(__name__)


def poll_stragglers(now: datetime) -> int:
    """Ask about messages sent, and not heard of, for two hours; returns how many answers came.

    Each answer is kept as a report, so that the next run asks about others first.
    """
    count, left = 0, MOST_PER_RUN
    for account in ConnectorAccount.objects.filter(kind__in=Channel).order_by("pk"):
        connector = _connector_to_ask(account)
        if connector is None:
            continue
        silent = _silent(account, now)[:left]
        left -= len(silent)
        for report in _answers(account, connector, silent, now):
            count += take_reports(account, [report], now=now)
    return count


def _connector_to_ask(account: ConnectorAccount) -> Polls | None:
    """The account's connector, if it can be asked at all."""
    try:
        connector = sender_of(account)
    except (UnknownConnector, InvalidSettings, SecretUnreadable) as error:
        log.warning("connector %s cannot be asked: %s", account.pk, error)
        return None
    return connector if isinstance(connector, Polls) else None


def _silent(account: ConnectorAccount, now: datetime) -> list[Message]:
    heard = ProviderReport.objects.filter(message=OuterRef("pk"), received_at__gt=now - QUIET_FOR)
    silent = Message.objects.filter(
        ~Exists(heard),
        account=account,
        state=MessageState.SENT,
        created_at__gt=now - OLDEST,
        sent_at__lt=now - QUIET_FOR,
    ).exclude(provider_id="")
    return list(silent.order_by("created_at", "pk")[:MOST_PER_RUN])


def _answers(
    account: ConnectorAccount, connector: Polls, messages: Iterable[Message], now: datetime
) -> Iterator[DeliveryReport]:
    for message in messages:
        try:
            report = connector.state_of(message.provider_id)
        except PermanentFailure as error:
            # We were given this id, so the message did leave; there is no more to learn.
            report = DeliveryReport(
                message.provider_id, Progress.SENT, code=error.code, text=error.text
            )
        except ConnectorError as error:
            log.warning("connector %s cannot be asked now: %s", account.pk, error)
            return
        # The time makes each answer one of its own: "still under way" is worth keeping too.
        yield replace(report, event_id=f"asked:{now.isoformat()}")
