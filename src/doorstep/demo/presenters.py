"""Kept mails and text messages as plain data for the inbox pages."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils.translation import get_language_info

from doorstep.connectors.sms.folder import KeptText
from doorstep.connectors.sms.segments import split_segments
from doorstep.platform.lib.site_time import format_short_date, format_time

from .inbox import KeptMail


@dataclass(frozen=True, slots=True)
class ShownMail:
    name: str
    recipient: str
    sender: str
    reply_to: str
    subject: str
    day: str
    time: str
    text: str
    source: str
    has_html: bool


def present_mail(mail: KeptMail, zone: ZoneInfo) -> ShownMail:
    return ShownMail(
        name=mail.name,
        recipient=mail.recipient,
        sender=mail.sender,
        reply_to=mail.reply_to,
        subject=mail.subject,
        day=format_short_date(mail.received_at, zone),
        time=format_time(mail.received_at, zone),
        text=mail.text,
        source=mail.source,
        has_html=bool(mail.html),
    )


@dataclass(frozen=True, slots=True)
class ShownText:
    """`parts` is what the text is paid by; `language` is empty when nobody said it."""

    recipient: str
    day: str
    time: str
    text: str
    parts: int
    language: str
    direction: str


def present_text(text: KeptText, zone: ZoneInfo) -> ShownText:
    return ShownText(
        recipient=text.to,
        day=format_short_date(text.received_at, zone),
        time=format_time(text.received_at, zone),
        text=text.text,
        parts=split_segments(text.text).count,
        language=text.language,
        direction=_direction(text.language),
    )


def _direction(language: str) -> str:
    """A text that begins with a Latin name is still read in its language's direction."""
    try:
        return "rtl" if get_language_info(language)["bidi"] else "ltr"
    except KeyError:
        return "auto"
