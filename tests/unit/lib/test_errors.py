from django.utils import translation
from django.utils.translation import gettext_lazy as _

from doorstep.platform.lib.errors import DomainError


class WindowGone(DomainError):
    code = "window_gone"
    text = _("The window %(window)s is gone.")


class Monday(DomainError):
    code = "monday"
    text = _("Monday")


def test_the_text_is_what_str_gives() -> None:
    assert str(WindowGone(window="10:00–12:00")) == "The window 10:00–12:00 is gone."


def test_the_code_is_readable_on_class_and_instance() -> None:
    assert WindowGone.code == WindowGone(window="").code == "window_gone"


def test_the_text_follows_the_language_of_the_reader() -> None:
    error = Monday()

    with translation.override("de"):
        assert str(error) == "Montag"


def test_a_percent_sign_needs_no_escape_without_placeholders() -> None:
    class Full(DomainError):
        text = "100% booked"

    assert str(Full()) == "100% booked"
