"""Words of the company's own that texts may name: changed once, changed everywhere."""

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from .portal import Portal


class Snippet(models.Model):
    """Named `{name}` in texts. A snippet in the reader's language goes before one for all."""

    portal = models.ForeignKey(
        Portal, on_delete=models.CASCADE, related_name="snippets", verbose_name=_("portal")
    )
    name = models.CharField(
        _("name"),
        max_length=40,
        validators=[
            RegexValidator(
                r"^[a-z][a-z0-9_]*\Z", _("Small letters, digits and _ only, a letter first.")
            )
        ],
        help_text=_("Texts name it {name}."),
    )
    language = models.CharField(
        _("language"),
        max_length=10,
        choices=settings.LANGUAGES,
        blank=True,
        help_text=_("Empty: for all languages."),
    )
    text = models.CharField(_("text"), max_length=500)

    class Meta:
        verbose_name = _("snippet")
        verbose_name_plural = _("snippets")
        ordering = ["name", "language"]
        constraints = [
            models.UniqueConstraint(name="snippet_once", fields=["portal", "name", "language"])
        ]

    def __str__(self) -> str:
        return f"{{{self.name}}}"
