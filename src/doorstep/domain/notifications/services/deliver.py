"""Send one message and record what became of it.

Three short transactions around the network: claim (lease), prepare (re-check, render, note the
attempt), record. A crash between them leaves a lapsed lease, which the sweep finds; a crash after
"attempt noted" leaves an open attempt, so that "perhaps sent" is visible and counted.
"""

import logging
import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from doorstep.connectors.base import (
    ConnectorError,
    PermanentFailure,
    Receipt,
    TemporaryFailure,
)
from doorstep.connectors.email.base import OutgoingEmail
from doorstep.connectors.registry import build
from doorstep.domain.notifications.bell import ring
from doorstep.domain.notifications.message_types import MESSAGE_TYPES
from doorstep.domain.notifications.models import Attempt, Message, MessageState, Outcome
from doorstep.domain.notifications.reasons import Reason
from doorstep.domain.notifications.rendering import RenderedMail, render
from doorstep.domain.notifications.wanted import refusal
from doorstep.platform.lib.db import database_now

from .lease import claim, kept_alive, lock_if_held

FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(minutes=30)
# One more try, with the same Message-ID, after an attempt of unknown outcome.
MAX_UNKNOWN = 2
# A text that cannot be made, or that kills its worker, is parked.
MAX_BROKEN = 5

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Prepared:
    email: OutgoingEmail
    rendered: RenderedMail
    attempt_id: int


def deliver(*, message_id: int, now: datetime) -> MessageState | None:
    """Try once. Returns the state it is in then, or None when it was not ours to send.

    `now` decides whether the message is still of use; leases and due times go by the database.
    """
    message = claim(message_id)
    if message is None:
        return None
    prepared = _prepare(message, now)
    if not isinstance(prepared, _Prepared):
        return prepared
    result: Receipt | ConnectorError
    try:
        with kept_alive(message):
            result = build("email", "django", {}).send(prepared.email)
    except ConnectorError as error:
        result = error
    return _record(message, prepared, result)


# --- Before the network ----------------------------------------------------------------------


@transaction.atomic
def _prepare(claimed: Message, now: datetime) -> _Prepared | MessageState | None:
    message = lock_if_held(claimed.pk, claimed.lease_code)
    if message is None:
        return None
    _close_open_attempts(message)
    if _count(message, Outcome.UNKNOWN) >= MAX_UNKNOWN:
        return _finish(message, MessageState.UNKNOWN, Reason.OUTCOME_UNKNOWN)
    reason = refusal(message, now=now)
    if reason:
        return _finish(message, MessageState.SUPPRESSED, reason)
    started_at = database_now()
    if started_at - message.created_at > MESSAGE_TYPES[message.message_type].useful_for:
        return _finish(message, MessageState.FAILED, Reason.TOO_LATE)
    died_silently = message.attempt_count - message.attempts.count() - 1
    if _count(message, Outcome.BROKEN) + died_silently >= MAX_BROKEN:
        return _finish(message, MessageState.FAILED, Reason.BROKEN)
    try:
        with transaction.atomic():
            rendered = render(message, now=now)
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
    attempt = message.attempts.create(started_at=started_at)
    message.address = rendered.to
    message.state = MessageState.SENDING
    message.save(update_fields=["address", "state"])
    return _Prepared(rendered.as_email(message), rendered, attempt.pk)


def _close_open_attempts(message: Message) -> None:
    """An attempt without an end belongs to a worker that died: nobody knows whether it was sent."""
    message.attempts.filter(finished_at=None).update(
        finished_at=database_now(), outcome=Outcome.UNKNOWN, code="worker_lost"
    )


def _count(message: Message, outcome: Outcome) -> int:
    return message.attempts.filter(outcome=outcome).count()


# --- After the network -----------------------------------------------------------------------


@transaction.atomic
def _record(
    claimed: Message, prepared: _Prepared, result: Receipt | ConnectorError
) -> MessageState | None:
    message = lock_if_held(claimed.pk, claimed.lease_code)
    _note(prepared.attempt_id, result, is_late=message is None)
    if message is None:
        return None
    if isinstance(result, Receipt):
        rendered = prepared.rendered
        message.subject = rendered.subject
        message.text, message.html = rendered.stored_text, rendered.stored_html
        message.sent_at = database_now()
        message.save(update_fields=["subject", "text", "html", "sent_at"])
        return _finish(message, MessageState.SENT, "")
    if isinstance(result, PermanentFailure):
        return _finish(message, MessageState.FAILED, str(result))
    if isinstance(result, TemporaryFailure):
        return _wait(message, timedelta(seconds=result.retry_after_s or 0), str(result))
    if _count(message, Outcome.UNKNOWN) >= MAX_UNKNOWN:
        return _finish(message, MessageState.UNKNOWN, Reason.OUTCOME_UNKNOWN)
    return _wait(message, timedelta(0), str(result))


def _note(attempt_id: int, result: Receipt | ConnectorError, *, is_late: bool) -> None:
    """`is_late`: our lease was lost meanwhile, so another worker may have sent it too."""
    attempt = Attempt.objects.get(pk=attempt_id)
    attempt.finished_at = database_now()
    match result:
        case Receipt():
            attempt.outcome = Outcome.SENT
            attempt.provider_id, attempt.detail = result.provider_id, result.detail
        case PermanentFailure():
            attempt.outcome = Outcome.PERMANENT
        case TemporaryFailure():
            attempt.outcome = Outcome.TEMPORARY
        case _:
            attempt.outcome = Outcome.UNKNOWN
    if isinstance(result, ConnectorError):
        attempt.code, attempt.detail = result.code[:60], result.text
    if is_late:
        attempt.code = "lease_lost"
    attempt.save()


# --- States ----------------------------------------------------------------------------------


def _finish(message: Message, state: MessageState, reason: str) -> MessageState:
    message.state, message.reason = state, reason[:250]
    message.lease_until, message.lease_code = None, ""
    # Links and codes are kept no longer than they are needed.
    message.context_encrypted = ""
    message.save(
        update_fields=["state", "reason", "lease_until", "lease_code", "context_encrypted"]
    )
    return state


def _wait(message: Message, at_least: timedelta, reason: str = "") -> MessageState:
    """Try again later: doubling waits with some chance in them, so that a crowd spreads out."""
    doubled = FIRST_WAIT * 2 ** min(message.attempt_count - 1, 16)
    spread = random.uniform(0.8, 1.2)  # noqa: S311 -- nothing secret about it
    message.due_at = database_now() + max(min(doubled, LONGEST_WAIT) * spread, at_least)
    message.state, message.reason = MessageState.PENDING, reason[:250]
    message.lease_until, message.lease_code = None, ""
    message.save(update_fields=["state", "reason", "due_at", "lease_until", "lease_code"])
    ring(message_id=message.pk, at=message.due_at)
    return MessageState.PENDING
