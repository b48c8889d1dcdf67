"""How a portal looks and speaks: the columns of its brand."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from doorstep.platform.values.colors import contrast, is_color

# WCAG 2.2, 1.4.3 (text) and 1.4.11 (parts of the user interface).
TEXT_CONTRAST = 4.5
PART_CONTRAST = 3.0


class Font(models.TextChoices):
    """Fonts we host ourselves (packages under /static/vendor/fonts)."""

    SYSTEM = "system", _("The device's own font")
    INTER = "inter", "Inter"
    SOURCE_SANS = "source-sans-3", "Source Sans 3"
    NUNITO = "nunito", "Nunito"
    LORA = "lora", "Lora"
    ATKINSON = "atkinson-hyperlegible", "Atkinson Hyperlegible"


def validate_color(text: str) -> None:
    if not is_color(text):
        raise ValidationError(_("%(text)s is not a color such as #1a2b3c."), params={"text": text})


class BrandFields(models.Model):
    font = models.CharField(_("font"), max_length=40, choices=Font, default=Font.INTER)
    font_color = models.CharField(
        _("font color"), max_length=7, default="#1b2430", validators=[validate_color]
    )
    foreground_color = models.CharField(
        _("foreground color"),
        max_length=7,
        default="#0b5d4e",
        validators=[validate_color],
        help_text=_("Buttons, links and chosen times."),
    )
    background_color = models.CharField(
        _("background color"), max_length=7, default="#f7f6f3", validators=[validate_color]
    )
    header_image_desktop = models.ImageField(
        _("header image for wide screens"), upload_to="brand/", blank=True
    )
    header_image_phone = models.ImageField(
        _("header image for phones"), upload_to="brand/", blank=True
    )
    header_text = models.CharField(_("header text"), max_length=120, blank=True)
    footer_text = models.CharField(_("footer text"), max_length=300, blank=True)

    # Content snippets: one change shows in portal, e-mail and SMS alike.
    company_name = models.CharField(_("company name"), max_length=80)
    page_title = models.CharField(_("page title"), max_length=80, blank=True)
    page_footer = models.CharField(_("page footer"), max_length=300, blank=True)
    contact_email = models.EmailField(_("contact e-mail"), blank=True)
    contact_phone = models.CharField(_("contact phone"), max_length=40, blank=True)

    class Meta:
        abstract = True

    def clean_brand(self) -> None:
        """Refuse colours people cannot read. Raises ValidationError by field."""
        colors = (self.font_color, self.foreground_color, self.background_color)
        if not all(is_color(color) for color in colors):
            return  # the field validators have said so
        problems: dict[str, ValidationError] = {}
        for field, needed in (("font_color", TEXT_CONTRAST), ("foreground_color", PART_CONTRAST)):
            found = contrast(getattr(self, field), self.background_color)
            if found < needed:
                problems[field] = ValidationError(
                    _(
                        "Contrast with the background is %(found).1f to 1; "
                        "people need at least %(needed).1f to 1."
                    ),
                    params={"found": found, "needed": needed},
                )
        if problems:
            raise ValidationError(problems)
