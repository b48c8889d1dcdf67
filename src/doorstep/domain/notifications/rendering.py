"""A message as a mail or as a text message: words in the reader's language, in the portal's look.

What is stored of it afterwards has its secrets blotted out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.utils import formataddr, parseaddr
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.html import escape

from doorstep.connectors.email.base import Attachment, OutgoingEmail
from doorstep.connectors.sms.plain import plain
from doorstep.connectors.sms.segments import Segments, split_segments
from doorstep.domain.organization.models import Portal

from .account_mails import account_mail_words
from .content import Content
from .mail_body import as_html, as_text, parts_of
from .message_types import ACCOUNT_MAIL, MESSAGE_TYPES, About
from .models import Channel, Message
from .recipients import language_of, portal_of
from .samples import sample_content
from .values import DRAFT, content_of, stored_context
from .words.defaults import OWN_PARTS, Words
from .words.fill import Value, fill_lines, one_line
from .words.placeholders import placeholders_of
from .words.texts import Texts, default_words, words_of

LONGEST_SUBJECT = 250
MASK = "•••"
TEST_MARK = "[Test]"


@dataclass(frozen=True, slots=True)
class RenderedMail:
    """Ready to be sent."""

    to: str
    to_name: str
    from_name: str
    reply_to: str
    language: str
    subject: str
    text: str
    html: str
    secrets: tuple[str, ...] = field(repr=False)
    attachments: tuple[Attachment, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def stored_subject(self) -> str:
        return self.subject

    @property
    def stored_text(self) -> str:
        return _without(self.text, self.secrets)

    @property
    def stored_html(self) -> str:
        return _without(self.html, self.secrets)

    def as_email(self, message: Message) -> OutgoingEmail:
        _name, sender = parseaddr(settings.DEFAULT_FROM_EMAIL)
        return OutgoingEmail(
            message_id=message.message_id,
            from_address=formataddr((self.from_name, sender)),
            to=formataddr((self.to_name, self.to)),
            subject=self.subject,
            text=self.text,
            html=self.html,
            reply_to=self.reply_to,
            language=self.language,
            attachments=self.attachments,
            headers=self.headers,
        )


@dataclass(frozen=True, slots=True)
class RenderedSms:
    """Ready to be sent. `marker` is the link that no other text has, "" if there is none in it."""

    to: str
    language: str
    text: str
    segments: Segments
    marker: str = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)

    @property
    def stored_subject(self) -> str:
        return ""

    @property
    def stored_text(self) -> str:
        return _without(self.text, self.secrets)

    @property
    def stored_html(self) -> str:
        return ""


def render(
    message: Message, *, now: datetime, texts: Texts | None = None
) -> RenderedMail | RenderedSms:
    """By the message's channel. Raises what templates and stored secrets raise; the caller parks
    such a message.

    The address is the one of this moment, unless the message was written for a certain one.
    `texts` spares reading the portal's own again.
    """
    if message.channel == Channel.SMS:
        return render_sms(message, now=now, texts=texts)
    return render_mail(message, now=now, texts=texts)


def render_mail(message: Message, *, now: datetime, texts: Texts | None = None) -> RenderedMail:
    portal, language = portal_of(message), language_of(message)
    with translation.override(language):
        words, content, values = _prepare(message, portal, language, now, texts or Texts())
        parts = parts_of(words, content, values)
        subject = _without(parts.subject, content.secrets)
        if message.is_test and message.pk is not None:  # a preview shows what customers get
            subject = f"{TEST_MARK} {subject}"
        parts = replace(parts, subject=subject[:LONGEST_SUBJECT])
        return RenderedMail(
            to=address_of(message),
            to_name=one_line(message.contact.full_name if message.contact else ""),
            from_name=one_line(portal.company_name),
            reply_to=portal.contact_email,
            language=language,
            subject=parts.subject,
            text=as_text(parts, portal),
            html=as_html(parts, portal),
            secrets=content.secrets,
            attachments=content.attachments,
            headers=_headers(content.unsubscribe_url),
        )


def render_sms(message: Message, *, now: datetime, texts: Texts | None = None) -> RenderedSms:
    """Raises ValueError for a type that has no text for phones."""
    portal, language = portal_of(message), language_of(message)
    with translation.override(language):
        words, content, values = _prepare(message, portal, language, now, texts or Texts())
        if not words.sms:
            raise ValueError(f"{message.message_type} has no text for phones")
        text = fill_lines(str(words.sms), values)
        if not text:
            # Every line of an own text named something this visit has not.
            default = default_words(message.message_type, language)
            text = fill_lines(str(default.sms), values)
        text = plain(text)
        return RenderedSms(
            to=address_of(message),
            language=language,
            text=text,
            segments=split_segments(text),
            marker=content.url if content.url in text else "",
            secrets=content.secrets,
        )


def address_of(message: Message) -> str:
    contact = message.contact
    is_fixed = MESSAGE_TYPES[message.message_type].about is About.SIGN_IN or message.is_test
    if is_fixed or contact is None:
        return message.address
    return contact.phone if message.channel == Channel.SMS else contact.email


# --- Parts -----------------------------------------------------------------------------------


def _prepare(
    message: Message, portal: Portal, language: str, now: datetime, texts: Texts
) -> tuple[Words, Content, dict[str, Value]]:
    """Words, content and the values of the placeholders, in the active language."""
    stored = stored_context(message)
    if message.is_test and message.booking is None:
        content = sample_content(message.message_type, portal, now=now)
    else:
        content = content_of(message, portal, stored, now=now)
    words = _words(message, portal, language, stored, texts)
    return words, content, _values(message, portal, language, content, texts)


def _words(
    message: Message, portal: Portal, language: str, stored: dict[str, Any], texts: Texts
) -> Words:
    if message.message_type == ACCOUNT_MAIL.name:
        return account_mail_words(stored)
    own = stored.get(DRAFT) if message.is_test else None
    draft = {part: str(own.get(part, "")) for part in OWN_PARTS} if own is not None else None
    return words_of(
        portal=portal,
        message_type=message.message_type,
        language=language,
        texts=texts,
        draft=draft,
    )


def _values(
    message: Message, portal: Portal, language: str, content: Content, texts: Texts
) -> dict[str, Value]:
    """What may be named, and no more: each value with its kind, and the portal's snippets."""
    declared = placeholders_of(message.message_type)
    values = {name: Value(text) for name, text in texts.snippets(portal, language).items()}
    if message.message_type == ACCOUNT_MAIL.name:
        values |= {name: Value(text) for name, text in content.values.items()}
    return values | {
        name: Value(content.values[name], each.kind, each.may_be_empty)
        for name, each in declared.items()
    }


def _headers(unsubscribe_url: str) -> dict[str, str]:
    """The button of mail programs that stops such mails (RFC 8058)."""
    if not unsubscribe_url:
        return {}
    return {
        "List-Unsubscribe": f"<{unsubscribe_url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def _without(text: str, secrets: tuple[str, ...]) -> str:
    for secret in secrets:
        text = text.replace(secret, MASK).replace(escape(secret), MASK)
    return text
