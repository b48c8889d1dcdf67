"""A portal's colors for mail programs: by day as chosen, by night on a dark ground."""

from dataclasses import dataclass

from doorstep.domain.organization.models import Portal
from doorstep.domain.organization.models.brand import TEXT_CONTRAST
from doorstep.platform.values.colors import contrast, mix, readable_on

WHITE, NIGHT, MOON = "#ffffff", "#14171a", "#eceeef"
STEPS = 20


@dataclass(frozen=True, slots=True)
class Shades:
    page: str
    card: str
    text: str
    muted: str
    line: str
    accent: str
    on_accent: str
    link: str


@dataclass(frozen=True, slots=True)
class MailColors:
    day: Shades
    night: Shades


def colors_of(portal: Portal) -> MailColors:
    page, text, accent = (
        portal.background_color, portal.font_color, portal.foreground_color,
    )  # fmt: skip
    return MailColors(
        day=_shades(page=page, card=mix(page, WHITE, 0.85), text=text, accent=accent),
        night=_shades(
            page=NIGHT, card=mix(NIGHT, WHITE, 0.06), text=MOON, accent=mix(accent, WHITE, 0.3)
        ),
    )


def _shades(*, page: str, card: str, text: str, accent: str) -> Shades:
    text = _readable(text, card)
    return Shades(
        page=page,
        card=card,
        text=text,
        muted=_readable(mix(text, card, 0.35), page),
        line=mix(card, text, 0.14),
        accent=accent,
        on_accent=readable_on(accent),
        link=_readable(accent, card),
    )


def _readable(color: str, ground: str) -> str:
    """`color`, moved towards black or white until it can be read on `ground`."""
    goal = readable_on(ground)
    candidates = (mix(color, goal, step / STEPS) for step in range(STEPS + 1))
    return next((c for c in candidates if contrast(c, ground) >= TEXT_CONTRAST), goal)
