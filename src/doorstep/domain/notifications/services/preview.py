"""See how words look before they go to customers, and send them to oneself."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from doorstep.domain.bookings.models import Booking
from doorstep.domain.notifications.bell import ring
from doorstep.domain.notifications.message_types import ACCOUNT_MAIL, MESSAGE_TYPES
from doorstep.domain.notifications.models import Channel, Message
from doorstep.domain.notifications.rendering import (
    RenderedMail,
    RenderedSms,
    render_mail,
    render_sms,
)
from doorstep.domain.notifications.values import DRAFT
from doorstep.domain.notifications.words.check import Problem, problems_of, segment_problems
from doorstep.domain.notifications.words.defaults import DEFAULTS, OWN_PARTS
from doorstep.domain.notifications.words.placeholders import placeholders_of
from doorstep.domain.notifications.words.texts import snippets_of
from doorstep.domain.organization.models import Portal
from doorstep.platform.identity.models import User
from doorstep.platform.lib.db import database_now
from doorstep.platform.lib.errors import DomainError
from doorstep.platform.lib.secrets import encrypt
from doorstep.platform.lib.tokens import new_code


class NothingToPreview(DomainError):
    code = "nothing_to_preview"
    text = _("This type has no text for that channel.")


class NoAddressForTest(DomainError):
    code = "no_address_for_test"
    text = _("There is no address to send the test to.")


@dataclass(frozen=True, slots=True)
class Preview:
    """`sms` is None for a type that is never sent to phones."""

    mail: RenderedMail
    sms: RenderedSms | None


def preview(
    *,
    portal: Portal,
    message_type: str,
    language: str,
    now: datetime,
    draft: Mapping[str, str] | None = None,
    booking: Booking | None = None,
) -> Preview:
    """Nothing is written. With `draft` in words that are not saved yet, with `booking` about a real
    visit where the type is about one. Raises NothingToPreview."""
    message = _message(portal, message_type, language, draft, booking, Channel.EMAIL)
    message.created_at = now
    mail = render_mail(message, now=now)
    if not MESSAGE_TYPES[message_type].by_sms:
        return Preview(mail, None)
    message.channel = Channel.SMS
    return Preview(mail, render_sms(message, now=now))


def check_words(
    words: Mapping[str, str], *, portal: Portal, message_type: str, language: str, now: datetime
) -> list[Problem]:
    """Everything that is wrong with words, and what is only worth a warning, before they are kept.

    Raises NothingToPreview.
    """
    problems = problems_of(
        words,
        message_type=message_type,
        language=language,
        snippets=snippets_of(portal, language),
    )
    if any(not problem.is_warning for problem in problems):
        return problems
    shown = preview(
        portal=portal, message_type=message_type, language=language, draft=words, now=now
    )
    return problems + (segment_problems(shown.sms.segments) if shown.sms else [])


@transaction.atomic
def send_test(
    *,
    portal: Portal,
    message_type: str,
    language: str,
    channel: Channel,
    user: User,
    phone: str = "",
    draft: Mapping[str, str] | None = None,
    booking: Booking | None = None,
) -> Message:
    """To the e-mail address of `user`, never another, or as a text to `phone` (E.164); by the
    ordinary way of delivery. Raises NothingToPreview, NoAddressForTest."""
    message = _message(portal, message_type, language, draft, booking, channel)
    message.user = user
    message.address = phone if channel == Channel.SMS else user.email
    if not message.address:
        raise NoAddressForTest
    message.dedupe_key = f"test:{new_code()}:{channel}"
    message.due_at = database_now()
    message.save()
    ring(message)
    return message


def _message(
    portal: Portal,
    message_type: str,
    language: str,
    draft: Mapping[str, str] | None,
    booking: Booking | None,
    channel: Channel,
) -> Message:
    if message_type == ACCOUNT_MAIL.name or (
        channel == Channel.SMS and not DEFAULTS[message_type].sms
    ):
        raise NothingToPreview
    is_about_visits = "day" in placeholders_of(message_type)
    context = {DRAFT: {part: draft.get(part, "") for part in OWN_PARTS}} if draft else {}
    return Message(
        message_type=message_type,
        channel=channel,
        portal=portal,
        language=language,
        booking=booking if is_about_visits else None,
        is_test=True,
        context_encrypted=encrypt(json.dumps(context)) if context else "",
    )
