"""The colors of a page, light and dark, from the three a portal chooses.

Every pair that carries text keeps a contrast of 4.5, every part of a control 3 (WCAG 2.2 1.4.3,
1.4.11), whatever the brand; colors are moved towards black or white until they do.
"""

import colorsys
from dataclasses import asdict, dataclass
from functools import lru_cache

from doorstep.platform.values.colors import contrast, luminance, mix, readable_on

TEXT, PART = 4.5, 3.0
# A little more than needed: browsers and tools round.
MARGIN = 0.06
STEPS = 40

DANGER, SUCCESS, WARNING = "#b3261e", "#1c6b3c", "#8a5a00"
DARK_DANGER, DARK_SUCCESS, DARK_WARNING = "#ff8a80", "#7bd59c", "#f2c063"


@dataclass(frozen=True, slots=True)
class Palette:
    page: str
    surface: str
    sunken: str
    text: str
    muted: str
    line: str
    line_strong: str
    accent: str
    accent_hover: str
    on_accent: str
    accent_text: str
    accent_soft: str
    accent_line: str
    danger: str
    danger_soft: str
    success: str
    success_soft: str
    warning: str
    warning_soft: str

    def variables(self) -> str:
        """Declarations of CSS custom properties."""
        return "".join(
            f"--color-{name.replace('_', '-')}:{value};" for name, value in asdict(self).items()
        )


def is_dark(background: str) -> bool:
    """Whether a brand chose a dark ground for all hours."""
    return luminance(background) < 0.18


def light_palette(*, font: str, foreground: str, background: str) -> Palette:
    """The brand as it was chosen."""
    if is_dark(background):
        return _palette(
            page=background,
            surface=mix(background, "#ffffff", 0.06),
            text=font,
            foreground=foreground,
            states=(DARK_DANGER, DARK_SUCCESS, DARK_WARNING),
        )
    return _palette(
        page=background,
        surface=mix(background, "#ffffff", 0.85),
        text=font,
        foreground=foreground,
        states=(DANGER, SUCCESS, WARNING),
    )


def dark_palette(*, font: str, foreground: str, background: str) -> Palette:
    """The same brand at night: its own hues on a nearly black ground."""
    if is_dark(background):
        return light_palette(font=font, foreground=foreground, background=background)
    page = mix("#0d1114", foreground, 0.05)
    return _palette(
        page=page,
        surface=mix(page, "#ffffff", 0.055),
        text=mix("#f4f5f4", font, 0.04),
        foreground=_at_night(foreground),
        states=(DARK_DANGER, DARK_SUCCESS, DARK_WARNING),
    )


# Every page asks, and to find a palette takes some hundred comparisons of colors.
@lru_cache(maxsize=256)
def _palette(
    *, page: str, surface: str, text: str, foreground: str, states: tuple[str, str, str]
) -> Palette:
    goal = readable_on(page)
    surface = ground_for(goal, surface)
    sunken = ground_for(goal, mix(page, text, 0.045))
    grounds = (page, surface, sunken)
    text = readable(text, grounds)
    accent = readable(foreground, grounds, PART)
    accent_soft = ground_for(goal, mix(surface, accent, 0.1))
    danger, success, warning = (readable(color, grounds) for color in states)
    danger_soft, success_soft, warning_soft = (
        ground_for(goal, mix(surface, color, 0.1)) for color in (danger, success, warning)
    )
    softs = (accent_soft, danger_soft, success_soft, warning_soft)
    return Palette(
        page=page,
        surface=surface,
        sunken=sunken,
        text=readable(text, (*grounds, *softs)),
        muted=readable(mix(text, page, 0.36), (*grounds, *softs)),
        line=mix(surface, text, 0.13),
        line_strong=readable(mix(text, surface, 0.45), grounds, PART),
        accent=accent,
        accent_hover=mix(accent, readable_on(readable_on(accent)), 0.14),
        on_accent=readable_on(accent),
        accent_text=readable(accent, (*grounds, accent_soft)),
        accent_soft=accent_soft,
        accent_line=mix(surface, accent, 0.4),
        danger=readable(danger, (*grounds, danger_soft)),
        danger_soft=danger_soft,
        success=readable(success, (*grounds, success_soft)),
        success_soft=success_soft,
        warning=readable(warning, (*grounds, warning_soft)),
        warning_soft=warning_soft,
    )


def ground_for(text: str, ground: str) -> str:
    """`ground`, moved away from `text` (black or white) as little as needed to carry it."""
    for step in range(STEPS + 1):
        moved = mix(ground, readable_on(text), step / STEPS)
        if contrast(text, moved) >= TEXT + MARGIN:
            return moved
    return readable_on(text)


def _at_night(color: str) -> str:
    """The same hue, light enough to glow on a dark ground without shouting."""
    red, green, blue = (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    hue, lightness, saturation = colorsys.rgb_to_hls(red, green, blue)
    channels = colorsys.hls_to_rgb(hue, max(lightness, 0.5), min(saturation, 0.5))
    return "#" + "".join(f"{round(channel * 255):02x}" for channel in channels)


def readable(color: str, grounds: tuple[str, ...], needed: float = TEXT) -> str:
    """`color`, moved as little as needed towards black or white to be seen on all `grounds`."""
    best = color
    goal = readable_on(grounds[0])
    for step in range(STEPS + 1):
        best = mix(color, goal, step / STEPS)
        if all(contrast(best, ground) >= needed + MARGIN for ground in grounds):
            break
    return best
