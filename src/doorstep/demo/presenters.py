"""Kept mails as plain data for the inbox pages."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

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
