"""The base of all domain errors: a code for programs and a text fit for the user."""

from typing import TYPE_CHECKING, ClassVar

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class DomainError(Exception):
    """Something the business refuses, told in words a customer may read.

    A subclass sets `code` (stable, for APIs and logs) and `text` (a gettext_lazy text). The text
    may hold named placeholders, which the raiser fills: `OfferGone(window="10:00–12:00")`.
    `str(error)` is the text in the language that is active when it is asked for.
    """

    code: ClassVar[str] = "error"
    text: "ClassVar[StrOrPromise]" = _("That did not work. Please try again.")

    def __init__(self, **values: object) -> None:
        super().__init__()
        self.values = values

    def __str__(self) -> str:
        # Filled before it is made a string: a plural is chosen by the values.
        return str(self.text % self.values) if self.values else str(self.text)
