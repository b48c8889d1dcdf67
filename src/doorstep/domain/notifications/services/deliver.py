"""Send one message and record what became of it.

Three short transactions around the network: claim (lease), prepare (re-check, render, note the
attempt), record. A crash between them leaves a lapsed lease, which the sweep finds; a crash after
"attempt noted" leaves an open attempt, so that "perhaps sent" is visible and counted.
"""

import logging
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, transaction

from doorstep.connectors.base import (
    ConnectorError,
    CredentialsRefused,
    InvalidSettings,
    PermanentFailure,
    Receipt,
    TemporaryFailure,
    UnknownOutcome,
)
from doorstep.connectors.email.base import FindsSent as FindsMail
from doorstep.connectors.email.base import ReadsWebhooks as MailReports
from doorstep.connectors.registry import UnknownConnector
from doorstep.connectors.sms.base import FindsSent as FindsTexts
from doorstep.connectors.sms.base import ReadsWebhooks as TextReports
from doorstep.domain.notifications.bell import ring
from doorstep.domain.notifications.connectors import find_account
from doorstep.domain.notifications.message_types import MESSAGE_TYPES
from doorstep.domain.notifications.models import Attempt, Channel, Message, MessageState, Outcome
from doorstep.domain.notifications.outgoing import Outgoing, Rendered, outgoing_of
from doorstep.domain.notifications.quiet import quiet_until
from doorstep.domain.notifications.reasons import Reason
from doorstep.domain.notifications.recipients import portal_of
from doorstep.domain.notifications.rendering import render
from doorstep.domain.notifications.selectors import settings_of
from doorstep.domain.notifications.wanted import refusal
from doorstep.domain.organization.models import Company, ConnectorAccount
from doorstep.domain.organization.selectors import get_company
from doorstep.platform.lib.db import DatabaseClock, database_now
from doorstep.platform.lib.secrets import SecretUnreadable

from .accounts import note_success, note_trouble, pause_of, sender_of, take_slot
from .catalog import Catalog
from .consent import provider_says_opted_out
from .fallback import fall_back_to_other_channel
from .lease import RENEWER, Lease, claim, lock_if_held, lock_visit_and_message
from .reports import match_parked, receipt_by_report

FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(minutes=30)
# One more try, with the same Message-ID, after an attempt of unknown outcome.
MAX_UNKNOWN = 2
# A provider's list may lag: so many looks, so far apart, before "it is not there" is believed.
LOOKS, LOOK_AFTER = 2, timedelta(seconds=60)
# A text that cannot be made, or that kills its worker, is parked.
MAX_BROKEN = 5

# Nobody holds it any more, and links and codes are kept no longer than they are needed.
FINISHED: dict[str, Any] = {"lease_until": None, "lease_code": "", "context_encrypted": ""}

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Prepared:
    """`sent_since` is set when the provider shall be asked whether it has the message already."""

    account: ConnectorAccount
    sender: Any
    outgoing: Outgoing
    rendered: Rendered
    attempt: Attempt
    sent_since: datetime | None


def deliver(
    *, message_id: int, now: datetime, catalog: Catalog | None = None
) -> MessageState | None:
    """Try once. Returns the state it is in then, or None when it was not ours to send.

    `now` decides whether the message is still of use; leases and due times go by the database.
    `catalog` is kept by who sends many.
    """
    company = get_company()
    if company.is_outbound_held:
        return None
    lease = claim(message_id)
    if lease is None:
        return None
    prepared = _prepare(lease, company, now, catalog or Catalog())
    if not isinstance(prepared, _Prepared):
        return prepared
    result: Receipt | ConnectorError | None
    try:
        with RENEWER.holding(lease):
            if prepared.sent_since is not None:
                result = prepared.sender.find(prepared.outgoing, prepared.sent_since)
            else:
                result = prepared.sender.send(prepared.outgoing)
    except ConnectorError as error:
        result = error
    _tell_breaker(prepared.account, result, now)
    state = _record(lease, prepared, result, now)
    if state == MessageState.FAILED:
        fall_back_to_other_channel(message_id=message_id, now=now)
    return state


# --- Before the network ----------------------------------------------------------------------


