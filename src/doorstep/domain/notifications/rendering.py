"""A message as mail: texts in the recipient's language, in the portal's look."""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from email.utils import formataddr, parseaddr
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import escape

from doorstep.connectors.email.base import Attachment, OutgoingEmail
from doorstep.domain.bookings.calendar_file import CONTENT_TYPE, FILE_NAME, visit_calendar
from doorstep.domain.organization.models import Portal
from doorstep.platform.lib.secrets import decrypt

from .account_mails import account_mail_values
from .links import home_url, visit_url
from .mail_colors import colors_of
from .message_types import ACCOUNT_MAIL, INVITATION, MESSAGE_TYPES, PASSWORD_RESET, About
from .models import Message
from .recipients import language_of, portal_of
from .values import booking_values, invitation_values

LONGEST_SUBJECT = 250
MASK = "•••"


@dataclass(frozen=True, slots=True)
class RenderedMail:
    """Ready to be sent. What is stored afterwards has its secrets blotted out."""

    to: str
    to_name: str
    from_name: str
    reply_to: str
    language: str
    subject: str
    text: str
    html: str
    secrets: tuple[str, ...]
    attachments: tuple[Attachment, ...] = ()

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
        )


def render(message: Message, *, now: datetime) -> RenderedMail:
    """Raises what templates and stored secrets raise; the caller parks such a message.

    The address is the one of this moment, unless the message was written for a certain one.
    """
    portal = portal_of(message)
    language = language_of(message)
    with translation.override(language):
        values, secrets = _values(message, portal)
        context = {
            "portal": portal,
            "colors": colors_of(portal),
            "language": language,
            "direction": "rtl" if translation.get_language_bidi() else "ltr",
            "name": _first_name(message),
            "home_url": home_url(portal),
            **values,
        }
        folder = f"notifications/{message.message_type}"
        subject = _one_line(render_to_string(f"{folder}/subject.txt", context))
        return RenderedMail(
            to=_address(message),
            to_name=_one_line(message.contact.full_name if message.contact else ""),
            from_name=_one_line(portal.company_name),
            reply_to=portal.contact_email,
            language=language,
            subject=_without(subject, secrets)[:LONGEST_SUBJECT],
            text=_tidy(render_to_string(f"{folder}/body.txt", context)),
            html=render_to_string(f"{folder}/body.html", context | {"subject": subject}),
            secrets=secrets,
            attachments=_attachments(message, portal, now),
        )


def _values(message: Message, portal: Portal) -> tuple[dict[str, Any], tuple[str, ...]]:
    """What the texts of this type need, and what of it must not be stored readable."""
    stored = json.loads(decrypt(message.context_encrypted)) if message.context_encrypted else {}
    if message.message_type == INVITATION.name:
        assert message.invitation is not None
        values = invitation_values(message.invitation, portal)
        return values, (values["code"],)
    if message.message_type == PASSWORD_RESET.name:
        return stored, (stored["url"],)
    if message.message_type == ACCOUNT_MAIL.name:
        values = account_mail_values(stored)
        return values, tuple(filter(None, [stored.get("url")]))
    assert message.booking is not None
    return booking_values(message.booking, portal), ()


def _address(message: Message) -> str:
    if MESSAGE_TYPES[message.message_type].about is About.SIGN_IN or message.contact is None:
        return message.address
    return message.contact.email


def _attachments(message: Message, portal: Portal, now: datetime) -> tuple[Attachment, ...]:
    if message.booking is None or not MESSAGE_TYPES[message.message_type].has_calendar_file:
        return ()
    url = visit_url(message.booking, portal)
    content = visit_calendar(message.booking, now=now, url=url)
    return (Attachment(FILE_NAME, CONTENT_TYPE, content, {"method": "PUBLISH"}),)


def _first_name(message: Message) -> str:
    if message.contact:
        return message.contact.first_name or message.contact.full_name
    return message.user.name if message.user else ""


def _one_line(text: str) -> str:
    """Names and subjects become headers: no line breaks, no control characters."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f]", " ", text).split())


def _tidy(text: str) -> str:
    """Template tags leave empty lines; at most one stays."""
    lines = (line.rstrip() for line in text.strip().splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)) + "\n"


def _without(text: str, secrets: tuple[str, ...]) -> str:
    for secret in secrets:
        text = text.replace(secret, MASK).replace(escape(secret), MASK)
    return text
