"""The body of a mail: one list of parts, written twice, as HTML and as the plain text that says the
same (docs/decisions: one source for both, so that neither can lack what the other says)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext

from doorstep.domain.organization.models import Portal
from doorstep.domain.organization.models.brand import Font

from .content import Card, Content
from .links import home_url, logo_url
from .mail_colors import colors_of
from .words.defaults import Words
from .words.fill import Paragraph, Value, fill_line, fill_paragraphs, isolated, one_line

TEMPLATE = "notifications/mail.html"
_SYSTEM = "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"
# A mail fetches no fonts: the portal's own where the reader has it, else one like it.
_FONTS = {
    Font.INTER: f"Inter,{_SYSTEM}",
    Font.SOURCE_SANS: f"'Source Sans 3','Source Sans Pro',{_SYSTEM}",
    Font.NUNITO: f"Nunito,{_SYSTEM}",
    Font.LORA: "Lora,Georgia,'Times New Roman',serif",
    Font.ATKINSON: f"'Atkinson Hyperlegible',{_SYSTEM}",
}


@dataclass(frozen=True, slots=True)
class MailParts:
    """In the order in which they are read; empty ones are left out."""

    subject: str
    heading: str
    opening: tuple[Paragraph, ...]
    card: Card | None
    button: str
    url: str
    code: str
    closing: tuple[Paragraph, ...]
    notes: tuple[str, ...]
    google_url: str
    outlook_url: str
    has_file: bool
    why: str
    unsubscribe_url: str


def parts_of(words: Words, content: Content, values: Mapping[str, Value]) -> MailParts:
    """The words filled with the values, in the active language."""
    return MailParts(
        subject=fill_line(str(words.subject), values),
        heading=fill_line(str(words.heading), values),
        opening=fill_paragraphs(str(words.opening), values),
        card=content.card,
        button=fill_line(str(words.button), values),
        url=content.url,
        code=content.code,
        closing=fill_paragraphs(str(words.closing), values),
        notes=content.notes,
        google_url=content.google_url,
        outlook_url=content.outlook_url,
        has_file=bool(content.attachments),
        why=fill_line(str(words.why), values),
        unsubscribe_url=content.unsubscribe_url,
    )


def as_html(parts: MailParts, portal: Portal) -> str:
    context: dict[str, Any] = {
        "parts": parts,
        "card": parts.card,
        "portal": portal,
        "company_name": one_line(portal.company_name),
        "colors": colors_of(portal),
        "font": _FONTS.get(Font(portal.font), _SYSTEM),
        "language": translation.get_language(),
        "direction": "rtl" if translation.get_language_bidi() else "ltr",
        "home_url": home_url(portal),
        "logo_url": logo_url(portal),
        "preview": _preview(parts),
    }
    return render_to_string(TEMPLATE, context)


def as_text(parts: MailParts, portal: Portal) -> str:
    """Blocks with an empty line between them, and the signature after its mark (RFC 3676, 4.3)."""
    blocks = [
        parts.heading,
        *(paragraph.plain for paragraph in parts.opening),
        _card_text(parts.card) if parts.card else "",
        _under(gettext("Please prepare:"), parts.card.preparation) if parts.card else "",
        f"{parts.button}:\n{parts.url}" if parts.url and parts.button else "",
        _under(gettext("Or type this code on the invitation page:"), parts.code),
        *(paragraph.plain for paragraph in parts.closing),
        "\n".join(parts.notes),
        _file_text(parts),
        parts.why,
        _under(gettext("No more messages of this kind:"), parts.unsubscribe_url),
    ]
    body = "\n\n".join(block for block in blocks if block)
    return f"{_tidy(body)}\n\n-- \n{_tidy(_signature(portal))}\n"


# --- Plain text ------------------------------------------------------------------------------


def _card_text(card: Card) -> str:
    asset = f" – {isolated(one_line(card.asset))}" if card.asset else ""
    lines = [
        gettext("Before: %(when)s") % {"when": card.before} if card.before else "",
        card.title,
        card.subtitle,
        f"{isolated(one_line(card.service))}{asset}",
        *(isolated(one_line(line)) for line in card.address_lines),
        gettext("Booking number: %(number)s") % {"number": card.number},
    ]
    return "\n".join(line for line in lines if line)


def _under(label: str, text: str) -> str:
    return f"{label}\n{text.strip()}" if text else ""


def _file_text(parts: MailParts) -> str:
    if not parts.has_file or not parts.google_url:
        return ""
    return gettext("The attached file adds the visit to your calendar.")


def _signature(portal: Portal) -> str:
    lines = (
        portal.company_name, portal.contact_phone, portal.contact_email, portal.page_footer,
    )  # fmt: skip
    return "\n".join(one_line(line) for line in lines if line)


def _tidy(text: str) -> str:
    lines = (line.rstrip() for line in text.strip().splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines))


def _preview(parts: MailParts) -> str:
    """What lists of mails show beside the subject."""
    if parts.card:
        return f"{parts.card.service}, {parts.card.title}, {parts.card.subtitle}"
    return parts.opening[-1].plain if parts.opening else ""