@transaction.atomic
def _prepare(
    lease: Lease, company: Company, now: datetime, catalog: Catalog
) -> _Prepared | MessageState | None:
    held = lock_visit_and_message(lease)
    if held is None:
        return None
    booking, message, started_at = held
    if booking is not None:
        catalog.complete_visit(booking)
    catalog.complete_message(message)
    portal = portal_of(message)
    settings = settings_of(portal)
    attempts = _closed_attempts(message)
    unknown = _count(attempts, Outcome.UNKNOWN)
    if unknown and (receipt := receipt_by_report(message)):
        message.provider_id, message.sent_at = receipt.provider_id, started_at
        _finish(message, MessageState.SENT, "")
        return match_parked(message, now=now)
    reason = refusal(message, now=now, settings=settings, company=company)
    if reason:
        return _finish(message, MessageState.SUPPRESSED, reason)
    if started_at - message.created_at > MESSAGE_TYPES[message.message_type].useful_for:
        return _finish(message, MessageState.FAILED, Reason.TOO_LATE)
    quiet = quiet_until(message, settings, now=now)
    if quiet is not None:
        return _stand_back(message, started_at + (quiet - now))
    account = find_account(Channel(message.channel), portal)
    if account is None:
        return _finish(message, MessageState.SUPPRESSED, Reason.NO_CONNECTOR)
    message.account = account
    paused_until = pause_of(account, now=started_at)
    if paused_until is not None:
        return _stand_back(message, paused_until + timedelta(seconds=_jitter(10)))
    try:
        sender = sender_of(account)
    except (InvalidSettings, UnknownConnector, SecretUnreadable) as error:
        note_trouble(account, CredentialsRefused(str(error)), now=now)
        return _stand_back(message, started_at + LOOK_AFTER)
    # Claims that left no attempt behind: their workers died while they made the text.
    died_silently = message.attempt_count - len(attempts) - 1
    if _count(attempts, Outcome.BROKEN) + died_silently >= MAX_BROKEN:
        return _finish(message, MessageState.FAILED, Reason.BROKEN)
    if message.slot_at is None:
        message.slot_at = take_slot(account)
        if message.slot_at is not None:
            return _stand_back(message, message.slot_at)
    try:
        # Both only read, so a text that cannot be made leaves nothing half done.
        rendered = render(message, now=now, texts=catalog.texts)
        outgoing = outgoing_of(message, rendered, account=account)
    except DatabaseError:
        raise
    except Exception as error:  # whatever is wrong with one text must not stop the others
        log.exception("message %s cannot be rendered", message.pk)
        message.attempts.create(
            started_at=started_at,
            finished_at=started_at,
            outcome=Outcome.BROKEN,
            code=type(error).__name__[:60],
            detail=str(error)[:500],
        )
        return _wait(message, timedelta(0))
    if company.is_dry_run:
        _keep_text(message, rendered)
        return _finish(message, MessageState.SUPPRESSED, Reason.DRY_RUN)
    sent_since = _perhaps_sent_since(attempts, sender)
    if sent_since is None and unknown >= MAX_UNKNOWN:
        return _finish(message, MessageState.UNKNOWN, Reason.OUTCOME_UNKNOWN)
    attempt = message.attempts.create(started_at=started_at, account=account)
    message.address = rendered.to
    message.state = MessageState.SENDING
    if message.booking is not None and MESSAGE_TYPES[message.message_type].names_time:
        message.told_from = message.booking.promised_from
        message.told_to = message.booking.promised_to
    message.save(update_fields=["address", "state", "account", "told_from", "told_to", "slot_at"])
    return _Prepared(account, sender, outgoing, rendered, attempt, sent_since)


def _closed_attempts(message: Message) -> list[Attempt]:
    """All attempts so far. One without an end belongs to a worker that died: nobody knows whether
    it was sent."""
    if message.attempt_count == 1 and message.state == MessageState.PENDING:
        return []  # ours is the first claim that came to anything
    attempts = list(message.attempts.order_by("started_at", "pk"))
    for attempt in attempts:
        if attempt.finished_at is None:
            attempt.finished_at = database_now()
            attempt.outcome, attempt.code = Outcome.UNKNOWN, "worker_lost"
            attempt.save(update_fields=["finished_at", "outcome", "code"])
    return attempts


def _perhaps_sent_since(attempts: list[Attempt], sender: object) -> datetime | None:
    """Since when to look for it at the provider, if it may be there and the provider can tell.

    A provider has no key for "the same text again", so after an attempt of unknown outcome we look
    twice before anything is sent again (reliability.md, 2e).
    """
    unknown = [each for each in attempts if each.outcome == Outcome.UNKNOWN]
    if not unknown or not isinstance(sender, (FindsMail, FindsTexts)):
        return None
    looks = [
        each
        for each in attempts
        if each.outcome == Outcome.NOT_FOUND and each.started_at >= unknown[-1].started_at
    ]
    return unknown[0].started_at - timedelta(minutes=1) if len(looks) < LOOKS else None


def _count(attempts: list[Attempt], outcome: Outcome) -> int:
    return sum(1 for attempt in attempts if attempt.outcome == outcome)


# --- After the network -----------------------------------------------------------------------


def _tell_breaker(
    account: ConnectorAccount, result: Receipt | ConnectorError | None, now: datetime
) -> None:
    """Any answer about the message itself shows that the service works."""
    if isinstance(result, (TemporaryFailure, UnknownOutcome)):
        note_trouble(account, result, now=now)
    else:
        note_success(account)


