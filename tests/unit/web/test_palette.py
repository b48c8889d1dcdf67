"""Whatever a brand chooses, people can read it, by day and by night."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.interfaces.web.palette import Palette, dark_palette, light_palette
from doorstep.platform.values.colors import contrast

colors = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")
GROUNDS = ("page", "surface", "sunken")
ON_GROUNDS = ("text", "muted", "accent_text", "danger", "success", "warning")


@pytest.mark.parametrize("palette", [light_palette, dark_palette])
@given(font=colors, foreground=colors, background=colors)
def test_text_is_readable_on_every_ground(palette, font, foreground, background) -> None:
    made: Palette = palette(font=font, foreground=foreground, background=background)

    for ground in GROUNDS:
        for text in ON_GROUNDS:
            assert contrast(getattr(made, text), getattr(made, ground)) >= 4.5, (text, ground)


@pytest.mark.parametrize("palette", [light_palette, dark_palette])
@given(font=colors, foreground=colors, background=colors)
def test_buttons_and_borders_are_seen(palette, font, foreground, background) -> None:
    made: Palette = palette(font=font, foreground=foreground, background=background)

    for ground in GROUNDS:
        assert contrast(made.accent, getattr(made, ground)) >= 3
        assert contrast(made.line_strong, getattr(made, ground)) >= 3
    assert contrast(made.on_accent, made.accent) >= 4.5
    assert contrast(made.on_accent, made.accent_hover) >= 4.5


@pytest.mark.parametrize("palette", [light_palette, dark_palette])
@given(font=colors, foreground=colors, background=colors)
def test_soft_grounds_carry_text(palette, font, foreground, background) -> None:
    made: Palette = palette(font=font, foreground=foreground, background=background)

    for soft, text in (
        ("accent_soft", "accent_text"),
        ("danger_soft", "danger"),
        ("success_soft", "success"),
        ("warning_soft", "warning"),
        ("accent_soft", "muted"),
        ("warning_soft", "muted"),
        ("danger_soft", "text"),
    ):
        assert contrast(getattr(made, text), getattr(made, soft)) >= 4.5, (soft, text)


def test_a_readable_brand_is_left_as_it_is() -> None:
    made = light_palette(font="#1b2430", foreground="#0b5d4e", background="#f7f6f3")

    assert (made.text, made.accent, made.page) == ("#1b2430", "#0b5d4e", "#f7f6f3")
