"""How a portal looks: its colors and font as a style sheet, its texts and images for templates."""

import hashlib
from dataclasses import dataclass

from django.templatetags.static import static
from django.urls import reverse

from doorstep.domain.organization.models import Portal
from doorstep.domain.organization.models.brand import Font

from .palette import dark_palette, is_dark, light_palette

# Part of the style sheet's version: raise when its making changes.
SHEET_VERSION = "1"

_SYSTEM = 'system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif'
_OTHER_SCRIPTS = '"Noto Sans Arabic Variable","Noto Sans Hebrew Variable"'


@dataclass(frozen=True, slots=True)
class HostedFont:
    family: str
    sheets: tuple[str, ...]
    fallback: str = _SYSTEM


FONTS = {
    Font.SYSTEM: HostedFont("", ()),
    Font.INTER: HostedFont("Inter Variable", ("vendor/fonts/inter/index.css",)),
    Font.SOURCE_SANS: HostedFont(
        "Source Sans 3 Variable", ("vendor/fonts/source-sans-3/index.css",)
    ),
    Font.NUNITO: HostedFont("Nunito Variable", ("vendor/fonts/nunito/index.css",)),
    Font.LORA: HostedFont(
        "Lora Variable", ("vendor/fonts/lora/index.css",), 'Georgia,"Times New Roman",serif'
    ),
    Font.ATKINSON: HostedFont(
        "Atkinson Hyperlegible",
        (
            "vendor/fonts/atkinson-hyperlegible/400.css",
            "vendor/fonts/atkinson-hyperlegible/700.css",
        ),
    ),
}
# Their files are fetched only when a page holds such letters (unicode-range).
SCRIPT_SHEETS = {
    "ar": "vendor/fonts/noto-sans-arabic/index.css",
    "he": "vendor/fonts/noto-sans-hebrew/index.css",
}


def style_sheet(portal: Portal) -> str:
    """Custom properties over those of tokens.css; only checked colors and known fonts go in."""
    colors = {
        "font": portal.font_color,
        "foreground": portal.foreground_color,
        "background": portal.background_color,
    }
    font = FONTS[Font(portal.font)]
    family = ",".join(
        part for part in (f'"{font.family}"' if font.family else "", _OTHER_SCRIPTS, font.fallback)
        if part
    )  # fmt: skip
    scheme = "color-scheme:dark;" if is_dark(portal.background_color) else ""
    return (
        f":root{{{scheme}--font-body:{family};{light_palette(**colors).variables()}}}\n"
        "@media (prefers-color-scheme:dark){"
        f":root{{{dark_palette(**colors).variables()}}}}}\n"
    )


def sheet_version(portal: Portal) -> str:
    seed = "|".join(
        (SHEET_VERSION, portal.font, portal.font_color, portal.foreground_color,
         portal.background_color)
    )  # fmt: skip
    return hashlib.sha256(seed.encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Brand:
    """What every template may show of a portal."""

    name: str
    title: str
    header_text: str
    footer_text: str
    page_footer: str
    phone: str
    email: str
    image_desktop: str
    image_phone: str
    style_sheet: str
    font_sheets: tuple[str, ...]
    theme_color: str
    theme_color_dark: str
    is_set_up: bool

    @property
    def initial(self) -> str:
        return self.name[:1].upper()

    @property
    def phone_link(self) -> str:
        return "tel:" + "".join(sign for sign in self.phone if sign in "+0123456789")


def brand_of(portal: Portal | None, *, language: str) -> Brand:
    """Of no portal: Doorstep's own look, for the pages that must work without one."""
    shown = portal or Portal(company_name="Doorstep")
    script = SCRIPT_SHEETS.get(language.split("-")[0])
    sheets = FONTS[Font(shown.font)].sheets + ((script,) if script else ())
    desktop = _image(shown.header_image_desktop.name)
    phone = _image(shown.header_image_phone.name)
    return Brand(
        name=shown.company_name,
        title=shown.title,
        header_text=shown.header_text,
        footer_text=shown.footer_text,
        page_footer=shown.page_footer,
        phone=shown.contact_phone,
        email=shown.contact_email,
        image_desktop=desktop or phone,
        image_phone=phone or desktop,
        style_sheet=f"{reverse('web:brand')}?v={sheet_version(shown)}",
        font_sheets=tuple(static(sheet) for sheet in sheets),
        theme_color=shown.background_color,
        theme_color_dark=dark_palette(
            font=shown.font_color,
            foreground=shown.foreground_color,
            background=shown.background_color,
        ).page,
        is_set_up=portal is not None,
    )


def _image(name: str | None) -> str:
    return reverse("web:brand_image", args=[name]) if name else ""