@transaction.atomic
def _record(
    lease: Lease, prepared: _Prepared, result: Receipt | ConnectorError | None, now: datetime
) -> MessageState | None:
    is_reported = isinstance(prepared.sender, (MailReports, TextReports))
    if isinstance(result, Receipt) and not is_reported:
        return _record_sent(lease, prepared, result)
    held = lock_if_held(lease)
    if held is None:
        _note(prepared, result, at=database_now(), is_late=True)
        return None
    message, at = held
    _note(prepared, result, at=at)
    match result:
        case Receipt():
            _keep_text(message, prepared.rendered)
            message.sent_at = prepared.attempt.finished_at
            message.provider_id = result.provider_id[:254]
            state = _finish(message, MessageState.SENT, "")
            return match_parked(message, now=now) if is_reported else state
        case None:
            return _wait(message, LOOK_AFTER, str(Outcome.NOT_FOUND.label))
        case PermanentFailure():
            _keep_text(message, prepared.rendered)
            if result.code == "opted_out":
                provider_says_opted_out(message, now=now)
            return _finish(message, MessageState.FAILED, str(result))
        case TemporaryFailure():
            return _wait(message, timedelta(seconds=result.retry_after_s or 0), str(result))
    if prepared.sent_since is not None or _can_look(prepared):
        return _wait(message, LOOK_AFTER, str(result))
    if _count(list(message.attempts.all()), Outcome.UNKNOWN) >= MAX_UNKNOWN:
        _keep_text(message, prepared.rendered)
        return _finish(message, MessageState.UNKNOWN, Reason.OUTCOME_UNKNOWN)
    return _wait(message, timedelta(0), str(result))


def _record_sent(lease: Lease, prepared: _Prepared, receipt: Receipt) -> MessageState | None:
    """What most messages come to, without reading the row once more before it is written."""
    rendered = prepared.rendered
    is_held = Message.objects.filter(pk=lease.message_id, lease_code=lease.code).update(
        **FINISHED,
        state=MessageState.SENT,
        reason="",
        sent_at=DatabaseClock(),
        provider_id=receipt.provider_id[:254],
        subject=rendered.stored_subject,
        text=rendered.stored_text,
        html=rendered.stored_html,
    )
    _note(prepared, receipt, at=DatabaseClock(), is_late=not is_held)
    return MessageState.SENT if is_held else None


def _can_look(prepared: _Prepared) -> bool:
    return isinstance(prepared.sender, (FindsMail, FindsTexts))


def _note(
    prepared: _Prepared,
    result: Receipt | ConnectorError | None,
    *,
    at: datetime | DatabaseClock,
    is_late: bool = False,
) -> None:
    """`is_late`: our lease was lost meanwhile, so another worker may have sent it too."""
    attempt = prepared.attempt
    attempt.finished_at = at
    is_look = prepared.sent_since is not None
    match result:
        case Receipt():
            attempt.outcome = Outcome.SENT
            attempt.provider_id, attempt.detail = result.provider_id[:254], result.detail
            attempt.code = "found" if is_look else ""
        case None:
            attempt.outcome = Outcome.NOT_FOUND
        case PermanentFailure():
            attempt.outcome = Outcome.PERMANENT
        case TemporaryFailure():
            attempt.outcome = Outcome.TEMPORARY
        case _:
            # A question without an answer says nothing about the message.
            attempt.outcome = Outcome.TEMPORARY if is_look else Outcome.UNKNOWN
    if isinstance(result, ConnectorError):
        attempt.code, attempt.detail = result.code[:60], result.text
    if is_late:
        attempt.code = "lease_lost"
    attempt.save(update_fields=["finished_at", "outcome", "provider_id", "detail", "code"])


# --- States ----------------------------------------------------------------------------------


def _keep_text(message: Message, rendered: Rendered) -> None:
    """Exactly what was sent, its secrets blotted out; `_finish` writes it."""
    message.subject = rendered.stored_subject
    message.text, message.html = rendered.stored_text, rendered.stored_html


def _finish(message: Message, state: MessageState, reason: str) -> MessageState:
    message.state, message.reason = state, reason[:250]
    for name, value in FINISHED.items():
        setattr(message, name, value)
    message.save(
        update_fields=[
            "state", "reason", "lease_until", "lease_code", "context_encrypted", "subject", "text",
            "html", "sent_at", "provider_id", "account",
        ]
    )  # fmt: skip
    return state


def _wait(message: Message, at_least: timedelta, reason: str = "") -> MessageState:
    """Try again later: doubling waits with some chance in them, so that a crowd spreads out."""
    doubled = FIRST_WAIT * 2 ** min(message.attempt_count - 1, 16)
    spread = 1 + _jitter(0.4) - 0.2
    message.due_at = database_now() + max(min(doubled, LONGEST_WAIT) * spread, at_least)
    message.reason = reason[:250]
    return _pend(message)


def _stand_back(message: Message, until: datetime) -> MessageState:
    """Its turn has not come; that is no try."""
    message.due_at = until
    message.attempt_count -= 1
    return _pend(message)


def _pend(message: Message) -> MessageState:
    message.state = MessageState.PENDING
    message.lease_until, message.lease_code = None, ""
    message.save(
        update_fields=[
            "state", "reason", "due_at", "lease_until", "lease_code", "attempt_count", "account",
            "slot_at",
        ]
    )  # fmt: skip
    ring(message, at=message.due_at)
    return MessageState.PENDING


def _jitter(width: float) -> float:
    return random.uniform(0, width)  # noqa: S311 -- nothing secret about it
