"""The state of a message by all that was reported about it, whatever order it came in."""

from collections.abc import Iterable
from datetime import datetime

from doorstep.connectors.webhooks import Progress, outranks
from doorstep.domain.notifications.models import (
    Channel,
    ConsentScope,
    ConsentSource,
    Message,
    MessageState,
    ProviderReport,
)

from .consent import opt_out, provider_says_opted_out
from .fallback import fall_back_to_other_channel

LONGEST_REASON = 250
# Our code for "the recipient has said STOP to the provider", whoever the provider is.
OPTED_OUT = "opted_out"

_STATES = {
    Progress.QUEUED: MessageState.SENT,
    Progress.SENT: MessageState.SENT,
    Progress.DELIVERED: MessageState.DELIVERED,
    Progress.FAILED: MessageState.FAILED,
    Progress.BOUNCED: MessageState.BOUNCED,
    # Who complains about a message has got it.
    Progress.COMPLAINED: MessageState.DELIVERED,
    Progress.UNSUBSCRIBED: MessageState.DELIVERED,
}
_NOT_ARRIVED = (MessageState.FAILED, MessageState.BOUNCED)
# While it waits or is being sent its worker has the word; what was never sent stays so.
_FOLDABLE = (
    MessageState.SENT,
    MessageState.DELIVERED,
    MessageState.UNKNOWN,
    MessageState.FAILED,
    MessageState.BOUNCED,
)
_REFUSALS = {
    Progress.COMPLAINED: ConsentScope.ALL,
    Progress.UNSUBSCRIBED: ConsentScope.OPTIONAL,
}


def fold(message: Message, *, now: datetime) -> None:
    """Bring the row, which the caller has locked, up to its reports. Twice is as good as once."""
    # In the order of arrival: of two equals the first one stays.
    reports = list(message.reports.order_by("pk"))
    telling = _highest(reports)
    if telling is None or message.state not in _FOLDABLE:
        return
    _note_refusals(message, reports, now)
    before, state = MessageState(message.state), _STATES[Progress(telling.progress)]
    # That it is under way is news only about a message that was perhaps not sent at all.
    if state == before or (state == MessageState.SENT and before != MessageState.UNKNOWN):
        return
    message.state = state
    message.reason = "" if state == MessageState.SENT else _reason(telling)
    happened_at = telling.at or telling.received_at
    if state == MessageState.DELIVERED:
        message.delivered_at = happened_at
    if not message.provider_id:
        # The answer to the sending got lost; this report names what we did not learn then.
        message.account_id, message.provider_id = telling.account_id, telling.provider_id
    message.sent_at = message.sent_at or happened_at
    message.save(
        update_fields=["state", "reason", "delivered_at", "sent_at", "account", "provider_id"]
    )
    if state in _NOT_ARRIVED and before not in _NOT_ARRIVED:
        fall_back_to_other_channel(message_id=message.pk, now=now)


def _highest(reports: Iterable[ProviderReport]) -> ProviderReport | None:
    """The first of those that no other outranks."""
    found: ProviderReport | None = None
    for report in reports:
        if found is None or outranks(Progress(report.progress), Progress(found.progress)):
            found = report
    return found


def _reason(report: ProviderReport) -> str:
    """The provider's code and words; none are needed for what simply arrived."""
    words = ": ".join(filter(None, (report.code, report.text)))
    if report.progress == Progress.DELIVERED:
        return ""
    return (words or report.progress)[:LONGEST_REASON]


def _note_refusals(message: Message, reports: Iterable[ProviderReport], now: datetime) -> None:
    for report in reports:
        scope = _REFUSALS.get(Progress(report.progress))
        if scope is not None:
            opt_out(
                channel=Channel(message.channel),
                address=message.address,
                scope=scope,
                source=ConsentSource.PROVIDER,
                now=now,
                detail=report.text or report.code or report.progress,
                contact=message.contact,
                event_key=f"report:{report.pk}",
            )
        elif report.code == OPTED_OUT:
            provider_says_opted_out(message, now=now)
