"""What providers report: kept once as it came, matched to its message, folded into its state.

A report may come twice, out of order, and before we have written down under which id its message
was taken over. It is stored first, in a transaction of its own; whatever happens then, the sweep
finds what is stored and not matched.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from django.db import OperationalError, transaction
from django.db.models import Q

from doorstep.connectors.base import Receipt
from doorstep.connectors.webhooks import DeliveryReport
from doorstep.domain.notifications.models import Message, MessageState, ProviderReport
from doorstep.domain.notifications.storable import one_line
from doorstep.domain.organization.models import ConnectorAccount
from doorstep.platform.lib.db import is_conflict

from .fold import fold

LONGEST_ID, LONGEST_CODE, LONGEST_TEXT = 254, 60, 500
# A clock this far from ours is wrong: the time of arrival says more.
CLOCKS_APART = timedelta(days=30)
# What has found no message by then is about none of ours, and is looked at no more.
PARKED_FOR = timedelta(days=7)
# Kept a while longer, for who asks what a provider reported.
FORGOTTEN_AFTER = timedelta(days=30)
BATCH = 500

log = logging.getLogger(__name__)


def take_reports(
    account: ConnectorAccount, reports: Iterable[DeliveryReport], *, now: datetime
) -> int:
    """Store and apply them; returns how many were new. Safe to call again with the same ones."""
    rows = {row.event_key: row for row in _rows(account, list(reports), now)}
    keys = list(rows)
    known = set(
        ProviderReport.objects.filter(account=account, event_key__in=keys).values_list(
            "event_key", flat=True
        )
    )
    fresh = [row for key, row in rows.items() if key not in known]
    for row in fresh:
        # One by one: two requests that wait for each other's rows would be a deadlock.
        ProviderReport.objects.bulk_create([row], ignore_conflicts=True)
    try:
        # The known ones too: the call that stored them may have died before this.
        _match(account, ProviderReport.objects.filter(account=account, event_key__in=keys), now)
    except OperationalError as error:
        if not is_conflict(error):
            raise
        log.warning("reports of connector %s are left to the sweep: %s", account.pk, error)
    return len(fresh)


def match_parked(message: Message, *, now: datetime) -> MessageState:
    """Apply what came before the id of the message was known; returns its state then.

    To be called in the transaction that writes `account` and `provider_id`, with the row locked.
    """
    if message.account_id and message.provider_id:
        ProviderReport.objects.filter(
            account_id=message.account_id, provider_id=message.provider_id, message=None
        ).update(message=message)
    fold(message, now=now)
    return MessageState(message.state)


def match_all_parked(*, now: datetime) -> int:
    """The sweep: reports that came between a hand-over and its commit. Returns the matched."""
    parked = ProviderReport.objects.filter(message=None, received_at__gte=now - PARKED_FOR)
    count = 0
    # Ordered by itself: the rows' own order would make every one of them distinct.
    ids = parked.order_by("account_id").values_list("account_id", flat=True).distinct()
    for account_id in list(ids):
        account = ConnectorAccount.objects.filter(pk=account_id).first()
        if account is not None:
            # Newest first: a crowd of reports about nothing must not hide those just come.
            newest = parked.filter(account=account).order_by("-received_at", "-pk")[:BATCH]
            chosen = ProviderReport.objects.filter(pk__in=[row.pk for row in newest])
            count += _match(account, chosen, now)
    return count


def forget_parked(*, now: datetime) -> int:
    """Delete reports about messages that are none of ours (another system's on the same account);
    returns how many. Reports of a message go with it."""
    gone = ProviderReport.objects.filter(message=None, received_at__lt=now - FORGOTTEN_AFTER)
    count, _by_model = gone.delete()
    return count


def receipt_by_report(message: Message) -> Receipt | None:
    """The receipt that got lost, if a report has named our message meanwhile.

    For the look before a message of unknown outcome is sent again: it has arrived there.
    """
    told = message.reports.order_by("pk").first()
    return Receipt(told.provider_id, "known by its report") if told else None


# --- How -------------------------------------------------------------------------------------


def _rows(
    account: ConnectorAccount, reports: Sequence[DeliveryReport], now: datetime
) -> Iterator[ProviderReport]:
    """One bad report is left out and named in the log; it does not take the others with it."""
    own_ids = {own_id for own_id in map(_own_id, reports) if own_id}
    # An id of ours counts only for messages that went through this very account.
    through_it = Q(account=account) | Q(attempts__account=account)
    ours = dict(Message.objects.filter(through_it, uuid__in=own_ids).values_list("uuid", "pk"))
    for report in reports:
        row = _row(account, report, now)
        own_id = _own_id(report)
        row.message_id = ours.get(own_id) if own_id else None
        if row.provider_id or row.message_id:
            yield row
        else:
            log.warning("connector %s reports about a message without an id", account.pk)


def _row(account: ConnectorAccount, report: DeliveryReport, now: datetime) -> ProviderReport:
    provider_id = one_line(report.provider_id, LONGEST_ID)
    # The id of an event may be counted anew for each message: alone it could hide another one.
    identity = (
        report.provider_id,
        report.message_id,
        report.progress,
        *((report.event_id,) if report.event_id else (report.code, str(report.at or ""))),
    )
    return ProviderReport(
        account=account,
        event_key=sha256("\0".join(identity).encode("utf-8", "replace")).hexdigest(),
        # An id that had to be changed is none of a message of ours.
        provider_id=provider_id if provider_id == report.provider_id else "",
        progress=report.progress,
        code=one_line(report.code, LONGEST_CODE),
        text=one_line(report.text, LONGEST_TEXT),
        at=report.at if report.at and abs(report.at - now) <= CLOCKS_APART else None,
        received_at=now,
    )


def _own_id(report: DeliveryReport) -> UUID | None:
    """Ours is a UUID, with the domain behind it when it was a Message-ID."""
    text = report.message_id.strip("<> ").partition("@")[0]
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def _match(account: ConnectorAccount, reports: Iterable[ProviderReport], now: datetime) -> int:
    """Tie reports to messages of the account and fold those; returns how many were tied anew."""
    rows = list(reports)
    ids = {row.provider_id for row in rows if row.message_id is None} - {""}
    # Said twice for the index, which leaves empty ids out.
    theirs = Message.objects.filter(account=account, provider_id__in=ids).exclude(provider_id="")
    known = {row.message_id for row in rows if row.message_id is not None}
    wanted = known.union(theirs.values_list("pk", flat=True))
    with transaction.atomic():
        # In one order everywhere, so that two requests about the same messages cannot deadlock.
        messages = list(
            Message.objects.select_for_update(no_key=True).filter(pk__in=wanted).order_by("pk")
        )
        by_id = {each.provider_id: each for each in messages if each.account_id == account.pk}
        tied = _tie(rows, by_id)
        for message in messages:
            fold(message, now=now)
    return tied


def _tie(rows: Sequence[ProviderReport], messages: dict[str, Message]) -> int:
    tied = [row for row in rows if row.message_id is None and row.provider_id in messages]
    for row in tied:
        row.message = messages[row.provider_id]
    ProviderReport.objects.bulk_update(tied, ["message"])
    return len(tied)
