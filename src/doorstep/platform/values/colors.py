"""Colours as #rrggbb and the contrast between two of them (WCAG 2.2, relative luminance)."""

import re

_HEX = re.compile(r"#[0-9a-fA-F]{6}\Z")


def is_color(text: str) -> bool:
    """Whether `text` is a colour of the form #rrggbb."""
    return bool(_HEX.match(text))


def luminance(color: str) -> float:
    """Relative luminance of #rrggbb, 0 (black) to 1 (white)."""
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    """Contrast ratio of two colours, 1 to 21."""
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def readable_on(background: str) -> str:
    """Black or white, whichever reads better on `background`."""
    return max(("#000000", "#ffffff"), key=lambda text: contrast(text, background))


def mix(color: str, other: str, share: float) -> str:
    """`share` (0 to 1) of `other` mixed into `color`, channel by channel."""
    parts = (
        round(int(color[i : i + 2], 16) * (1 - share) + int(other[i : i + 2], 16) * share)
        for i in (1, 3, 5)
    )
    return "#" + "".join(f"{part:02x}" for part in parts)
