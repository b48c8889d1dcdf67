"""Put values into words, in one pass: what a value holds is never read as a placeholder again.

The same words become a plain text and HTML. There values are escaped and kept apart from the
direction of the text around them: by <bdi> in HTML, by isolates (Unicode UAX #9) in plain text
where the directions differ.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils import translation
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from .placeholders import Kind

TOKEN = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_URL = re.compile(r"(https?://[^\s<>\"']*[^\s<>\"'.,;:!?)\]])")
_FIRST_STRONG, _LEFT_TO_RIGHT, _END = "\u2068", "\u2066", "\u2069"
# Embeddings and overrides turn the text around them; isolates cannot.
_TURNING = re.compile("[\u202a-\u202e]")
_RIGHT_TO_LEFT = {"R", "AL", "AN"}


@dataclass(frozen=True, slots=True)
class Value:
    text: str
    kind: Kind = Kind.WORDS
    may_be_empty: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    plain: str
    html: SafeString


def names_in(text: str) -> set[str]:
    """The placeholders a text names."""
    return set(TOKEN.findall(text))


def fill_line(text: str, values: Mapping[str, Value]) -> str:
    """One line of plain text: a subject, a heading, the label of a button."""
    return one_line("".join(_plain(piece, values) for piece in _pieces(text)))


def fill_lines(text: str, values: Mapping[str, Value]) -> str:
    """Plain text of several lines; those that name something without a value are left out."""
    lines = _lines(text, values)
    filled = "\n".join(one_line(_line(line, values)) for line in lines)
    return re.sub(r"\n{3,}", "\n\n", filled).strip()


def fill_paragraphs(text: str, values: Mapping[str, Value]) -> tuple[Paragraph, ...]:
    """Plain text and HTML of each paragraph that has something to say."""
    blocks = re.split(r"\n\s*\n", "\n".join(_lines(text, values)))
    return tuple(_paragraph(block, values) for block in blocks if block.strip())


def isolated(text: str) -> str:
    """The text kept apart in a plain text of the active language, if its direction differs."""
    text = _TURNING.sub("", text)
    return f"{_FIRST_STRONG}{text}{_END}" if _runs_otherwise(text) else text


def one_line(text: str) -> str:
    """No line breaks and no control characters: names and subjects become headers."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", " ", text).split())


# --- Pieces ----------------------------------------------------------------------------------


def _pieces(text: str) -> list[tuple[bool, str]]:
    """The text cut at its placeholders: (is a placeholder, words or name)."""
    return [(index % 2 == 1, piece) for index, piece in enumerate(TOKEN.split(text)) if piece]


def _lines(text: str, values: Mapping[str, Value]) -> list[str]:
    lines = text.replace("\r\n", "\n").split("\n")
    return [line for line in lines if not _lacks_something(line, values)]


def _lacks_something(line: str, values: Mapping[str, Value]) -> bool:
    named = (values[name] for name in names_in(line))
    return any(value.may_be_empty and not value.text for value in named)


def _paragraph(block: str, values: Mapping[str, Value]) -> Paragraph:
    lines = block.strip().split("\n")
    html = "<br>".join(
        "".join(_html(piece, values) for piece in _pieces(line.strip())) for line in lines
    )
    plain = "\n".join(one_line(_line(line, values)) for line in lines)
    return Paragraph(plain, mark_safe(html))  # noqa: S308 -- every piece is escaped


def _line(line: str, values: Mapping[str, Value]) -> str:
    return "".join(_plain(piece, values) for piece in _pieces(line))


def _plain(piece: tuple[bool, str], values: Mapping[str, Value]) -> str:
    is_placeholder, text = piece
    if not is_placeholder:
        return text
    value = values[text]
    if value.kind is Kind.LINK:
        return value.text
    if value.kind is Kind.LEFT_TO_RIGHT:
        is_turned = value.text and translation.get_language_bidi()
        return f"{_LEFT_TO_RIGHT}{value.text}{_END}" if is_turned else value.text
    return isolated(one_line(value.text))


def _html(piece: tuple[bool, str], values: Mapping[str, Value]) -> str:
    is_placeholder, text = piece
    if not is_placeholder:
        return "".join(
            _anchor(part) if index % 2 else escape(part)
            for index, part in enumerate(_URL.split(text))
        )
    value = values[text]
    if value.kind is Kind.LINK:
        return _anchor(value.text) if value.text else ""
    words = one_line(_TURNING.sub("", value.text))
    if value.kind is Kind.LEFT_TO_RIGHT:
        return format_html('<bdi dir="ltr">{}</bdi>', words)
    return format_html("<bdi>{}</bdi>", words)


def _anchor(url: str) -> SafeString:
    if not url.startswith(("http://", "https://")):
        return escape(url)
    return format_html('<a class="link" href="{}" dir="ltr">{}</a>', url, url)


def _runs_otherwise(text: str) -> bool:
    # What is isolated already has no part in it.
    rest = re.sub("[\u2066-\u2068][^\u2066-\u2069]*\u2069", "", text)
    kinds = {unicodedata.bidirectional(character) for character in rest}
    return "L" in kinds if translation.get_language_bidi() else bool(kinds & _RIGHT_TO_LEFT)
