"""What staff may do with a message: send it again, or take it back while it waits."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from doorstep.domain.notifications.message_types import MESSAGE_TYPES, About
from doorstep.domain.notifications.models import Message, MessageState
from doorstep.domain.notifications.reasons import Reason
from doorstep.domain.notifications.recipients import portal_of
from doorstep.domain.notifications.selectors import settings_of
from doorstep.domain.notifications.wanted import refusal
from doorstep.platform.audit.services import Actor, record
from doorstep.platform.lib.db import database_now
from doorstep.platform.lib.errors import DomainError

from .write import write


class NotResendable(DomainError):
    code = "not_resendable"
    text = _("Mails of the sign-in pages hold secrets that are gone: ask for a new one there.")


class IsTest(DomainError):
    code = "is_test"
    text = _("This is a test of a text: send another one from the page of the text.")


class StillWaiting(DomainError):
    code = "still_waiting"
    text = _("This message is still to be sent.")


class NotWaiting(DomainError):
    code = "not_waiting"
    text = _("This message is not waiting any more.")


@transaction.atomic
def resend(*, message: Message, actor: Actor, now: datetime) -> Message:
    """The same news in the words of today, to the address of today, with a link of its own.

    It may be suppressed, as any other. Raises NotResendable, IsTest, StillWaiting.
    """
    current = Message.objects.select_for_update(of=("self",), no_key=True).get(pk=message.pk)
    if MESSAGE_TYPES[current.message_type].about is About.SIGN_IN:
        raise NotResendable
    if current.is_test:
        raise IsTest
    if current.state in (MessageState.PENDING, MessageState.SENDING):
        raise StillWaiting
    number = current.followers.count() + 1
    again = Message(
        message_type=current.message_type,
        channel=current.channel,
        portal=current.portal,
        contact=current.contact,
        user=current.user,
        booking=current.booking,
        invitation=current.invitation,
        address=current.address,
        language=current.language,
        told_from=current.told_from,
        told_to=current.told_to,
        follows=current,
        due_at=database_now(),
        dedupe_key=f"{current.occasion}:again{number}:{current.channel}",
    )
    reason = refusal(again, now=now, settings=settings_of(portal_of(again)))
    if reason:
        again.state, again.reason = MessageState.SUPPRESSED, reason
    written = write([again], now=now)[0]
    record(actor=actor, action="sent again", obj=current, data={"message": written.pk})
    return written


@transaction.atomic
def take_back(*, message: Message, actor: Actor) -> Message:
    """Cancel a message that nobody is sending yet. Raises NotWaiting."""
    current = Message.objects.select_for_update(of=("self",), no_key=True).get(pk=message.pk)
    if current.state != MessageState.PENDING or (
        current.lease_until is not None and current.lease_until > database_now()
    ):
        raise NotWaiting
    current.state, current.reason = MessageState.CANCELED, Reason.TAKEN_BACK
    current.context_encrypted = ""
    current.save(update_fields=["state", "reason", "context_encrypted"])
    record(actor=actor, action="taken back", obj=current)
    return current
