"""Count the parts a text message is sent, and paid, in.

Sources: 3GPP TS 23.038 (default alphabet and its extension table) and TS 23.040 (concatenation:
seven characters of a part go to its header).
"""

from dataclasses import dataclass
from enum import StrEnum

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = frozenset("\f^{}\\[~]|€")


class Encoding(StrEnum):
    """How the text travels; one character outside GSM-7 makes the whole text UCS-2."""

    GSM_7 = "gsm-7"
    UCS_2 = "ucs-2"


SINGLE_LIMIT = {Encoding.GSM_7: 160, Encoding.UCS_2: 70}
PART_LIMIT = {Encoding.GSM_7: 153, Encoding.UCS_2: 67}


@dataclass(frozen=True, slots=True)
class Segments:
    """`units` are septets in GSM-7 and UTF-16 units in UCS-2; `parts` are the texts on the way."""

    encoding: Encoding
    units: int
    parts: tuple[str, ...]

    @property
    def count(self) -> int:
        return len(self.parts)


def split_segments(text: str) -> Segments:
    """The parts of a text; none for an empty text.

    Joined parts are the text. A character is never split: an extension character of GSM-7 and a
    character beyond U+FFFF take two units, and move to the next part when only one is left.
    """
    encoding = Encoding.GSM_7 if set(text) <= BASIC | EXTENSION else Encoding.UCS_2
    widths = [_width(character, encoding) for character in text]
    units = sum(widths)
    limit = SINGLE_LIMIT[encoding] if units <= SINGLE_LIMIT[encoding] else PART_LIMIT[encoding]
    parts: list[str] = []
    start, used = 0, 0
    for index, width in enumerate(widths):
        if used + width > limit:
            parts.append(text[start:index])
            start, used = index, 0
        used += width
    if text:
        parts.append(text[start:])
    return Segments(encoding, units, tuple(parts))


def _width(character: str, encoding: Encoding) -> int:
    takes_two = character in EXTENSION if encoding == Encoding.GSM_7 else ord(character) > 0xFFFF
    return 2 if takes_two else 1
